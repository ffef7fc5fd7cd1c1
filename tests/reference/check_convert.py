"""Holds what `xlmr convert` wrote against the reference: what `transformers` loads from it.

    python check_convert.py REFERENCE=CONVERTED [...] [--max-shard-size 20KB] [--limit 1e-5]

REFERENCE is a checkpoint that `transformers` reads, CONVERTED what convert made of it or of the same weights in another container.
Proofs: no key missing and none unexpected, outputs within the limit, and, where the weights have the same type, files that are those
of `save_pretrained` byte for byte: weights, shards and their index. Needs torch, transformers.
"""

import argparse
import filecmp
import pathlib
import sys
import tempfile

import torch
import transformers


def load(directory, architecture):
    cls = getattr(transformers, architecture)
    model, info = cls.from_pretrained(directory, output_loading_info=True)
    return model.eval(), {key: value for key, value in info.items() if value}


def inputs(config):
    generator = torch.Generator().manual_seed(3)
    ids = torch.randint(4, config.vocab_size - 1, (3, 12), generator=generator)
    ids[:, 0] = config.bos_token_id
    mask = torch.ones_like(ids)
    ids[1, 8:] = config.pad_token_id
    mask[1, 8:] = 0
    if "MultipleChoice" in config.architectures[0]:
        return {"input_ids": ids[None], "attention_mask": mask[None]}
    return {"input_ids": ids, "attention_mask": mask}


def difference(one, two, mask):
    """The largest difference of all floating-point outputs, where there are tokens."""
    largest = 0.0
    for key, value in one.items():
        if not isinstance(value, torch.Tensor):
            continue
        distance = (value.float() - two[key].float()).abs()
        if value.shape[:2] == mask.shape and value.dim() > 1:
            distance = distance[mask.bool()]
        largest = max(largest, distance.max().item())
    return largest


def check(reference, converted, shard_size, limit):
    config = transformers.AutoConfig.from_pretrained(converted)
    architecture = config.architectures[0]
    ours, problems = load(converted, architecture)
    theirs, _ = load(reference, architecture)
    failures = [f"{key} {sorted(map(str, value))[:4]}" for key, value in problems.items()]
    given = inputs(config)
    with torch.no_grad():
        distance = difference(theirs.float()(**given), ours.float()(**given), given["attention_mask"])
    if not distance <= limit:
        failures.append(f"outputs differ by {distance:.3g}")
    same = None
    theirs, _ = load(reference, architecture)
    if theirs.dtype == load(converted, architecture)[0].dtype:
        with tempfile.TemporaryDirectory() as folder:
            theirs.save_pretrained(folder, max_shard_size=shard_size)
            names = sorted(file.name for file in pathlib.Path(folder).glob("model*"))
            own = sorted(file.name for file in pathlib.Path(converted).glob("model*"))
            different = filecmp.cmpfiles(folder, converted, names, shallow=False)
            same = names == own and not different[1] and not different[2]
            if not same:
                failures.append(f"{len(own)} files, save_pretrained has {len(names)}, different {sum(different[1:], [])[:3]}")
    return distance, same, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="REFERENCE=CONVERTED")
    parser.add_argument("--max-shard-size", default="50GB", help="the one that convert was given")
    parser.add_argument("--limit", type=float, default=1e-5)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    failed = False
    for pair in options.pairs:
        reference, converted = pair.split("=")
        distance, same, failures = check(reference, converted, options.max_shard_size, options.limit)
        failed |= bool(failures)
        bytes_ = {None: "another type", True: "same bytes", False: "other bytes"}[same]
        print(f"{converted}: difference {distance:.2g}, {bytes_}" + "".join(f"\n  FAILED: {failure}" for failure in failures))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
