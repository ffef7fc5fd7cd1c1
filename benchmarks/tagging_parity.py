"""Fine-tunes a checkpoint with Hugging Face and PyTorch to tag parts of speech, in English, and tests it in English and German.

    python benchmarks/tagging_parity.py --model DIR --data PREPARED [--seeds 0,1,2] [--epochs 3] [--batch-size 16]
        [--learning-rate 5e-5] [--max-length 512] [--group-by-length] [--threads 1]

PREPARED is what prepare_real_data.py wrote: tagging/en.train.conllu, en.test.conllu and de.test.conllu. The words are the
syntactic ones of CoNLL-U: those of a contraction, not the contraction (lines 3-4) and no empty node (8.1); the tag is column 4.
A word's label and its prediction stand at its first piece, all other pieces are ignored. The last epoch counts.

A line of JSON a seed: accuracy over the words, and F1 averaged over the tags that occur, for each language; then the lists of all
seeds. xlmr does the same with

    ./xlmr train --task token-classification --train PREPARED/tagging/en.train.conllu ...

Needs torch, transformers and scikit-learn.
"""

import time

import torch
import transformers
from sklearn.metrics import f1_score

import hugging_face_training as training

IGNORED = -100


def sentences(file):
    """Pairs of words and tags."""
    for block in file.read_text(encoding="utf-8").strip("\n").split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
        rows = [row for row in rows if row[0].isdigit()]
        yield [row[1] for row in rows], [row[3] for row in rows]


class Sentence:
    """A tokenized sentence with the places of its words' first pieces."""

    def __init__(self, tokenizer, words, tags, max_length):
        encoding = tokenizer(words, is_split_into_words=True, truncation=True, max_length=max_length)
        places = {}
        for place, word in enumerate(encoding.word_ids()):
            if word is not None:
                places.setdefault(word, place)
        self.ids = encoding["input_ids"]
        self.tags = tags
        self.places = [places.get(word) for word in range(len(words))]  # None: cut away


def length_of(sentence):
    return len(sentence.ids)


def collator(tokenizer, labels):
    def collate(batch):
        length = max(len(sentence.ids) for sentence in batch)
        ids = torch.full((len(batch), length), tokenizer.pad_token_id)
        targets = torch.full((len(batch), length), IGNORED)
        for row, sentence in enumerate(batch):
            ids[row, : len(sentence.ids)] = torch.tensor(sentence.ids)
            for place, tag in zip(sentence.places, sentence.tags):
                if place is not None:
                    targets[row, place] = labels.get(tag, IGNORED)
        return {"input_ids": ids, "attention_mask": (ids != tokenizer.pad_token_id).long(), "labels": targets}

    return collate


def scores(model, test, collate, names):
    """Accuracy and macro F1. A word that was cut away, or has a tag that training had not, is wrong."""
    given, predicted = [], []
    for sentence, (output, row) in zip(test, training.outputs(model, test, collate, length_of)):
        best = output.logits[row].argmax(-1).tolist()
        given += sentence.tags
        predicted += ["" if place is None else names[best[place]] for place in sentence.places]
    accuracy = sum(a == b for a, b in zip(given, predicted)) / len(given)
    return accuracy, f1_score(given, predicted, labels=sorted(set(given) | set(predicted)), average="macro", zero_division=0)


def main():
    options = training.parser(__doc__, epochs=3, max_length=512).parse_args()
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)

    def read(name):
        pairs = sentences(options.data / "tagging" / f"{name}.conllu")
        return [Sentence(tokenizer, words, tags, options.max_length) for words, tags in pairs]

    train, tests = read("en.train"), {language: read(f"{language}.test") for language in ("en", "de")}
    names = sorted({tag for sentence in train for tag in sentence.tags})
    labels = {name: label for label, name in enumerate(names)}
    collate = collator(tokenizer, labels)

    def run(seed):
        model = transformers.AutoModelForTokenClassification.from_pretrained(
            options.model, num_labels=len(names), dtype=torch.float32
        )
        figures = training.fine_tune(model, train, collate, length_of, options)
        start = time.perf_counter()
        for language, test in tests.items():
            figures[f"accuracy {language}"], figures[f"macro F1 {language}"] = scores(model, test, collate, names)
        return figures | {"test_seconds": time.perf_counter() - start}

    training.repeat(options, "tagging", run)


if __name__ == "__main__":
    main()
