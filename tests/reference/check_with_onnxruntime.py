"""Runs an ONNX file that xlmr wrote in ONNX Runtime, and holds its outputs against xlmr's own.

    ./xlmr convert --model DIR --output EXPORT --format onnx
    ./xlmr forward --model DIR --inputs INPUTS --outputs OUTPUTS
    python tests/reference/check_with_onnxruntime.py EXPORT INPUTS OUTPUTS [--limit 1e-4]

EXPORT is the directory with model.onnx, or the file. INPUTS and OUTPUTS are safetensors files: the graph is fed with the
inputs.NAME of its inputs' names (a mask of ones where attention_mask is not there), and every output of the graph must be in
OUTPUTS as outputs.NAME. Exits with 1 if a number differs by more than the limit, relative to 1 or to its size where that is larger.
check_onnx.py holds such files against transformers instead. Needs onnxruntime, NumPy and safetensors.
"""

import argparse
import pathlib
import sys

import numpy as np
import onnxruntime

import written_model


def run(file, inputs):
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    given = {"attention_mask": np.ones(inputs["input_ids"].shape, np.int64)} | inputs
    missing = [value.name for value in session.get_inputs() if value.name not in given]
    if missing:
        sys.exit(f"{file}: no inputs.{missing[0]} for the graph's inputs {[value.name for value in session.get_inputs()]}")
    feed = {value.name: given[value.name] for value in session.get_inputs()}
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, session.run(names, feed)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("inputs", type=pathlib.Path)
    parser.add_argument("outputs", type=pathlib.Path)
    parser.add_argument("--limit", type=float, default=1e-4)
    options = parser.parse_args()
    file = options.export / "model.onnx" if options.export.is_dir() else options.export
    inputs, ours = written_model.inputs_of(options.inputs), written_model.outputs_of(options.outputs)
    theirs = run(file, inputs)
    missing = sorted(name for name in theirs if name not in ours)
    if missing:
        sys.exit(f"{options.outputs}: no outputs.{missing[0]}, which the graph computes")
    written_model.compare({name: ours[name] for name in theirs}, theirs, inputs, options.limit)


if __name__ == "__main__":
    main()
