"""Measures and tortures `xlmr download` against a server on this machine that answers like the Hugging Face Hub.

    python benchmarks/hub_download.py speed     a large file, against curl
    python benchmarks/hub_download.py kill      the process is killed again and again; the file must come out right
    python benchmarks/hub_download.py exchange --python PYTHON
                                                huggingface_hub finds what xlmr fetched, and the other way round

Python 3.11 or newer; no packages of its own. `curl` for speed, a Python with huggingface_hub for exchange.
"""

import argparse
import hashlib
import http.server
import os
import pathlib
import random
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "org/name"
LARGE_FILE = "model.safetensors"
COMMANDS = ("fetched by xlmr", "fetched by huggingface_hub")


class StubHub(http.server.ThreadingHTTPServer):
    """Serves the files of a directory as the repository `org/name`."""

    daemon_threads = True

    def __init__(self, folder, bytes_per_second=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = pathlib.Path(folder)
        self.bytes_per_second = bytes_per_second
        self.requests = []
        self.etags = {path.name: etag(path) for path in self.folder.iterdir()}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_port

    def handle_error(self, request, client_address):
        pass  # a client that was killed


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        name = self.path.rsplit("/", 1)[-1]
        self.server.requests.append((self.command, name, self.headers.get("Range")))
        path = self.server.folder / name
        if not path.is_file():
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        size = path.stat().st_size
        start = 0
        asked = self.headers.get("Range")
        if asked and body:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, size - 1, size))
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", '"%s"' % self.server.etags[name])
        self.send_header("Content-Length", str(size - start))
        self.end_headers()
        if body:
            with path.open("rb") as file:
                self.send(file, start, size)

    def send(self, file, start, size):
        rate = self.server.bytes_per_second
        self.wfile.flush()
        position = start
        while position < size:
            count = min(size - position, 64 << 10 if rate else 1 << 30)
            position += os.sendfile(self.connection.fileno(), file.fileno(), position, count)
            if rate:
                time.sleep(count / rate)

    def log_message(self, *arguments):
        pass


def etag(path):
    """SHA-256 for large files, Git's SHA-1 for small ones, as on the Hub."""
    if path.stat().st_size < 1 << 20:
        content = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_files(folder, megabytes):
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "xlm-roberta"}')
    (folder / "tokenizer.json").write_text("{}")
    generator = random.Random(1)
    with (folder / LARGE_FILE).open("wb") as file:
        for _ in range(megabytes):
            file.write(generator.randbytes(1_000_000))


def environment(server, cache):
    values = dict(os.environ, HF_ENDPOINT=server.url, HF_HOME=str(cache))
    for name in list(values):
        if name in ("HF_HUB_CACHE", "HF_TOKEN", "HF_HUB_OFFLINE") or name.lower().endswith("_proxy"):
            del values[name]
    return values


def download(options, server, cache):
    return [*shlex.split(options.xlmr), "download", REPOSITORY], environment(server, cache)


def timed(command, **settings):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **settings)
    return time.perf_counter() - start


def speed(options, work):
    make_files(work / "files", options.megabytes)
    server = StubHub(work / "files")
    cache, copy = work / "cache", work / "copy"
    address = "%s/%s/resolve/main/%s" % (server.url, REPOSITORY, LARGE_FILE)
    variables = environment(server, cache)
    curl = "curl -sfL --noproxy '*' -o %s %s" % (shlex.quote(str(copy)), address)
    programs = {
        "xlmr": [*shlex.split(options.xlmr), "download", REPOSITORY],
        "curl": ["sh", "-c", curl],
        # what xlmr does besides: it checks the bytes and forces them to the disk
        "curl, sha256sum, sync": ["sh", "-c", "%s && sha256sum %s && sync %s" % (curl, copy, copy)],
    }
    results = {name: [] for name in programs}
    for number in range(options.rounds):
        names = list(programs)
        for name in names if number % 2 else reversed(names):
            shutil.rmtree(cache, ignore_errors=True)
            copy.unlink(missing_ok=True)
            os.sync()
            seconds = timed(programs[name], env=variables)
            results[name].append(options.megabytes / seconds)
            print("%s: %.2f s, %.0f MB/s" % (name, seconds, options.megabytes / seconds), flush=True)
    for name in list(programs)[1:]:
        ratios = [x / other for x, other in zip(results["xlmr"], results[name])]
        print(
            "xlmr / (%s): median %.2f, from %.2f to %.2f"
            % (name, statistics.median(ratios), min(ratios), max(ratios))
        )


