"""Functions with a backward of their own: only their forward runs."""

from __future__ import annotations

from typing import Any, Callable

from ..nn.modules._hooks import RemovableHandle  # noqa: F401


class FunctionCtx:
    """What a forward keeps for its backward."""

    saved_tensors: tuple = ()
    needs_input_grad: tuple = (True,) * 64

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        return None

    def mark_dirty(self, *args: Any) -> None:
        return None

    def mark_non_differentiable(self, *args: Any) -> None:
        return None

    def set_materialize_grads(self, value: bool) -> None:
        return None


BackwardCFunction = _ContextMethodMixin = _HookMixin = FunctionCtx


class Function(FunctionCtx):
    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        ctx = FunctionCtx()
        setup = getattr(cls, "setup_context", Function.setup_context)
        if setup is not Function.setup_context:
            result = cls.forward(*args, **kwargs)
            setup(ctx, args, result)
            return result
        return cls.forward(ctx, *args, **kwargs)

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> Any:
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise NotImplementedError("You must implement either the backward or vjp method for your custom autograd.Function.")


InplaceFunction = NestedIOFunction = Function


def once_differentiable(fn: Callable) -> Callable:
    return fn
