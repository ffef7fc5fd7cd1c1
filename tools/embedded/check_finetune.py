"""Fine-tunes the small model by Hugging Face's plain recipe and says how well it predicts, by language.

    python check_finetune.py EMBEDDED_DIR [--epochs 6] [--batch-size 8] [--learning-rate 5e-4] [--seeds 0 1 2]

All weights are trained: AdamW without decay on biases and LayerNorm, linear warm-up over a tenth of the steps
and linear decay, gradients clipped to 1. EMBEDDED_DIR holds model/ and data/.
"""

import argparse
import csv
import glob
import os
import time

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

LABELS = ["food", "money", "travel", "weather"]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def encode(tokenizer, records):
    encoded = tokenizer([r["text"] for r in records], padding=True, truncation=True, return_tensors="pt")
    labels = torch.tensor([LABELS.index(record["category"]) for record in records])
    return encoded["input_ids"], encoded["attention_mask"], labels


@torch.inference_mode()
def right(model, tokenizer, records):
    model.eval()
    ids, mask, labels = encode(tokenizer, records)
    return (model(input_ids=ids, attention_mask=mask).logits.argmax(-1) == labels).tolist()


def finetune(directory, tokenizer, records, args, seed):
    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(
        directory, num_labels=len(LABELS), dtype=torch.float32)
    plain = [p for name, p in model.named_parameters() if "LayerNorm" in name or name.endswith("bias")]
    decayed = [p for name, p in model.named_parameters() if not ("LayerNorm" in name or name.endswith("bias"))]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=args.learning_rate)
    steps = args.epochs * -(-len(records) // args.batch_size)
    schedule = get_linear_schedule_with_warmup(optimizer, steps // 10, steps)
    for _ in range(args.epochs):
        model.train()
        for batch in torch.randperm(len(records)).split(args.batch_size):
            ids, mask, labels = encode(tokenizer, [records[index] for index in batch])
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model, loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("embedded")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--train-languages", nargs="+", help="only these (default: all of train.tsv)")
    parser.add_argument("--mistakes", action="store_true", help="print the sentences that went wrong")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    model_directory = os.path.join(args.embedded, "model")
    tokenizer = AutoTokenizer.from_pretrained(model_directory)
    data = {os.path.basename(path)[:-4]: read(path)
            for path in sorted(glob.glob(os.path.join(args.embedded, "data", "*.tsv")))}
    train = [r for r in data.pop("train") if not args.train_languages or r["language"] in args.train_languages]
    for seed in args.seeds:
        started = time.time()
        model, loss = finetune(model_directory, tokenizer, train, args, seed)
        seconds = time.time() - started
        answers = []
        for name, records in data.items():
            results = right(model, tokenizer, records)
            answers.append(f"{name} {sum(results) / len(results):.3f}")
            languages = sorted({record["language"] for record in records})
            if len(languages) > 1:
                by_language = [(language, [ok for ok, r in zip(results, records) if r["language"] == language])
                               for language in languages]
                answers[-1] += " (" + " ".join(f"{l} {sum(o) / len(o):.3f}" for l, o in by_language) + ")"
            if args.mistakes:
                for ok, record in zip(results, records):
                    if not ok:
                        print("   wrong:", name, record["category"], record["text"])
        print(f"seed {seed}: {seconds:.1f} s, last loss {loss:.3f}; " + "; ".join(answers), flush=True)


if __name__ == "__main__":
    main()
