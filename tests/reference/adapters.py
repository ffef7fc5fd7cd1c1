"""Makes tests/golden/adapters: low-rank adapters for token classification and question answering, as PEFT writes them, and the logits
that PEFT computes with them.

    python tests/reference/adapters.py [--check]

The bases are small models of tests/golden/models. Adapters and heads have random weights. With --check compares the logits of the
adapters that are there instead of writing, and exits 1 on a difference above 1e-5. Made with torch 2.15.0 (CPU), transformers
5.23.0, peft 0.21.2.
"""

import pathlib
import sys

import torch
import transformers
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from safetensors.torch import load_file, save_file

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
LIMIT = 1e-5
TASKS = {
    "token_classification": (transformers.AutoModelForTokenClassification, TaskType.TOKEN_CLS),
    "question_answering": (transformers.AutoModelForQuestionAnswering, TaskType.QUESTION_ANS),
}


def inputs():
    torch.manual_seed(21)
    ids = torch.randint(4, 68, (2, 11))
    ids[:, 0] = 0
    ids[:, -1] = 2
    return ids


def logits(model, ids):
    with torch.no_grad():
        result = model(input_ids=ids, attention_mask=torch.ones_like(ids))
    if "logits" in result:
        return result.logits
    return torch.stack([result.start_logits, result.end_logits], dim=-1)


def base(name):
    return TASKS[name][0].from_pretrained(GOLDEN / "models" / f"small_{name}", dtype=torch.float32)


def make(name, directory):
    torch.manual_seed(31)
    settings = LoraConfig(task_type=TASKS[name][1], r=3, lora_alpha=6, lora_dropout=0.1, target_modules=["query", "value"])
    model = get_peft_model(base(name), settings).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.normal_(0, 0.3)
    model.save_pretrained(directory)
    (directory / "README.md").unlink(missing_ok=True)
    config = directory / "adapter_config.json"
    config.write_text(config.read_text().replace(str(GOLDEN), "tests/golden"))
    ids = inputs()
    save_file({"input_ids": ids, "logits": logits(model, ids).contiguous()}, directory / "expected.safetensors")


def check(name, directory):
    expected = load_file(directory / "expected.safetensors")
    model = PeftModel.from_pretrained(base(name), directory).eval()
    difference = (logits(model, expected["input_ids"]) - expected["logits"]).abs().max().item()
    print(f"{name}: largest difference {difference:.3g}")
    return difference <= LIMIT


if __name__ == "__main__":
    checking = "--check" in sys.argv
    good = True
    for task in TASKS:
        place = GOLDEN / "adapters" / task
        place.mkdir(parents=True, exist_ok=True)
        if checking:
            good &= check(task, place)
        else:
            make(task, place)
    sys.exit(0 if good else 1)
