"""Parameters and buffers: tensors that a module keeps under a name."""

from __future__ import annotations

from typing import Any

from .._meta import dtype as d
from .._ops.factory import as_device
from .._tensor import CPU, Tensor, fresh

_allocate = object.__new__


class _ByMark(type):
    """`isinstance(x, Parameter)` also holds for other tensor classes that say that they are one."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        mark = cls.__dict__.get("_mark")
        return mark is not None and isinstance(instance, Tensor) and getattr(instance, mark, False)


class Parameter(Tensor, metaclass=_ByMark):
    """A tensor that training changes. Assigned to a module, it is listed among its parameters."""

    _mark = "_is_param"
    _is_parameter = True
    _is_param = True
    requires_grad = True

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Any:
        if data is None:
            data = fresh((0,), d.default.floating)
        if requires_grad and data.dtype.category < d.FLOAT:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        if type(data) not in (Tensor, Parameter):
            # A tensor class of the user's own stays what it is, and is marked.
            made = data.detach() if hasattr(data, "detach") else data
            if type(made) is type(data) and type(data) is not Tensor:
                made.requires_grad = requires_grad
                made._is_param = made._is_parameter = True
                return made
        made = _allocate(cls)
        made._shape, made.dtype = data._shape, data.dtype
        if data.device is not CPU:
            made.device = data.device
        if data._value is not None:
            made._value = data._value
        if data._strides is not None:
            made._strides = data._strides
        if not requires_grad:
            made.requires_grad = False
        return made

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


def new_parameter(shape: tuple, dtype: Any = None, device: Any = None) -> Parameter:
    """An uninitialised parameter, made without a tensor to copy from."""
    made = _allocate(Parameter)
    made._shape = shape
    made.dtype = dtype or d.default.floating
    if device is not None:
        made.device = as_device(device)
    if made.dtype.category < d.FLOAT:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return made


class Buffer(Tensor, metaclass=_ByMark):
    """A tensor that a module keeps and that training leaves alone."""

    _mark = "_is_buffer"
    persistent = True

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Any:
        if data is None:
            data = fresh((0,), d.default.floating)
        made = data.detach().requires_grad_(data.requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made


class _Uninitialized:
    """What a lazy layer holds before it has seen an input."""

    _is_uninitialized = True

    def _refuse(self, what: str) -> Any:
        raise ValueError(
            f"Attempted to use an uninitialized parameter in {what}. This error happens when you are using a `LazyModule` or "
            "explicitly manipulating `torch.nn.parameter.UninitializedParameter` objects. When using LazyModules Call "
            "`forward` with a dummy batch to initialize the parameters before calling torch functions"
        )

    @property
    def shape(self) -> Any:
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` "
            "when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the "
            "parameters before accessing their attributes."
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        self._shape = tuple(shape)
        self._value = None
        if dtype is not None:
            self.dtype = dtype
        if device is not None:
            self.device = as_device(device)
        self.__class__ = self.cls_to_become


UninitializedTensorMixin = _Uninitialized


class UninitializedParameter(_Uninitialized, Parameter):
    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        made = _allocate(cls)
        made._shape, made.dtype = (0,), dtype or d.default.floating
        if device is not None:
            made.device = as_device(device)
        if not requires_grad:
            made.requires_grad = False
        return made


class UninitializedBuffer(_Uninitialized, Tensor):
    cls_to_become = Tensor
    persistent = True

    def __new__(cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True) -> Any:
        made = _allocate(cls)
        made._shape, made.dtype = (0,), dtype or d.default.floating
        made.persistent = persistent
        return made


def is_lazy(param: Any) -> bool:
    return isinstance(param, _Uninitialized)
