"""Writes index.txt of the embedded folder: sha256, size in bytes and path of every file in model/ and data/.

    python write_index.py EMBEDDED_DIR

Also checks the data set: the header, the classes, no quotes or repeated sentences within or between files.
"""

import hashlib
import os
import sys

LABELS = {"food", "money", "travel", "weather"}


def check_data(directory):
    seen = {}
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            header, *lines = file.read().splitlines()
        if header != "text\tcategory\tlanguage":
            sys.exit(f"{name}: header is {header!r}")
        for line in lines:
            text, category, language = line.split("\t")
            key = text.casefold().strip(" .?!¿¡")
            if category not in LABELS or len(language) != 2 or '"' in text or text != text.strip():
                sys.exit(f"{name}: {line!r}")
            if key in seen:
                sys.exit(f"{name}: {text!r} is in {seen[key]} as well")
            seen[key] = name


def main():
    (directory,) = sys.argv[1:]
    check_data(os.path.join(directory, "data"))
    lines = []
    for folder in ("data", "model"):
        for name in sorted(os.listdir(os.path.join(directory, folder))):
            with open(os.path.join(directory, folder, name), "rb") as file:
                content = file.read()
            lines.append(f"{hashlib.sha256(content).hexdigest()} {len(content)} {folder}/{name}\n")
    with open(os.path.join(directory, "index.txt"), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
    print("".join(lines), end="")


if __name__ == "__main__":
    main()
