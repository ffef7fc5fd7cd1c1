"""Loads a directory that xlmr wrote with sentence-transformers, and holds its embeddings of some texts against xlmr's.

    ./xlmr embed --model DIR --input TEXTS --output EMBEDDINGS.npy ...
    python tests/reference/check_with_sentence_transformers.py DIR TEXTS EMBEDDINGS.npy [--prompt-name NAME] [--limit 1e-5]

TEXTS has a text a line, EMBEDDINGS.npy a row for each, [texts, C]. Exits with 1 if a number differs by more than the limit,
relative to 1 or to its size where that is larger, or if the lowest cosine of a text's two embeddings is below 1 - limit. Needs
sentence-transformers and NumPy.
"""

import argparse
import pathlib
import sys

import numpy as np
import sentence_transformers


def rows_of(texts, file):
    """The array of a .npy file, checked."""
    ours = np.load(file, allow_pickle=False)
    if ours.ndim != 2 or len(ours) != len(texts):
        sys.exit(f"{file}: expected a row for each of {len(texts)} texts, found {list(ours.shape)}")
    return ours.astype(np.float64)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("embeddings", type=pathlib.Path)
    parser.add_argument("--prompt-name", help="prompt of the directory's settings, such as query")
    parser.add_argument("--limit", type=float, default=1e-5)
    options = parser.parse_args()
    texts = options.texts.read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    ours = rows_of(texts, options.embeddings)
    model = sentence_transformers.SentenceTransformer(str(options.directory), device="cpu")
    theirs = model.encode(texts, prompt_name=options.prompt_name, show_progress_bar=False).astype(np.float64)
    if ours.shape != theirs.shape:
        sys.exit(f"{options.embeddings}: expected {list(theirs.shape)}, found {list(ours.shape)}")
    difference = float((np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))).max())
    norms = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    cosine = float(((ours * theirs).sum(1) / norms).min())
    modules = ", ".join(type(module).__name__ for module in model)
    print(f"{len(texts)} texts, {modules}: largest difference {difference:.2e}, lowest cosine {cosine:.8f}")
    if not (difference <= options.limit and cosine >= 1 - options.limit):  # not a number fails, too
        sys.exit(1)


if __name__ == "__main__":
    main()
