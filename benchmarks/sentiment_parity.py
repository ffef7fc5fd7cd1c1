"""Fine-tunes a checkpoint with Hugging Face and PyTorch on the tweets of UMSAB, a language at a time.

    python benchmarks/sentiment_parity.py --model DIR --data PREPARED [--languages english,french] [--seeds 0,1,2] [--epochs 3]
        [--batch-size 16] [--learning-rate 5e-5] [--max-length 128] [--group-by-length] [--threads 1]

PREPARED is what prepare_real_data.py wrote: sentiment/LANGUAGE.{train,validation,test}.tsv. Of the epochs the one with the best
macro F1 on the validation set is tested, as xlmr does it: among equals the one with the lower loss.

A line of JSON a seed: accuracy and macro F1 of the test set for each language, and the epoch that was taken; then the lists of all
seeds. xlmr does the same with

    ./xlmr train --train PREPARED/sentiment/english.train.tsv --validation PREPARED/sentiment/english.validation.tsv
        --text-column text --label-column label ...

Needs torch, transformers and scikit-learn.
"""

import time

import torch
import transformers
from sklearn.metrics import f1_score

import hugging_face_training as training


def rows(file):
    """Pairs of text and label; a text may hold any separator of lines but the line feed."""
    lines = file.read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    return [tuple(line.split("\t")) for line in lines[1:]]


def length_of(row):
    return len(row[0])


def collator(tokenizer, labels, max_length):
    def collate(batch):
        texts = [text for text, _ in batch]
        inputs = tokenizer(texts, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
        return dict(inputs) | {"labels": torch.tensor([labels[label] for _, label in batch])}

    return collate


def scores(model, test, collate, names):
    """Macro F1, accuracy and mean loss."""
    found = training.outputs(model, test, collate, length_of)
    logits = torch.stack([output.logits[row] for output, row in found])  # [examples, labels]
    given = torch.tensor([names.index(label) for _, label in test])
    predicted = logits.argmax(-1)
    loss = float(torch.nn.functional.cross_entropy(logits, given))
    return f1_score(given, predicted, average="macro", zero_division=0), float((predicted == given).float().mean()), loss


class Best:
    """The weights of the best epoch so far."""

    def __init__(self, model, validate):
        self.model, self.validate = model, validate
        self.epoch, self.figure, self.weights = 0, None, None

    def epoch_done(self, epoch):
        macro_f1, _, loss = self.validate()
        if self.figure is None or (macro_f1, -loss) > self.figure:
            self.epoch, self.figure = epoch, (macro_f1, -loss)
            self.weights = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}


def main():
    parser = training.parser(__doc__, epochs=3, max_length=128)
    parser.add_argument("--languages", default="english,french", help="default: english,french")
    options = parser.parse_args()
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)

    def one_language(language):
        read = lambda part: rows(options.data / "sentiment" / f"{language}.{part}.tsv")
        train, validation, test = read("train"), read("validation"), read("test")
        names = sorted({label for _, label in train})
        collate = collator(tokenizer, {name: label for label, name in enumerate(names)}, options.max_length)
        model = transformers.AutoModelForSequenceClassification.from_pretrained(
            options.model, num_labels=len(names), dtype=torch.float32
        )
        best = Best(model, lambda: scores(model, validation, collate, names))
        figures = training.fine_tune(model, train, collate, length_of, options, best.epoch_done)
        model.load_state_dict(best.weights)
        start = time.perf_counter()
        macro_f1, accuracy, _ = scores(model, test, collate, names)
        figures |= {"macro F1": macro_f1, "accuracy": accuracy, "epoch": best.epoch}
        figures["test_seconds"] = time.perf_counter() - start
        return {f"{name} {language}": figure for name, figure in figures.items()}

    def run(seed):
        figures = {}
        for language in options.languages.split(","):
            transformers.set_seed(seed)
            figures |= one_language(language)
        return figures

    training.repeat(options, "sentiment", run)


if __name__ == "__main__":
    main()
