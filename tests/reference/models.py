"""Makes the answers in tests/golden again: models as transformers computes them, and training as PyTorch does it.

    python tests/reference/models.py [--check]

Given are the checkpoints and the inputs in tests/golden; they are kept, and everything else in these files is computed:

    models/sequence_*/fixture.safetensors   one forward and backward pass in eval mode: outputs.*, grad.*, float64.*
    models/edge_cases.safetensors           unusual calls of models/base_with_pooler, or of a variation of it
    training/*.safetensors                  20 steps from training/start, by the rules in training/training.json

With --check compares instead of writing, and exits 1 on a difference: numbers within 1e-5, relative to the largest of the
tensor where that is above 1, since processors differ. Key biases after training steps: 2e-3; their true gradient is 0, so
Adam makes steps out of rounding. Made with torch 2.15.0 (CPU), transformers 5.23.0, safetensors 0.8.0.
"""

import argparse
import copy
import json
import pathlib
import sys
from functools import partial

import torch
import transformers
from safetensors.torch import load_file, save_file

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
SEQUENCE_MODELS = ("sequence_classification", "sequence_regression", "sequence_multi_label")
TRAINING_RUNS = ("global", "frozen_base", "layerwise_decay")
LIMIT = 1e-5
KEY_BIAS_LIMIT = 2e-3


def load(architecture, directory, given=None, options=None, **changes):
    """The checkpoint, with eager attention and perhaps some settings, some weights and the constructor's options changed."""
    config = transformers.XLMRobertaConfig.from_pretrained(directory, attn_implementation="eager", **changes)
    model = architecture(config, **(options or {}))
    weights = load_file(directory / "model.safetensors") | (given or {})
    model.load_state_dict({name: weights[name] for name in model.state_dict()})
    return model


def doubled(inputs):
    return {name: value.double() if value.is_floating_point() else value for name, value in inputs.items()}


def inputs_of(tensors, prefix="inputs."):
    return {name[len(prefix):]: value for name, value in tensors.items() if name.startswith(prefix)}


# ---------------------------------------------------------------- forward and backward


def sequence_model(name):
    """Fixture of a sequence classifier: its inputs, and the outputs and gradients for them."""
    directory = GOLDEN / "models" / name
    inputs = inputs_of(load_file(directory / "fixture.safetensors"))
    model = load(transformers.XLMRobertaForSequenceClassification, directory).eval()
    output = model(**inputs)
    output.loss.backward()
    with torch.no_grad():
        exact = copy.deepcopy(model).double()(**doubled(inputs))
    return {
        **{"inputs." + key: value for key, value in inputs.items()},
        "outputs.loss": output.loss,
        "outputs.logits": output.logits,
        **{"grad." + key: parameter.grad for key, parameter in model.named_parameters()},
        "float64.loss": exact.loss,
        "float64.logits": exact.logits,
    }


def edge_cases():
    """Each case: `<case>.inputs.*` and the base model's answer, `<case>.last_hidden_state` and `<case>.pooler_output`."""
    recorded = load_file(GOLDEN / "models/edge_cases.safetensors")
    answers = {}
    for case in sorted({name.split(".inputs.")[0] for name in recorded if ".inputs." in name}):
        inputs = inputs_of(recorded, f"{case}.inputs.")
        given = inputs_of(recorded, f"{case}.weights.")
        model = edge_case_model(case, given)
        with torch.no_grad():
            output = model(**inputs)
        answers.update({f"{case}.inputs.{key}": value for key, value in inputs.items()})
        answers.update({f"{case}.weights.{key}": value for key, value in given.items()})
        answers[f"{case}.last_hidden_state"] = output.last_hidden_state
        if output.pooler_output is not None:
            answers[f"{case}.pooler_output"] = output.pooler_output
    return answers


def edge_case_model(case, given):
    """The base model with what the case's name says changed; most cases change only the inputs."""
    changes, options = {}, {}
    if case.startswith("act_"):
        changes["hidden_act"] = case.removeprefix("act_")
    elif case.startswith("eps_"):
        changes["layer_norm_eps"] = float(case.removeprefix("eps_"))
    elif case == "two_token_types":
        changes["type_vocab_size"] = 2
    elif case == "no_pooler":
        options["add_pooling_layer"] = False
    return load(transformers.XLMRobertaModel, GOLDEN / "models/base_with_pooler", given, options, **changes).eval()


# ---------------------------------------------------------------- training


def training_run(name):
    """Losses, gradient norms, learning rates and weights of one run; the losses and norms also in double precision."""
    rules = json.loads((GOLDEN / "training/training.json").read_text(encoding="utf-8"))
    data = inputs_of(load_file(GOLDEN / "training/data.safetensors"))
    run = train(name, rules, data, torch.float32)
    exact = train(name, rules, data, torch.float64)
    answers = {
        **{key: torch.tensor(run[key], dtype=torch.float64) for key in ("micro_losses", "losses", "grad_norms", "lr")},
        **{"float64." + key: torch.tensor(exact[key], dtype=torch.float64) for key in ("micro_losses", "grad_norms")},
        **{"final." + key: value for key, value in run["final"].items()},
    }
    if name == "global":
        answers.update({"after_step_2." + key: value for key, value in run["after_step_2"].items()})
    return answers


