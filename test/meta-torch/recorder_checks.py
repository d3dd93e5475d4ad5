"""Prints, as JSON, what the recorder saw of small programs: tests read it. Runs with our torch only."""

from __future__ import annotations

import json
import sys

import torch
from torch._meta import recorder


def calls(program, *operands):
    with recorder.trace() as trace:
        trace.inputs = [trace.tensor_id(item) for item in operands]
        result = program(*operands)
        trace.outputs = [trace.tensor_id(result)]
    document = trace.document()
    shapes = ["x".join(map(str, shape)) + ":" + kind for shape, kind, *_ in document["tensors"]]
    lines = [
        f"{op}({', '.join(f't{item}' for item in ins)}) -> " + ", ".join(f"t{item} {shapes[item]}" for item in outs)
        for op, ins, outs, *_ in document["calls"]
    ]
    lines.append("outputs " + ", ".join(f"t{item}" for item in document["outputs"]))
    made = set(document["inputs"])
    for op, _, outs, *_ in document["calls"]:
        if made.intersection(outs):
            lines.append(f"made twice: {op}")
        made.update(outs)
    return lines


def in_place(x):
    y = x * 2
    y.add_(1)
    return y.relu()


def through_a_view(x):
    y = x * 2
    y[:, 0].add_(1)
    return y.relu()


def item_assignment(x):
    y = torch.zeros(2, 3)
    y[0] = x[1]
    return y + 1


def shape_in_place(x):
    y = x * 2
    y.unsqueeze_(0).transpose_(1, 2)
    return y + 1


def data_write(x):
    x.data.add_(1)
    return x + 1


def type_kept(x):
    y = x.half()
    y += x
    return y * 2


def out_argument(x):
    y = torch.empty(2, 3)
    torch.add(x, x, out=y)
    return y * 2


def refused(program):
    try:
        program()
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return "no error"


def nested(depth, x):
    return nested(depth - 1, x) if depth else x + 1


def places():
    """Functions, innermost first, of the frames kept for two calls made deep in a stack."""
    with recorder.trace() as trace:
        nested(20, torch.zeros(2))
        nested(1, torch.zeros(2))
    document = trace.document()
    return [[document["frames"][frame][5] for frame in call[5]] for call in document["calls"]]


def generator_frames():
    def items(x):
        while True:
            yield x + 1

    def first(source):
        return next(source)

    def second(source):
        return next(source)

    with recorder.trace() as trace:
        source = items(torch.zeros(2))
        first(source)
        second(source)
    document = trace.document()
    return [[document["frames"][frame][5].split(".")[-1] for frame in call[5]][:2] for call in document["calls"]]


def branch(x):
    with recorder.trace() as trace:
        if x.sum() > 0:
            x = x + 1
    return [note["kind"] for note in trace.document()["notes"]]


x = torch.randn(2, 3)
leaf = torch.randn(2, 3, requires_grad=True)
programs = (in_place, through_a_view, item_assignment, shape_in_place, data_write, type_kept, out_argument)
json.dump({
    "programs": {program.__name__: calls(program, torch.randn(2, 3)) for program in programs},
    "errors": [
        refused(lambda: leaf.add_(1)), refused(lambda: x @ x), refused(lambda: x.t().view(6)), refused(lambda: x + torch.zeros(4)),
        refused(lambda: range(int(x.sum().item()))), refused(lambda: x[5]), refused(lambda: x.view(7)), refused(lambda: torch.relu("x")),
        refused(lambda: torch.cat([x, torch.zeros(2)])), refused(lambda: torch.arange(3).add_(0.5)),
    ],
    "places": places(),
    "generators": generator_frames(),
    "notes": branch(x),
}, sys.stdout)
