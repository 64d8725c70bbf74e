#!/usr/bin/env python3
"""The native engine beside PyTorch on the same machine's CPU: the same model, the same sentences, the same threads.

    pip install torch numpy safetensors tokenizers
    cargo build --release
    python3 bench/pytorch.py --sentences STSB/sts-dev.csv            # check, then time
    python3 bench/pytorch.py --sentences STSB/sts-dev.csv --check    # the numbers alone

Checked: vectors of the first sentences, and loss and gradients of a batch without dropout, against autograd. Timed, in
turns: encoding and a training step. PyTorch's side is what it is best at here: fused attention, the queries, keys and
values in one product, sentences sorted by length and padded to a batch's longest, fused AdamW.
"""

import argparse
import csv
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPERATURE = 0.05
TRAINING_LENGTH = 32


def arguments():
    parser = argparse.ArgumentParser(description="The native engine beside PyTorch on this machine's CPU.")
    parser.add_argument("--model", type=Path, default=ROOT / "www/generated/models/all-MiniLM-L6-v2", help="a BERT's directory")
    parser.add_argument("--sentences", type=Path, default=ROOT / "www/data/sample-sentences.txt", help="STS-B's table, or a sentence a line")
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/simcse-lab")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64, help="items of a training step, each encoded twice")
    parser.add_argument("--rows", type=int, default=1000, help="sentences that are encoded")
    parser.add_argument("--check", action="store_true", help="compare the numbers and time nothing")
    return parser.parse_args()


def sentences_of(path):
    """STS-B's table has a score and two sentences behind four columns; any other file a sentence a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    if rows and all(len(row) >= 7 for row in rows):
        return [sentence for row in rows for sentence in row[5:7]]
    return [line for line in lines if line.strip()]


class Bert:
    """BERT's encoder over padded rows (arXiv 1810.04805), with the checkpoint's tensors as leaves of autograd."""

    def __init__(self, directory):
        self.config = json.loads((directory / "config.json").read_text())
        if self.config.get("model_type") != "bert":
            sys.exit(f"error: {directory} has a {self.config.get('model_type')}; this script knows bert")
        stored = load_file(directory / "model.safetensors")
        prefix = "bert." if any(name.startswith("bert.") for name in stored) else ""
        self.weights = {}
        for name, tensor in stored.items():
            plain = name.removeprefix(prefix)
            if tensor.is_floating_point() and plain.startswith(("embeddings.", "encoder.")):
                self.weights[plain] = tensor.float().requires_grad_()
        self.tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.tokenizer.no_padding()

    def rows(self, sentences, longest):
        self.tokenizer.enable_truncation(longest)
        return [encoding.ids for encoding in self.tokenizer.encode_batch(sentences)]

    def linear(self, x, name):
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.config["layer_norm_eps"])

    def vectors(self, rows, dropout=0.0):
        """Means of the last states, [rows, hidden]."""
        longest = max(map(len, rows))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        inside = torch.arange(longest) < torch.tensor([len(row) for row in rows])[:, None]
        mask = None if bool(inside.all()) else inside[:, None, None, :]
        x = (
            F.embedding(ids, self.weights["embeddings.word_embeddings.weight"])
            + self.weights["embeddings.position_embeddings.weight"][:longest]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        x = F.dropout(self.norm(x, "embeddings.LayerNorm"), dropout)
        heads = self.config["num_attention_heads"]
        for layer in range(self.config["num_hidden_layers"]):
            name = f"encoder.layer.{layer}"
            parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
            weight = torch.cat([self.weights[f"{part}.weight"] for part in parts])
            bias = torch.cat([self.weights[f"{part}.bias"] for part in parts])
            qkv = F.linear(x, weight, bias).view(len(rows), longest, 3, heads, -1).permute(2, 0, 3, 1, 4)
            context = F.scaled_dot_product_attention(*qkv, attn_mask=mask, dropout_p=dropout)
            context = context.transpose(1, 2).reshape(x.shape)
            output = F.dropout(self.linear(context, f"{name}.attention.output.dense"), dropout)
            x = self.norm(x + output, f"{name}.attention.output.LayerNorm")
            inner = F.gelu(self.linear(x, f"{name}.intermediate.dense"))
            output = F.dropout(self.linear(inner, f"{name}.output.dense"), dropout)
            x = self.norm(x + output, f"{name}.output.LayerNorm")
        kept = inside[..., None].float()
        return (x * kept).sum(1) / kept.sum(1)

    def encode(self, rows, batch=32):
        order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
        vectors = torch.empty(len(rows), self.config["hidden_size"])
        with torch.inference_mode():
            for start in range(0, len(order), batch):
                chosen = order[start : start + batch]
                vectors[chosen] = self.vectors([rows[index] for index in chosen])
        return vectors

    def loss(self, rows, dropout):
        """SimCSE's (arXiv 2104.08821, eq. 4): every row twice."""
        first, second = self.vectors(rows + rows, dropout).split(len(rows))
        cosines = F.cosine_similarity(first[:, None], second[None], dim=-1)
        return F.cross_entropy(cosines / TEMPERATURE, torch.arange(len(rows)))


def lab(given, *command):
    result = subprocess.run([given.program, *map(str, command), "--device", "cpu", "--threads", str(given.threads)], capture_output=True, text=True, cwd=ROOT)
    if result.returncode:
        sys.exit(f"error: {given.program.name} {command[0]}: {result.stderr.strip()}")
    return result.stdout


