"""Writes core/src/test/resources/xlmr/checkpoint/mixed.safetensors with the reference library.

    pip install safetensors torch
    python tests/reference/make_safetensors.py

One file with every floating-point type and int64, a scalar, an array without elements and names that need escapes.
SafetensorsWriterTest writes the same arrays and compares the files byte by byte, rounding included.
"""

import pathlib

import torch
from safetensors.torch import save_file

root = pathlib.Path(__file__).resolve().parents[2]
target = root / "core/src/test/resources/xlmr/checkpoint/mixed.safetensors"

# i * 0.37 - 11 in float32: fractions that no short type holds, both signs, both sides of 1.
values = torch.arange(60, dtype=torch.float32) * torch.tensor(0.37) - 11
tensors = {
    "z.f32": values.reshape(3, 20),
    "a.f32": values[:7].clone(),
    "half": values.to(torch.float16).reshape(60),
    "brain": values.to(torch.bfloat16).reshape(4, 15),
    "double": values.to(torch.float64),
    "ids": torch.tensor([[1, -2], [3, -(2**63)]], dtype=torch.int64),
    "scalar": torch.tensor(5.0),
    "empty": torch.zeros(0, 3),
    'quote " line \n 日本語😀': torch.ones(1),
}
save_file(tensors, target, metadata={"format": "pt"})
print(target, target.stat().st_size, "bytes")
