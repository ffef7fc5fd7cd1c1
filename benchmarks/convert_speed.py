"""Measures `xlmr convert` from tf_model.h5 to safetensors against copying a file of the same size.

    python convert_speed.py --model DIR --work DIR --xlmr "./xlmr" [--rounds 3]

MODEL is a masked language model in safetensors (xlm-roberta-base, or random weights of its shape). It is written to WORK as
TensorFlow's file in the layout of TFXLMRobertaForMaskedLM, by h5py. Then, in turn: `cp` of that file with `sync` of the copy, and
convert, which forces its file to the disk too. Peak memory is the largest resident set of the process. Needs h5py,
safetensors, numpy.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import time

import h5py
import numpy as np
from safetensors import safe_open

SCOPE = "tfxlm_roberta_for_masked_lm"


def variable(name):
    """The name that TensorFlow has for a parameter, and whether it keeps the transpose."""
    path = re.sub(r"/layer/(\d+)/", r"/layer_._\1/", name.replace(".", "/"))
    head, leaf = path.rsplit("/", 1)
    if "LayerNorm" in head or "layer_norm" in head:
        return f"{head}/{ {'weight': 'gamma', 'bias': 'beta'}[leaf] }:0", False
    if leaf == "weight" and "word_embeddings" not in head:
        return (f"{head}/embeddings:0", False) if "embeddings" in head else (f"{head}/kernel:0", True)
    return f"{path}:0", False


def write_h5(model, target):
    with safe_open(model / "model.safetensors", "np") as source, h5py.File(target, "w") as file:
        layers = {"roberta": [], "lm_head": []}
        for name in source.keys():
            if "position_ids" in name or "decoder" in name or "pooler" in name:
                continue
            path, transposed = variable(name)
            array = source.get_tensor(name)
            full = f"{SCOPE}/{path}"
            layer = name.split(".")[0]
            layers[layer].append(full)
            file.create_dataset(f"{layer}/{full}", data=np.ascontiguousarray(array.T) if transposed else array)
        for layer, names in layers.items():
            file[layer].attrs["weight_names"] = names
        file.attrs["layer_names"] = list(layers)
        file.attrs["backend"] = "tensorflow"
        file.attrs["keras_version"] = "2.17.0"


def timed(command):
    """Seconds, seconds of the processor, and the largest resident set in MiB."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{shlex.join(map(str, command))}: status {status}")
    return time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def copy(source, target):
    begin = time.perf_counter()
    subprocess.run(["cp", source, target], check=True)
    subprocess.run(["sync", target], check=True)
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--xlmr", default="./xlmr")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    source = options.work / "tensorflow"
    source.mkdir(parents=True, exist_ok=True)
    weights = source / "tf_model.h5"
    if not weights.exists():
        # In a process of its own: the largest resident set of a child begins with its parent's.
        writing = multiprocessing.get_context("spawn").Process(target=write_h5, args=(options.model, weights))
        writing.start()
        writing.join()
    config = json.loads((options.model / "config.json").read_text())
    config["architectures"] = ["XLMRobertaForMaskedLM"]
    (source / "config.json").write_text(json.dumps(config))
    size = weights.stat().st_size
    print(f"{size:,} bytes")
    for round_ in range(options.rounds):
        seconds = copy(weights, options.work / "copy.h5")
        print(f"cp       {seconds:6.2f} s, {size / seconds / 1e6:7.0f} MB/s", flush=True)
        (options.work / "copy.h5").unlink()
        output = options.work / "converted"
        command = [*shlex.split(options.xlmr), "convert", "--model", source, "--output", output]
        seconds, processor, memory = timed(command)
        print(f"convert  {seconds:6.2f} s, {size / seconds / 1e6:7.0f} MB/s, {processor:.2f} s of the processor, "
              f"peak {memory:,.0f} MiB", flush=True)
        shutil.rmtree(output)


if __name__ == "__main__":
    main()
