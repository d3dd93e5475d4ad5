"""
Builds and runs every architecture of a timm checkout without torch, and compares with timm's own table of benchmarks:

    PYTHONPATH=server/meta-torch python3 test/meta-torch/timm_check.py PATH_OF_TIMM [--filter TEXT] [--jobs N] [--json FILE]

The table's conventions (fvcore's): figures of the re-parameterised model; besides the multiplications, 2 for each output
element of a batch norm (5 while it computes statistics, as weight standardisation does), 5 of layer, group and instance
norms, 1 for each input element of an adaptive average pool, 1 or 4 for each element that nearest or bilinear resizing
makes; activations are the output elements of convolutions, linear layers and matrix products. Parameters must agree at the
table's precision, MACs within 1 %, activations within 2 %.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
import time
import traceback
import warnings
from concurrent.futures import ProcessPoolExecutor

TABLE = "results/benchmark-infer-amp-nchw-pt291-cu128-4090.csv"
MAC_TOLERANCE, ACTIVATION_TOLERANCE = 0.01, 0.02
NORMS = {"layer_norm": 5, "group_norm": 5, "instance_norm": 5}
#: Convolutions with padding="same" are an operator that fvcore does not know, so that the table lacks the depthwise ones of
#: ConvMixer: (layers, channels, kernel, extent), whose MACs are layers × channels × kernel² × extent².
UNCOUNTED = {"convmixer_768_32": (32, 768, 7, 32), "convmixer_1024_20_ks9_p14": (20, 1024, 9, 16), "convmixer_1536_20": (20, 1536, 9, 32)}


def size(shape):
    return math.prod(shape)


def work_of(op, inputs, outputs, attributes):
    """(MACs as fvcore counts them, activations) of one call, from shapes."""
    out = outputs[0]
    if op.startswith("conv") and op != "conv_tbc":
        weight = inputs[1]
        if "transpose" in op:
            return size(inputs[0]) * size(weight[1:]), size(out)
        return size(out) * size(weight[1:]), size(out)
    if op == "linear":
        return size(out) * inputs[0][-1], size(out)
    if op in ("matmul", "mm", "bmm", "mv", "dot"):
        return size(out) * inputs[0][-1], size(out)
    if op in ("addmm", "baddbmm"):
        return size(out) * inputs[1][-1], size(out)
    if op == "einsum":
        return einsum_macs(attributes["equation"], inputs), size(out)
    if op == "batch_norm":
        return (5 if attributes["training"] else 2) * size(out), 0
    if op == "interpolate":
        return {"nearest": 1, "bilinear": 4}.get(attributes["mode"], 0) * size(out), 0
    if op in NORMS:
        return NORMS[op] * size(out), 0
    if op.startswith("adaptive_avg_pool"):
        return size(inputs[0]), 0
    return 0, 0


def einsum_macs(equation, inputs):
    """One multiplication for each combination of indices of two operands."""
    terms = equation.replace(" ", "").split("->")[0].split(",")
    extents = {}
    for term, shape in zip(terms, inputs):
        extents.update(zip(term, shape))
    return math.prod(extents.values()) if len(terms) > 1 else 0


def measure(name, extent):
    import torch
    from torch._meta import recorder

    import timm
    from timm.utils import reparameterize_model

    model = timm.create_model(name, pretrained=False).eval()
    channels = getattr(model, "default_cfg", {}).get("input_size", (3, 0, 0))[0]
    try:
        model = reparameterize_model(model, inplace=True)
    except AttributeError:
        pass
    image = torch.zeros(1, channels, extent, extent)
    with recorder.trace() as trace, torch.no_grad():
        model(image)
    shapes = [entry[1] for entry in trace._tensors]
    macs = activations = 0
    for op, ins, outs, attributes, _, _ in trace.calls:
        given = [shapes[index] if index >= 0 else () for index in ins]
        made = [shapes[index] for index in outs]
        one, other = work_of(op, given, made, attributes)
        macs += one
        activations += other
    return sum(param.numel() for param in model.parameters()), macs, activations


def check(task):
    name, extent, folder = task
    if folder not in sys.path:
        sys.path.insert(0, folder)
    warnings.simplefilter("ignore")
    start = time.time()
    try:
        from ridgepoint import opaque

        opaque.install()
        from torch.nn.modules import module

        module.Sites.wanted = False
        import timm.layers

        timm.layers.set_fused_attn(False)
        found = measure(name, extent)
        return name, found, None, time.time() - start
    except Exception as error:  # noqa: BLE001 - every failure is counted and shown
        frames = traceback.extract_tb(error.__traceback__)
        place = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames[-3:]))
        return name, None, f"{type(error).__name__}: {str(error)[:160]} [{place}]", time.time() - start


def agrees(row, found):
    """Which of the three figures agree. The table rounds to two decimals of a million or a billion."""
    params, macs, activations = found
    layers, channels, kernel, extent = UNCOUNTED.get(row["model"], (0, 0, 0, 0))
    macs -= layers * channels * kernel**2 * extent**2
    activations -= layers * channels * extent**2
    wanted = float(row["param_count"])
    same_params = abs(params / 1e6 - wanted) <= 0.00501
    want_macs, want_acts = float(row["infer_gmacs"]), float(row["infer_macts"])
    same_macs = abs(macs / 1e9 - want_macs) <= max(MAC_TOLERANCE * want_macs, 0.00501)
    same_acts = abs(activations / 1e6 - want_acts) <= max(ACTIVATION_TOLERANCE * want_acts, 0.00501)
    return same_params, same_macs, same_acts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("timm")
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json")
    options = parser.parse_args()
    with open(f"{options.timm}/{TABLE}", encoding="utf-8") as file:
        every = [row for row in csv.DictReader(file) if options.filter in row["model"]]
    rows, seen = [], set()
    for row in every:
        architecture = row["model"].split(".", 1)[0]
        key = (architecture, row["infer_img_size"])
        # Weights of one architecture may differ in their head; the first of each is taken.
        if architecture not in seen:
            seen.add(architecture)
            rows.append((key, row))
    tasks = [(row["model"], int(row["infer_img_size"]), options.timm) for _, row in rows]
    with ProcessPoolExecutor(options.jobs) as pool:
        results = list(pool.map(check, tasks, chunksize=16))
    ran = exact = 0
    counts = [0, 0, 0]
    report = []
    for (_, row), (name, found, error, seconds) in zip(rows, results):
        entry = {"model": name, "error": error, "seconds": seconds}
        if found is not None:
            ran += 1
            flags = agrees(row, found)
            exact += all(flags)
            for index, flag in enumerate(flags):
                counts[index] += flag
            entry.update(found=found, wanted=[row["param_count"], row["infer_gmacs"], row["infer_macts"]], flags=flags)
            if not all(flags):
                print(f"{name}@{row['infer_img_size']}: params {found[0] / 1e6:.2f}/{row['param_count']} GMACs {found[1] / 1e9:.2f}/"
                      f"{row['infer_gmacs']} Macts {found[2] / 1e6:.2f}/{row['infer_macts']}")
        else:
            print(f"{name}: {error}")
        report.append(entry)
    total = len(rows)
    print(f"{total} architectures: {ran} run ({ran / total:.1%}), params {counts[0]} ({counts[0] / total:.1%}), MACs {counts[1]} "
          f"({counts[1] / total:.1%}), activations {counts[2]} ({counts[2] / total:.1%}), all {exact} ({exact / total:.1%}); "
          f"{sum(item['seconds'] for item in report):.0f} s")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file)


if __name__ == "__main__":
    main()
