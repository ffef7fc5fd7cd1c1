"""Makes tests/golden/models/xl_* and small_* again: XLM-RoBERTa-XL, which normalizes before each step, and XLM-RoBERTa with the head of
every task that has not a larger fixture there, as transformers computes them.

    python tests/reference/small.py [--check]

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
    "small_token_classification": transformers.XLMRobertaForTokenClassification,
    "small_question_answering": transformers.XLMRobertaForQuestionAnswering,
    "small_multiple_choice": transformers.XLMRobertaForMultipleChoice,
    "small_masked_lm": transformers.XLMRobertaForMaskedLM,
    "small_masked_lm_untied": transformers.XLMRobertaForMaskedLM,
    "small_causal_lm": transformers.XLMRobertaForCausalLM,
}


def new_model(name, cls, directory):
    torch.manual_seed(11)
    config = cls.config_class(
        vocab_size=70, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
        max_position_embeddings=20, type_vocab_size=1, layer_norm_eps=1e-5, num_labels=2 if "Question" in cls.__name__ else 3, is_decoder="Causal" in cls.__name__,
        tie_word_embeddings="untied" not in name)
    model = cls(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(0, 0.2)
            if name.endswith(("LayerNorm.weight", "layer_norm.weight")):
                parameter.add_(1)
    model.save_pretrained(directory)


def new_inputs(cls):
    torch.manual_seed(12)
    choices = "Choice" in cls.__name__
    ids = torch.randint(4, 68, (6 if choices else 3, 12))
    ids[:, 0] = 0
    ids[1, 7:] = 1
    ids[2, 1:] = 1
    mask = (ids != 1).long()
    inputs = {"input_ids": ids, "attention_mask": mask}
    if "Question" in cls.__name__:
        # the last answer lies outside and does not count
        return inputs | {"start_positions": torch.tensor([3, 1, 12]), "end_positions": torch.tensor([5, 6, 12])}
    if choices:
        return {key: value.view(2, 3, 12) for key, value in inputs.items()} | {"labels": torch.tensor([2, 0])}
    if "Sequence" in cls.__name__:
        return inputs | {"labels": torch.tensor([2, 0, 1])}
    if "Token" in cls.__name__:
        return inputs | {"labels": torch.where((mask == 1) & (ids % 4 != 0), ids % 3, -100)}
    return inputs | {"labels": torch.where(mask == 1, ids.flip(1).clamp(4), -100)}


def fixture(cls, directory, inputs):
    model = cls.from_pretrained(directory, attn_implementation="eager").eval()
    output = model(**inputs, output_hidden_states=True, output_attentions=True)
    output.loss.backward()
    tensors = {f"inputs.{name}": value for name, value in inputs.items()}
    tensors |= {f"outputs.{key}": output[key].detach() for key in ("loss", "logits", "start_logits", "end_logits") if key in output}
    tensors |= {f"outputs.hidden_states.{i}": state.detach() for i, state in enumerate(output.hidden_states)}
    tensors |= {f"outputs.attentions.{i}": state.detach() for i, state in enumerate(output.attentions)}
    stored = load_file(directory / "model.safetensors")
    tensors |= {f"grad.{name}": p.grad for name, p in model.named_parameters(remove_duplicate=False) if name in stored and p.grad is not None}
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
            new_model(name, cls, directory)
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
