"""Holds exported ONNX models against the reference, in ONNX Runtime.

    python check_onnx.py MODEL=EXPORT [MODEL=EXPORT ...] [--limit 1e-4]

MODEL is a checkpoint's directory, EXPORT what `xlmr convert --format onnx` made of it. Three proofs each: onnx.checker with full
shape inference; the outputs of `fixture.safetensors` where MODEL has one; and what `transformers` computes here for other batch
sizes and lengths, with padding, with rows of one token and with holes in the mask. Needs onnx, onnxruntime, torch, transformers.
"""

import argparse
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import torch
import transformers
from safetensors.numpy import load_file

SHAPES = [(1, 1), (1, 7), (3, 16), (5, 33), (2, 64), (1, 512)]


def reference(directory):
    config = transformers.AutoConfig.from_pretrained(directory)
    cls = getattr(transformers, config.architectures[0])
    return cls.from_pretrained(directory, attn_implementation="eager", dtype=torch.float32).eval()


def random_inputs(config, batch, length, choices, random):
    """Rows that begin with <s> and end in padding of different length; one has a hole in its mask, one pad tokens inside."""
    shape = (batch, choices, length) if choices else (batch, length)
    ids = random.integers(4, config.vocab_size - 1, shape)
    ids[..., 0] = config.bos_token_id
    mask = np.ones(shape, np.int64)
    rows = ids.reshape(-1, length)
    masks = mask.reshape(-1, length)
    for row in range(1, len(rows)):
        tokens = random.integers(1, length + 1)
        rows[row, tokens:] = config.pad_token_id
        masks[row, tokens:] = 0
    if length > 6:
        masks[0, 3:5] = 0
        rows[-1, 2] = config.pad_token_id
    return {"input_ids": ids, "attention_mask": mask}


def compare(what, session, inputs, expected, limit):
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(names, inputs)))
    worst = 0.0
    for name in names:
        if found[name].shape != expected[name].shape:
            sys.exit(f"{what}: {name} is {found[name].shape}, expected {expected[name].shape}")
        if found[name].dtype != np.float32:
            sys.exit(f"{what}: {name} is {found[name].dtype}")
        worst = max(worst, float(np.abs(found[name] - expected[name]).max()))
    print(f"  {what}: {', '.join(names)} differ by at most {worst:.1e}")
    if not worst <= limit:
        sys.exit(f"{what}: differs by {worst}, above {limit}")


def check(directory, export, limit):
    path = export / "model.onnx"
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path, load_external_data=False)
    data = sorted(file.name for file in export.iterdir() if file.name.startswith("model.onnx"))
    print(f"{export}: {len(model.graph.node)} nodes, {len(model.graph.initializer)} initializers, {', '.join(data)}; checked")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    fixture = directory / "fixture.safetensors"
    if fixture.exists():
        arrays = load_file(fixture)
        inputs = {value.name: arrays["inputs." + value.name] for value in session.get_inputs()}
        expected = {name.removeprefix("outputs."): array for name, array in arrays.items() if name.startswith("outputs.")}
        compare("fixture", session, inputs, expected, limit)
    peer = reference(directory)
    random = np.random.default_rng(7)
    choices = 3 if "MultipleChoice" in type(peer).__name__ else 0
    longest = peer.config.max_position_embeddings - peer.config.pad_token_id - 1
    for batch, length in [shape for shape in SHAPES if shape[1] <= longest]:
        inputs = random_inputs(peer.config, batch, length, choices, random)
        with torch.no_grad():
            outputs = peer(**{name: torch.from_numpy(array) for name, array in inputs.items()})
        expected = {name: array.numpy() for name, array in outputs.items() if isinstance(array, torch.Tensor)}
        compare(f"{batch} x {length}", session, inputs, expected, limit)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="MODEL=EXPORT")
    parser.add_argument("--limit", type=float, default=1e-4)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    for pair in arguments.pairs:
        directory, export = map(pathlib.Path, pair.split("=", 1))
        check(directory, export, arguments.limit)
    print("all agree")


if __name__ == "__main__":
    main()
