#!/usr/bin/env python3
"""Draws random model folders over everything that sentence-transformers' files can say, and compares the vectors that
`simcse-lab embed` makes of each with sentence-transformers' own.

    python3 -m venv .oracle && .oracle/bin/pip install -r tests/oracle/requirements.txt
    cargo build --release --bin simcse-lab
    .oracle/bin/python tests/oracle/folders.py --draws 1000 [--seed 1]

Needs no network once the packages are there. A folder that is refused counts as such, with its words; one whose vectors
differ by more than 1e-5 of cosine or 1e-4 of length is kept and ends the run with status 1.
"""

import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
warnings.filterwarnings("ignore")

try:
    import numpy as np
    import torch
    from safetensors.torch import save_file
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel
    from transformers.utils import logging
except ImportError as error:
    print(f"skipped: {error}; pip install -r tests/oracle/requirements.txt")
    sys.exit(0)

logging.set_verbosity_error()
torch.set_num_threads(1)

HIDDEN = 32
WORDS = "hello world the a cat dog sat on mat ran fast slow red blue sky rain house green grass old new query".split()
TEXTS = [
    "hello world",
    "The Cat sat on the mat",
    "  a dog ran   fast ",
    "Café naïve RÉSUMÉ",
    "中文 the 汉字 cat",
    "rain, rain! house? [ENT] covid green",
    "x" * 40,
    " ".join(WORDS * 4),
    "a <pad> b </s> c",
    "old\tnew\u00a0sky",
]


def wordpieces():
    letters = "abcdefghijklmnopqrstuvwxyz"
    marks = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?:'-éèïcafÉ中文汉字[]<>/")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + x for x in letters), *marks]
    return list(dict.fromkeys(words + WORDS + ["The", "Cat", "##s", "##ing"]))


def byte_pieces(rng):
    alphabet = sorted(ByteLevel.alphabet())
    words = ["<s>", "<pad>", "</s>", "<unk>", *alphabet]
    merges = []
    for word in ["Ġ" + w for w in WORDS] + ["hello", "cat", "ra"]:
        symbols = list(word)
        while len(symbols) > 1:
            pair = (symbols[0], symbols[1])
            if pair not in merges:
                merges.append(pair)
                words.append("".join(pair))
            symbols = ["".join(pair), *symbols[2:]]
    return list(dict.fromkeys(words + ["<mask>"])), merges


def maybe(rng, share, value, otherwise=None):
    return value() if rng.random() < share else otherwise


def write_json(folder, name, value):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)


