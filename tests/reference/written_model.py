"""What the check_with_*.py beside this file share: arrays of xlmr's forward held against those of another program."""

import sys

import numpy as np
from safetensors.numpy import load_file


def inputs_of(file):
    """The arrays named inputs.NAME, by NAME."""
    return {name.removeprefix("inputs."): array for name, array in load_file(file).items() if name.startswith("inputs.")}


def outputs_of(file):
    """The arrays named outputs.NAME, by NAME."""
    return {name.removeprefix("outputs."): array for name, array in load_file(file).items() if name.startswith("outputs.")}


def real_tokens(inputs):
    """True where a token is not padding, [rows, T]; rows are all choices of all questions where inputs have three axes."""
    given = inputs["input_ids"] if "input_ids" in inputs else inputs["inputs_embeds"][..., 0]
    mask = inputs.get("attention_mask", np.ones(given.shape))
    return mask.reshape(-1, mask.shape[-1]) > 0


def difference(name, ours, theirs, tokens):
    """The largest of |ours - theirs| / max(1, |theirs|). Where an array has a row a token, padding does not count."""
    if ours.shape != theirs.shape:
        sys.exit(f"outputs.{name}: expected {list(theirs.shape)}, found {list(ours.shape)}")
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        sys.exit(f"outputs.{name}: expected finite numbers")
    relative = np.abs(ours.astype(np.float64) - theirs) / np.maximum(1, np.abs(theirs.astype(np.float64)))
    if name.startswith("attentions"):  # [rows, H, T, T]
        counted = tokens[:, None, :, None] & np.ones(relative.shape, bool)
    elif name in ("start_logits", "end_logits"):  # [rows, T]
        counted = tokens
    elif relative.ndim == 3:  # [rows, T, C] or [rows, T, K]
        counted = tokens[:, :, None] & np.ones(relative.shape, bool)
    else:
        counted = np.ones(relative.shape, bool)
    return float(relative[counted].max())


def compare(ours, theirs, inputs, limit):
    """Prints a line an array; exits with 1 where one differs by more than the limit or the arrays are not the same ones."""
    if set(ours) != set(theirs) or not ours:
        sys.exit(f"expected the arrays {', '.join(sorted(theirs))}, found {', '.join(sorted(ours)) or 'none'}")
    tokens = real_tokens(inputs)
    worst = {name: difference(name, ours[name], theirs[name], tokens) for name in theirs}
    for name, found in worst.items():
        print(f"{name} {list(ours[name].shape)}: {found:.2e}{'' if found <= limit else f', above {limit:g}'}")
    if max(worst.values()) > limit:
        sys.exit(1)
