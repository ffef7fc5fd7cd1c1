"""Splits real data sets into the files that both sides of a comparison read.

    python benchmarks/prepare_real_data.py --data DATA --output DIR

DATA holds ud_pud/{en,de}_pud.conllu, xquad/xquad.{en,de}.json, xcopa/{val,test}.it.jsonl and
umsab/{english,french}.{train,val,test}_{text,labels}.txt, as their authors publish them. DIR then holds

    tagging/en.train.conllu                     the first 800 English sentences of UD PUD, as they are
    tagging/{en,de}.test.conllu                 the last 200, the same sentences in both languages
    question-answering/en.train.json            XQuAD in SQuAD's format: the first three quarters of the articles
    question-answering/{en,de}.test.json        the other articles, the same questions in both languages
    multiple-choice/it.{train,test}.jsonl       XCOPA's validation and test set: context, choices, label (from 0)
    sentiment/LANGUAGE.{train,validation,test}.tsv    UMSAB: columns text and label

and the same call writes the same bytes. Prints one line of JSON: sentences, questions or examples of every file. Needs Python
3.11 or newer and no package.
"""

import argparse
import json
import pathlib
import sys

TRAINING_SENTENCES = 800
TEST_SENTENCES = 200
TRAINING_ARTICLES = 0.75
# What XCOPA asks about a premise.
QUESTIONS = {"cause": "Qual è stata la causa?", "effect": "Che cosa è successo di conseguenza?"}
SENTIMENTS = ("negative", "neutral", "positive")


class Unexpected(Exception):
    """A data set that is not as its authors publish it."""


def read(file):
    """The text as it is: other separators of lines than the line feed belong to it."""
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unexpected(f"{file}: {error}") from None


def lines(file):
    return read(file).removesuffix("\n").split("\n")


def tagging(data):
    """CoNLL-U keeps its comments and all columns; a blank line ends each sentence."""
    for language in ("en", "de"):
        file = data / "ud_pud" / f"{language}_pud.conllu"
        sentences = read(file).strip("\n").split("\n\n")
        if len(sentences) < TRAINING_SENTENCES + TEST_SENTENCES:
            raise Unexpected(f"{file}: expected {TRAINING_SENTENCES + TEST_SENTENCES} sentences, found {len(sentences)}")
        parts = {"train": sentences[:TRAINING_SENTENCES], "test": sentences[-TEST_SENTENCES:]}
        for part, chosen in parts.items():
            if (language, part) != ("de", "train"):
                yield f"tagging/{language}.{part}.conllu", "".join(sentence + "\n\n" for sentence in chosen), len(chosen)


def question_answering(data):
    """Whole articles go to one side, so that no paragraph and no question of the test is known from training."""
    for language in ("en", "de"):
        squad = json.loads(read(data / "xquad" / f"xquad.{language}.json"))
        articles = squad["data"]
        training = int(TRAINING_ARTICLES * len(articles))
        parts = {"train": articles[:training], "test": articles[training:]}
        for part, chosen in parts.items():
            if (language, part) != ("de", "train"):
                questions = sum(len(paragraph["qas"]) for article in chosen for paragraph in article["paragraphs"])
                text = json.dumps({"version": squad["version"], "data": chosen}, ensure_ascii=False, indent=1)
                yield f"question-answering/{language}.{part}.json", text + "\n", questions


def multiple_choice(data):
    for part, source in (("train", "val"), ("test", "test")):
        examples = []
        for line in lines(data / "xcopa" / f"{source}.it.jsonl"):
            given = json.loads(line)
            context = given["premise"] + " " + QUESTIONS[given["question"]]
            choices = [given["choice1"], given["choice2"]]
            examples.append(json.dumps({"context": context, "choices": choices, "label": given["label"]}, ensure_ascii=False))
        yield f"multiple-choice/it.{part}.jsonl", "".join(example + "\n" for example in examples), len(examples)


def sentiment(data):
    for language in ("english", "french"):
        for part, source in (("train", "train"), ("validation", "val"), ("test", "test")):
            texts = lines(data / "umsab" / f"{language}.{source}_text.txt")
            labels = lines(data / "umsab" / f"{language}.{source}_labels.txt")
            if len(texts) != len(labels) or any("\t" in text for text in texts):
                raise Unexpected(f"umsab, {language}, {source}: expected a label a text and no tab in a text")
            rows = ["text\tlabel"] + [f"{text}\t{SENTIMENTS[int(label)]}" for text, label in zip(texts, labels)]
            yield f"sentiment/{language}.{part}.tsv", "".join(row + "\n" for row in rows), len(texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path, help="folder of the four data sets")
    parser.add_argument("--output", required=True, type=pathlib.Path, help="folder to write, made if it is not there")
    options = parser.parse_args()
    sizes = {}
    try:
        for task in (tagging, question_answering, multiple_choice, sentiment):
            for name, text, size in task(options.data):
                file = options.output / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode("utf-8"))
                sizes[name] = size
    except Unexpected as error:
        sys.exit(f"prepare_real_data: {error}")
    print(json.dumps(sizes))


if __name__ == "__main__":
    main()
