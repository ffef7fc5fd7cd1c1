"""Writes the .bin files of core/src/test/resources/xlmr/checkpoint with PyTorch.

    pip install safetensors torch
    python tests/reference/make_pytorch.py

The same tensors in every format of torch.save, and as safetensors to compare them with (pytorch.safetensors); and what a
training script saves (trainer.bin). Made with torch 2.15.0. The older format holds addresses of memory, so that a second
run gives other bytes and the same tensors.
"""

import pathlib
from collections import OrderedDict

import torch
from safetensors.torch import save_file

root = pathlib.Path(__file__).resolve().parents[2]
directory = root / "core/src/test/resources/xlmr/checkpoint"


def tensors():
    """Every type of element, and every way in which a tensor can lie in its storage."""
    values = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 7
    found = OrderedDict()
    found["f32"] = values.clone()
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        found[str(dtype)[6:]] = values.to(dtype)
    for dtype in (torch.int64, torch.int32, torch.int16, torch.int8):
        found[str(dtype)[6:]] = torch.tensor([-3, 0, 100], dtype=dtype)
    for dtype in (torch.uint8, torch.uint16, torch.uint32, torch.uint64):
        found[str(dtype)[6:]] = torch.tensor([3, 0, 200], dtype=dtype)
    found["bool"] = torch.tensor([True, False, True])
    found["scalar"] = torch.tensor(2.5)
    found["empty"] = torch.zeros(0, 3)
    found["alias"] = found["f32"]
    found["slice"] = values[1:3]
    found["columns"] = values[:, 2:5]
    found["every_second"] = values[::2, ::2]
    found["transposed"] = values.t()
    found["permuted"] = values.reshape(2, 3, 4).permute(2, 0, 1)
    found["expanded"] = torch.tensor([1.5, -2.0]).expand(3, 2)
    found["one_row"] = values[2:3].t()
    found["parameter"] = torch.nn.Parameter(values + 1)
    found["größe"] = torch.tensor([1.0])
    return found


def main():
    found = tensors()
    torch.save(found, directory / "zip.bin")
    torch.save(found, directory / "zip_protocol4.bin", pickle_protocol=4)
    torch.save(found, directory / "legacy.bin", _use_new_zipfile_serialization=False)
    save_file(
        {name: value.detach().clone().contiguous() for name, value in found.items()},
        directory / "pytorch.safetensors",
    )

    model = torch.nn.Linear(2, 3)
    with torch.no_grad():
        model.weight.copy_(torch.arange(6.0).reshape(3, 2))
        model.bias.copy_(torch.arange(3.0))
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    with torch.no_grad():
        model.weight.copy_(torch.arange(6.0).reshape(3, 2))
        model.bias.copy_(torch.arange(3.0))
    torch.save(
        {
            "epoch": 3,
            "loss": 0.25,
            "device": torch.device("cpu"),
            "shape": torch.Size([3, 2]),
            "random_state": torch.arange(16, dtype=torch.uint8),
            "bytes": b"\x00\xff",
            "model_state_dict": {"module." + k: v for k, v in model.state_dict().items()},
            "optimizer_state_dict": optimizer.state_dict(),
        },
        directory / "trainer.bin",
    )


if __name__ == "__main__":
    main()
