"""Loads a model that xlmr wrote with transformers, and holds its outputs against xlmr's.

    ./xlmr forward --model DIR --inputs INPUTS --outputs OUTPUTS [--hidden-states] [--attentions]
    python tests/reference/check_with_transformers.py DIR INPUTS OUTPUTS [--limit 1e-5]

INPUTS and OUTPUTS are safetensors files: inputs.input_ids [B, T] and what else the model's forward takes, and all outputs.NAME are
compared. The class is the one that config.json names. Exits with 1 if a weight is missing, unexpected or misshapen, or if a number
differs by more than the limit, relative to 1 or to its size where that is larger. A bare encoder is loaded without a pooler where
OUTPUTS has no pooler_output. Needs torch, transformers and safetensors.
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers

import written_model

INPUTS = (
    "input_ids",
    "inputs_embeds",
    "attention_mask",
    "token_type_ids",
    "position_ids",
    "labels",
    "start_positions",
    "end_positions",
)


def load(directory, outputs):
    """The model, strictly."""
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    architecture = config["architectures"][0]
    options = {"output_loading_info": True, "attn_implementation": "eager", "dtype": torch.float32}
    if architecture.endswith("Model") and "pooler_output" not in outputs:
        options["add_pooling_layer"] = False
    model, report = getattr(transformers, architecture).from_pretrained(directory, **options)
    problems = {kind: sorted(map(str, names)) for kind, names in report.items() if names}
    if problems:
        sys.exit(f"{directory}: {architecture}: {problems}")
    print(f"{architecture}: {len(model.state_dict())} arrays, none missing, none unexpected")
    return model.eval()


def run(model, inputs, outputs):
    """Outputs by the names that xlmr gives them."""
    given = {name: torch.from_numpy(array) for name, array in inputs.items() if name in INPUTS}
    wanted = {
        "output_hidden_states": any(name.startswith("hidden_states.") for name in outputs),
        "output_attentions": any(name.startswith("attentions.") for name in outputs),
    }
    with torch.no_grad():
        answer = model(**given, **wanted)
    found = {}
    for name, value in answer.items():
        if isinstance(value, torch.Tensor):
            found[name] = value.numpy()
        elif name in ("hidden_states", "attentions"):
            found.update({f"{name}.{layer}": tensor.numpy() for layer, tensor in enumerate(value)})
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("inputs", type=pathlib.Path)
    parser.add_argument("outputs", type=pathlib.Path)
    parser.add_argument("--limit", type=float, default=1e-5)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    inputs, ours = written_model.inputs_of(options.inputs), written_model.outputs_of(options.outputs)
    # xlmr's loss of a bare encoder is a weighting of its own, which transformers does not compute
    if "loss_weight_hidden" in inputs:
        ours.pop("loss", None)
    theirs = run(load(options.directory, ours), inputs, ours)
    written_model.compare(ours, theirs, inputs, options.limit)


if __name__ == "__main__":
    main()
