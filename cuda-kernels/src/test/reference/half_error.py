"""How far PyTorch's own fine-tuning in 16 bits is from the exact one: logits of a batch, and the gradient of its loss.

    pip install torch transformers
    python half_error.py     # writes ../resources/xlmr/cuda/half_error.txt

The model and the batch are those of tests/golden/training. A line is a format, the largest error of a logit as a share of
the largest logit, and the error of all gradients together as a share of their norm. Float16 has its loss scaled, as in
training.
"""

import pathlib

import safetensors.torch
import torch
import transformers

FOLDER = pathlib.Path(__file__).parent
TARGET = FOLDER.parent / "resources" / "xlmr" / "cuda" / "half_error.txt"
TRAINING = FOLDER.parents[3] / "tests" / "golden" / "training"
ROWS = 8
SCALE = 2.0**12


def run(data, dtype, exact=False):
    model = transformers.AutoModelForSequenceClassification.from_pretrained(TRAINING / "start", attn_implementation="sdpa")
    model = model.double() if exact else model
    model.train()
    inputs = {name: data["inputs." + name][:ROWS] for name in ("input_ids", "attention_mask", "labels")}
    with torch.autocast("cpu", dtype=dtype, enabled=not exact):
        output = model(**inputs)
    (output.loss * SCALE).backward()
    gradients = torch.cat([p.grad.double().flatten() for p in model.parameters() if p.grad is not None])
    return output.logits.detach().double(), gradients / SCALE


def main():
    data = safetensors.torch.load_file(TRAINING / "data.safetensors")
    logits, gradients = run(data, torch.float32, exact=True)
    lines = ["# Made by half_error.py with PyTorch " + torch.__version__.split("+")[0]]
    for name, dtype in (("bf16", torch.bfloat16), ("fp16", torch.float16)):
        found, changed = run(data, dtype)
        lines.append(
            "%s %.3e %.3e"
            % (
                name,
                float((found - logits).abs().max() / logits.abs().max()),
                float((changed - gradients).norm() / gradients.norm()),
            )
        )
    TARGET.write_text("\n".join(lines) + "\n")
    print(TARGET.read_text())


if __name__ == "__main__":
    main()
