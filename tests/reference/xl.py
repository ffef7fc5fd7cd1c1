"""Makes tests/golden/models/xl_* again: XLM-RoBERTa-XL, which normalizes before each step, as transformers computes it.

    python tests/reference/xl.py [--check]

Small models with random weights; inputs and weights are kept where they are there, everything else is computed: outputs of every
layer, attentions, loss, and the gradient of every parameter. With --check compares instead of writing, and exits 1 on a
difference above 1e-5, relative to the largest of the tensor where that is above 1. Made with torch 2.15.0 (CPU), transformers 5.23.0.
"""

import argparse
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden" / "models"
MODELS = {
    "xl_sequence_classification": transformers.XLMRobertaXLForSequenceClassification,
    "xl_masked_lm": transformers.XLMRobertaXLForMaskedLM,
}


def new_model(cls, directory):
    torch.manual_seed(11)
    config = transformers.XLMRobertaXLConfig(
        vocab_size=70, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
        max_position_embeddings=20, num_labels=3)
    model = cls(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(0, 0.2)
            if name.endswith(("LayerNorm.weight", "layer_norm.weight")):
                parameter.add_(1)
    model.save_pretrained(directory)


def new_inputs(cls):
    ids = torch.randint(4, 68, (3, 12))
    ids[:, 0] = 0
    ids[1, 7:] = 1
    ids[2, 1:] = 1
    mask = (ids != 1).long()
    labels = torch.tensor([2, 0, 1]) if "Sequence" in cls.__name__ else torch.where(mask == 1, ids.flip(1).clamp(4), -100)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def fixture(cls, directory, inputs):
    model = cls.from_pretrained(directory, attn_implementation="eager").eval()
    output = model(**inputs, output_hidden_states=True, output_attentions=True)
    output.loss.backward()
    tensors = {f"inputs.{name}": value for name, value in inputs.items()}
    tensors |= {"outputs.loss": output.loss.detach(), "outputs.logits": output.logits.detach()}
    tensors |= {f"outputs.hidden_states.{i}": state.detach() for i, state in enumerate(output.hidden_states)}
    tensors |= {f"outputs.attentions.{i}": state.detach() for i, state in enumerate(output.attentions)}
    stored = load_file(directory / "model.safetensors")
    tensors |= {f"grad.{name}": p.grad for name, p in model.named_parameters() if name in stored and p.grad is not None}
    return {name: value.contiguous() for name, value in tensors.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    failed = False
    for name, cls in MODELS.items():
        directory = GOLDEN / name
        file = directory / "fixture.safetensors"
        if not file.exists():
            new_model(cls, directory)
        old = load_file(file) if file.exists() else {}
        inputs = {key[len("inputs."):]: value for key, value in old.items() if key.startswith("inputs.")} or new_inputs(cls)
        new = fixture(cls, directory, inputs)
        if not check:
            save_file(new, file, metadata={"format": "pt"})
            continue
        worst = max((new[key].double() - old[key].double()).abs().max().item() / max(1, old[key].abs().max().item()) for key in new)
        print(f"{name}: {worst:.2g}")
        failed |= new.keys() != old.keys() or not worst <= 1e-5
    sys.exit(failed)


if __name__ == "__main__":
    main()
