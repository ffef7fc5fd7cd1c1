"""Holds what xlmr says of the words and entities of texts against transformers.

    ./xlmr predict --model DIR --aggregation HOW --input TEXTS --output PREDICTIONS.jsonl
    python tests/reference/check_tagging.py DIR PREDICTIONS.jsonl [--aggregation HOW] [--limit 1e-4]

Entities (HOW is none, simple, first, average or max) are compared with those of transformers' pipeline, words (tags) with what the
model says of the first piece of each word. Labels and places have to be the same, scores within the limit. Left out, but counted, are
texts that were read in windows, and for entities those in which pieces share characters (a lone piece "▁", the pieces of "½"), of
which transformers makes words of their own. Exits with 1 on a difference, and if a weight is missing or unexpected. Needs torch and
transformers.
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers


def load(directory):
    model, report = transformers.AutoModelForTokenClassification.from_pretrained(
        directory, output_loading_info=True, dtype=torch.float32
    )
    problems = {kind: sorted(map(str, names)) for kind, names in report.items() if names}
    if problems:
        sys.exit(f"{directory}: {problems}")
    print(f"{type(model).__name__}: {len(model.state_dict())} arrays, none missing, none unexpected")
    return model.eval(), transformers.AutoTokenizer.from_pretrained(directory)


def utf16(text, place):
    """A place in code points as one in UTF-16."""
    return len(text[:place].encode("utf-16-le")) // 2


def word_tags(model, tokenizer, words):
    """Tag and probability at the first piece of each word; None where it has none."""
    encoding = tokenizer(words, is_split_into_words=True, return_tensors="pt")
    with torch.no_grad():
        scores = model(**encoding).logits[0].softmax(-1)
    places = {}
    for place, word in enumerate(encoding.word_ids()):
        if word is not None:
            places.setdefault(word, place)
    for word in range(len(words)):
        place = places.get(word)
        label = None if place is None else int(scores[place].argmax())
        yield None if label is None else (model.config.id2label[label], float(scores[place, label]))


def shares_characters(tokenizer, text):
    places = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
    return any(before[1] > after[0] for before, after in zip(places, places[1:]))


def words_differ(model, tokenizer, line, limit):
    words = [word["word"] for word in line["words"]]
    for word, expected in zip(line["words"], word_tags(model, tokenizer, words)):
        if expected and (word["tag"] != expected[0] or abs(word["score"] - expected[1]) > limit):
            yield f"{word} but {expected}"


def entities_differ(pipeline, line, limit):
    text = line["text"]
    expected = [
        (utf16(text, e["start"]), utf16(text, e["end"]), e.get("entity_group", e.get("entity")), float(e["score"]))
        for e in pipeline(text)
    ]
    found = [(e["start"], e["end"], e["label"], e["score"]) for e in line["entities"]]
    if len(found) != len(expected):
        yield f"{len(found)} entities but {len(expected)}"
    for mine, other in zip(found, expected):
        if mine[:3] != other[:3] or abs(mine[3] - other[3]) > limit:
            yield f"{mine} but {other}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("predictions", type=pathlib.Path)
    parser.add_argument("--aggregation", default="simple")
    parser.add_argument("--limit", type=float, default=1e-4)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    model, tokenizer = load(options.model)
    strategy = "none" if options.aggregation == "tags" else options.aggregation
    pipeline = transformers.pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy=strategy)
    compared = found = windowed = shared = wrong = 0
    for line in map(json.loads, options.predictions.open(encoding="utf-8")):
        if line.get("windows", 1) > 1:
            windowed += 1
            continue
        if "entities" in line and shares_characters(tokenizer, line["text"]):
            shared += 1
            continue
        compared += 1
        if "words" in line:
            found += len(line["words"])
            differences = words_differ(model, tokenizer, line, options.limit) if line["words"] else ()
        else:
            found += len(line["entities"])
            differences = entities_differ(pipeline, line, options.limit)
        for difference in differences:
            wrong += 1
            print(f"{line['text'][:60]!r}: {difference}")
    print(f"{compared} texts with {found} words or entities, {wrong} different")
    print(f"left out: {windowed} texts read in windows, {shared} in which pieces share characters")
    sys.exit(1 if wrong or not compared else 0)


if __name__ == "__main__":
    main()
