"""Writes the teacher's sentence embedding of every text of a table made by texts.py.

    python teach.py --teacher DIR --texts TEXTS.tsv --out EMBEDDINGS.npz [--threads 2]

The teacher is a multilingual sentence-embedding model in XLM-R layout (multilingual-e5-small): its input
starts with "query: ", its embedding is the mean over all tokens. Texts that OUT already holds are kept, so
a larger table costs only its new texts.
"""

import argparse
import os
import time

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

TOKENS_PER_BATCH = 2048
SAVE_EVERY = 300  # seconds


def save(path, embeddings):
    texts = list(embeddings)
    matrix = np.stack([embeddings[text] for text in texts])
    temporary = path + ".part.npz"
    np.savez(temporary, texts=np.array("\n".join(texts)), embeddings=matrix)
    os.replace(temporary, path)


def load(path):
    if not os.path.exists(path):
        return {}
    with np.load(path) as stored:
        return dict(zip(str(stored["texts"]).split("\n"), stored["embeddings"]))


def batches(token_lists):
    """Indices grouped by length, so that almost nothing is padded."""
    order = sorted(range(len(token_lists)), key=lambda index: len(token_lists[index]))
    batch = []
    for index in order:
        if batch and len(token_lists[index]) * (len(batch) + 1) > TOKENS_PER_BATCH:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--texts", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    embeddings = load(args.out)
    with open(args.texts, encoding="utf-8") as file:
        texts = dict.fromkeys(line.rstrip("\n").split("\t")[2] for line in file)
    texts = [text for text in texts if text not in embeddings]
    tokenizer = AutoTokenizer.from_pretrained(args.teacher)
    model = AutoModel.from_pretrained(args.teacher, add_pooling_layer=False, dtype=torch.float32).eval()
    token_lists = tokenizer(["query: " + text for text in texts], truncation=True, max_length=128)["input_ids"]
    print(f"{len(texts)} new texts, {sum(map(len, token_lists))} tokens", flush=True)

    started = saved = time.time()
    done = 0
    for batch in batches(token_lists):
        longest = max(len(token_lists[index]) for index in batch)
        ids = torch.full((len(batch), longest), tokenizer.pad_token_id)  # [B, T]
        for row, index in enumerate(batch):
            ids[row, : len(token_lists[index])] = torch.tensor(token_lists[index])
        mask = (ids != tokenizer.pad_token_id).long()  # [B, T]
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state  # [B, T, C]
        mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)  # [B, C]
        for index, vector in zip(batch, torch.nn.functional.normalize(mean).numpy()):
            embeddings[texts[index]] = vector.astype(np.float16)
        done += len(batch)
        if time.time() - saved > SAVE_EVERY:
            save(args.out, embeddings)
            saved = time.time()
            print(f"{done} of {len(texts)}, {time.time() - started:.0f} s", flush=True)
    save(args.out, embeddings)
    print(f"{args.out}: {len(embeddings)} texts, {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
