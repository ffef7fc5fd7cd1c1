"""Compiles the CUDA kernels beside it to the PTX that the tests read. It needs no GPU.

    pip install nvidia-cuda-nvrtc
    python make_ptx.py            # writes ../resources/xlmr/ptx/*.ptx

The path of another libnvrtc can be given in NVRTC.
"""

import ctypes
import glob
import importlib.util
import os
import pathlib

HERE = pathlib.Path(__file__).parent
TARGET = HERE.parent / "resources" / "xlmr" / "ptx"

# The architecture for each source: the oldest that has the instructions in it.
ARCHITECTURES = {"arithmetic": "compute_80", "memory": "compute_80", "warps": "compute_80", "matrices": "compute_80"}


def library():
    if "NVRTC" in os.environ:
        return os.environ["NVRTC"]
    root = list(importlib.util.find_spec("nvidia").submodule_search_locations)[0]
    builtins = glob.glob(root + "/**/libnvrtc-builtins.so*", recursive=True)
    ctypes.CDLL(builtins[0], mode=ctypes.RTLD_GLOBAL)
    return [name for name in glob.glob(root + "/**/libnvrtc.so.*", recursive=True) if "alt" not in name][0]


def compile_ptx(nvrtc, source, name, options):
    program = ctypes.c_void_p()
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), name.encode(), 0, None, None)
    encoded = [option.encode() for option in options]
    status = nvrtc.nvrtcCompileProgram(program, len(encoded), (ctypes.c_char_p * len(encoded))(*encoded))
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value + 1)
    nvrtc.nvrtcGetProgramLog(program, log)
    if status != 0 or log.value.strip():
        raise SystemExit(f"{name}: {log.value.decode()}")
    nvrtc.nvrtcGetPTXSize(program, ctypes.byref(size))
    ptx = ctypes.create_string_buffer(size.value + 1)
    nvrtc.nvrtcGetPTX(program, ptx)
    return ptx.value.decode()


def main():
    nvrtc = ctypes.CDLL(library())
    for source in sorted(HERE.glob("*.cu")):
        architecture = ARCHITECTURES.get(source.stem, "compute_80")
        ptx = compile_ptx(
            nvrtc, source.read_text(), source.name, [f"--gpu-architecture={architecture}", "--warning-as-error=all-warnings"]
        )
        (TARGET / f"{source.stem}.ptx").write_text(ptx)
        print(source.name, len(ptx))


if __name__ == "__main__":
    main()
