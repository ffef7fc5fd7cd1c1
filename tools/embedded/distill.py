"""Distils a multilingual sentence-embedding model into the small XLM-R model that is shipped.

    python distill.py --texts TEXTS.tsv --teacher-embeddings EMBEDDINGS.npz --vocabulary sentencepiece.bpe.model
                      --out DIR [--steps 3000] [--minutes 25] [--threads 1]

Training ends at the steps or the minutes, whichever comes first; the learning rate falls to 0 just then.

The student learns two things at once, through two projections that are thrown away afterwards: the mean of
its last hidden states, and its state at <s> alone, each point where the teacher's embedding points. The
second is what XLM-R's classification head reads. Teacher embeddings are centred for each language, and
averaged over translations, so that a meaning has one target in all languages. Labels are never seen.
"""

import argparse
import json
import os
import random
import time

import numpy as np
import sentencepiece
import torch
from torch.nn import functional
from transformers import XLMRobertaConfig, XLMRobertaModel

from teach import load

SEED = 1
PAD, BOS, EOS, UNK = 1, 0, 2, 3
TOKENS_PER_BATCH = 2048
LEARNING_RATE = 1.5e-3
TEMPERATURE = 0.05
SAMPLED = 0.3  # share of the texts that are cut into pieces at random: the same words in other pieces
# How often an epoch visits a text, by the kind of its group; less than 1 is a chance.
WEIGHTS = {"phrase": 4, "own": 4, "pair": 1, "sib": 2, "pud": 1, "xquad": 0.5, "text": 0.8, "word": 0.5}


def configuration(vocabulary_size):
    return XLMRobertaConfig(
        vocab_size=vocabulary_size, hidden_size=128, num_hidden_layers=3, num_attention_heads=4,
        intermediate_size=256, max_position_embeddings=130, type_vocab_size=1, layer_norm_eps=1e-5,
        hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, bos_token_id=BOS, eos_token_id=EOS,
        pad_token_id=PAD)


