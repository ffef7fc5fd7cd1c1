"""Measures xlmr and other programs alternately on the same workloads, and prints a Markdown table of both.

    python benchmarks/side_by_side.py --model DIR --data SIB200 --peers PEERS.py --python PYTHON
        [--rounds 3] [--repeats 3] [--threads 2] [--workloads fixed,ragged,single,finetune,head,coldstart,tokenize]
        [--with-ort] [--with-ct2] [--json LINES.jsonl]

Each round measures a pair, xlmr and one peer right after each other, first the one and in the next round first the other. What
PEERS.py must understand and print is in benchmarks/README.md. Needs Python 3.11 or newer on Linux or macOS and no package; the
peers run in PYTHON, which has theirs. Versions of everything are printed with the table.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]

# The figure of each workload, and whether more of it is better.
FIGURES = {
    "fixed": ("tokens_per_s", True),
    "ragged": ("sentences_per_s", True),
    "single": ("p50_ms", False),
    "finetune": ("samples_per_s", True),
    "head": ("samples_per_s", True),
    "coldstart": ("seconds", False),
    "tokenize": ("MB_per_s", True),
}
INFERENCE = ("fixed", "ragged", "single", "coldstart")
PEER_PACKAGES = ("torch", "transformers", "tokenizers", "sentencepiece", "onnxruntime", "ctranslate2")
# Settings of some machines that slow the libraries of the peers down.
UNSET_FOR_PEERS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
BUSY = 0.5


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="checkpoint directory with its tokenizer files")
    parser.add_argument("--data", required=True, help="SIB-200: a folder a language")
    parser.add_argument("--peers", required=True, help="script that measures the peers (interface: benchmarks/README.md)")
    parser.add_argument("--python", default=sys.executable, help="Python that runs it (default: this one)")
    parser.add_argument("--xlmr", default=str(ROOT / "xlmr"), help="launcher (default: that of this repository)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3, help="counted runs within each measurement (default: 3)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workloads", default=",".join(FIGURES), help="default: all")
    parser.add_argument("--with-ort", action="store_true", help="also ONNX Runtime; writes its model into the directory")
    parser.add_argument("--with-ct2", action="store_true", help="also CTranslate2; writes its model into the directory")
    parser.add_argument("--json", type=pathlib.Path, help="write every line there as it comes")
    options = parser.parse_args()
    options.workloads = options.workloads.split(",")
    unknown = sorted(set(options.workloads) - set(FIGURES))
    if unknown:
        parser.error(f"--workloads: expected some of {', '.join(FIGURES)}, found {', '.join(unknown)}")
    if options.rounds < 1:
        parser.error(f"--rounds: expected 1 or more, found {options.rounds}")
    if not pathlib.Path(options.peers).is_file():
        parser.error(f"--peers: there is no file {options.peers}; benchmarks/README.md says what such a script must do")
    return options


def peers_of(workload, options):
    """Name of each peer and the options that it is started with."""
    if workload == "tokenize":
        return [("hf",), ("spm",)]
    peers = [("torch",)]
    if workload == "ragged":
        peers.append(("torch", "--sort"))
    if options.with_ort and workload in INFERENCE:
        peers.append(("ort", "--sort") if workload == "ragged" else ("ort",))
    if options.with_ct2 and workload in INFERENCE:
        peers.append(("ct2",))
    return peers


# ---------------------------------------------------------------- running


class Failed(Exception):
    """A program that ended with an error, or printed no JSON line."""


def run(command, environment):
    """The last line of a program's output as JSON, with the time and peak memory of the whole process."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=environment)
        except OSError as error:
            raise Failed(f"{command[0]}: {error.strerror}") from None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        lines, errors = out.read().splitlines(), err.read().splitlines()
    if process.returncode != 0 or not lines:
        raise Failed(f"{' '.join(command)}: exit code {process.returncode}: {' / '.join(errors[-3:])}")
    try:
        line = json.loads(lines[-1])
    except json.JSONDecodeError:
        raise Failed(f"{' '.join(command)}: expected a line of JSON, found {lines[-1][:100]!r}") from None
    kibibytes = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return line | {"wall_seconds": round(seconds, 3), "process_rss_mib": round(kibibytes / 1024, 1)}


def common(options):
    counts = ["--threads", str(options.threads), "--repeats", str(options.repeats)]
    return ["--model", options.model, "--data", options.data, *counts]


def measure_xlmr(workload, options):
    line = run([options.xlmr, "bench", workload, *common(options)], dict(os.environ))
    if workload == "coldstart":
        line["seconds"] = line["wall_seconds"]  # with all that the launcher and the end of the process take
    return line


def measure_peer(workload, peer, options):
    environment = {name: value for name, value in os.environ.items() if name not in UNSET_FOR_PEERS}
    name, *flags = peer
    return run([options.python, options.peers, workload, name, *common(options), *flags], environment)


