"""Makes the fixtures of tags, answers and their decoding in core/src/test/resources/xlmr/eval.

    python tests/reference/tasks.py tags|aggregation|squad|answers [--check] [--tokenizer DIR] [--utils-qa FILE]

tags         entity_schemes.json      seqeval 1.2.2: random tags read by every scheme, strictly and leniently
aggregation  entity_aggregation.json  the TokenClassificationPipeline of transformers 5.23.0 on random probabilities
squad        squad_evaluation.json    squad_evaluate of transformers 4.46.3 (version 5 has it no more)
answers      answer_decoding.json     the QuestionAnsweringPipeline of transformers 4.46.3 on random logits, and
                                      postprocess_qa_predictions of its examples/pytorch/question-answering/utils_qa.py

DIR is a directory with XLM-R's tokenizer.json, FILE that utils_qa.py. With --check the files are compared (numbers within
1e-6, all else exactly). Places in texts are written in UTF-16 code units.
"""

import argparse
import importlib.util
import json
import logging
import math
import pathlib
import types
import warnings

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/xlmr/eval"
SEED = 20250611


def utf16(text, code_points):
    return len(text[:code_points].encode("utf-16-le")) // 2


# tags


def make_tags(_):
    from seqeval import metrics, scheme
    from seqeval.metrics.sequence_labeling import get_entities

    rng = np.random.default_rng(SEED)
    cases = []
    for name, prefixes in (("IOB1", "IB"), ("IOB2", "IB"), ("IOE2", "IE"), ("IOBES", "IBES"), ("BILOU", "IBLU")):
        kind = getattr(scheme, name)
        tags = ["O"] + [f"{p}-{t}" for p in prefixes for t in ("PER", "ORG-X")] + [prefixes[0], "I-"]
        for _ in range(12):
            lengths = rng.integers(1, 12, size=4)
            truth = [[tags[int(i)] for i in rng.integers(0, len(tags), n)] for n in lengths]
            predicted = [[tag if rng.random() < 0.7 else tags[int(rng.integers(0, len(tags)))] for tag in row] for row in truth]
            entities = [[[e.tag, e.start, e.end - 1] for e in scheme.Tokens(row, kind).entities] for row in truth]
            case = {"scheme": name, "truth": truth, "predicted": predicted, "entities": entities}
            case["strict"] = {a: scores(metrics, truth, predicted, a, mode="strict", scheme=kind) for a in ("micro", "macro", "weighted")}
            if name != "BILOU":
                case["lenient_entities"] = [[list(e) for e in get_entities(row)] for row in truth]
                case["lenient"] = {a: scores(metrics, truth, predicted, a) for a in ("micro", "macro", "weighted")}
            cases.append(case)
    return {"cases": cases}


def scores(metrics, truth, predicted, average, **options):
    options = {"average": average, "zero_division": 0, **options}
    functions = (metrics.precision_score, metrics.recall_score, metrics.f1_score)
    return [number(f(truth, predicted, **options)) for f in functions]


def number(value):
    value = float(value)
    return None if math.isnan(value) else value


# aggregation

AGGREGATION_TEXTS = [
    "Angela Merkel besuchte gestern Saint-Denis, nicht New York.",
    "Ada Lovelace (1815-1852) wrote for Charles Babbage's engine.",
    "Владимир Набоков родился в Санкт-Петербурге",
    "سافر محمد إلى القاهرة يوم الأحد",
    "\U0001d4d0x \U0001f600y and don't",
    "one\nline and\u00a0another\ttab",
    "Wolfeschlegelsteinhausenbergerdorff",
    "½ ﬁrm x² №5",
    "zażółć gęślą jaźń \U00010330x.",
]
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "MISC"]