def read_texts(path, embeddings):
    """Texts, their targets [S, 384] and weights: centred by language, averaged over a group, of length 1."""
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    vectors = np.stack([embeddings[text] for _, _, text in rows]).astype(np.float32)  # [S, 384]
    languages = np.array([language for _, language, _ in rows])
    # The teacher places single words and sentences apart as well, so each kind has a centre of its own.
    kinds = np.array(["word" if " " not in text else "text" for _, _, text in rows])
    for language in np.unique(languages):
        for kind in ("word", "text"):
            members = (languages == language) & (kinds == kind)
            vectors[members] -= vectors[members].mean(0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    groups = {}
    for index, (group, _, _) in enumerate(rows):
        if group:
            groups.setdefault(group, []).append(index)
    for members in groups.values():
        mean = vectors[members].mean(0)
        vectors[members] = mean / np.linalg.norm(mean)
    weights = [WEIGHTS[group.split(":")[0] or kind] for (group, _, _), kind in zip(rows, kinds)]
    return [text for _, _, text in rows], torch.from_numpy(vectors), weights


def piece_directions(processor, embeddings, size):
    """What the teacher says of each piece by itself, in the directions of largest variance. [V, C]"""
    names = [processor.id_to_piece(i).replace("\u2581", " ").strip() or "." for i in range(3, len(processor))]
    vectors = torch.from_numpy(np.stack([embeddings[name] for name in names]).astype(np.float32))
    vectors -= vectors.mean(0)
    _, _, directions = torch.linalg.svd(vectors, full_matrices=False)
    reduced = vectors @ directions[:size].T
    table = torch.zeros(len(processor) + 2, size)
    table[4:-1] = reduced
    table *= 0.05 / reduced.std()
    table[[BOS, EOS, UNK, len(processor) + 1]] = torch.randn(4, size) * 0.02
    return table


def token_ids(processor, text, sample, longest):
    pieces = (processor.encode(text, enable_sampling=True, alpha=0.3, nbest_size=-1) if sample
              else processor.encode(text))
    return [BOS] + [piece + 1 if piece else UNK for piece in pieces[: longest - 2]] + [EOS]


def batches(token_lists, indices, rng):
    """Groups of similar length in a random order."""
    indices = sorted(indices, key=lambda index: (len(token_lists[index]), rng.random()))
    made, batch = [], []
    for index in indices:
        if batch and len(token_lists[index]) * (len(batch) + 1) > TOKENS_PER_BATCH:
            made.append(batch)
            batch = []
        batch.append(index)
    if batch:
        made.append(batch)
    rng.shuffle(made)
    return made


def padded(token_lists):
    ids = torch.full((len(token_lists), max(map(len, token_lists))), PAD)  # [B, T]
    for row, tokens in enumerate(token_lists):
        ids[row, : len(tokens)] = torch.tensor(tokens)
    return ids, (ids != PAD).long()


def agreement_loss(predicted, target):
    """Points the same way as its own target, and less so as the batch's others. predicted, target [B, E]"""
    cosines = functional.normalize(predicted) @ target.T  # [B, B]
    # Translations share a target: those are no wrong answers.
    same = (target @ target.T > 0.999).fill_diagonal_(False)
    logits = (cosines / TEMPERATURE).masked_fill(same, -1e4)
    return (1 - cosines.diagonal()).mean() + 0.25 * functional.cross_entropy(logits, torch.arange(len(target)))


def save(model, directory, vocabulary):
    os.makedirs(directory, exist_ok=True)
    half = XLMRobertaModel(model.config, add_pooling_layer=False).eval()
    half.load_state_dict(model.state_dict())
    half.half().save_pretrained(directory)
    settings = {
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>",
        "cls_token": "<s>",
        "mask_token": {"__type": "AddedToken", "content": "<mask>", "single_word": False, "lstrip": True,
                       "rstrip": False, "normalized": False},
        "model_max_length": model.config.max_position_embeddings - 2, "tokenizer_class": "XLMRobertaTokenizer"}
    with open(os.path.join(directory, "tokenizer_config.json"), "w", encoding="utf-8") as file:
        json.dump(settings, file, indent=2)
        file.write("\n")
    with open(vocabulary, "rb") as source:
        content = source.read()
    with open(os.path.join(directory, "sentencepiece.bpe.model"), "wb") as file:
        file.write(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--texts", required=True)
    parser.add_argument("--teacher-embeddings", required=True)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(args.threads)
    rng = random.Random(SEED)

    embeddings = load(args.teacher_embeddings)
    texts, targets, weights = read_texts(args.texts, embeddings)
    processor = sentencepiece.SentencePieceProcessor(model_file=args.vocabulary)
    sentencepiece.set_random_generator_seed(SEED)
    config = configuration(len(processor) + 2)
    model = XLMRobertaModel(config, add_pooling_layer=False)
    with torch.no_grad():
        model.embeddings.word_embeddings.weight.copy_(
            piece_directions(processor, embeddings, config.hidden_size))
    of_mean = torch.nn.Linear(config.hidden_size, targets.shape[1])
    of_cls = torch.nn.Linear(config.hidden_size, targets.shape[1])
    del embeddings
    model.eval()  # no dropout: the student is far too small to learn its data by heart

    parameters = [*model.parameters(), *of_mean.parameters(), *of_cls.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=0.01, betas=(0.9, 0.98))
    started = reported = time.time()
    spent, step, epoch, losses = 0.0, 0, 0, []
    while spent < 1:
        chosen = [i for i, weight in enumerate(weights) for _ in range(int(weight + rng.random()))]
        token_lists = [token_ids(processor, text, rng.random() < SAMPLED, config.max_position_embeddings - 2)
                       for text in texts]
        for batch in batches(token_lists, chosen, rng):
            spent = max(step / args.steps, (time.time() - started) / (60 * args.minutes))
            if spent >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = LEARNING_RATE * min(1, (step + 1) / 200) * max(0.0, 1 - spent)
            ids, mask = padded([token_lists[index] for index in batch])
            target = targets[batch]  # [B, E]
            hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state  # [B, T, C]
            mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)  # [B, C]
            loss = agreement_loss(of_mean(mean), target) + agreement_loss(of_cls(hidden[:, 0]), target)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            step += 1
            losses.append(loss.item())
            if step % 500 == 0:
                save(model, args.out, args.vocabulary)
            if time.time() - reported > 20:
                reported = time.time()
                print(f"epoch {epoch} step {step} {reported - started:.0f} s loss {np.mean(losses):.4f}", flush=True)
                losses = []
        epoch += 1
    save(model, args.out, args.vocabulary)
    print(f"{args.out}: {step} steps, {epoch} epochs, {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
