#!/usr/bin/env python3
"""Writes src/verify/vectors.json: what sentence-transformers makes of a few sentences, for `simcse-lab verify` to compare
with, in float64, so that its own rounding is not in it.

    python3 -m venv .oracle && .oracle/bin/pip install -r tests/oracle/requirements.txt
    .oracle/bin/python tests/oracle/vectors.py www/models/starter PATH/TO/all-MiniLM-L6-v2

Pooling is the mean of all tokens: what sentence-transformers takes for a folder without modules.json, as these are.
Matrices of bytes (the starter's) are made floats first, each byte times its row's scale in float32, as the engine does.
Needs no network once the packages are there.
"""

import argparse
import json
import os
import pathlib
import shutil
import tempfile

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import importlib.metadata

import numpy as np
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer, models

SENTENCES = [
    "A cat sleeps on the mat.",
    "A kitten naps on a rug.",
    "Share prices fell sharply this morning.",
    "The stock market dropped today.",
    "Yes.",
    "The old man who lives at the end of the road walked down to the river every day, sat on the same stone, and "
    "watched the boats go by until the sun went down behind the hills and it was too dark to see the water.",
]
FIRST = 8
PLACE = pathlib.Path(__file__).parents[2] / "src/verify/vectors.json"


def floats(folder, into):
    """The model's folder with its weights as float32."""
    for name in ["config.json", "tokenizer.json", "tokenizer_config.json"]:
        if (folder / name).exists():
            shutil.copy(folder / name, into)
    stored = load_file(folder / "model.safetensors")
    scales = {name: stored.pop(name) for name in list(stored) if name.endswith("_scale")}
    for name, scale in scales.items():
        matrix = name.removesuffix("_scale")
        stored[matrix] = stored[matrix].float() * scale.float().reshape(-1, 1)
    save_file({name: tensor.contiguous() for name, tensor in stored.items()}, into / "model.safetensors", {"format": "pt"})
    return stored


def bits(stored):
    """The sum of the encoder's float32 weights as integers: says whether a folder has these weights or others."""
    named = {name.removeprefix("bert."): tensor.numpy() for name, tensor in stored.items()}
    encoder = [values for name, values in named.items() if name.startswith(("embeddings.", "encoder.")) and values.dtype == "float32"]
    return f"{sum(int(values.view(np.uint32).sum(dtype=np.uint64)) for values in encoder) % 2**64:016x}"


def figures(folder):
    with tempfile.TemporaryDirectory() as place:
        stored = floats(folder, pathlib.Path(place))
        encoder = models.Transformer(place)
        model = SentenceTransformer(modules=[encoder, models.Pooling(encoder.get_word_embedding_dimension())], device="cpu")
        vectors = model.double().eval().encode(SENTENCES, convert_to_numpy=True)
    assert vectors.dtype == np.float64, vectors.dtype
    config = encoder.auto_model.config
    norms = np.linalg.norm(vectors, axis=1)
    cosines = (vectors @ vectors.T) / np.outer(norms, norms)
    upper = np.triu_indices(len(SENTENCES), 1)
    digits = lambda values: [float(f"{value:.9g}") for value in values]
    return {
        "name": folder.name,
        "layers": config.num_hidden_layers,
        "hidden": config.hidden_size,
        "vocabulary": config.vocab_size,
        "bits": bits(stored),
        "norms": digits(norms),
        "first": [digits(vector[:FIRST]) for vector in vectors],
        "cosines": digits(cosines[upper]),
    }


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folders", nargs="+", type=pathlib.Path)
folders = parser.parse_args().folders
packages = ["sentence-transformers", "transformers", "torch"]
made_by = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages) + ", float64"
written = {"made_by": made_by, "sentences": SENTENCES, "models": [figures(folder) for folder in folders]}
PLACE.write_text(json.dumps(written, indent=1) + "\n")
