"""Recurrent layers and cells as one call each: `lstm`, `gru`, `rnn_tanh`, `rnn_relu`."""

from __future__ import annotations

from typing import Any

from ..._ops.registry import make, make_many
from ..._tensor import Tensor
from .common import operand_type

#: Gates that a layer's weights stack.
GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


def run(name: str, input: Tensor, states: tuple, weights: list, attributes: dict, batch_sizes: Any = None) -> list:  # noqa: A002
    """
    `input` is (time, batch, width), with the first two swapped when `batch_first`, (time, width) without a batch, or
    (rows, width) when packed. `states` are (layers × directions, batch, width). Answers the output and the last states.
    """
    kind = operand_type(input, weights[0] if weights else None)
    directions = 2 if attributes["bidirectional"] else 1
    width = attributes.get("proj_size") or attributes["hidden_size"]
    result = input._shape[:-1] + (width * directions,)
    lasts = [(state._shape, kind, None) for state in states]
    inputs = (input, *states, *([batch_sizes] if batch_sizes is not None else []), *weights)
    return make_many(name, inputs, [(result, kind, None), *lasts], attributes)


def _layer(name: str) -> Any:
    """`torch.lstm` and its kin: the packed form has `batch_sizes` where the other has its states."""

    def call(*args: Any) -> tuple:
        if isinstance(args[1], Tensor) and not isinstance(args[2], bool) and isinstance(args[3], (list, tuple)):
            input, batch_sizes, states, weights, has_biases, layers, dropout, training, bidirectional = args[:9]  # noqa: A001
            batch_first = False
        else:
            input, states, weights, has_biases, layers, dropout, training, bidirectional, batch_first = args[:9]  # noqa: A001
            batch_sizes = None
        states = tuple(states) if isinstance(states, (tuple, list)) else (states,)
        hidden = weights[0]._shape[0] // GATES[name]
        projected = states[0]._shape[-1]
        attributes = {
            "hidden_size": hidden, "num_layers": layers, "bias": bool(has_biases), "dropout": dropout,
            "bidirectional": bool(bidirectional), "batch_first": bool(batch_first),
        }
        if name == "lstm" and projected != hidden:
            attributes["proj_size"] = projected
        return tuple(run(name, input, states, list(weights), attributes, batch_sizes))

    call.__name__ = name
    return call


lstm, gru, rnn_tanh, rnn_relu = _layer("lstm"), _layer("gru"), _layer("rnn_tanh"), _layer("rnn_relu")


def _cell(name: str) -> Any:
    base = name.removesuffix("_cell")

    def call(input: Tensor, hx: Any, w_ih: Tensor, w_hh: Tensor, b_ih: Any = None, b_hh: Any = None) -> Any:  # noqa: A002
        states = tuple(hx) if isinstance(hx, (tuple, list)) else (hx,)
        hidden = w_hh._shape[1]
        if input._shape[-1] != w_ih._shape[1]:
            raise RuntimeError(f"input has inconsistent input_size: got {input._shape[-1]} expected {w_ih._shape[1]}")
        for state in states:
            if state._shape[-1] != hidden:
                raise RuntimeError(f"hidden has inconsistent hidden_size: got {state._shape[-1]}, expected {hidden}")
            if state._shape[:-1] != input._shape[:-1]:
                raise RuntimeError(f"Input batch size {input._shape[0]} doesn't match hidden batch size {state._shape[0]}")
        kind = operand_type(input, w_ih)
        shape = input._shape[:-1] + (hidden,)
        inputs = (input, *states, w_ih, w_hh, b_ih, b_hh)
        attributes = {"hidden_size": hidden}
        if base == "lstm":
            return tuple(make_many(name, inputs, [(shape, kind, None), (shape, kind, None)], attributes))
        return make(name, shape, kind, inputs, attributes)

    call.__name__ = name
    return call


lstm_cell, gru_cell, rnn_tanh_cell, rnn_relu_cell = _cell("lstm_cell"), _cell("gru_cell"), _cell("rnn_tanh_cell"), _cell("rnn_relu_cell")