def make_aggregation(options):
    from transformers import AutoTokenizer
    from transformers.pipelines.token_classification import AggregationStrategy, TokenClassificationPipeline

    warnings.simplefilter("ignore")
    tokenizer = AutoTokenizer.from_pretrained(options.tokenizer)
    pipeline = object.__new__(TokenClassificationPipeline)
    pipeline.tokenizer = tokenizer
    pipeline.model = types.SimpleNamespace(config=types.SimpleNamespace(id2label=dict(enumerate(LABELS))))
    rng = np.random.default_rng(SEED)
    cases = []
    for text in AGGREGATION_TEXTS:
        encoded = tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True)
        special = np.array(encoded["special_tokens_mask"])
        offsets = encoded["offset_mapping"]
        kept = [i for i in range(len(special)) if not special[i]]
        shared = any(offsets[i][1] > offsets[j][0] for i, j in zip(kept, kept[1:]))
        for _ in range(4):
            logits = (rng.standard_normal((len(special), len(LABELS))) * 2).astype(np.float32)
            logits[:, 0] += 1
            results = {}
            for strategy in AggregationStrategy:
                output = {
                    "logits": Numbers(logits)[None],
                    "sentence": text,
                    "input_ids": [encoded["input_ids"]],
                    "offset_mapping": [offsets],
                    "special_tokens_mask": [Numbers(special)],
                }
                found = postprocess(pipeline, output, strategy)
                results[strategy.value] = [
                    {
                        "label": e.get("entity_group", e.get("entity")),
                        "score": float(e["score"]),
                        "start": utf16(text, e["start"]),
                        "end": utf16(text, e["end"]),
                    }
                    for e in found
                ]
            exp = np.exp(logits - logits.max(-1, keepdims=True))
            probabilities = exp / exp.sum(-1, keepdims=True)
            cases.append(
                {
                    "text": text,
                    "shared_characters": bool(shared),
                    "tokens": [encoded.tokens()[i] for i in kept],
                    "starts": [utf16(text, offsets[i][0]) for i in kept],
                    "ends": [utf16(text, offsets[i][1]) for i in kept],
                    "words": [encoded.word_ids()[i] for i in kept],
                    "unknown": [encoded["input_ids"][i] == tokenizer.unk_token_id for i in kept],
                    "probabilities": [[round(float(p), 9) for p in probabilities[i]] for i in kept],
                    "results": results,
                }
            )
    return {"labels": LABELS, "cases": cases}


class Numbers(np.ndarray):
    """What the pipeline expects of a tensor."""

    def __new__(cls, values):
        return np.asarray(values).view(cls)

    def numpy(self):
        return np.asarray(self)


def postprocess(pipeline, output, strategy):
    return type(pipeline).postprocess(pipeline, [output], aggregation_strategy=strategy)


# squad


def make_squad(_):
    from transformers.data.metrics.squad_metrics import squad_evaluate

    rng = np.random.default_rng(SEED)
    words = ["the", "red", "Fox,", "a", "jumps", "über", "1,000", "東京", "dog.", "an"]
    cases = []
    for share in (0.0, 0.3, 0.6):
        examples, predictions, odds = [], {}, {}
        for i in range(40):
            text = " ".join(words[int(w)] for w in rng.integers(0, len(words), int(rng.integers(1, 5))))
            other = " ".join(words[int(w)] for w in rng.integers(0, len(words), int(rng.integers(1, 5))))
            answers = [] if rng.random() < share else [{"text": text}, {"text": other}][: int(rng.integers(1, 3))]
            examples.append(types.SimpleNamespace(qas_id=str(i), answers=answers))
            predictions[str(i)] = text if rng.random() < 0.5 else " ".join(text.split()[1:]) or other
            odds[str(i)] = float(np.round(rng.standard_normal() + (1 if not answers else -1), 6))
        case = {
            "predictions": [predictions[e.qas_id] for e in examples],
            "no_answer": [odds[e.qas_id] for e in examples],
            "truths": [[a["text"] for a in e.answers] for e in examples],
            "threshold": 0.25,
            "expected": dict(squad_evaluate(examples, predictions, odds, 0.25)) if share else None,
        }
        if share:
            cases.append(case)
    return {"cases": cases}


# answers

CONTEXTS = [
    "Ada Lovelace, born in London on 10 December 1815, was an English mathematician and an author. She is chiefly known for her"
    " work on Charles Babbage's proposed machine, the Analytical Engine.",
    "Der Rhein entspringt in der Schweiz \U0001f600, fließt durch Köln und mündet in den Niederlanden in die Nordsee; seine"
    " Länge beträgt \U0001d400\U0001d401 1233 Kilometer.",
]