def check(given, bert, sentences):
    """Prints the largest differences; ends with an error where they exceed what float32 explains."""
    chosen = sentences[: given.batch]
    longest = bert.config["max_position_embeddings"]
    with tempfile.TemporaryDirectory() as folder:
        text, vectors, gradients = (Path(folder) / name for name in ("text.txt", "vectors.npy", "gradients.safetensors"))
        text.write_text("\n".join(chosen) + "\n", encoding="utf-8")
        lab(given, "embed", "--model", given.model, "--pooler", "avg", "--input", text, "--output", vectors)
        lab(given, "gradients", "--model", given.model, "--pooler", "avg", "--data", text, "--objective", "unsup", "--output", gradients)
        ours, theirs = torch.from_numpy(numpy.load(vectors)), bert.encode(bert.rows(chosen, longest))
        of_vectors = (F.normalize(ours) - F.normalize(theirs)).abs().max().item()

        loss = bert.loss(bert.rows(chosen, TRAINING_LENGTH), 0.0)
        loss.backward()
        written = {name.removeprefix("bert."): tensor for name, tensor in load_file(gradients).items()}
        of_loss = abs(written.pop("loss").item() - loss.item())
        # Of the whole gradient's norm: a tensor whose gradient is next to nothing has no digits of its own.
        norm = sum(tensor.grad.square().sum() for tensor in bert.weights.values() if tensor.grad is not None).sqrt()
        missing = [name for name, tensor in bert.weights.items() if tensor.grad is not None and name not in written]
        if missing:
            sys.exit(f"error: no gradient of {', '.join(missing)}")
        worst = max((written[name] - tensor.grad).norm() / norm for name, tensor in bert.weights.items() if tensor.grad is not None)
        for tensor in bert.weights.values():
            tensor.grad = None
    print(f"largest difference of {len(chosen)} unit vectors: {of_vectors:.1e}")
    print(f"loss {loss.item():.6f}, difference {of_loss:.1e}; of a tensor's gradient, by the whole gradient's norm: {worst:.1e}")
    if not (of_vectors < 1e-5 and of_loss < 1e-4 and worst < 1e-4):
        sys.exit("error: the engine and PyTorch disagree")


def seconds(work, at_least=0.6):
    """Of one repetition: as many as take a while."""
    began, repetitions = time.perf_counter(), 0
    while repetitions == 0 or time.perf_counter() - began < at_least:
        work()
        repetitions += 1
    return (time.perf_counter() - began) / repetitions


def trainer(bert, rows):
    optimizer = torch.optim.AdamW(bert.weights.values(), lr=3e-5, weight_decay=0.0, fused=True)

    def step():
        optimizer.zero_grad()
        bert.loss(rows, 0.1).backward()
        torch.nn.utils.clip_grad_norm_(list(bert.weights.values()), 1.0)
        optimizer.step()

    return step


def measure(given, bert, sentences):
    size = f"{bert.config['num_hidden_layers']}x{bert.config['hidden_size']}"
    longest = bert.config["max_position_embeddings"]
    cycled = [sentences[index % len(sentences)] for index in range(max(given.rows, given.batch))]
    full = torch.randint(1000, bert.config["vocab_size"], (32, 32)).tolist()
    batch = bert.rows(cycled[: given.batch], TRAINING_LENGTH)
    natural = cycled[: given.rows]
    tokens = sum(map(len, bert.rows(natural, longest)))
    cases = [
        ("encode", f"{size}:32x32", lambda: bert.encode(full), lambda time: 1024 / time),
        # From text to vectors, as the engine's figure is.
        ("encode", f"{size}:{given.rows}xnatural", lambda: bert.encode(bert.rows(natural, longest)), lambda time: tokens / time),
        ("train", f"{size}:{given.batch}x2xnatural", trainer(bert, batch), lambda time: 1e3 * time),
    ]
    print(f"\nPyTorch {torch.__version__}, {given.threads} threads each; medians of {given.rounds} rounds, in turns\n")
    print("| workload | ours | PyTorch | ours faster |\n| --- | --: | --: | --: |")
    for workload, case, theirs, value in cases:
        theirs()
        samples = ([], [])
        for _ in range(given.rounds):
            command = ["bench", "--workloads", workload, f"--{workload}", case, "--rounds", 1, "--sentences", given.sentences, "--json"]
            samples[0].append(json.loads(lab(given, *command))["results"][0]["value"]["median"])
            samples[1].append(value(seconds(theirs)))
        ours, torch_ = map(statistics.median, samples)
        unit, ratio = ("ms", torch_ / ours) if workload == "train" else ("tokens/s", ours / torch_)
        print(f"| {workload} {case}, {unit} | {ours:.0f} | {torch_:.0f} | {ratio:.2f}× |", flush=True)


def main():
    given = arguments()
    if not given.program.exists():
        sys.exit(f"error: no {given.program}; cargo build --release makes it")
    given.sentences, given.model = given.sentences.resolve(), given.model.resolve()
    sentences = sentences_of(given.sentences)
    torch.set_num_threads(given.threads)
    torch.manual_seed(42)
    bert = Bert(given.model)
    check(given, bert, sentences)
    if not given.check:
        measure(given, bert, sentences)


MISSING = [name for name in ("torch", "numpy", "safetensors", "tokenizers") if importlib.util.find_spec(name) is None]
if MISSING:
    sys.exit(f"error: {', '.join(MISSING)} not installed; pip install {' '.join(MISSING)}")

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer

if __name__ == "__main__":
    main()
