"""Fine-tuning with Hugging Face and PyTorch as xlmr does it, for the scripts NAME_parity.py beside this file.

AdamW (0.9, 0.999, 1e-8), weight decay 0.01 but not for biases and LayerNorm; the rate rises from 0 over a tenth of the steps and
falls to 0 in a straight line; gradients are clipped to norm 1; examples in a new order each epoch, and with --group-by-length in
batches of like length, which spares padding; the head is made by the seed; dropout as the checkpoint's configuration says. All in
float32.
"""

import argparse
import json
import pathlib
import random
import statistics
import sys
import time

import torch
import transformers

WEIGHT_DECAY = 0.01
WARM_UP = 0.1
CLIP = 1.0
TEST_BATCH = 32


def parser(documentation, *, epochs, max_length):
    """The options that all the scripts have."""
    result = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--model", required=True, help="checkpoint directory with its tokenizer files")
    result.add_argument("--data", required=True, type=pathlib.Path, help="what prepare_real_data.py wrote")
    result.add_argument("--seeds", default="0,1,2")
    result.add_argument("--epochs", type=int, default=epochs, help=f"default: {epochs}")
    result.add_argument("--batch-size", type=int, default=16, help="default: 16")
    result.add_argument("--learning-rate", type=float, default=5e-5, help="default: 5e-5")
    result.add_argument("--max-length", type=int, default=max_length, help=f"default: {max_length}")
    result.add_argument("--group-by-length", action="store_true", help="batches of like length")
    result.add_argument("--threads", type=int, default=1, help="default: 1")
    return result


def optimizer_of(model, rate):
    """AdamW in two groups: what has one dimension is a bias or belongs to a LayerNorm."""
    decayed = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    plain = [parameter for parameter in model.parameters() if parameter.dim() == 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, fused=True)


def epoch_batches(examples, options, length_of):
    """A random order, cut into batches. By length: sorted within stretches of 50 batches, or a quarter of the data if that is
    less, and the batches in random order, as xlmr's --group-by-length."""
    size = options.batch_size
    order = random.sample(examples, len(examples))
    if not options.group_by_length:
        return list(batches(order, size))
    stretch = max(1, min(50, len(order) // (4 * size))) * size
    order = [example for part in batches(order, stretch) for example in sorted(part, key=length_of, reverse=True)]
    return random.sample(list(batches(order, size)), -(-len(order) // size))


def fine_tune(model, examples, collate, length_of, options, epoch_done=lambda epoch: None):
    """Trains in place and returns the seconds of the epochs by the clock and of the processor, without what epoch_done takes.

    collate makes the model's inputs, labels among them, of a list of examples; length_of gives about how long one is; epoch_done is
    called with the number of the epoch, from 1, and the model in evaluation mode.
    """
    optimizer = optimizer_of(model, options.learning_rate)
    steps = options.epochs * -(-len(examples) // options.batch_size)
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, int(WARM_UP * steps), steps)
    seconds, processor_seconds = 0.0, 0.0
    for epoch in range(1, options.epochs + 1):
        start, processor_start = time.perf_counter(), time.process_time()
        model.train()
        loss_sum = 0.0
        for batch in epoch_batches(examples, options, length_of):
            loss = model(**collate(batch)).loss
            loss.backward()
            loss_sum += float(loss.detach()) * len(batch)
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        seconds += time.perf_counter() - start
        processor_seconds += time.process_time() - processor_start
        print(f"epoch {epoch}: loss {loss_sum / len(examples):.4f}, {seconds:.0f} s", file=sys.stderr, flush=True)
        model.eval()
        epoch_done(epoch)
    return {"train_seconds": seconds, "train_processor_seconds": processor_seconds}


def outputs(model, examples, collate, length_of):
    """The model's output for each example, in their order: a list of pairs of the output's batch and the row in it.

    Examples of like length share a batch, which changes no result, only the time.
    """
    order = sorted(range(len(examples)), key=lambda index: length_of(examples[index]))
    found = [None] * len(examples)
    model.eval()
    with torch.inference_mode():
        for batch in batches(order, TEST_BATCH):
            output = model(**collate([examples[index] for index in batch]))
            for row, index in enumerate(batch):
                found[index] = (output, row)
    return found


def batches(items, size):
    for start in range(0, len(items), size):
        yield items[start:start + size]


def repeat(options, task, run):
    """Calls run(seed) for each seed and prints its figures as a line of JSON, then one line with the lists of all seeds."""
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(options.threads)
    all_figures = {}
    for seed in map(int, options.seeds.split(",")):
        transformers.set_seed(seed)
        start = time.perf_counter()
        figures = {name: round(figure, 4) for name, figure in run(seed).items()}
        seconds = round(time.perf_counter() - start, 1)
        facts = {"task": task, "program": f"transformers {transformers.__version__}", "seed": seed, "epochs": options.epochs}
        print(json.dumps(facts | figures | {"seconds": seconds}), flush=True)
        for name, figure in (figures | {"seconds": seconds}).items():
            all_figures.setdefault(name, []).append(figure)
    print(json.dumps(all_figures), flush=True)
    for name, values in all_figures.items():
        spread = f"{statistics.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})"
        print(f"{name}: {spread}", file=sys.stderr)
