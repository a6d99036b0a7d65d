#!/usr/bin/env python3
"""ct2_agrees.py -- does a converted model do what CTranslate2 itself does with it?

Needs the packages ctranslate2 and numpy. With --model: that folder, on --n made-up inputs. Without: random models of
many shapes and types of weights, made with CTranslate2's own specifications. Each is converted by `lookback convert`,
and greedy and beam-4 outputs, their scores, and the log-probabilities of forced outputs are compared. Outputs that
differ are counted as ties when CTranslate2 scores both within 1e-4. Exit status 1 when anything else differs.

CTranslate2 runs with compute_type="float32" (else it quantises the inputs of quantised layers too) and
min_decoding_length=0 (its Python default, 1, moves the probability of an empty output to the other words).

    python3 bench/ct2_agrees.py --lookback build/release/lookback [--model DIR] [--n 500] [--seed 1]
"""
import argparse
import itertools
import os
import random
import subprocess
import sys
import tempfile

import ctranslate2 as ct
import numpy as np

SPECIAL = {"<unk>", "<s>", "</s>", "<blank>", "<pad>"}


def lookback(args, *command, text=None):
    run = subprocess.run([args.lookback, *command, "--threads", "1"], input=text, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{' '.join(command)}: {run.stderr}")
    return run.stdout.splitlines()


def vocabulary(folder, side):
    for name in ("shared_vocabulary", f"{side}_vocabulary"):
        if os.path.exists(f"{folder}/{name}.json"):
            import json
            return json.load(open(f"{folder}/{name}.json", encoding="utf-8"))
        if os.path.exists(f"{folder}/{name}.txt"):
            return open(f"{folder}/{name}.txt", encoding="utf-8").read().rstrip("\n").split("\n")
    sys.exit(f"{folder} has no vocabulary")


def made_up(folder, n, seed):
    """Inputs of 2 to 12 pieces; of a vocabulary of letters, Arabic ones alone."""
    words = [w for w in vocabulary(folder, "source") if w not in SPECIAL and w.strip() == w != ""]
    arabic = [w for w in words if len(w) == 1 and "\u0621" <= w <= "\u06cc" and w.isalpha()]
    r = random.Random(seed)
    return [r.choices(arabic or words, k=r.randint(2, 12)) for _ in range(n)]


def scores_of(translator, source, target):
    return [r.log_probs for r in translator.score_batch(source, target)]


def compare(args, name, folder):
    """Returns whether the two agree; prints one line."""
    with tempfile.TemporaryDirectory() as work:
        ours = f"{work}/model"
        lookback(args, "convert", folder, ours)
        source = made_up(folder, args.n, args.seed)
        translator = ct.Translator(folder, device="cpu", compute_type="float32", intra_threads=1)
        text = "".join(" ".join(s) + "\n" for s in source)
        differ, ties, worst, forced = 0, 0, 0.0, 0.0
        for beam in (1, 4):
            theirs = translator.translate_batch(source, beam_size=beam, return_scores=True, min_decoding_length=0,
                                                max_decoding_length=args.longest, max_batch_size=32)
            mine = lookback(args, "translate", "-m", ours, "-b", str(beam), "--n-best", "1",
                            "--max-length-factor", str(args.longest // 2), text=text)
            for s, a, line in zip(source, theirs, mine, strict=True):
                out, score = line.split(" ||| ")[1].split(), float(line.split(" ||| ")[3])
                if len(a.hypotheses[0]) >= args.longest:
                    continue  # cut off there, not here
                if out == a.hypotheses[0]:
                    worst = max(worst, abs(score - a.scores[0]))
                elif abs(score - a.scores[0]) < 1e-4:
                    ties += 1
                else:
                    differ += 1
                    if differ <= args.show:
                        print(f"  {' '.join(s)}: {a.hypotheses[0]} {a.scores[0]:.5f} and {out} {score:.5f}")
        words = [w for w in vocabulary(folder, "target") if w not in SPECIAL]
        r = random.Random(args.seed + 1)
        target = [r.choices(words, k=r.randint(1, 9)) for _ in source]
        for side, lines in (("s", source), ("t", target)):
            with open(f"{work}/{side}", "w", encoding="utf-8") as f:
                f.writelines(" ".join(x) + "\n" for x in lines)
        got = lookback(args, "score", "-m", ours, "--word-scores", f"{work}/s", f"{work}/t")
        for want, line in zip(scores_of(translator, source, target), got, strict=True):
            have = list(map(float, line.split(" ||| ")[1].split()))
            assert len(have) == len(want)
            forced = max(forced, *(abs(a - b) / max(1, abs(b)) for a, b in zip(have, want)))
    good = differ == 0 and worst <= 1e-3 and forced <= 1e-4
    print(f"{name}: {2 * args.n - differ - ties} of {2 * args.n} outputs equal, {ties} ties, {differ} differ; scores within "
          f"{worst:.1e}, forced within {forced:.1e} {'' if good else '  <-- NO'}", flush=True)
    return good


def random_model(folder, seed, pre_norm=True, activation="RELU", layers=(2, 2), heads=4, width=32, inner=48,
                 positions=False, embedding_norm=False, shared=False, tied=False, end=False, begin=False, start=None,
                 scale=None, bias=True, quantization=None, one_sided=False, zero=False):
    from ctranslate2.specs import common_spec, transformer_spec
    rng = np.random.default_rng(seed)
    spec = transformer_spec.TransformerSpec.from_config(
        layers, heads, pre_norm=pre_norm, activation=getattr(common_spec.Activation, activation),
        layernorm_embedding=embedding_norm)
    draw = lambda *shape: (rng.standard_normal(shape) * 0.3).astype(np.float32)

    def linear(s, rows, columns):
        s.weight = draw(rows, columns)
        if bias:
            s.bias = draw(rows)

    def norm(s):
        s.gamma, s.beta = 1 + draw(width), draw(width)
    vocab = {"source": 23, "target": 23 if shared else 19}
    tokens = {k: ["<unk>", "<s>", "</s>"] + [f"{'w' if shared else k[0]}{i}" for i in range(n - 3)] for k, n in vocab.items()}
    table = draw(vocab["source"], width)
    for side, name in ((spec.encoder, "source"), (spec.decoder, "target")):
        e = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        e.weight = table.copy() if shared else draw(vocab[name], width)
        if scale is not None:
            side.scale_embeddings = scale
        if positions and not (one_sided and name == "source"):
            side.position_encodings.encodings = draw(64, width)
        if pre_norm:
            norm(side.layer_norm)
        if embedding_norm:
            norm(side.layernorm_embedding)
        for layer in side.layer:
            parts = [(layer.self_attention, [3 * width, width])]
            if name == "target":
                parts.append((layer.attention, [width, 2 * width, width]))
            for part, rows in parts:
                for s, n in zip(part.linear, rows):
                    linear(s, n, width)
                norm(part.layer_norm)
            linear(layer.ffn.linear_0, inner, width)
            linear(layer.ffn.linear_1, width, inner)
            norm(layer.ffn.layer_norm)
    linear(spec.decoder.projection, vocab["target"], width)
    spec.decoder.projection.bias = draw(vocab["target"])
    spec.decoder.projection.bias[1:3] += -20, 4  # <s> is never said here; outputs come to an end
    if tied:
        spec.decoder.projection.weight = spec.decoder.embeddings.weight.copy()
    if zero:
        spec.decoder.start_from_zero_embedding = True
    spec.register_source_vocabulary(tokens["source"])
    spec.register_target_vocabulary(tokens["target"])
    spec.config.add_source_eos, spec.config.add_source_bos = end, begin
    if start:
        spec.config.decoder_start_token = start
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(folder)


SHAPES = {
    "pre-norm, relu": {},
    "post-norm": dict(pre_norm=False),
    "gelu": dict(activation="GELU", end=True),
    "gelu by tanh": dict(activation="GELUTanh", layers=(1, 3)),
    "swish, post-norm": dict(activation="SWISH", pre_norm=False, end=True, heads=2),
    "tables of positions": dict(positions=True, end=True),
    "a table on one side": dict(positions=True, one_sided=True),
    "norm of embeddings, both marks": dict(embedding_norm=True, end=True, begin=True),
    "shared and tied": dict(shared=True, tied=True, end=True),
    "tied, begins from zeros as </s>": dict(tied=True, start="</s>", zero=True, end=True),
    "embeddings as they are": dict(scale=False, bias=False),
    "embeddings times 3": dict(scale=np.float32(3), tied=True),
    "int8": dict(quantization="int8"),
    "int8, shared": dict(quantization="int8", shared=True, tied=True, end=True),
    "int16": dict(quantization="int16"),
    "float16": dict(quantization="float16", end=True),
    "int8 with float16": dict(quantization="int8_float16"),
}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--lookback", default="build/release/lookback")
    p.add_argument("--model", help="a CTranslate2 folder; without: random models")
    p.add_argument("--n", type=int, help="inputs; default 500, of random models 60 each")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--longest", type=int, default=60, help="longer outputs are not compared")
    p.add_argument("--show", type=int, default=3, help="differences to print")
    p.add_argument("--only", help="random models whose name has this in it")
    args = p.parse_args()
    args.lookback = os.path.abspath(args.lookback)
    if args.model:
        args.n = args.n or 500
        return 0 if compare(args, args.model, args.model) else 1
    args.n, good = args.n or 60, True
    for seed, (name, shape) in zip(itertools.count(args.seed), SHAPES.items()):
        if args.only and args.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            random_model(folder, seed, **shape)
            good &= compare(args, name, folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
