"""
Runs cases with whichever `torch` is importable and prints one line of JSON each, after one line that says which torch that
is. `run.py 1 3` runs every third case from the second on: errors are slow in the real torch, so parts run side by side.
"""

from __future__ import annotations

import json
import sys
import warnings

warnings.simplefilter("ignore")
import torch  # noqa: E402

from cases import all_cases  # noqa: E402
from programs import PROGRAMS  # noqa: E402

#: Kernels that the older torch lacks for these types; nothing to compare.
LACKING = ("'Half'", "'BFloat16'", "'ComplexHalf'", "for Half", "for BFloat16", "dtype Half", "dtype BFloat16")


def operand(item):
    if isinstance(item, list):
        return [operand(part) for part in item]
    if not isinstance(item, dict):
        return item
    if "shape" in item:
        return made(item["shape"], getattr(torch, item["dtype"]), item.get("fill"))
    if "values" in item:
        return torch.tensor(item["values"], dtype=getattr(torch, item["dtype"]))
    if "slice" in item:
        return slice(*item["slice"]) if len(item["slice"]) > 1 else slice(None)
    if "tuple" in item:
        return tuple(operand(part) for part in item["tuple"])
    if "type" in item:
        return getattr(torch, item["type"])
    return Ellipsis


def made(shape, kind, fill):
    if fill == "zeros":
        return torch.randint(0, 1, shape).to(kind)
    if fill == "ones":
        return torch.ones(shape, dtype=kind)
    if fill == "large":
        return torch.rand(shape, dtype=kind) + 5
    if fill == "known":
        return torch.ones(shape, dtype=kind)
    if fill == "eye" and len(shape) > 1:
        return torch.eye(shape[-2], shape[-1], dtype=kind).expand(shape).clone()
    if kind is torch.bool:
        return torch.ones(shape, dtype=kind)
    if kind.is_floating_point or kind.is_complex:
        return torch.rand(shape, dtype=torch.float32).to(kind)
    return torch.randint(1, 3, shape).to(kind)


def shown(result):
    if isinstance(result, torch.Tensor):
        return ["tensor", list(result.shape), str(result.dtype)]
    if isinstance(result, torch.Size):
        return list(result)
    if isinstance(result, (tuple, list)):
        return [shown(item) for item in result]
    if isinstance(result, (bool, int, str)) or result is None:
        return result
    return type(result).__name__ if not isinstance(result, torch.dtype) else str(result)


def contents(result):
    if isinstance(result, torch.Tensor):
        return ["tensor", list(result.shape), str(result.dtype), rounded(result.tolist())]
    if isinstance(result, (tuple, list)):
        return [contents(item) for item in result]
    return rounded(result)


def rounded(item):
    if isinstance(item, list):
        return [rounded(part) for part in item]
    if isinstance(item, float):
        if not abs(item) < float("inf"):
            return str(item)
        return float(f"{item:.4g}") + 0.0
    return item


def call(op, args, options):
    if op == "program":
        return contents(PROGRAMS[args[0]](torch))
    if op in ("finfo", "iinfo"):
        limits = getattr(torch, op)(getattr(torch, args[0]))
        return [limits.bits, *(f"{getattr(limits, name):.4g}" for name in ("min", "max") + (("eps", "tiny") if op == "finfo" else ()))]
    args = [operand(item) for item in args]
    options = {name: operand(item) for name, item in options.items()}
    if op == "index":
        return shown(args[0][args[1]])
    if op == "assign":
        args[0][args[1]] = args[2]
        return shown(args[0])
    if op == "chain":
        current = args[0]
        for name, *rest in args[1]:
            current = getattr(current, "clone" if name == "t_safe" else name)(*rest)
        return shown(current)
    if op == "Tensor.nonzero_transposed_view":
        return shown(args[0].reshape(-1).unsqueeze(0).T)
    if op == "Tensor.view_dtype":
        return shown(args[0].view(args[1]))
    target = torch
    path = op.split(".")
    if path[0] == "Tensor":
        return shown(getattr(args[0], path[1])(*args[1:], **options))
    for name in path[1:]:
        target = getattr(target, name)
    if op in ("torch.is_nonzero", "torch.equal"):
        return type(target(*args, **options)).__name__
    return shown(target(*args, **options))


def main():
    part, parts = (int(item) for item in sys.argv[1:3]) if len(sys.argv) > 2 else (0, 1)
    lines = [json.dumps({"torch": torch.__file__, "version": torch.__version__})]
    for number, op, args, options in all_cases(*sys.argv[3:]):
        if number % parts != part:
            continue
        try:
            result = {"result": call(op, args, options)}
        except Exception as error:  # noqa: BLE001 - what it raises is the answer
            text = str(error)
            lacks = "not implemented for" in text and any(name in text for name in LACKING)
            result = {"error": type(error).__name__, "text": text[:200], **({"lacks": True} if lacks else {})}
        lines.append(json.dumps({"case": number, "call": [op, args, options], **result}))
    print("\n".join(lines))


main()
