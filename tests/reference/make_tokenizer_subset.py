"""Copies the part of the tokenizer fixtures that the repository holds:

    python make_tokenizer_subset.py REFERENCE_DIR ../../tokenizer/src/test/resources/fixtures

REFERENCE_DIR holds what its own generate.py made with the real libraries. Every category of input is
kept, of each every n-th text; answers keep the order of the inputs. Output is the same bytes each time.
"""
import collections, gzip, json, pathlib, shutil, sys

VARIANTS = "bpe_bytes char custom_ids identity no_dummy_prefix no_ws_split tiny user_symbols ws_suffix".split()
KEEP = 22  # texts of each category
LONGEST = 400  # characters


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(x, ensure_ascii=True, separators=(",", ":")) + "\n" for x in lines)
    with open(path, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
        f.write(text.encode())


def main():
    source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    tokenizers = source / "tokenizers"
    by_category = collections.defaultdict(list)
    inputs = rows(tokenizers / "inputs.jsonl.gz")
    for row in inputs:
        if len(row["text"]) <= LONGEST:
            by_category[row["cat"]].append(row["i"])
    kept = sorted(i for ids in by_category.values() for i in ids[:: max(1, len(ids) // KEEP)][:KEEP])
    out = target / "tokenizers"
    write(out / "inputs.jsonl.gz", [inputs[i] for i in kept])
    for name in VARIANTS:
        answers = rows(tokenizers / name / "cpp.jsonl.gz")
        write(out / name / "cpp.jsonl.gz", [answers[i] for i in kept])
        shutil.copyfile(tokenizers / name / "spm.model", out / name / "spm.model")
    fast = rows(tokenizers / "tiny" / "hf5_fast.jsonl.gz")
    write(out / "tiny" / "hf5_fast.jsonl.gz", [fast[i] for i in kept])
    calls = rows(tokenizers / "tiny" / "hf_cases.jsonl.gz")
    write(out / "tiny" / "hf_cases.jsonl.gz", [{k: v for k, v in c.items() if k != "fast446"} for c in calls[::3]])
    with open(tokenizers / "tiny" / "hf" / "tokenizer.json", "rb") as f:
        data = f.read()
    (out / "tiny" / "hf").mkdir(parents=True, exist_ok=True)
    (out / "tiny" / "hf" / "tokenizer.json").write_bytes(data)
    bad = target / "bad"
    for part in "sentencepiece", "tokenizer_json":
        shutil.copytree(source / "bad" / part, bad / part, dirs_exist_ok=True, copy_function=shutil.copyfile)
    manifest = json.loads((source / "bad" / "manifest.json").read_text())
    files = [f for f in manifest["files"] if f["file"].split("/")[0] in ("sentencepiece", "tokenizer_json")]
    (bad / "manifest.json").write_text(json.dumps({"files": files}, indent=1) + "\n")


main()
