"""Makes tests/golden/explain/attributions.json: what each token contributes, by PyTorch in double precision.

    python tests/reference/explain.py [--check]

For checkpoints of tests/golden/models, classifiers of texts, a tagger and one that answers questions: integrated gradients with respect to the word vectors (400 midpoints, far more
than the check needs), gradient x input, occlusion, attention rollout. Made with torch 2.15.0, transformers 5.23.0.
"""

import json
import pathlib
import sys

import torch
import transformers

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
FILE = GOLDEN / "explain/attributions.json"
POINTS = 400
PAD, HIDING = 1, 5
# The numbers whose sum is explained: row (the token, or 0 for a head that reads <s>) and column.
CASES = [
    ("sequence_classification", [0, 17, 45, 301, 8, 120, 45, 2], [[0, 2]]),
    ("sequence_classification", [0, 9, 2, 2, 77, 210, 2], [[0, 0]]),
    ("xl_sequence_classification", [0, 17, 45, 61, 8, 2], [[0, 1]]),
    ("small_token_classification", [0, 17, 45, 61, 8, 33, 2], [[3, 1]]),
    ("small_question_answering", [0, 9, 21, 2, 2, 44, 50, 61, 8, 2], [[6, 0], [7, 1]]),
]


def contributions(name, ids, places):
    architecture = json.loads((GOLDEN / "models" / name / "config.json").read_text())["architectures"][0]
    each_token = not name.endswith("sequence_classification")
    model = getattr(transformers, architecture).from_pretrained(
        GOLDEN / "models" / name, attn_implementation="eager").double().eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    tokens = torch.tensor([ids])
    positions = (torch.arange(len(ids)) + PAD + 1)[None]
    words = model.get_input_embeddings()
    own = words(tokens)
    fixed = torch.tensor([token in (0, 2) for token in ids])
    start = torch.where(fixed[None, :, None], own, words(torch.tensor(PAD)))

    def number(vectors):
        result = model(inputs_embeds=vectors, position_ids=positions)
        if "logits" in result:
            rows = result.logits if each_token else result.logits[:, None]
        else:
            rows = torch.stack([result.start_logits, result.end_logits], dim=-1)
        return sum(rows[:, row, column] for row, column in places)

    def gradient(vectors):
        vectors = vectors.clone().requires_grad_(True)
        return torch.autograd.grad(number(vectors).sum(), vectors)[0]

    middles = (torch.arange(POINTS, dtype=torch.float64)[:, None, None] + 0.5) / POINTS
    mean = gradient(start + middles * (own - start)).mean(0, keepdim=True)
    hidden = []
    for index in range(len(ids)):
        replaced = list(ids)
        replaced[index] = ids[index] if fixed[index] else HIDING
        hidden.append((number(own) - number(words(torch.tensor([replaced])))).item())
    attentions = model(inputs_embeds=own, position_ids=positions, output_attentions=True).attentions
    reached = torch.eye(len(ids), dtype=torch.float64)
    for layer in attentions:
        reached = (0.5 * layer[0].mean(0) + 0.5 * torch.eye(len(ids), dtype=torch.float64)) @ reached
    return {
        "model": name,
        "ids": ids,
        "fixed": fixed.tolist(),
        "places": places,
        "start": number(start).item(),
        "end": number(own).item(),
        "integrated_gradients": (mean * (own - start)).sum(-1)[0].tolist(),
        "gradient_x_input": (gradient(own) * own).sum(-1)[0].tolist(),
        "occlusion": hidden,
        "attention_rollout": reached[[row for row, _ in places]].mean(0).tolist(),
    }


def near(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(near(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(near, one, other))
    return abs(one - other) < 1e-9 if isinstance(one, float) else one == other


def main():
    torch.set_num_threads(1)
    result = {"hiding": HIDING, "pad": PAD, "cases": [contributions(*case) for case in CASES]}
    if "--check" in sys.argv:
        sys.exit(0 if near(json.loads(FILE.read_text()), result) else "attributions.json differs")
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(result, indent=1) + "\n")


main()