def make_answers(options):
    from tokenizers import Tokenizer
    from transformers.pipelines.question_answering import QuestionAnsweringPipeline

    spec = importlib.util.spec_from_file_location("utils_qa", options.utils_qa)
    utils = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(utils)
    tokenizer = Tokenizer.from_file(str(pathlib.Path(options.tokenizer) / "tokenizer.json"))
    tokenizer.enable_truncation(32, stride=8, strategy="only_second")
    rng = np.random.default_rng(SEED)
    cases = []
    for context in CONTEXTS:
        for _ in range(5):
            encoding = tokenizer.encode("Where was she born?", context)
            windows = [encoding] + encoding.overflowing
            assert not any(shared(w) for w in windows), "tokens share a character: choose another text"
            starts = [(rng.standard_normal(len(w.ids)) * 2).astype(np.float32) for w in windows]
            ends = [(rng.standard_normal(len(w.ids)) * 2).astype(np.float32) for w in windows]
            if rng.random() < 0.5:
                for w in range(len(windows)):
                    starts[w][0] += 6
                    ends[w][0] += 6
            cases.append(
                {
                    "context": context,
                    "windows": [window(context, *row) for row in zip(windows, starts, ends)],
                    "ranked": ranked(utils, context, windows, starts, ends),
                    "pipeline": piped(QuestionAnsweringPipeline, context, windows, starts, ends),
                }
            )
    return {"cases": cases}


def shared(encoding):
    offsets = [o for o, s in zip(encoding.offsets, encoding.sequence_ids) if s == 1]
    return any(a[1] > b[0] for a, b in zip(offsets, offsets[1:]))


def window(context, encoding, start, end):
    inside = [s == 1 for s in encoding.sequence_ids]
    return {
        "start_logits": [float(v) for v in start],
        "end_logits": [float(v) for v in end],
        "in_context": inside,
        "starts": [utf16(context, o[0]) if i else 0 for o, i in zip(encoding.offsets, inside)],
        "ends": [utf16(context, o[1]) if i else 0 for o, i in zip(encoding.offsets, inside)],
        "words": [w if i else -1 for w, i in zip(encoding.word_ids, inside)],
    }


def ranked(utils, context, windows, starts, ends):
    import tempfile

    features = [
        {"example_id": "q", "offset_mapping": [o if s == 1 else None for o, s in zip(w.offsets, w.sequence_ids)]} for w in windows
    ]
    results = []
    for impossible in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            best = utils.postprocess_qa_predictions(
                Examples([{"id": "q", "context": context}]),
                features,
                (starts, ends),
                version_2_with_negative=impossible,
                n_best_size=6,
                max_answer_length=8,
                null_score_diff_threshold=0.5,
                output_dir=folder,
                log_level=logging.WARNING,
            )
            read = lambda name: json.loads((pathlib.Path(folder) / name).read_text())["q"]
            result = {"impossible": impossible, "answer": best["q"], "best": read("nbest_predictions.json")}
            if impossible:
                result["difference"] = read("null_odds.json")
            results.append(result)
    return results


class Examples(list):
    """Rows that can also be asked for a column."""

    def __getitem__(self, key):
        return [row[key] for row in self] if isinstance(key, str) else super().__getitem__(key)


def piped(pipeline, context, windows, starts, ends):
    instance = types.SimpleNamespace(
        tokenizer=types.SimpleNamespace(is_fast=True, padding_side="right", pad_token_id=1),
    )
    instance.get_indices = types.MethodType(pipeline.get_indices, instance)
    results = []
    for impossible in (False, True):
        for align in (False, True):
            outputs = []
            for encoding, start, end in zip(windows, starts, ends):
                mask = [s != 1 for s in encoding.sequence_ids]
                mask[0] = False
                outputs.append(
                    {
                        "start": start[None].copy(),
                        "end": end[None].copy(),
                        "p_mask": mask,
                        "encoding": encoding,
                        "example": types.SimpleNamespace(context_text=context),
                    }
                )
            found = pipeline.postprocess(
                instance, outputs, top_k=5, handle_impossible_answer=impossible, max_answer_len=8, align_to_words=align
            )
            results.append(
                {
                    "impossible": impossible,
                    "align": align,
                    "best": [
                        {"score": a["score"], "start": utf16(context, a["start"]), "end": utf16(context, a["end"])} for a in found
                    ],
                }
            )
    return results


PARTS = {
    "tags": ("entity_schemes.json", make_tags),
    "aggregation": ("entity_aggregation.json", make_aggregation),
    "squad": ("squad_evaluation.json", make_squad),
    "answers": ("answer_decoding.json", make_answers),
}


def same(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and abs(a - b) <= 1e-6 * max(1, abs(a))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    return a == b


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--tokenizer")
    parser.add_argument("--utils-qa")
    options = parser.parse_args()
    name, make = PARTS[options.part]
    made = json.loads(json.dumps(make(options)))
    file = FOLDER / name
    if options.check:
        if not same(json.loads(file.read_text()), made):
            raise SystemExit(f"{file} differs")
        return
    file.write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