def measure_all(options, report):
    """Pairs of lines for each workload and peer; a pair that fails is told and left out."""
    pairs, failures = {}, 0
    for round_number in range(1, options.rounds + 1):
        for workload in options.workloads:
            for peer in peers_of(workload, options):
                where = {"round": round_number, "pair": " ".join(peer)}
                ours = lambda: measure_xlmr(workload, options)
                theirs = lambda: measure_peer(workload, peer, options)
                try:
                    if round_number % 2:
                        pair = [report(ours() | where), report(theirs() | where)]
                    else:
                        pair = [report(theirs() | where), report(ours() | where)][::-1]
                    figure = FIGURES[workload][0]
                    missing = [line.get("peer", "?") for line in pair if figure not in line]
                    if missing:
                        raise Failed(f"{workload}: no {figure} in the line of {', '.join(missing)}")
                    pairs.setdefault((workload, " ".join(peer)), []).append(pair)
                except Failed as failure:
                    print(f"side_by_side: {failure}", file=sys.stderr)
                    failures += 1
    return pairs, failures


# ---------------------------------------------------------------- the machine and the programs


def processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def peer_versions(python):
    """Versions of Python and of the packages that it has."""
    code = (
        "import importlib.metadata as m, json, platform\n"
        "v = {'python': platform.python_version()}\n"
        f"for p in {PEER_PACKAGES!r}:\n"
        "    try: v[p] = m.version(p)\n"
        "    except m.PackageNotFoundError: pass\n"
        "print(json.dumps(v))"
    )
    line = run([python, "-c", code], dict(os.environ))
    return {name: line[name] for name in ("python", *PEER_PACKAGES) if name in line}


def conditions(options, load):
    """What the figures depend on. Asking xlmr also builds it, if that is still to be done."""
    doctor = run([options.xlmr, "doctor", "--json", "--threads", str(options.threads)], dict(os.environ))
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": options.threads,
        "load_average": load,
        "xlmr": doctor.get("xlmr"),
        "java": doctor.get("java"),
        "backend": doctor.get("backend"),
        "peers": peer_versions(options.python),
        "model": pathlib.Path(options.model).resolve().name,
        "rounds": options.rounds,
        "repeats": options.repeats,
    }


def read_through(directory):
    """Brings a checkpoint that lay untouched back into the page cache, so that the first round is like the others."""
    for file in sorted(pathlib.Path(directory).glob("*.safetensors")):
        with open(file, "rb", buffering=0) as stream:
            while stream.read(1 << 24):
                pass


# ---------------------------------------------------------------- the table


def row(workload, peer, pairs):
    figure, more_is_better = FIGURES[workload]
    best = max if more_is_better else min
    sides = []
    for side in (0, 1):
        lines = [pair[side] for pair in pairs]
        median = statistics.median(line[figure] for line in lines)
        sides.append((median, best(line.get("best_" + figure, line[figure]) for line in lines)))
    ratio = lambda ours, theirs: ours / theirs if more_is_better else theirs / ours
    rounds = [ratio(ours[figure], theirs[figure]) for ours, theirs in pairs]
    memory = [max(pair[side]["process_rss_mib"] for pair in pairs) for side in (0, 1)]
    cells = [
        f"{workload}, {figure}",
        peer,
        *(f"{number(median)} ({number(top)})" for median, top in sides),
        f"**{ratio(sides[0][0], sides[1][0]):.2f}**",
        f"{min(rounds):.2f} to {max(rounds):.2f}",
        *(f"{mebibytes:,.0f}" for mebibytes in memory),
    ]
    return "| " + " | ".join(cells) + " |"


def number(value):
    """Three digits or all that stand before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(pairs, facts):
    versions = ", ".join(f"{name} {version}" for name, version in facts["peers"].items())
    load = f"load average at the start {facts['load_average']:.2f}"
    yield f"{facts['processor']}, {facts['cores']} cores, {facts['threads']} threads; {load}."
    yield f"xlmr {facts['xlmr']} on {facts['java']} ({facts['backend']}); {versions}. Model {facts['model']}."
    yield f"Medians of {facts['rounds']} rounds, the best run in brackets. Ratio of the medians: above 1 xlmr is faster."
    yield ""
    yield "| workload | peer | xlmr | peer's | ratio | in the rounds | xlmr MiB | peer's MiB |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for (workload, peer), measured in pairs.items():
        yield row(workload, peer, measured)


def main():
    options = arguments()
    load = os.getloadavg()[0]
    if load > BUSY:
        print(f"side_by_side: warning: load average {load:.2f}, other work runs here and spoils the figures", file=sys.stderr)
    lines = open(options.json, "w", encoding="utf-8") if options.json else None

    def report(line):
        for stream in filter(None, (sys.stdout, lines)):
            print(json.dumps(line), file=stream, flush=True)
        return line

    try:
        facts = report(conditions(options, load))
        read_through(options.model)
        pairs, failures = measure_all(options, report)
    except Failed as failure:
        print(f"side_by_side: {failure}", file=sys.stderr)
        return 1
    finally:
        if lines:
            lines.close()
    print()
    print("\n".join(table(pairs, facts)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
