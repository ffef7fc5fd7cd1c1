"""How far PyTorch's own attention in 16 bits is from the exact one, on inputs that the tests make anew.

    pip install torch
    python attention_error.py     # writes ../resources/xlmr/cuda/attention_error.txt

A line is a case: format, heads, columns of a head, causal or not, lengths of the sequences, and the largest errors of
output, dQuery, dKey and dValue, each as a share of the largest number of the exact one.
"""

import pathlib

import numpy
import torch

TARGET = pathlib.Path(__file__).parent.parent / "resources" / "xlmr" / "cuda" / "attention_error.txt"
CASES = [
    (format, heads, size, causal, lengths)
    for format in ("bf16", "fp16")
    for heads, size, lengths in (
        (2, 32, (5, 70, 1)),
        (2, 64, (3, 130, 64)),
        (1, 128, (65, 33)),
        (1, 40, (80,)),
    )
    for causal in (False, True)
]


def values(seed, count):
    """Numbers between -1.7 and 1.7 that a hash makes of their places."""
    with numpy.errstate(over="ignore"):
        hash = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(0x9E3779B9) + numpy.uint32(
            seed * 0x85EBCA6B & 0xFFFFFFFF
        )
        hash ^= hash >> numpy.uint32(16)
        hash *= numpy.uint32(0x7FEB352D)
        hash ^= hash >> numpy.uint32(15)
        hash *= numpy.uint32(0x846CA68B)
        hash ^= hash >> numpy.uint32(16)
    unit = (hash >> numpy.uint32(8)).astype(numpy.float32) * numpy.float32(2**-23) - numpy.float32(1)
    return torch.from_numpy(unit * numpy.float32(1.7))


def attention(operands, dtype, heads, size, causal, lengths):
    """Output and gradients, each [N, heads * size]."""
    q, k, v = (x.to(dtype).detach().requires_grad_() for x in operands[:3])
    outputs = []
    start = 0
    for length in lengths:
        parts = (x[start : start + length].view(1, length, heads, size).transpose(1, 2) for x in (q, k, v))
        out = torch.nn.functional.scaled_dot_product_attention(*parts, is_causal=causal)
        outputs.append(out.transpose(1, 2).reshape(length, heads * size))
        start += length
    output = torch.cat(outputs)
    output.backward(operands[3].to(dtype))
    return [x.detach().double() for x in (output, q.grad, k.grad, v.grad)]


def main():
    lines = ["# Made by attention_error.py with PyTorch " + torch.__version__.split("+")[0]]
    for format, heads, size, causal, lengths in CASES:
        dtype = {"bf16": torch.bfloat16, "fp16": torch.float16}[format]
        shape = (sum(lengths), heads * size)
        operands = [values(seed, shape[0] * shape[1]).view(shape).to(dtype) for seed in (1, 2, 3, 4)]
        exact = attention(operands, torch.float64, heads, size, causal, lengths)
        found = attention(operands, dtype, heads, size, causal, lengths)
        errors = [float((f - e).abs().max() / e.abs().max()) for f, e in zip(found, exact)]
        lines.append(
            "%s %d %d %s %s %s"
            % (
                format,
                heads,
                size,
                "causal" if causal else "full",
                ",".join(map(str, lengths)),
                " ".join("%.3e" % error for error in errors),
            )
        )
    TARGET.write_text("\n".join(lines) + "\n")
    print(TARGET.read_text())


if __name__ == "__main__":
    main()
