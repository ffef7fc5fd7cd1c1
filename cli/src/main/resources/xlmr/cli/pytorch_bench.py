"""The work of `xlmr cuda bench` in PyTorch: its sizes come as JSON in the first argument, the seconds that each
round took go out as one line of JSON. The weights are random, since their values cost no time."""

import json
import sys
import time


def answer(**values):
    print(json.dumps(values))
    sys.exit(0)


try:
    import torch
    from torch import nn
    from torch.nn import functional
except Exception as error:
    answer(missing=f"torch cannot be imported ({error})")

WORK = json.loads(sys.argv[1])
DEVICE = WORK["device"]
if DEVICE.startswith("cuda") and not torch.cuda.is_available():
    answer(missing=f"PyTorch {torch.__version__} sees no GPU")

PRECISION = WORK["precision"]
torch.backends.cuda.matmul.allow_tf32 = PRECISION == "tf32"
torch.manual_seed(0)


class Layer(nn.Module):
    def __init__(self, columns, heads, wide, dropout, attention_dropout):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(columns, columns) for _ in range(4))
        self.up, self.down = nn.Linear(columns, wide), nn.Linear(wide, columns)
        self.attention_norm, self.output_norm = nn.LayerNorm(columns), nn.LayerNorm(columns)
        self.dropout = nn.Dropout(dropout)
        self.attention_dropout = attention_dropout

    def split(self, rows):
        return rows.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, hidden, mask):
        attended = functional.scaled_dot_product_attention(
            self.split(self.query(hidden)),
            self.split(self.key(hidden)),
            self.split(self.value(hidden)),
            attn_mask=mask,
            dropout_p=self.attention_dropout if self.training else 0.0,
        )
        attended = self.output(attended.transpose(1, 2).flatten(2))
        hidden = self.attention_norm(hidden + self.dropout(attended))
        inner = functional.gelu(self.up(hidden))
        return self.output_norm(hidden + self.dropout(self.down(inner)))


class Classifier(nn.Module):
    def __init__(self, work):
        super().__init__()
        columns = work["columns"]
        self.words = nn.Embedding(work["vocabulary"], columns)
        self.positions = nn.Embedding(work["positions"], columns)
        self.token_type = nn.Parameter(torch.zeros(columns))
        self.norm = nn.LayerNorm(columns)
        self.dropout = nn.Dropout(work["dropout"])
        self.layers = nn.ModuleList(
            Layer(columns, work["heads"], work["wide"], work["dropout"], work["attention_dropout"])
            for _ in range(work["layers"])
        )
        self.dense, self.projection = nn.Linear(columns, columns), nn.Linear(columns, work["classes"])

    def forward(self, ids, mask):
        positions = torch.arange(2, 2 + ids.shape[1], device=ids.device)
        hidden = self.words(ids) + self.positions(positions) + self.token_type
        hidden = self.dropout(self.norm(hidden))
        for layer in self.layers:
            hidden = layer(hidden, mask)
        first = self.dropout(hidden[:, 0])
        return self.projection(self.dropout(torch.tanh(self.dense(first))))


def narrow():
    """What rounds the operands of matrix products to 16 bits, where that is asked for."""
    types = {"bf16": torch.bfloat16, "fp16": torch.float16}
    kind = DEVICE.split(":")[0]
    return torch.autocast(kind, dtype=types.get(PRECISION, torch.bfloat16), enabled=PRECISION in types)


def wait():
    if DEVICE.startswith("cuda"):
        torch.cuda.synchronize()


def seconds(body, rounds, ahead):
    """Of each round after those that only warm up."""
    for _ in range(ahead):
        body()
    taken = []
    for _ in range(rounds):
        wait()
        begin = time.perf_counter()
        body()
        wait()
        taken.append(time.perf_counter() - begin)
    return taken


def batch(lengths):
    """Tokens, padded to the longest, and which of them are seen; no mask where all are."""
    longest = max(lengths)
    ids = torch.randint(5, 200, (len(lengths), longest))
    if min(lengths) == longest:
        return ids, None
    seen = torch.arange(longest)[None, :] < torch.tensor(lengths)[:, None]
    return ids, seen[:, None, None, :]


def on_device(tensor):
    return None if tensor is None else tensor.to(DEVICE)


def inference(model, rows, length):
    ids, _ = batch([length] * rows)

    def body():
        with torch.inference_mode(), narrow():
            model(on_device(ids), None).float().cpu()

    return seconds(body, WORK["rounds"], 3)


def training(model):
    lengths, size = WORK["lengths"], WORK["batch"]
    batches = [batch(lengths[at : at + size]) for at in range(0, len(lengths), size)]
    labels = [torch.randint(0, WORK["classes"], (len(ids),)) for ids, _ in batches]
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5)
    # Half precision needs its loss scaled; the other formats have the range of float32.
    scaler = torch.amp.GradScaler(DEVICE.split(":")[0], enabled=PRECISION == "fp16")

    def epoch():
        for (ids, mask), wanted in zip(batches, labels):
            with narrow():
                logits = model(on_device(ids), on_device(mask))
            loss = functional.cross_entropy(logits.float(), on_device(wanted))
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad(set_to_none=True)
            loss.item()

    return seconds(epoch, WORK["rounds"], 1)


model = Classifier(WORK).to(DEVICE).eval()
results = [inference(model, rows, length) for rows, length in WORK["inference"]]
results.append(training(model.train()))
answer(
    torch=torch.__version__,
    cuda=torch.version.cuda,
    python=sys.version.split()[0],
    device=torch.cuda.get_device_name() if DEVICE.startswith("cuda") else DEVICE,
    seconds=results,
)
