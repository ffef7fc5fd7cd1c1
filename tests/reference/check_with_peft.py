"""Loads an adapter that `xlmr train --lora ...` wrote with PEFT, and compares logits.

    python check_with_peft.py BASE ADAPTER MERGED

BASE is the model that training started from, ADAPTER the adapter's directory, MERGED the merged model that xlmr wrote.
transformers computes the logits of MERGED, PEFT those of BASE with ADAPTER, on the same random ids; the largest difference is
printed, and the exit code is 1 where it is above 3e-5. For classification of texts and tokens, and question answering. Run with torch, transformers 5.23, peft 0.21.2.
"""

import json
import pathlib
import sys

import torch
import transformers
from peft import PeftModel

LIMIT = 3e-5


def numbers(model, ids):
    result = model(input_ids=ids)
    return result.logits if "logits" in result else torch.stack([result.start_logits, result.end_logits], dim=-1)


def main(base, adapter, merged):
    torch.manual_seed(1)
    settings = json.loads(pathlib.Path(merged, "config.json").read_text())
    labels = len(settings.get("id2label", "se"))  # a start and an end where there are no labels
    reference = getattr(transformers, settings["architectures"][0])
    start = reference.from_pretrained(base, num_labels=labels, dtype=torch.float32)
    both = PeftModel.from_pretrained(start, adapter).eval()
    one = reference.from_pretrained(merged, dtype=torch.float32).eval()
    ids = torch.randint(5, min(4000, settings["vocab_size"]), (4, 30))
    ids[:, 0] = 0
    ids[:, -1] = 2
    with torch.no_grad():
        difference = (numbers(both, ids) - numbers(one, ids)).abs().max().item()
        without = both.disable_adapter()
        with without:
            changed = (numbers(both, ids) - numbers(one, ids)).abs().max().item()
    print(f"largest difference {difference:.3g}; without the adapter {changed:.3g}")
    return 0 if difference <= LIMIT < changed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
