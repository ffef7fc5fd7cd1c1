"""Fine-tunes a checkpoint with Hugging Face and PyTorch on XCOPA in Italian: which of two sentences is the cause, or the effect?

    python benchmarks/multiple_choice_parity.py --model DIR --data PREPARED [--seeds 0,1,2] [--epochs 10] [--batch-size 16]
        [--learning-rate 5e-5] [--max-length 128] [--group-by-length] [--threads 1]

PREPARED is what prepare_real_data.py wrote: multiple-choice/it.train.jsonl (100 examples, XCOPA's validation set) and
it.test.jsonl (500). Each choice is a sequence <s> context </s></s> choice </s>; the context is the premise and the question. The
pooler, which a bare encoder may lack, is then made new like the head. The last epoch counts.

A line of JSON a seed with the accuracy, where chance is 0.5 and one standard error of 500 examples 0.022, and that of the training
set after training; then the lists of all seeds. xlmr does the same with

    ./xlmr train --task multiple-choice --train PREPARED/multiple-choice/it.train.jsonl ...

Needs torch and transformers.
"""

import json
import time

import torch
import transformers

import hugging_face_training as training


def examples(file):
    return [json.loads(line) for line in file.read_bytes().decode("utf-8").removesuffix("\n").split("\n")]


def length_of(example):
    return len(example["context"]) + max(map(len, example["choices"]))


def collator(tokenizer, max_length):
    def collate(batch):
        choices = len(batch[0]["choices"])
        contexts = [example["context"] for example in batch for _ in range(choices)]
        endings = [choice for example in batch for choice in example["choices"]]
        flat = tokenizer(contexts, endings, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
        inputs = {name: flat[name].view(len(batch), choices, -1) for name in ("input_ids", "attention_mask")}
        return inputs | {"labels": torch.tensor([example["label"] for example in batch])}

    return collate


def accuracy(model, test, collate):
    found = training.outputs(model, test, collate, length_of)
    return sum(int(output.logits[row].argmax()) == one["label"] for one, (output, row) in zip(test, found)) / len(test)


def main():
    options = training.parser(__doc__, epochs=10, max_length=128).parse_args()
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
    train, test = (examples(options.data / "multiple-choice" / f"it.{part}.jsonl") for part in ("train", "test"))
    collate = collator(tokenizer, options.max_length)

    def run(seed):
        model = transformers.AutoModelForMultipleChoice.from_pretrained(options.model, dtype=torch.float32)
        figures = training.fine_tune(model, train, collate, length_of, options)
        start = time.perf_counter()
        figures["accuracy it"] = accuracy(model, test, collate)
        figures["test_seconds"] = time.perf_counter() - start
        return figures | {"accuracy it training set": accuracy(model, train, collate)}

    training.repeat(options, "multiple choice", run)


if __name__ == "__main__":
    main()
