"""Makes core/src/test/resources/xlmr/eval/results.json: temperatures, thresholds and comparisons of two classifiers.

    python tests/reference/results.py [--check]

Temperatures are SciPy's minimum of the negative log-likelihood, thresholds the best of all that there are by scikit-learn's
F1, probabilities of McNemar's test SciPy's exact binomial test, intervals 4,000 draws of NumPy (compared loosely: another
source of random numbers). Made with scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6.
"""

import json
import pathlib
import sys

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics

FILE = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/xlmr/eval/results.json"
DRAWS = 4000


def rows(values):
    return np.round(values, 6).tolist()


def temperature(random, count, classes, sharpness):
    logits = np.round(random.normal(size=(count, classes)) * sharpness, 6)
    labels = np.array([random.choice(classes, p=special.softmax(row / 1.7)) for row in logits])

    def loss(inverse):
        return -special.log_softmax(logits * inverse, axis=1)[np.arange(count), labels].mean()

    best = optimize.minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-12})
    return {"logits": rows(logits), "labels": labels.tolist(), "temperature": 1 / best.x, "before": loss(1), "after": best.fun}


def multi_temperature(random, count, classes):
    logits = np.round(random.normal(size=(count, classes)) * 3 - 1, 6)
    labels = random.random((count, classes)) < special.expit(logits / 2.2)

    def loss(inverse):
        z = np.where(labels, logits, -logits) * inverse
        return np.logaddexp(0, -z).mean()

    best = optimize.minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-12})
    scores = special.expit(logits)
    f1 = []
    for k in range(classes):
        tried = [0.5] + (np.unique(scores[:, k]) - 1e-12).tolist()
        f1.append(max(metrics.f1_score(labels[:, k], scores[:, k] > t, zero_division=0) for t in tried))
    return {"logits": rows(logits), "labels": labels.tolist(), "temperature": 1 / best.x, "after": best.fun, "best_f1": f1}


def comparison(random, count, classes, skill_a, skill_b):
    truth = random.integers(classes, size=count)
    a = np.where(random.random(count) < skill_a, truth, random.integers(classes, size=count))
    b = np.where(random.random(count) < skill_b, truth, random.integers(classes, size=count))
    only_a, only_b = int(((a == truth) & (b != truth)).sum()), int(((b == truth) & (a != truth)).sum())

    def macro(rows, said):
        return metrics.f1_score(truth[rows], said[rows], average="macro", zero_division=0)

    everything = np.arange(count)
    draws = [random.integers(count, size=count) for _ in range(DRAWS)]
    accuracy = [(b[d] == truth[d]).mean() - (a[d] == truth[d]).mean() for d in draws]
    f1 = [macro(d, b) - macro(d, a) for d in draws]
    return {
        "truth": truth.tolist(), "a": a.tolist(), "b": b.tolist(), "classes": classes,
        "only_a": only_a, "only_b": only_b,
        "p": stats.binomtest(only_a, only_a + only_b).pvalue,
        "accuracy": [(a == truth).mean(), (b == truth).mean()],
        "macro_f1": [macro(everything, a), macro(everything, b)],
        "accuracy_interval": np.percentile(accuracy, [2.5, 97.5]).tolist(),
        "macro_f1_interval": np.percentile(f1, [2.5, 97.5]).tolist(),
    }


def near(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(near(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(near, one, other))
    return abs(one - other) < 1e-7 if isinstance(one, float) else one == other


def main():
    random = np.random.default_rng(20240611)
    result = {
        "temperatures": [temperature(random, *case) for case in ((60, 4, 3), (200, 7, 5), (50, 2, 0.5))],
        "labels": multi_temperature(random, 80, 3),
        "mcnemar": [
            {"only_a": a, "only_b": b, "p": stats.binomtest(a, a + b).pvalue}
            for a, b in ((0, 1), (1, 5), (5, 1), (3, 9), (12, 12), (10, 30), (120, 161), (900, 1000), (4000, 4300))
        ],
        "comparisons": [comparison(random, *case) for case in ((120, 4, 0.7, 0.75), (300, 3, 0.5, 0.7))],
    }
    if "--check" in sys.argv:
        sys.exit(0 if near(json.loads(FILE.read_text()), result) else "results.json differs")
    FILE.write_text(json.dumps(result) + "\n")


main()
