"""Gathers the unlabelled texts that the vocabulary and the small model learn from, into one table.

    python texts.py OUT.tsv --data ../../cli/src/main/resources/xlmr/embedded/data --wordfreq DIR
                    [--sib200 DIR] [--corpus FILE.tsv.gz] [--ud-pud DIR] [--xcopa DIR] [--xquad DIR]

The table has one row per text: group, language, text. Texts that are translations of each other share a
group; all others have an empty one. Labels are never read, and neither is any test file of ours.
"""

import argparse
import csv
import glob
import gzip
import json
import os
import random
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
LANGUAGES = ["en", "fr", "es", "pt", "de", "it", "ru"]
SIB200 = {"en": "eng_Latn", "fr": "fra_Latn", "de": "deu_Latn", "it": "ita_Latn"}
SEED = 20
CAPITALIZED = 1500


def clean(text):
    return " ".join(unicodedata.normalize("NFC", text).split())


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def own_phrases():
    """Short everyday phrases, written for this project, a row in all languages."""
    for row, record in enumerate(table(os.path.join(HERE, "phrases.tsv"))):
        for language in LANGUAGES:
            yield f"phrase:{row}", language, record[language]


def own_sentences(directory):
    """Training and validation sentences, without their labels."""
    for name in ("train", "validation"):
        for row, record in enumerate(table(os.path.join(directory, name + ".tsv"))):
            yield f"own:{name}{row}", record["language"], record["text"]


def frequent_words(directory, count):
    """The most frequent words of each language: wordfreq's lists, most frequent first."""
    import msgpack

    for language in LANGUAGES:
        (path,) = glob.glob(os.path.join(directory, f"large_{language}.msgpack.gz"))
        with gzip.open(path) as file:
            bins = msgpack.load(file, raw=False)[1:]
        words = [word for bin_ in bins for word in bin_ if any(map(str.isalpha, word))]
        for rank, word in enumerate(words[:count]):
            yield "", language, word
            # The lists are lower case: German nouns and first words of sentences are not.
            if language == "de" or rank < CAPITALIZED:
                yield "", language, word.capitalize()


def sib200(directory):
    for language, folder in SIB200.items():
        for record in table(os.path.join(directory, folder, "train.tsv")):
            yield f"sib:{record['index_id']}", language, record["text"]


def corpus(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            language, text = line.rstrip("\n").split("\t", 1)
            language = language.split("_")[0]
            if language in LANGUAGES and 3 <= len(text) <= 200:
                yield "", language, text


def ud_pud(directory):
    """English and German are translations of each other, sentence by sentence."""
    for language in ("en", "de"):
        with open(os.path.join(directory, f"{language}_pud.conllu"), encoding="utf-8") as file:
            identifier = ""
            for line in file:
                if line.startswith("# sent_id = "):
                    identifier = line[12:].strip()
                elif line.startswith("# text = "):
                    yield f"pud:{identifier}", language, line[9:]


def xcopa(directory):
    for path in sorted(glob.glob(os.path.join(directory, "*.it.jsonl"))):
        with open(path, encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                for field in ("premise", "choice1", "choice2"):
                    yield "", "it", record[field]


def xquad(directory):
    for language in ("en", "de"):
        with open(os.path.join(directory, f"xquad.{language}.json"), encoding="utf-8") as file:
            for article in json.load(file)["data"]:
                for paragraph in article["paragraphs"]:
                    for question in paragraph["qas"]:
                        yield f"xquad:{question['id']}", language, question["question"]


def fragments(rows, count, rng):
    """Runs of 2 to 9 words of longer texts: more, and shorter, contexts for the same words."""
    long = [(language, text.split()) for _, language, text in rows if len(text.split()) >= 9]
    for _ in range(count):
        language, words = rng.choice(long)
        length = rng.randint(2, 9)
        start = rng.randrange(len(words) - length + 1)
        yield "", language, " ".join(words[start : start + length])


def phrase_pairs(count, rng):
    """Two phrases side by side, the same two in every language: contexts that are translations."""
    phrases = list(table(os.path.join(HERE, "phrases.tsv")))
    for number in range(count):
        first, second = rng.sample(phrases, 2)
        for language in LANGUAGES:
            yield f"pair:{number}", language, f"{first[language]}, {second[language]}"


def word_runs(words, count, rng):
    """3 to 6 frequent words of one language in any order: contexts where sentences are few."""
    by_language = {language: [row[2] for row in words if row[1] == language] for language in LANGUAGES}
    for language, choices in by_language.items():
        for _ in range(count):
            yield "", language, " ".join(rng.choices(choices, k=rng.randint(3, 6)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--data", required=True, help="folder of train.tsv and validation.tsv")
    parser.add_argument("--wordfreq", required=True, help="folder data/ of the wordfreq package")
    parser.add_argument("--words", type=int, default=10000, help="words a language")
    parser.add_argument("--fragments", type=int, default=30000)
    parser.add_argument("--phrase-pairs", type=int, default=2500)
    parser.add_argument("--word-runs", type=int, default=4000, help="runs a language")
    for source in ("sib200", "corpus", "ud-pud", "xcopa", "xquad"):
        parser.add_argument(f"--{source}")
    args = parser.parse_args()

    sentences = list(own_phrases()) + list(own_sentences(args.data))
    for source, read in ((args.sib200, sib200), (args.corpus, corpus), (args.ud_pud, ud_pud),
                         (args.xcopa, xcopa), (args.xquad, xquad)):
        if source:
            sentences += read(source)
    rng = random.Random(SEED)
    rows = sentences + list(fragments(sentences, args.fragments, rng))
    words = list(frequent_words(args.wordfreq, args.words))
    rows += words
    rows += phrase_pairs(args.phrase_pairs, rng)
    rows += word_runs(words, args.word_runs, rng)

    seen = set()
    with open(args.out, "w", encoding="utf-8") as file:
        for group, language, text in rows:
            text = clean(text)
            if text and (language, text) not in seen:
                seen.add((language, text))
                file.write(f"{group}\t{language}\t{text}\n")
    print(f"{args.out}: {len(seen)} texts")


if __name__ == "__main__":
    main()
