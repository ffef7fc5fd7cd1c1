"""Makes core/src/test/resources/xlmr/backend/ops.safetensors and ops.json: single operations as PyTorch computes them.

    python tests/reference/operations.py [--check]

For each operation: inputs, output, and the gradients of sum(output * weight), in float32 and, under `float64`, in double
precision; ops.json says how far the two are apart. With --check compares instead of writing: numbers within 1e-5 (nearly constant
LayerNorm rows 5e-3), since processors differ. Made with torch 2.15.0 (CPU), transformers 5.23.0, safetensors 0.8.0, NumPy 2.4.6.
"""

import json
import pathlib
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

DIRECTORY = pathlib.Path(__file__).parents[2] / "core/src/test/resources/xlmr/backend"
SEED = 20240611


def rnd(label, *shape):
    """Normally distributed numbers that depend on the label alone."""
    bits = np.random.PCG64([SEED, zlib.crc32(("op" + label).encode())])
    return np.random.Generator(bits).standard_normal(shape).astype(np.float32)


def max_abs(a, b):
    return float((a.detach().double() - b.detach().double()).abs().max()) if a.numel() else 0.0


def operations():
    """Each operation: inputs, output, and gradients for sum(output * weight); float32 with the float64 answer beside it."""
    t, note = {}, {}

    def op(name, f, what, ints=None, **inputs):
        ins32 = {k: torch.tensor(v, requires_grad=True) for k, v in inputs.items()}
        ins64 = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in inputs.items()}
        ints = {k: torch.tensor(v) for k, v in (ints or {}).items()}
        o32, o64 = f(*ins32.values(), *ints.values()), f(*ins64.values(), *ints.values())
        w = torch.tensor(rnd("w" + name, *o32.shape)) if o32.dim() else torch.tensor(1.0)
        (o32 * w).sum().backward()
        (o64 * w.double()).sum().backward()
        worst = {"output": max_abs(o32, o64)}
        t.update({f"{name}.inputs.{k}": v for k, v in {**ins32, **ints}.items()})
        t[f"{name}.weight"], t[f"{name}.output"], t[f"{name}.float64.output"] = w, o32, o64
        for k in inputs:
            t[f"{name}.grad.{k}"], t[f"{name}.float64.grad.{k}"] = ins32[k].grad, ins64[k].grad
            worst["grad." + k] = max_abs(ins32[k].grad, ins64[k].grad)
        note[name] = {"what": what, "float32_against_float64": worst}

    wide = np.concatenate([np.linspace(-12, 12, 241), [-1e4, -100, -40, -20, 20, 40, 100, 1e4, 0.0, -0.0, 1e-7, -1e-7, 1e-30]]).astype(np.float32)
    for name, f in (("gelu_erf", F.gelu), ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh")), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("relu", F.relu), ("silu", F.silu), ("erf", torch.erf)):
        op(name, f, "element-wise over -12 .. 12 and large values", x=wide)
    op("softmax", lambda x: F.softmax(x, -1), "last axis", x=rnd("sm", 3, 5, 7) * 3)
    op("softmax_masked", lambda x: F.softmax(x + torch.tensor([0.0, 0, 0, torch.finfo(x.dtype).min, torch.finfo(x.dtype).min]).to(x.dtype), -1), "two of five keys masked by adding the smallest finite number", x=rnd("smm", 4, 5) * 3)
    op("softmax_large", lambda x: F.softmax(x, -1), "values around 1e4", x=rnd("sml", 3, 6) * 10 + 1e4)
    op("log_softmax", lambda x: F.log_softmax(x, -1), "last axis", x=rnd("ls", 4, 9) * 5)
    for eps in (1e-5, 1e-12):
        op(f"layer_norm_{eps}", lambda x, weight, bias, e=eps: F.layer_norm(x, (x.shape[-1],), weight, bias, e), "last axis", x=rnd("ln", 3, 4, 48) * 2 + 1, weight=rnd("lnw", 48), bias=rnd("lnb", 48))
    op("layer_norm_constant", lambda x, weight, bias: F.layer_norm(x, (8,), weight, bias, 1e-5), "a row of equal values and rows of tiny spread: eps decides", x=np.stack([np.full(8, 3.0), np.full(8, 3.0) + 1e-4 * np.arange(8), np.zeros(8)]).astype(np.float32), weight=rnd("lncw", 8), bias=rnd("lncb", 8))
    op("linear", F.linear, "x @ weight.T + bias", x=rnd("lx", 2, 5, 12), weight=rnd("lw", 7, 12), bias=rnd("lb", 7))
    op("matmul_batched", torch.matmul, "[2,3,4,5] @ [2,3,5,6]", a=rnd("ma", 2, 3, 4, 5), b=rnd("mb", 2, 3, 5, 6))
    op("attention", lambda q, k, v: F.softmax(q @ k.transpose(-1, -2) / (12 ** 0.5), -1) @ v, "softmax(q k^T / sqrt(12)) v", q=rnd("q", 2, 3, 6, 12), k=rnd("k", 2, 3, 6, 12), v=rnd("v", 2, 3, 6, 12))
    op("embedding_padding_idx_1", lambda weight, ids: F.embedding(ids, weight, padding_idx=1), "row 1 is looked up but gets no gradient", ints={"ids": [[0, 1, 5, 5], [1, 2, 5, 1]]}, weight=rnd("emb", 7, 4))
    lab = {"labels": [2, 0, -100, 3, 1, 3]}
    lg = rnd("ce", 6, 4) * 3
    op("cross_entropy_mean", lambda x, labels: F.cross_entropy(x, labels), "ignore_index -100, mean over the kept rows", ints=lab, x=lg)
    op("cross_entropy_sum", lambda x, labels: F.cross_entropy(x, labels, reduction="sum"), "sum", ints=lab, x=lg)
    op("cross_entropy_none", lambda x, labels: F.cross_entropy(x, labels, reduction="none"), "one value a row, 0 where ignored", ints=lab, x=lg)
    op("cross_entropy_smoothing_0.1", lambda x, labels: F.cross_entropy(x, labels, label_smoothing=0.1), "label smoothing of torch", ints=lab, x=lg)
    op("cross_entropy_class_weights", lambda x, labels: F.cross_entropy(x, labels, weight=torch.tensor([0.5, 1.0, 2.0, 0.25], dtype=x.dtype)), "weights 0.5 1 2 0.25; mean divides by the sum of the weights of the labels", ints=lab, x=lg)
    op("cross_entropy_smoothing_and_weights", lambda x, labels: F.cross_entropy(x, labels, weight=torch.tensor([0.5, 1.0, 2.0, 0.25], dtype=x.dtype), label_smoothing=0.1), "both", ints=lab, x=lg)
    op("cross_entropy_large", lambda x, labels: F.cross_entropy(x, labels), "logits of +-300", ints={"labels": [0, 1, 2]}, x=(rnd("cel", 3, 4) * 300))
    t["cross_entropy_all_ignored.output"] = F.cross_entropy(torch.tensor(lg), torch.full((6,), -100))
    note["cross_entropy_all_ignored"] = {"what": "every label -100: torch answers NaN"}
    y = (rnd("bcey", 5, 3) > 0).astype(np.float32)
    op("bce_with_logits", lambda x: F.binary_cross_entropy_with_logits(x, torch.tensor(y, dtype=x.dtype)), "targets in bce_with_logits.targets", x=np.concatenate([rnd("bce", 3, 3) * 4, [[60, -60, 0], [-200, 200, 1]]]).astype(np.float32))
    t["bce_with_logits.targets"] = torch.tensor(y)
    op("mse", lambda x: F.mse_loss(x, torch.tensor(y, dtype=x.dtype)), "targets in bce_with_logits.targets", x=rnd("mse", 5, 3))

    # one parameter, five steps of each optimizer, with given gradients
    p0, g = rnd("p0", 3, 4), rnd("pg", 5, 3, 4)
    opts = {"adamw": lambda p: torch.optim.AdamW([p], lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1), "adam": lambda p: torch.optim.Adam([p], lr=0.01, betas=(0.9, 0.98), eps=1e-6),
            "adam_l2": lambda p: torch.optim.Adam([p], lr=0.01, weight_decay=0.1), "sgd": lambda p: torch.optim.SGD([p], lr=0.1), "sgd_momentum": lambda p: torch.optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.01),
            "sgd_nesterov": lambda p: torch.optim.SGD([p], lr=0.1, momentum=0.9, nesterov=True), "adagrad": lambda p: torch.optim.Adagrad([p], lr=0.1), "rmsprop": lambda p: torch.optim.RMSprop([p], lr=0.01)}
    t["optimizer.p0"], t["optimizer.grads"] = torch.tensor(p0), torch.tensor(g)
    for name, make in opts.items():
        p = torch.nn.Parameter(torch.tensor(p0))
        o = make(p)
        hist = []
        for s in range(5):
            p.grad = torch.tensor(g[s])
            o.step()
            hist.append(p.detach().clone())
        t["optimizer." + name] = torch.stack(hist)
    note["optimizer"] = {"what": "parameter after each of five steps with optimizer.grads; settings in gen_models.py make_ops",
                         "settings": {"adamw": "lr .01 betas .9 .999 eps 1e-8 wd .1", "adam": "lr .01 betas .9 .98 eps 1e-6", "adam_l2": "lr .01, L2 .1 in the gradient", "sgd": "lr .1",
                                      "sgd_momentum": "lr .1 momentum .9 L2 .01", "sgd_nesterov": "lr .1 momentum .9", "adagrad": "lr .1", "rmsprop": "lr .01 alpha .99 eps 1e-8"}}
    grads = [torch.tensor(rnd("c1", 4, 3)) * 5, torch.tensor(rnd("c2", 6))]
    ps = [torch.nn.Parameter(torch.zeros_like(x)) for x in grads]
    for p, x in zip(ps, grads):
        p.grad = x.clone()
    t["clip.norm"] = torch.nn.utils.clip_grad_norm_(ps, 1.0)
    for i, p in enumerate(ps):
        t[f"clip.before.{i}"], t[f"clip.after.{i}"] = grads[i], p.grad
    note["clip"] = {"what": "clip_grad_norm_ to 1.0 over two tensors"}

    import transformers as T

    def lrs(make):
        o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        s = make(o)
        out = []
        for _ in range(25):
            out.append(o.param_groups[0]["lr"])
            o.step()
            s.step()
        return torch.tensor(out, dtype=torch.float64)
    for name, make in {"linear_5_20": lambda o: T.get_linear_schedule_with_warmup(o, 5, 20), "linear_0_20": lambda o: T.get_linear_schedule_with_warmup(o, 0, 20),
                       "cosine_5_20": lambda o: T.get_cosine_schedule_with_warmup(o, 5, 20), "cosine_restarts_5_20_2": lambda o: T.get_cosine_with_hard_restarts_schedule_with_warmup(o, 5, 20, 2),
                       "constant_5": lambda o: T.get_constant_schedule_with_warmup(o, 5), "polynomial_5_20_p2_end0.1": lambda o: T.get_polynomial_decay_schedule_with_warmup(o, 5, 20, lr_end=0.1, power=2.0),
                       "inverse_sqrt_5": lambda o: T.get_inverse_sqrt_schedule(o, 5)}.items():
        t["schedule." + name] = lrs(make)
    note["schedule"] = {"what": "learning rate used at steps 0..24 with base rate 1; name_warmup_total"}
    return t, note


def check(tensors):
    stored = load_file(DIRECTORY / "ops.safetensors")
    if stored.keys() != tensors.keys():
        raise SystemExit(f"other names: {sorted(stored.keys() ^ tensors.keys())}")
    for name, tensor in tensors.items():
        exact = tensor.dtype == torch.int64
        limits = dict(rtol=0, atol=0) if exact else dict(rtol=1e-5, atol=1e-5)
        if name.startswith("layer_norm_constant"):
            limits = dict(rtol=0, atol=5e-3)
        torch.testing.assert_close(stored[name], tensor, equal_nan=True, **limits)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    tensors, note = operations()
    tensors = {name: tensors[name].detach().clone().contiguous() for name in sorted(tensors)}
    if "--check" in sys.argv:
        check(tensors)
        return
    save_file(tensors, DIRECTORY / "ops.safetensors", metadata={"format": "pt"})
    (DIRECTORY / "ops.json").write_text(json.dumps(note, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
