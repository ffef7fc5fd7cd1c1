"""Makes core/src/test/resources/xlmr/eval/paired.json: two models of other tasks than classification on the same examples.

    python tests/reference/paired.py [--check]

Scores are those of scikit-learn, SciPy and seqeval. Probabilities are exact: all ways to exchange the answers to twelve examples,
each judged anew by these libraries. Intervals are 4,000 draws of NumPy (compared loosely: another source of random numbers).
Made with scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6, seqeval 1.2.2.
"""

import itertools
import json
import pathlib
import sys

import numpy as np
from scipy import stats
from seqeval import metrics as entities
from sklearn import metrics

FILE = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/xlmr/eval/paired.json"
DRAWS = 4000
EXAMPLES = 12
TAGS = ["O", "O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def chance(score, truth, a, b):
    """The share of all exchanges that differ by as much as what was found."""
    found = abs(score(truth, b) - score(truth, a))
    reached = 0
    for swaps in itertools.product([False, True], repeat=len(truth)):
        one = [y if swap else x for swap, x, y in zip(swaps, a, b)]
        other = [x if swap else y for swap, x, y in zip(swaps, a, b)]
        reached += abs(score(truth, other) - score(truth, one)) >= found - 1e-12
    return reached / 2 ** len(truth)


def interval(score, truth, a, b, random):
    differences = []
    for _ in range(DRAWS):
        rows = random.integers(len(truth), size=len(truth))
        pick = lambda values: [values[i] for i in rows]
        differences.append(score(pick(truth), pick(b)) - score(pick(truth), pick(a)))
    return np.percentile(differences, [2.5, 97.5]).tolist()


def compared(scores, truth, a, b, random):
    tested = next(iter(scores.values()))
    return {
        "truth": truth,
        "a": a,
        "b": b,
        "scores": {name: [float(score(truth, a)), float(score(truth, b))] for name, score in scores.items()},
        "interval": interval(tested, truth, a, b, random),
        "p": chance(tested, truth, a, b),
    }


def numbers(random, noise_a, noise_b):
    truth = np.round(random.normal(size=EXAMPLES) * 2 + 3, 4)
    a = np.round(truth + random.normal(size=EXAMPLES) * noise_a, 4)
    b = np.round(truth + random.normal(size=EXAMPLES) * noise_b, 4)
    scores = {
        "mean_squared_error": metrics.mean_squared_error,
        "mean_absolute_error": metrics.mean_absolute_error,
        "pearson": lambda x, y: stats.pearsonr(x, y)[0],
    }
    return compared(scores, truth.tolist(), a.tolist(), b.tolist(), random)


def spoilt(random, sentences, share):
    return [[random.choice(TAGS) if random.random() < share else tag for tag in tags] for tags in sentences]


def tagged(random, spoil_a, spoil_b):
    truth = [[str(random.choice(TAGS)) for _ in range(random.integers(4, 9))] for _ in range(EXAMPLES)]
    a, b = spoilt(random, truth, spoil_a), spoilt(random, truth, spoil_b)
    text = lambda rows: [[str(tag) for tag in row] for row in rows]
    scores = {"f1": entities.f1_score, "accuracy": entities.accuracy_score}
    return compared(scores, truth, text(a), text(b), random)


def labelled(random, flip_a, flip_b):
    truth = random.random((EXAMPLES, 4)) < 0.4
    a = truth ^ (random.random(truth.shape) < flip_a)
    b = truth ^ (random.random(truth.shape) < flip_b)
    scores = {
        "micro_f1": lambda x, y: metrics.f1_score(np.array(x), np.array(y), average="micro", zero_division=0),
        "macro_f1": lambda x, y: metrics.f1_score(np.array(x), np.array(y), average="macro", zero_division=0),
        "accuracy": lambda x, y: metrics.accuracy_score(np.array(x), np.array(y)),
    }
    return compared(scores, truth.tolist(), a.tolist(), b.tolist(), random)


def made():
    random = np.random.default_rng(11)
    return {
        "numbers": [numbers(random, 1.0, 0.5), numbers(random, 0.6, 0.6)],
        "tags": [tagged(random, 0.35, 0.1), tagged(random, 0.2, 0.2)],
        "labels": [labelled(random, 0.3, 0.05), labelled(random, 0.15, 0.15)],
    }


if __name__ == "__main__":
    text = json.dumps(made()) + "\n"
    if "--check" in sys.argv:
        sys.exit(0 if FILE.read_text() == text else f"{FILE} is out of date")
    FILE.write_text(text)
