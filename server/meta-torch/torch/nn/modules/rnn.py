"""Recurrent layers. Weight names and their order are torch's: layer by layer, each direction in turn."""

from __future__ import annotations

import numbers
import warnings
from typing import Any

from ..._ops.registry import functions
from ..._tensor import Tensor
from .._functional import recurrent
from ..parameter import new_parameter
from ..utils.rnn import PackedSequence
from .module import Module


class RNNBase(Module):
    __constants__ = ["mode", "input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional", "proj_size"]

    def __init__(
        self, mode: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, proj_size: int = 0, device: Any = None, dtype: Any = None,
    ) -> None:
        super().__init__()
        if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
            raise ValueError("dropout should be a number in range [0, 1] representing the probability of an element being zeroed")
        if dropout > 0 and num_layers == 1:
            warnings.warn(f"dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}")
        if not isinstance(hidden_size, int):
            raise TypeError(f"hidden_size should be of type int, got: {type(hidden_size).__name__}")
        if hidden_size <= 0:
            raise ValueError("hidden_size must be greater than zero")
        if num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._flat_weights_names: list = []
        self._all_weights: list = []
        gates = recurrent.GATES[mode.lower()] * hidden_size
        directions = 2 if bidirectional else 1
        width = proj_size or hidden_size
        for layer in range(num_layers):
            for direction in range(directions):
                fed = input_size if layer == 0 else width * directions
                suffix = f"_l{layer}" + ("_reverse" if direction else "")
                shapes = {"weight_ih": (gates, fed), "weight_hh": (gates, width)}
                if bias:
                    shapes.update(bias_ih=(gates,), bias_hh=(gates,))
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                names = [name + suffix for name in shapes]
                for name, shape in zip(names, shapes.values()):
                    setattr(self, name, new_parameter(shape, dtype, device))
                self._flat_weights_names += names
                self._all_weights.append(names)
        self.reset_parameters()

    @property
    def _flat_weights(self) -> list:
        return [getattr(self, name) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> list:
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Memory layout has no meaning without contents."""

    def reset_parameters(self) -> None:
        """Weights have no contents to fill."""

    def check_input(self, input: Tensor, batch_sizes: Any) -> None:  # noqa: A002
        weight = self._parameters.get("weight_ih_l0")
        if weight is not None and weight.dtype is not input.dtype and not _is_autocast():
            raise ValueError(f"input must have the type {weight.dtype}, got type {input.dtype}")
        expected = 2 if batch_sizes is not None else 3
        if input.dim() != expected:
            raise RuntimeError(f"input must have {expected} dimensions, got {input.dim()}")
        if self.input_size != input._shape[-1]:
            raise RuntimeError(f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input._shape[-1]}")

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Any) -> tuple:  # noqa: A002
        batch = batch_sizes._value[0] if batch_sizes is not None and batch_sizes._value else input._shape[0 if self.batch_first else 1] if batch_sizes is None else input._shape[0]
        return (self.num_layers * (2 if self.bidirectional else 1), batch, self.proj_size or self.hidden_size)

    def permute_hidden(self, hx: Any, permutation: Any) -> Any:
        return hx

    def forward(self, input: Any, hx: Any = None) -> Any:  # noqa: A002
        is_packed = isinstance(input, PackedSequence)
        data, batch_sizes = (input.data, input.batch_sizes) if is_packed else (input, None)
        if not is_packed and data.dim() not in (2, 3):
            raise ValueError(f"{type(self).__name__}: Expected input to be 2D or 3D, got {data.dim()}D tensor instead")
        is_batched = is_packed or data.dim() == 3
        axis = 0 if self.batch_first else 1
        if not is_batched:
            data = data.unsqueeze(axis)
            if hx is not None:
                hx = self._each(hx, self._unbatched_state)
        elif hx is not None and not is_packed:
            self._each(hx, self._must_be_batched)
        self.check_input(data, batch_sizes)
        states = self._states(data, batch_sizes, hx)
        attributes = {
            "hidden_size": self.hidden_size, "num_layers": self.num_layers, "bias": bool(self.bias), "dropout": self.dropout,
            "bidirectional": bool(self.bidirectional), "batch_first": bool(self.batch_first),
        }
        if self.proj_size:
            attributes["proj_size"] = self.proj_size
        results = recurrent.run(self.mode.lower(), data, states, self._flat_weights, attributes, batch_sizes)
        output, last = results[0], results[1:]
        if not is_batched:
            output, last = output.squeeze(axis), [item.squeeze(1) for item in last]
        if is_packed:
            output = PackedSequence(output, batch_sizes, input.sorted_indices, input.unsorted_indices)
        return output, (tuple(last) if self.mode == "LSTM" else last[0])

    def _each(self, hx: Any, function: Any) -> Any:
        return tuple(function(item) for item in hx) if isinstance(hx, (tuple, list)) else function(hx)

    def _unbatched_state(self, state: Tensor) -> Tensor:
        if state.dim() != 2:
            raise RuntimeError(f"For unbatched 2-D input, hx should also be 2-D but got {state.dim()}-D tensor")
        return state.unsqueeze(1)

    def _must_be_batched(self, state: Tensor) -> None:
        if state.dim() != 3:
            raise RuntimeError(f"For batched 3-D input, hx should also be 3-D but got {state.dim()}-D tensor")

    def _states(self, data: Tensor, batch_sizes: Any, hx: Any) -> tuple:
        layers, batch, width = self.get_expected_hidden_size(data, batch_sizes)
        expected = [(layers, batch, width)]
        if self.mode == "LSTM":
            expected.append((layers, batch, self.hidden_size))
        if hx is None:
            return tuple(functions["zeros"](shape, dtype=data.dtype, device=data.device) for shape in expected)
        states = tuple(hx) if isinstance(hx, (tuple, list)) else (hx,)
        names = ("hidden[0]", "hidden[1]") if self.mode == "LSTM" else ("hidden",)
        for state, shape, name in zip(states, expected, names):
            if state._shape != shape:
                raise RuntimeError(f"Expected {name} size {shape}, got {list(state._shape)}")
        return states

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        for name, usual in (("proj_size", 0), ("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0.0), ("bidirectional", False)):
            if getattr(self, name) != usual:
                text += f", {name}={getattr(self, name)}"
        return text


def _is_autocast() -> bool:
    from ..._meta import autocast

    return autocast.state.active


class RNN(RNNBase):
    def __init__(self, *args: Any, nonlinearity: str = "tanh", **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            nonlinearity = args[3]
            args = args[:3] + args[4:]
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__("RNN_TANH" if nonlinearity == "tanh" else "RNN_RELU", *args, **kwargs)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    __constants__ = ["input_size", "hidden_size", "bias"]

    def __init__(self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = new_parameter((rows, input_size), dtype, device)
        self.weight_hh = new_parameter((rows, hidden_size), dtype, device)
        self.register_parameter("bias_ih", new_parameter((rows,), dtype, device) if bias else None)
        self.register_parameter("bias_hh", new_parameter((rows,), dtype, device) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weights have no contents to fill."""

    def _run(self, function: Any, input: Tensor, hx: Any, count: int) -> Any:  # noqa: A002
        if input.dim() not in (1, 2):
            raise ValueError(f"{type(self).__name__}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        states = None if hx is None else tuple(hx) if isinstance(hx, (tuple, list)) else (hx,)
        for state in states or ():
            if state.dim() not in (1, 2):
                raise ValueError(f"{type(self).__name__}: Expected hidden to be 1D or 2D, got {state.dim()}D instead")
        is_batched = input.dim() == 2
        if not is_batched:
            input = input.unsqueeze(0)  # noqa: A001
        if states is None:
            zeros = functions["zeros"]((input._shape[0], self.hidden_size), dtype=input.dtype, device=input.device)
            states = (zeros,) * count
        elif not is_batched:
            states = tuple(state.unsqueeze(0) for state in states)
        result = function(input, states if count > 1 else states[0], self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        if is_batched:
            return result
        return tuple(item.squeeze(0) for item in result) if count > 1 else result.squeeze(0)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text


class RNNCell(RNNCellBase):
    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", device: Any = None, dtype: Any = None) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Any = None) -> Tensor:  # noqa: A002
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._run(recurrent.rnn_tanh_cell if self.nonlinearity == "tanh" else recurrent.rnn_relu_cell, input, hx, 1)


class LSTMCell(RNNCellBase):
    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: Any = None) -> tuple:  # noqa: A002
        return self._run(recurrent.lstm_cell, input, hx, 2)


class GRUCell(RNNCellBase):
    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Any = None) -> Tensor:  # noqa: A002
        return self._run(recurrent.gru_cell, input, hx, 1)
