"""Compiles three kernels with Triton's compiler to the PTX that the tests read. It needs no GPU.

    pip install triton
    python make_ptx.py            # writes ../resources/xlmr/ptx/triton_*.ptx

The emulator has to run what another compiler makes, with its own ways of using shared memory, asynchronous copies and
matrix instructions.
"""

import os
import pathlib

os.environ["TRITON_DISABLE_LINE_INFO"] = "1"

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

TARGET = pathlib.Path(__file__).parent.parent / "resources" / "xlmr" / "ptx"


@triton.jit
def layer_norm(source, target, weight, bias, columns, epsilon, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    column = tl.arange(0, BLOCK)
    inside = column < columns
    x = tl.load(source + row * columns + column, mask=inside, other=0.0)
    mean = tl.sum(x, 0) / columns
    centered = tl.where(inside, x - mean, 0.0)
    variance = tl.sum(centered * centered, 0) / columns
    normal = centered / tl.sqrt(variance + epsilon)
    w = tl.load(weight + column, mask=inside)
    b = tl.load(bias + column, mask=inside)
    tl.store(target + row * columns + column, normal * w + b, mask=inside)


@triton.jit
def flash_attention(
    query, key, value, target, length, scale, ROWS: tl.constexpr, COLUMNS: tl.constexpr, WIDTH: tl.constexpr
):
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    column = tl.arange(0, COLUMNS)
    feature = tl.arange(0, WIDTH)
    q = tl.load(query + row[:, None] * WIDTH + feature[None, :], mask=row[:, None] < length, other=0.0)
    largest = tl.full([ROWS], -float("inf"), tl.float32)
    total = tl.zeros([ROWS], tl.float32)
    sums = tl.zeros([ROWS, WIDTH], tl.float32)
    for start in range(0, length, COLUMNS):
        at = start + column
        k = tl.load(key + at[None, :] * WIDTH + feature[:, None], mask=at[None, :] < length, other=0.0)
        scores = tl.where(at[None, :] < length, tl.dot(q, k) * scale, -float("inf"))
        larger = tl.maximum(largest, tl.max(scores, 1))
        weights = tl.exp2(scores - larger[:, None])
        shrink = tl.exp2(largest - larger)
        total = total * shrink + tl.sum(weights, 1)
        v = tl.load(value + at[:, None] * WIDTH + feature[None, :], mask=at[:, None] < length, other=0.0)
        sums = sums * shrink[:, None] + tl.dot(weights.to(v.dtype), v)
        largest = larger
    result = sums / total[:, None]
    tl.store(
        target + row[:, None] * WIDTH + feature[None, :],
        result.to(target.dtype.element_ty),
        mask=row[:, None] < length,
    )


@triton.jit
def matrix_product(a, b, c, m, n, k, ROWS: tl.constexpr, COLUMNS: tl.constexpr, DEPTH: tl.constexpr):
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    column = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    depth = tl.arange(0, DEPTH)
    sums = tl.zeros([ROWS, COLUMNS], tl.float32)
    for start in range(0, k, DEPTH):
        at = start + depth
        left = tl.load(a + row[:, None] * k + at[None, :], mask=(row[:, None] < m) & (at[None, :] < k), other=0.0)
        right = tl.load(
            b + at[:, None] * n + column[None, :], mask=(column[None, :] < n) & (at[:, None] < k), other=0.0
        )
        sums = tl.dot(left, right, sums)
    tl.store(c + row[:, None] * n + column[None, :], sums, mask=(row[:, None] < m) & (column[None, :] < n))


def compile_ptx(function, signature, constants, options=None):
    aligned = ("columns", "length", "m", "n", "k")
    attributes = {
        (i,): [["tt.divisibility", 16]]
        for i, (name, kind) in enumerate(signature.items())
        if kind.startswith("*") or name in aligned and function is not flash_attention
    }
    source = ASTSource(
        fn=function,
        signature={**signature, **{name: "constexpr" for name in constants}},
        constexprs=constants,
        attrs=attributes,
    )
    kernel = triton.compile(source, target=GPUTarget("cuda", 80, 32), options=options or {})
    header = f"// {function.__name__}: {kernel.metadata.shared} bytes of dynamic shared memory\n"
    (TARGET / f"triton_{function.__name__}.ptx").write_text(header + kernel.asm["ptx"])
    print(function.__name__, kernel.metadata.shared, kernel.metadata.num_warps, len(kernel.asm["ptx"]))


def main():
    compile_ptx(
        layer_norm,
        dict(source="*fp32", target="*fp32", weight="*fp32", bias="*fp32", columns="i32", epsilon="fp32"),
        dict(BLOCK=1024),
    )
    compile_ptx(
        flash_attention,
        dict(query="*fp16", key="*fp16", value="*fp16", target="*fp16", length="i32", scale="fp32"),
        dict(ROWS=64, COLUMNS=64, WIDTH=64),
    )
    compile_ptx(
        matrix_product,
        dict(a="*bf16", b="*bf16", c="*fp32", m="i32", n="i32", k="i32"),
        dict(ROWS=64, COLUMNS=64, DEPTH=32),
        dict(num_stages=3),
    )


if __name__ == "__main__":
    main()
