"""Makes tests/golden/embeddings: sentence embeddings and pair scores as sentence-transformers computes them, and its directories.

    python tests/reference/embeddings.py [--check]

The model is the one that comes with xlmr (cli/src/main/resources/xlmr/embedded/model), in float32. With any release of
sentence-transformers the files that it writes beside the weights go to `written_by_VERSION`; release 6 also computes
`vectors.safetensors` and `cases.json`. With --check compares instead of writing: numbers within 1e-5.

Made with sentence-transformers 6.2.0, 5.1.2, 3.4.1 and 2.7.0, torch 2.15.0 (CPU), transformers 5.23.0.
"""

import json
import math
import pathlib
import shutil
import sys
import tempfile

import sentence_transformers
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer, models
from transformers import AutoConfig, AutoTokenizer, XLMRobertaForSequenceClassification

ROOT = pathlib.Path(__file__).parents[2]
MODEL = ROOT / "cli/src/main/resources/xlmr/embedded/model"
DATA = ROOT / "cli/src/main/resources/xlmr/embedded/data"
OUT = ROOT / "tests/golden/embeddings"
LIMIT = 64
SETTINGS = ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "tokenizer_config.json",
            "1_Pooling/config.json", "2_Normalize/config.json")


def sentences():
    """Fifty of the data set's, of every language, and two that are longer than the limit."""
    texts = []
    for name in ("train", "test", "test_unseen_de", "test_unseen_it", "test_unseen_ru"):
        lines = (DATA / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
        texts += [line.split("\t")[0] for line in lines][:: 16 if name == "train" else 12]
    return texts[:50] + [" ".join(texts[:12]), " ".join(texts[12:30])]


def encoder(**kwargs):
    return models.Transformer(str(MODEL), max_seq_length=LIMIT, **kwargs)


def write_directory():
    """A directory as this release writes it, without the weights: max pooling, normalized, two prompts."""
    transformer = encoder()
    model = SentenceTransformer(modules=[transformer, models.Pooling(128, pooling_mode="max"), models.Normalize()],
                                prompts={"query": "query: ", "passage": "passage: "}, default_prompt_name="query")
    target = OUT / ("written_by_" + sentence_transformers.__version__)
    with tempfile.TemporaryDirectory() as written:
        model.save(written, create_model_card=False)
        for name in SETTINGS:
            source = pathlib.Path(written) / name
            if source.exists():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target / name)


def vectors():
    float32 = {"model_kwargs": {"dtype": torch.float32}}
    texts = sentences()
    found = {}
    for mode in ("cls", "mean", "max"):
        model = SentenceTransformer(modules=[encoder(**float32), models.Pooling(128, pooling_mode=mode)])
        found[mode] = model.encode(texts, convert_to_tensor=True).cpu()
    model.append(models.Normalize())
    found["max_normalized_query"] = model.encode(texts, prompt="query: ", convert_to_tensor=True).cpu()
    layers = models.WeightedLayerPooling(128, num_hidden_layers=3, layer_start=1)
    layers.layer_weights.data = torch.tensor([1.0, 0.5, 2.0])
    transformer = encoder(**float32, config_kwargs={"output_hidden_states": True})
    model = SentenceTransformer(modules=[transformer, layers, models.Pooling(128, pooling_mode="mean")])
    found["layers_1_2_3_mean"] = model.encode(texts, convert_to_tensor=True).cpu()
    return texts, {name: tensor.contiguous() for name, tensor in found.items()}


def pair_scores(texts):
    """A cross-encoder whose head is a formula, so that the test can make the same one."""
    from sentence_transformers import CrossEncoder

    config = AutoConfig.from_pretrained(MODEL, num_labels=1, dtype="float32")
    model = XLMRobertaForSequenceClassification.from_pretrained(MODEL, config=config, dtype=torch.float32)
    with torch.no_grad():
        for name, parameter in model.classifier.named_parameters():
            wave = [math.sin(0.7 * i + len(name)) * 0.2 for i in range(parameter.numel())]
            parameter.copy_(torch.tensor(wave, dtype=torch.float64).to(torch.float32).reshape(parameter.shape))
    with tempfile.TemporaryDirectory() as saved:
        model.save_pretrained(saved)
        AutoTokenizer.from_pretrained(MODEL).save_pretrained(saved)
        scorer = CrossEncoder(saved, max_length=LIMIT)
        pairs = [(texts[3], text) for text in texts]
        return [float(score) for score in scorer.predict(pairs)], [
            float(score) for score in scorer.predict(pairs, activation_fn=torch.nn.Identity())]


def main():
    torch.set_num_threads(1)
    if "--check" not in sys.argv:
        OUT.mkdir(parents=True, exist_ok=True)
        write_directory()
    if not sentence_transformers.__version__.startswith("6."):
        return
    texts, found = vectors()
    scores, logits = pair_scores(texts)
    cases = {"texts": texts, "max_length": LIMIT, "query": 3, "scores": scores, "logits": logits}
    if "--check" not in sys.argv:
        save_file(found, OUT / "vectors.safetensors")
        (OUT / "cases.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    earlier = load_file(OUT / "vectors.safetensors")
    worst = max(float((earlier[name] - found[name]).abs().max()) for name in found)
    old = json.loads((OUT / "cases.json").read_text(encoding="utf-8"))
    worst = max([worst] + [abs(a - b) for a, b in zip(old["scores"] + old["logits"], scores + logits)])
    print("largest difference %.2g" % worst)
    sys.exit(old["texts"] != texts or worst > 1e-5)


if __name__ == "__main__":
    main()