def kill(options, work):
    make_files(work / "files", options.megabytes)
    server = StubHub(work / "files", bytes_per_second=options.megabytes * 1e6 / options.seconds)
    cache = work / "cache"
    command, variables = download(options, server, cache)
    generator = random.Random(options.seed)
    blobs = cache / "hub" / "models--org--name" / "blobs"
    there = 0
    for number in range(options.kills):
        process = subprocess.Popen(
            command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while collected(blobs) <= there and process.poll() is None:
            time.sleep(0.01)
        time.sleep(generator.random() * options.seconds / options.kills)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if collected(blobs) < there:
            sys.exit("what had come was thrown away")
        there = collected(blobs)
        print("kill %d: %.1f MB are there" % (number + 1, there / 1e6), flush=True)
    server.bytes_per_second = None
    subprocess.run(command, env=variables, check=True, stdout=subprocess.DEVNULL)
    fetched = cache / "hub" / "models--org--name" / "snapshots" / COMMIT / LARGE_FILE
    if etag(fetched.resolve()) != etag(server.folder / LARGE_FILE):
        sys.exit("the file is wrong")
    if list(blobs.glob("*.incomplete")):
        sys.exit("a part was left behind")
    ranges = [asked for method, name, asked in server.requests if method == "GET" and name == LARGE_FILE]
    print("right in the end; %d requests, %d of them for the rest of the file" % (len(ranges), sum(map(bool, ranges))))


def collected(blobs):
    sizes = [path.stat().st_size for path in blobs.iterdir()] if blobs.exists() else []
    return max(sizes, default=0)


def exchange(options, work):
    make_files(work / "files", 3)
    server = StubHub(work / "files")
    files = ["config.json", "tokenizer.json", LARGE_FILE]
    python_code = (
        "import sys; from huggingface_hub import hf_hub_download as f;"
        "[print(f('%s', name)) for name in sys.argv[1:]]" % REPOSITORY
    )
    python = [options.python, "-c", python_code, *files]
    for first in COMMANDS:
        cache = work / first.replace(" ", "-")
        command, variables = download(options, server, cache)
        offline = dict(variables, HF_HUB_OFFLINE="1")
        one, other = (command, python) if first == COMMANDS[0] else (python, command)
        subprocess.run(one, env=variables, check=True, stdout=subprocess.DEVNULL)
        found = subprocess.run(other, env=offline, check=True, capture_output=True, text=True).stdout.split()
        expected = cache / "hub" / "models--org--name" / "snapshots" / COMMIT
        wanted = [str(expected / name) for name in files] if first == COMMANDS[0] else [str(expected)]
        if found != wanted:
            sys.exit("%s: expected %s, found %s" % (first, wanted, found))
        server.requests.clear()
        subprocess.run(other, env=variables, check=True, stdout=subprocess.DEVNULL)
        again = [name for method, name, _ in server.requests if method == "GET" and name in files]
        if again:
            sys.exit("%s: the other fetched again %s" % (first, again))
        print("%s: the other finds it, offline and online, and fetches nothing again" % first)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "kill", "exchange"))
    parser.add_argument("--xlmr", default=str(pathlib.Path(__file__).resolve().parent.parent / "xlmr"))
    parser.add_argument("--python", default=sys.executable, help="one with huggingface_hub")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20, help="that a whole download takes in kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", help="directory for the files; default: a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        {"speed": speed, "kill": kill, "exchange": exchange}[options.what](options, pathlib.Path(work))


if __name__ == "__main__":
    main()