def bert_tokenizer(rng, folder, drawn):
    words = wordpieces()
    config = {"tokenizer_class": rng.choice(["BertTokenizer", "BertTokenizerFast"])}
    if rng.random() < 0.7:
        config["do_lower_case"] = rng.random() < 0.5
    if rng.random() < 0.3:
        config["strip_accents"] = rng.choice([True, False, None])
    if rng.random() < 0.3:
        config["tokenize_chinese_chars"] = rng.random() < 0.5
    added = {}
    if rng.random() < 0.4:
        added = {"[ENT]": len(words), "covid": len(words) + 1}
    kind = rng.choice(["vocab", "json", "both"])
    drawn["tokenizer"] = f"bert {kind}"
    if kind in ("vocab", "both"):
        with open(os.path.join(folder, "vocab.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(words) + "\n")
    if kind in ("json", "both"):
        model = models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]", max_input_chars_per_word=100)
        tokenizer = Tokenizer(model)
        lowercase = rng.random() < 0.5
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
        tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        tokenizer.save(os.path.join(folder, "tokenizer.json"))
        if rng.random() < 0.15:
            config["tokenizer_class"] = "PreTrainedTokenizerFast"
            config |= {"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]"}
    if added:
        drawn["added"] = rng.choice(["added_tokens.json", "decoder"])
        if drawn["added"] == "decoder":
            special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
            decoder = {str(i): token(t, True) for i, t in enumerate(special)}
            decoder |= {
                str(i): token(t, rng.random() < 0.5, normalized=rng.random() < 0.5) for t, i in added.items()
            }
            config["added_tokens_decoder"] = decoder
        else:
            write_json(folder, "added_tokens.json", added)
    if rng.random() < 0.2 and kind != "vocab" and config["tokenizer_class"].startswith("Bert") and not added:
        config = None
    if config is not None:
        common(rng, config, drawn)
        write_json(folder, "tokenizer_config.json", config)
    return len(words) + len(added), 0


def token(text, special, normalized=False):
    return {
        "content": text, "special": special, "normalized": normalized,
        "lstrip": False, "rstrip": False, "single_word": False,
    }


def roberta_tokenizer(rng, folder, drawn):
    words, merges = byte_pieces(rng)
    config = {"tokenizer_class": rng.choice(["RobertaTokenizer", "RobertaTokenizerFast"])}
    if rng.random() < 0.5:
        config["add_prefix_space"] = rng.random() < 0.5
    kind = rng.choice(["vocab", "json"])
    drawn["tokenizer"] = f"roberta {kind}"
    vocabulary = {w: i for i, w in enumerate(words)}
    if kind == "vocab":
        write_json(folder, "vocab.json", vocabulary)
        with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as file:
            file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    else:
        tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>"))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=rng.random() < 0.5)
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
        tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
        tokenizer.save(os.path.join(folder, "tokenizer.json"))
    common(rng, config, drawn)
    write_json(folder, "tokenizer_config.json", config)
    return len(words), 1


def common(rng, config, drawn):
    if rng.random() < 0.4:
        config["model_max_length"] = rng.choice([8, 20, 64, 1000000000000000019884624838656])
    if rng.random() < 0.2:
        config["truncation_side"] = drawn["truncation"] = rng.choice(["left", "right"])


FLAGS = ["cls_token", "max_tokens", "mean_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
ACTIVATIONS = (
    ["torch.nn.modules.linear.Identity"]
    + [f"torch.nn.modules.activation.{name}" for name in "Tanh ReLU GELU Sigmoid SiLU ELU SELU Softplus Mish ReLU6 Hardtanh LeakyReLU Softsign LogSigmoid Hardswish Hardsigmoid Tanhshrink CELU".split()]
)


def modules(rng, root, drawn, prompts):
    encoder = rng.choice(["", "", "", "0_Transformer", "0_BERT", "enc/deep"])
    listed = [(encoder, "Transformer")]
    chosen = rng.sample(FLAGS, rng.choice([1, 1, 1, 1, 2, 3]))
    drawn["pooling"] = "+".join(sorted(chosen))
    config = {"word_embedding_dimension": HIDDEN}
    config |= {f"pooling_mode_{flag}": flag in chosen for flag in FLAGS}
    if rng.random() < 0.2:
        # Old folders know fewer flags.
        for flag in ("weightedmean_tokens", "lasttoken"):
            if flag not in chosen:
                del config[f"pooling_mode_{flag}"]
    if rng.random() < 0.5:
        config["include_prompt"] = rng.random() < 0.5
    folder = rng.choice(["1_Pooling", "1_Pooling", "pool", "2_Pooling"])
    listed.append((folder, "Pooling"))
    write_json(os.path.join(root, folder), "config.json", config)
    width = HIDDEN * len(chosen)
    for place in range(2, 2 + rng.choice([0, 0, 0, 1, 1, 2])):
        kind = rng.choice(["Dense", "Dense", "Normalize", "Dropout"])
        name = f"{place}_{kind}"
        listed.append((name, kind))
        drawn[f"module {place}"] = kind
        if kind == "Dropout":
            write_json(os.path.join(root, name), "config.json", {"dropout": 0.3})
        if kind == "Dense":
            out, bias = rng.choice([width, 16, 40]), rng.random() < 0.7
            activation = rng.choice(ACTIVATIONS)
            write_json(os.path.join(root, name), "config.json", {
                "in_features": width, "out_features": out, "bias": bias, "activation_function": activation,
            })
            weights = {"linear.weight": torch.randn(out, width) * 0.3}
            if bias:
                weights["linear.bias"] = torch.randn(out) * 0.3
            save_file(weights, os.path.join(root, name, "model.safetensors"))
            drawn[f"module {place}"] = activation.rsplit(".", 1)[1]
            width = out
    if rng.random() < 0.3:
        listed.append((f"{len(listed)}_Normalize", "Normalize"))
    write_json(root, "modules.json", [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(listed)
    ])
    st = {"__version__": {"sentence_transformers": "4.1.0"}}
    if prompts:
        st |= {"prompts": {"query": "query: ", "empty": ""}, "default_prompt_name": rng.choice(["query", "query", "empty", None])}
        drawn["prompt"] = str(st["default_prompt_name"])
    write_json(root, "config_sentence_transformers.json", st)
    return encoder


def draw(rng, root):
    drawn = {}
    torch.manual_seed(rng.randrange(1 << 30))
    with_modules = rng.random() < 0.85
    encoder = modules(rng, root, drawn, rng.random() < 0.3) if with_modules else ""
    folder = os.path.join(root, encoder)
    os.makedirs(folder, exist_ok=True)
    if encoder and rng.random() < 0.5:
        write_json(root, "config.json", {"__version__": "2.0.0"})
    roberta = rng.random() < 0.4
    vocabulary, pad = (roberta_tokenizer if roberta else bert_tokenizer)(rng, folder, drawn)
    rows = vocabulary + rng.choice([0, 0, 3, 300])
    positions = rng.choice([40, 66, 130])
    shape = dict(
        vocab_size=rows, hidden_size=HIDDEN, num_hidden_layers=rng.choice([1, 2]), num_attention_heads=4,
        intermediate_size=48, max_position_embeddings=positions, pad_token_id=pad,
    )
    if roberta:
        model = RobertaModel(RobertaConfig(**shape, bos_token_id=0, eos_token_id=2, type_vocab_size=1))
    else:
        model = BertModel(BertConfig(**shape), add_pooling_layer=rng.random() < 0.5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.15)
    model.save_pretrained(folder, safe_serialization=True)
    if with_modules and rng.random() < 0.8:
        config = {"max_seq_length": rng.choice([5, 16, 32, None]), "do_lower_case": rng.random() < 0.3}
        name = "sentence_roberta_config.json" if roberta and rng.random() < 0.3 else "sentence_bert_config.json"
        write_json(folder, name, config)
        drawn["length"] = str(config["max_seq_length"])
    # What transformers would not encode at all is no test of ours: texts are kept within the positions.
    return drawn, positions - (2 if roberta else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default="target/release/simcse-lab")
    parser.add_argument("--keep", default="target/oracle", help="where folders that differ are kept")
    args = parser.parse_args()
    refused = collections.Counter()
    same, different, unread = 0, [], 0
    for draw_number in range(args.draws):
        seed = args.seed * 1_000_003 + draw_number
        rng = random.Random(seed)
        root = tempfile.mkdtemp(prefix="oracle-")
        drawn, room = draw(rng, root)
        texts = [" ".join(text.split(" ")[: max(1, room // 4)]) if len(text) > room else text for text in TEXTS]
        try:
            theirs = SentenceTransformer(root, device="cpu").encode(texts, show_progress_bar=False, batch_size=4)
        except Exception as error:  # noqa: BLE001 - a folder that sentence-transformers itself refuses says nothing
            unread += 1
            if unread < 4:
                print(f"draw {seed}: sentence-transformers: {type(error).__name__}: {str(error)[:150]}", drawn)
            shutil.rmtree(root)
            continue
        text, output = os.path.join(root, "text.txt"), os.path.join(root, "out.npy")
        with open(text, "w", encoding="utf-8") as file:
            file.write("\n".join(texts) + "\n")
        command = [args.program, "embed", "--device", "cpu", "--threads", "1", "--model", root, "--input", text, "--output", output]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            refused[run.stderr.strip().splitlines()[-1][:160].replace(os.path.basename(root), "…")] += 1
        else:
            ours = np.load(output)
            length = lambda v: np.maximum(np.linalg.norm(v, axis=1), 1e-12)
            fits = ours.shape == theirs.shape
            cosine = fits and 1 - (ours * theirs).sum(1) / length(ours) / length(theirs)
            # Rectified vectors may be zero throughout.
            nothing = fits and (length(ours) < 1e-6) & (length(theirs) < 1e-6)
            if fits and (nothing | (cosine < 1e-5) & (abs(length(ours) / length(theirs) - 1) < 1e-4)).all():
                same += 1
            else:
                worst = [i for i in range(len(texts)) if not fits or cosine[i] >= 1e-5][:3]
                different.append(seed)
                kept = os.path.join(args.keep, str(seed))
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(root, kept)
                np.save(os.path.join(kept, "expected.npy"), theirs)
                print(f"draw {seed} differs, kept in {kept}: texts {worst}, {drawn}", run.stderr.strip()[:200])
        shutil.rmtree(root)
    print(f"{args.draws} draws: {same} the same, {len(different)} different, {sum(refused.values())} refused, "
          f"{unread} that sentence-transformers does not read")
    for words, count in refused.most_common():
        print(f"  {count} × {words}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