def train(name, rules, data, dtype):
    model = load(transformers.XLMRobertaForSequenceClassification, GOLDEN / "training/start").to(dtype)
    model.train()  # dropout is 0 in its configuration
    if name == "frozen_base":
        model.roberta.requires_grad_(False)
    decay = 0.9 if name == "layerwise_decay" else 1.0
    optimizer = torch.optim.AdamW(parameter_groups(model, rules, decay), betas=tuple(rules["betas"]), eps=rules["eps"])
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, rules["warmup_steps"], rules["steps"])
    trained = {key: parameter for key, parameter in model.named_parameters() if parameter.requires_grad}
    result = {"micro_losses": [], "losses": [], "grad_norms": [], "lr": []}
    accumulation = rules["gradient_accumulation"]
    for step in range(rules["steps"]):
        optimizer.zero_grad()
        losses = []
        for micro in range(accumulation):
            loss = model(**micro_batch(data, step * accumulation + micro, rules["micro_batch"])).loss
            (loss / accumulation).backward()
            losses.append(float(loss.detach()))
        result["micro_losses"] += losses
        result["losses"].append(sum(loss / accumulation for loss in losses))
        result["grad_norms"].append(float(torch.nn.utils.clip_grad_norm_(trained.values(), rules["clip_norm"])))
        result["lr"].append(base_rate(rules, step))
        optimizer.step()
        schedule.step()
        if step + 1 == 2:
            result["after_step_2"] = snapshot(trained)
    return result | {"final": snapshot(trained)}


def micro_batch(data, index, size):
    """Rows in their order, starting over after the last."""
    rows = len(data["labels"])
    chosen = [(index * size + row) % rows for row in range(size)]
    return {key: value[chosen] for key, value in data.items()}


def base_rate(rules, step):
    warmup, steps = rules["warmup_steps"], rules["steps"]
    return rules["learning_rate"] * min(step / warmup, (steps - step) / (steps - warmup))


def parameter_groups(model, rules, decay):
    """A group a parameter: its learning rate falls with its depth, and biases and LayerNorm do not decay."""
    layers = model.config.num_hidden_layers
    return [
        {
            "params": [parameter],
            "lr": rules["learning_rate"] * decay ** depth(name, layers),
            "weight_decay": 0.0 if "bias" in name or "LayerNorm" in name else rules["weight_decay"],
        }
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    ]


def depth(name, layers):
    """0 for the head, 1 for the last encoder layer, and so on down to the embeddings."""
    if name.startswith("roberta.embeddings."):
        return layers + 1
    if name.startswith("roberta.encoder.layer."):
        return layers - int(name.split(".")[3])
    return 0


def snapshot(parameters):
    return {name: parameter.detach().clone() for name, parameter in parameters.items()}


# ---------------------------------------------------------------- writing and comparing


def write(path, tensors):
    save_file({name: tensors[name].detach().clone().contiguous() for name in sorted(tensors)}, path, metadata={"format": "pt"})
    print(f"wrote {path.relative_to(GOLDEN)}")


def differences(path, tensors):
    """A line for each tensor that is missing, unexpected, or not what the file holds."""
    recorded = load_file(path)
    for name in sorted(recorded.keys() ^ tensors.keys()):
        yield f"{name}: only {'in the file' if name in recorded else 'computed'}"
    worst = 0.0
    for name in sorted(recorded.keys() & tensors.keys()):
        expected, found = recorded[name], tensors[name].detach()
        if (expected.dtype, expected.shape) != (found.dtype, found.shape):
            there, here = (f"{t.dtype} {list(t.shape)}" for t in (expected, found))
            yield f"{name}: the file has {there}, computed is {here}"
            continue
        scale = max(1.0, float(expected.double().abs().max()))
        difference = float((expected.double() - found.double()).abs().max()) / scale
        key_bias = name.startswith(("final.", "after_step_")) and name.endswith("attention.self.key.bias")
        if not key_bias:
            worst = max(worst, difference)
        if not difference <= (KEY_BIAS_LIMIT if key_bias else LIMIT):  # also true for NaN
            yield f"{name}: differs by {difference:.2g}"
    print(f"{path.relative_to(GOLDEN)}: {len(tensors)} tensors, largest difference {worst:.2g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args().check
    files = {GOLDEN / "models" / name / "fixture.safetensors": partial(sequence_model, name) for name in SEQUENCE_MODELS}
    files[GOLDEN / "models/edge_cases.safetensors"] = edge_cases
    files |= {GOLDEN / "training" / f"{name}.safetensors": partial(training_run, name) for name in TRAINING_RUNS}
    wrong = 0
    for path, compute in files.items():
        if not check:
            write(path, compute())
            continue
        for line in differences(path, compute()):
            print(f"{path.relative_to(GOLDEN)}: {line}", file=sys.stderr)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
