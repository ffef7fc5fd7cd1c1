"""Makes the metric fixtures in core/src/test/resources/xlmr/eval with scikit-learn and SciPy.

    python tests/reference/metrics.py [--check]

Writes classification.json, probabilities.json and seed_prediction_output.json; with --check compares instead (numbers
within 1e-12, all else exactly). Made with scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6. The 20 rows of
seed_prediction_output.json are given data, a prediction output that was posted in public, and are read from the file.
"""

import json
import math
import pathlib
import sys
import warnings
import zlib

import numpy as np
from scipy import optimize, stats
from sklearn import metrics

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/xlmr/eval"
SEED = 20240611


def generator(name):
    return np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))


def plain(value):
    """NumPy's numbers and arrays as Python's; NaN as null."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def scores(truth, predicted, zero_division=0, **options):
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, predicted, zero_division=zero_division, **options)
    result = {"precision": precision, "recall": recall, "f1": f1}
    return result if support is None else result | {"support": support}


def expected(truth, predicted, labels):
    result = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
        "matthews": metrics.matthews_corrcoef(truth, predicted),
        "cohen_kappa": metrics.cohen_kappa_score(truth, predicted, labels=labels),
        "confusion_matrix": metrics.confusion_matrix(truth, predicted, labels=labels),
    }
    for zero in (0, 1):
        for average in ("micro", "macro", "weighted", None):
            name = f"{average or 'per_class'}_zero_division_{zero}"
            result[name] = scores(truth, predicted, zero, labels=labels, average=average)
    for average in ("macro", "weighted"):  # without labels= only the classes that occur
        result[f"{average}_present_classes_only"] = scores(truth, predicted, average=average)
    return result


def classification():
    random = generator("metrics")
    cases = [
        ("perfect", [0, 1, 2, 3], [0, 1, 2, 3], 4),
        ("all_wrong", [0, 1, 2, 3], [1, 2, 3, 0], 4),
        ("one_class_predicted", [0, 1, 2, 0, 1, 2], [1] * 6, 3),
        ("class_never_true", [0, 0, 1, 1], [0, 2, 1, 2], 3),
        ("class_never_seen", [0, 1, 0, 1], [0, 1, 1, 1], 3),
        ("single_row", [2], [2], 3),
        ("single_row_wrong", [2], [0], 3),
        ("binary", random.integers(0, 2, 50), random.integers(0, 2, 50), 2),
        ("binary_constant_truth", [1] * 8, [1, 1, 0, 1, 1, 0, 1, 1], 2),
    ]
    for n, k in ((10, 3), (200, 4), (1000, 7)):
        truth = random.integers(0, k, n)
        predicted = np.where(random.random(n) < 0.6, truth, random.integers(0, k, n))
        cases.append((f"random_{n}_{k}", truth, predicted, k))
    truth = random.choice(5, 400, p=[0.9, 0.05, 0.03, 0.015, 0.005])
    cases.append(("imbalanced", truth, np.where(random.random(400) < 0.8, truth, 0), 5))

    many_true = (random.random((30, 4)) < 0.3).astype(int)
    many_predicted = (random.random((30, 4)) < 0.3).astype(int)
    many_predicted[:, 3] = 0
    multi_label = {
        "y_true": many_true, "y_pred": many_predicted,
        "subset_accuracy": metrics.accuracy_score(many_true, many_predicted),
        "hamming_loss": metrics.hamming_loss(many_true, many_predicted),
    }
    for average in ("micro", "macro", "weighted", "samples"):
        multi_label[average] = scores(many_true, many_predicted, average=average)

    score = random.random(60)
    answer = (random.random(60) < 0.2 + 0.6 * score).astype(int)
    target = random.standard_normal(40)
    prediction = target * 0.7 + random.standard_normal(40) * 0.4
    return {
        "library": "scikit-learn",
        "cases": [{"name": name, "y_true": t, "y_pred": p, "labels": list(range(k)), "expected": expected(t, p, list(range(k)))}
                  for name, t, p, k in cases],
        "binary_average": [{"name": name} | scores(t, p, average="binary") for name, t, p, k in cases if k == 2],
        "multi_label": [multi_label],
        "roc_auc": [{"y": answer, "score": s, "roc_auc": metrics.roc_auc_score(answer, s),
                     "average_precision": metrics.average_precision_score(answer, s)} for s in (score, np.round(score, 1))],
        "regression": {
            "y": target, "prediction": prediction,
            "mse": metrics.mean_squared_error(target, prediction), "mae": metrics.mean_absolute_error(target, prediction),
            "r2": metrics.r2_score(target, prediction),
            "pearson": stats.pearsonr(target, prediction)[0], "spearman": stats.spearmanr(target, prediction)[0],
            "spearman_with_ties": stats.spearmanr(np.round(target), np.round(prediction))[0],
            "tied_y": np.round(target), "tied_prediction": np.round(prediction),
        },
    }


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def calibration(probabilities, labels, bins):
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    edges = np.linspace(0, 1, bins + 1)
    rows, ece = [], 0.0
    for low, high in zip(edges, edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            rows.append({"low": low, "high": high, "count": inside.sum(), "accuracy": right[inside].mean(), "confidence": confidence[inside].mean()})
            ece += inside.mean() * abs(rows[-1]["accuracy"] - rows[-1]["confidence"])
    return {"bins": bins, "ece": ece, "mce": max(abs(row["accuracy"] - row["confidence"]) for row in rows), "rows": rows}


def probabilities():
    random = generator("probabilities")
    logits = (random.standard_normal((120, 4)) * 2).astype(np.float32).astype(np.float64)
    labels = np.where(random.random(120) < 0.55, logits.argmax(1), random.integers(0, 4, 120))
    answers = softmax(logits)

    def loss(temperature):
        return -np.log(softmax(logits / temperature)[np.arange(120), labels]).mean()

    best = optimize.minimize_scalar(lambda x: loss(np.exp(x)), bounds=(-4, 4), method="bounded", options={"xatol": 1e-10})
    return {
        "logits": logits, "labels": labels, "cross_entropy": loss(1.0),
        "brier": ((answers - np.eye(4)[labels]) ** 2).sum(1).mean(), "perplexity": np.exp(loss(1.0)),
        "accuracy": (answers.argmax(1) == labels).mean(),
        "top2_accuracy": np.mean([label in row for label, row in zip(labels, np.argsort(-answers, 1)[:, :2])]),
        "calibration": [calibration(answers, labels, bins) for bins in (5, 10, 15)],
        "calibration_rule": "bins (low, high] of equal width over the largest probability; ece = sum of share * |accuracy - mean confidence|",
        "temperature": {"value": np.exp(best.x), "cross_entropy": best.fun, "rule": "minimizes the cross entropy of logits / T"},
        "entropy": -(answers * np.log(answers)).sum(1), "softmax": answers,
    }


def prediction_output():
    """Everything that follows from the given rows is made anew; the rows and the texts stay."""
    fixture = json.loads((FOLDER / "seed_prediction_output.json").read_text())
    logits, labels = np.array(fixture["logits"]), np.array(fixture["label_ids"])
    answers = softmax(logits)
    predicted = answers.argmax(1)
    losses = -np.log(answers[np.arange(len(labels)), labels])
    fixture |= {"predictions": predicted, "softmax": answers, "cross_entropy_per_row": losses, "cross_entropy_mean": losses.mean(),
                "accuracy": (predicted == labels).mean(), "confusion_matrix": metrics.confusion_matrix(labels, predicted)}
    for zero in (0, 1):
        for average in ("micro", "macro", "weighted"):
            fixture["averages"][f"{average}_zero_division_{zero}"] = scores(labels, predicted, zero, average=average)
        fixture[f"per_class_zero_division_{zero}"] = scores(labels, predicted, zero, average=None)
    for size, means in fixture["loss_by_batch_size"].items():
        batches = [losses[i:i + int(size)] for i in range(0, len(losses), int(size))]
        means["mean_of_batch_means"] = np.mean([batch.mean() for batch in batches])
        means["weighted_by_size"] = losses.mean()
    return fixture


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and b is not None and abs(a - b) <= 1e-12 * max(1, abs(b))
    return a == b


def main():
    warnings.filterwarnings("ignore")  # scikit-learn warns of the divisions by zero that are wanted here
    check = sys.argv[1:] == ["--check"]
    failed = False
    for name, make in (("classification", classification), ("probabilities", probabilities), ("seed_prediction_output", prediction_output)):
        path = FOLDER / f"{name}.json"
        made = plain(make())
        if check:
            ok = same(made, json.loads(path.read_text()))
            print(f"{name}: {'same' if ok else 'DIFFERENT'}")
            failed |= not ok
        else:
            path.write_text(json.dumps(made, separators=(",", ":")) + "\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
