"""Trains the SentencePiece vocabulary of the small model: unigram, XLM-R's ids and XLM-R's normalization.

    python make_vocabulary.py TEXTS.tsv --normalizer-of XLMR/sentencepiece.bpe.model --out sentencepiece.bpe.model
                              [--size 8000] [--pieces PIECES.tsv]

XLM-R's normalization table is that of SentencePiece 0.1.86. Today's library makes another one under the same
name nmt_nfkc, so the table is taken out of any XLM-R model file and put into ours. PIECES is a table like
TEXTS that holds the pieces, for teach.py: distill.py starts the word embeddings from what it says of them.
"""

import argparse
import io
import math

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

WORD_BOUNDARY = "\u2581"
REPEAT = {"phrase": 40, "sib": 1, "pud": 1, "xquad": 0, "pair": 0}
CROWDED = ("en", "de", "it")  # more sentences than the others: theirs count less
LETTERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    "ÀÁÂÃÄÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜŒŸàáâãäçèéêëìíîïñòóôõöùúûüœÿßẞ"
    "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"
    ".,;:!?¿¡'()[]-–—/%&+*=#@°€$£«»„“”’\"…"
)


def weighted(path):
    """Texts with how often each counts. Words follow Zipf's law by their rank; phrases count most."""
    rank = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            group, language, text = line.rstrip("\n").split("\t")
            kind = group.split(":")[0]
            if kind in REPEAT:
                yield text, REPEAT[kind]
            elif " " in text:
                yield text, 0 if language in CROWDED else 1
            else:
                rank[language] = rank.get(language, 0) + 1
                yield text, math.ceil(15000 / (rank[language] + 750))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("texts")
    parser.add_argument("--normalizer-of", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--pieces")
    parser.add_argument("--size", type=int, default=8000)
    args = parser.parse_args()

    lines = [text for text, count in weighted(args.texts) for _ in range(count)]
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=written, model_type="unigram", vocab_size=args.size,
        normalization_rule_name="nmt_nfkc", character_coverage=0.9998, required_chars=LETTERS, unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
        num_threads=1, minloglevel=2)

    published = sentencepiece_model_pb2.ModelProto()
    with open(args.normalizer_of, "rb") as file:
        published.ParseFromString(file.read())
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(written.getvalue())
    model.normalizer_spec.precompiled_charsmap = published.normalizer_spec.precompiled_charsmap
    with open(args.out, "wb") as file:
        file.write(model.SerializeToString(deterministic=True))

    if args.pieces:
        with open(args.pieces, "w", encoding="utf-8") as file:
            for piece in model.pieces[3:]:
                file.write(f"\t\t{piece.piece.replace(WORD_BOUNDARY, ' ').strip() or '.'}\n")
    print(f"{args.out}: {len(model.pieces)} pieces from {len(lines)} lines")


if __name__ == "__main__":
    main()
