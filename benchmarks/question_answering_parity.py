"""Fine-tunes a checkpoint with Hugging Face and PyTorch to answer questions: XQuAD in English, tested in English and German.

    python benchmarks/question_answering_parity.py --model DIR --data PREPARED [--seeds 0,1,2] [--epochs 3] [--batch-size 16]
        [--learning-rate 5e-5] [--max-length 384] [--stride 128] [--group-by-length] [--threads 1]

PREPARED is what prepare_real_data.py wrote: question-answering/en.train.json, en.test.json and de.test.json. The questions are the
same in all languages, so the test is of articles that training has not seen.

A sequence is <s> question </s></s> context </s>; a context that is too long is cut into windows that share --stride tokens, and
every window is an example of training. One that does not hold the whole answer has its label at <s>. The prediction is the span
with the largest sum of logits over all windows, out of the 20 best starts and the 20 best ends of each, of at most 30 tokens,
within the context, as text of the context. The last epoch counts.

Exact match and F1 in percent by SQuAD 1.1's rules, as XQuAD's own script has them for every language: lower case, without ASCII
punctuation and the English articles, split at white space. A line of JSON a seed, then the lists of all seeds. xlmr does the same
with

    ./xlmr train --task question-answering --train PREPARED/question-answering/en.train.json ...

Needs torch and transformers.
"""

import collections
import json
import re
import string
import time
import typing

import torch
import transformers

import hugging_face_training as training

BEST = 20
LONGEST_ANSWER = 30


# ---------------------------------------------------------------- windows


class Question(typing.NamedTuple):
    id: str
    text: str
    context: str
    answers: list  # of text and begin


class Window(typing.NamedTuple):
    """A sequence; offsets are None outside the context."""

    question: Question
    ids: list
    offsets: list
    start: int
    end: int


def questions(file):
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for given in paragraph["qas"]:
                answers = [(answer["text"], answer["answer_start"]) for answer in given["answers"]]
                yield Question(given["id"], given["question"].strip(), paragraph["context"], answers)


def windows(tokenizer, question, options):
    encoding = tokenizer(
        question.text,
        question.context,
        truncation="only_second",
        max_length=options.max_length,
        stride=options.stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    for index, ids in enumerate(encoding["input_ids"]):
        part = encoding.sequence_ids(index)
        offsets = [span if part[place] == 1 else None for place, span in enumerate(encoding["offset_mapping"][index])]
        yield Window(question, ids, offsets, *labels(question, offsets))


def labels(question, offsets):
    """The places of the first answer's first and last token, or of <s> where the window does not hold all of it."""
    text, begin = question.answers[0]
    end = begin + len(text)
    places = [place for place, span in enumerate(offsets) if span is not None]
    if offsets[places[0]][0] > begin or offsets[places[-1]][1] < end:
        return 0, 0
    start = max(place for place in places if offsets[place][0] <= begin)
    return start, min(place for place in places if offsets[place][1] >= end)


def length_of(window):
    return len(window.ids)


def collator(tokenizer):
    def collate(batch):
        length = max(len(window.ids) for window in batch)
        ids = torch.full((len(batch), length), tokenizer.pad_token_id)
        for row, window in enumerate(batch):
            ids[row, : len(window.ids)] = torch.tensor(window.ids)
        return {
            "input_ids": ids,
            "attention_mask": (ids != tokenizer.pad_token_id).long(),
            "start_positions": torch.tensor([window.start for window in batch]),
            "end_positions": torch.tensor([window.end for window in batch]),
        }

    return collate


# ---------------------------------------------------------------- answers


def best_span(window, start_logits, end_logits):
    """Score and text of the window's best span."""
    starts = start_logits.argsort(descending=True)[:BEST].tolist()
    ends = end_logits.argsort(descending=True)[:BEST].tolist()
    best = (float("-inf"), "")
    for start in starts:
        for end in ends:
            if not start <= end < start + LONGEST_ANSWER or window.offsets[start] is None or window.offsets[end] is None:
                continue
            score = float(start_logits[start] + end_logits[end])
            if score > best[0]:
                best = (score, window.question.context[window.offsets[start][0] : window.offsets[end][1]])
    return best


def answers(model, test, collate):
    """The answer to each question by its id."""
    best = {}
    for window, (output, row) in zip(test, training.outputs(model, test, collate, length_of)):
        length = len(window.ids)
        found = best_span(window, output.start_logits[row, :length], output.end_logits[row, :length])
        best[window.question.id] = max(best.get(window.question.id, found), found, key=lambda span: span[0])
    return {identity: text for identity, (_, text) in best.items()}


# ---------------------------------------------------------------- SQuAD's rules


def words(text):
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def f1(predicted, truth):
    shared = sum((collections.Counter(predicted) & collections.Counter(truth)).values())
    return 2 * shared / (len(predicted) + len(truth)) if shared else 0.0


def scores(asked, found):
    exact, overlap = 0.0, 0.0
    for question in asked:
        predicted = words(found[question.id])
        truths = [words(text) for text, _ in question.answers]
        exact += max(predicted == truth for truth in truths)
        overlap += max(f1(predicted, truth) for truth in truths)
    return 100 * exact / len(asked), 100 * overlap / len(asked)


def main():
    parser = training.parser(__doc__, epochs=3, max_length=384)
    parser.add_argument("--stride", type=int, default=128, help="tokens that two windows share; default: 128")
    options = parser.parse_args()
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
    collate = collator(tokenizer)

    def read(name):
        asked = list(questions(options.data / "question-answering" / f"{name}.json"))
        return asked, [window for question in asked for window in windows(tokenizer, question, options)]

    (_, train), tests = read("en.train"), {language: read(f"{language}.test") for language in ("en", "de")}

    def run(seed):
        model = transformers.AutoModelForQuestionAnswering.from_pretrained(options.model, dtype=torch.float32)
        figures = training.fine_tune(model, train, collate, length_of, options)
        start = time.perf_counter()
        for language, (asked, test) in tests.items():
            found = answers(model, test, collate)
            figures[f"exact match {language}"], figures[f"F1 {language}"] = scores(asked, found)
        return figures | {"test_seconds": time.perf_counter() - start}

    training.repeat(options, "question answering", run)


if __name__ == "__main__":
    main()
