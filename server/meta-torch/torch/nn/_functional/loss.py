"""Losses: one number, or one an element when nothing is reduced."""

from __future__ import annotations

from typing import Any

from ..._meta import dtype as d
from ..._meta.promotion import promote_types
from ..._meta.shape import broadcast, broadcast_all, count
from ..._ops.registry import long_name, make
from ..._tensor import Tensor


def _reduction(reduction: Any, size_average: Any, reduce: Any) -> str:
    """The older pair of flags, where given, decides."""
    if size_average is not None or reduce is not None:
        if reduce is False:
            return "none"
        return "sum" if size_average is False else "mean"
    if reduction not in ("none", "mean", "sum", "batchmean"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def _reduced(shape: tuple, reduction: str) -> tuple:
    return shape if reduction == "none" else ()


def _floating(kind: d.dtype) -> d.dtype:
    return kind if kind.category >= d.FLOAT else d.default.floating


def _element_wise(name: str, parameter: str = "", default: Any = None) -> Any:
    """A loss of two operands of like shape."""

    def body(input: Tensor, target: Tensor, reduction: str, attributes: dict, weight: Any = None) -> Tensor:  # noqa: A002
        shape = broadcast(input._shape, target._shape)
        attributes["reduction"] = reduction
        kind = promote_types(input.dtype, target.dtype)
        if name in ("smooth_l1_loss", "huber_loss", "soft_margin_loss") and kind.category < d.FLOAT:
            raise RuntimeError(f'"{name}" not implemented for \'{long_name(kind)}\'')
        if reduction == "mean" and kind.category < d.FLOAT:
            raise RuntimeError(f"mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {long_name(kind)}")
        inputs = (input, target) if weight is None else (input, target, weight)
        return make(name, _reduced(shape, reduction), kind, inputs, attributes)

    if not parameter:
        def loss(input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean", weight: Any = None) -> Tensor:  # noqa: A002
            return body(input, target, _reduction(reduction, size_average, reduce), {}, weight)
    elif parameter == "delta":
        def loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = default, weight: Any = None) -> Tensor:  # noqa: A002
            if delta <= 0:
                raise RuntimeError("huber_loss does not support non-positive values for delta.")
            return body(input, target, reduction, {"delta": delta}, weight)
    else:
        def loss(input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean", beta: float = default) -> Tensor:  # noqa: A002
            if beta < 0:
                raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
            return body(input, target, _reduction(reduction, size_average, reduce), {"beta": beta})

    loss.__name__ = name
    return loss


l1_loss, mse_loss, soft_margin_loss = _element_wise("l1_loss"), _element_wise("mse_loss"), _element_wise("soft_margin_loss")
smooth_l1_loss, huber_loss = _element_wise("smooth_l1_loss", "beta", 1.0), _element_wise("huber_loss", "delta", 1.0)


def kl_div(input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean", log_target: bool = False) -> Tensor:  # noqa: A002
    reduction = _reduction(reduction, size_average, reduce)
    shape = broadcast(input._shape, target._shape)
    kind = _floating(promote_types(input.dtype, target.dtype))
    return make("kl_div", _reduced(shape, reduction), kind, (input, target), {"reduction": reduction, "log_target": bool(log_target)})


def binary_cross_entropy(input: Tensor, target: Tensor, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> Tensor:  # noqa: A002
    reduction = _reduction(reduction, size_average, reduce)
    if input._shape != target._shape:
        raise ValueError(f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. Please ensure they have the same size.")
    if input.dtype.category < d.FLOAT or target.dtype is not input.dtype:
        raise RuntimeError(f"Found dtype {long_name(target.dtype)} but expected {long_name(input.dtype)}")
    return make("binary_cross_entropy", _reduced(input._shape, reduction), input.dtype, (input, target, weight), {"reduction": reduction})


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: str = "mean",  # noqa: A002
    pos_weight: Any = None,
) -> Tensor:
    reduction = _reduction(reduction, size_average, reduce)
    if input._shape != target._shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    shape = broadcast_all(item._shape for item in (input, weight, pos_weight) if item is not None)
    kind = _floating(promote_types(input.dtype, target.dtype))
    return make("binary_cross_entropy_with_logits", _reduced(shape, reduction), kind, (input, target, weight, pos_weight), {"reduction": reduction})


def _class_shape(input: Tensor, target: Tensor) -> tuple:  # noqa: A002
    """Shape of the targets: the input's without its class dimension."""
    shape = input._shape
    if not shape:
        raise RuntimeError("input tensor should be 1D or 2D")
    wanted = () if len(shape) == 1 else shape[:1] + shape[2:]
    if target._shape == wanted or (len(shape) == 1 and target._shape == shape):
        return wanted
    if len(shape) > 1 and target._shape[:1] != shape[:1]:
        raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({target._shape[0] if target._shape else 0}).")
    raise RuntimeError(f"Expected target size {list(wanted)}, got {list(target._shape)}")


def _check_weight(weight: Any, input: Tensor) -> None:  # noqa: A002
    classes = input._shape[0] if len(input._shape) == 1 else input._shape[1]
    if weight is not None and weight._shape != (classes,):
        raise RuntimeError(f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of shape: {list(weight._shape)}")


def nll_loss(
    input: Tensor, target: Tensor, weight: Any = None, size_average: Any = None, ignore_index: int = -100, reduce: Any = None,  # noqa: A002
    reduction: str = "mean",
) -> Tensor:
    reduction = _reduction(reduction, size_average, reduce)
    shape = _class_shape(input, target)
    _check_weight(weight, input)
    if target.dtype is not d.int64 and target.dtype is not d.uint8:
        raise RuntimeError(f"expected scalar type Long but found {long_name(target.dtype)}")
    if input.dtype.category < d.FLOAT:
        raise RuntimeError(f'"nll_loss_out_frame" not implemented for \'{long_name(input.dtype)}\'')
    return make("nll_loss", _reduced(shape, reduction), input.dtype, (input, target, weight), {"ignore_index": ignore_index, "reduction": reduction})


def cross_entropy(
    input: Tensor, target: Tensor, weight: Any = None, size_average: Any = None, ignore_index: int = -100, reduce: Any = None,  # noqa: A002
    reduction: str = "mean", label_smoothing: float = 0.0,
) -> Tensor:
    reduction = _reduction(reduction, size_average, reduce)
    attributes = {"ignore_index": ignore_index, "reduction": reduction, "label_smoothing": label_smoothing}
    if input.dtype.category < d.FLOAT:
        raise RuntimeError(f'"log_softmax_lastdim_kernel_impl" not implemented for \'{long_name(input.dtype)}\'')
    if target._shape == input._shape and input._shape:
        if target.dtype.category < d.FLOAT:
            raise RuntimeError(f"Expected floating point type for target with class probabilities, got {long_name(target.dtype)}")
        shape = input._shape[:1] + input._shape[2:] if len(input._shape) > 1 else ()
    else:
        shape = _class_shape(input, target)
        if target.dtype is not d.int64 and target.dtype is not d.uint8:
            raise RuntimeError(f"expected scalar type Long but found {long_name(target.dtype)}")
    _check_weight(weight, input)
    return make("cross_entropy", _reduced(shape, reduction), input.dtype, (input, target, weight), attributes)


def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool = True, full: bool = False, size_average: Any = None, eps: float = 1e-8,  # noqa: A002
    reduce: Any = None, reduction: str = "mean",
) -> Tensor:
    reduction = _reduction(reduction, size_average, reduce)
    shape = broadcast(input._shape, target._shape)
    kind = _floating(promote_types(input.dtype, target.dtype))
    return make("poisson_nll_loss", _reduced(shape, reduction), kind, (input, target), {"log_input": bool(log_input), "full": bool(full), "reduction": reduction})


def gaussian_nll_loss(input: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> Tensor:  # noqa: A002
    _reduction(reduction, None, None)
    if isinstance(var, Tensor) and var._shape != input._shape:
        if not (var._shape == input._shape[:-1] or (var._shape[:-1] == input._shape[:-1] and var._shape[-1:] == (1,))):
            raise ValueError("var is of incorrect size")
    shape = broadcast(input._shape, target._shape)
    inputs = (input, target, var) if isinstance(var, Tensor) else (input, target)
    return make("gaussian_nll_loss", _reduced(shape, reduction), _floating(promote_types(input.dtype, target.dtype)), inputs, {"full": bool(full), "reduction": reduction})


def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> Tensor:  # noqa: A002
    reduction = _reduction(reduction, size_average, reduce)
    shape = broadcast(input._shape, target._shape)
    return make("hinge_embedding_loss", _reduced(shape, reduction), input.dtype, (input, target), {"margin": margin, "reduction": reduction})


def cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> Tensor:
    reduction = _reduction(reduction, size_average, reduce)
    if len(target._shape) == 0 and len(input1._shape) != 1 or len(target._shape) == 1 and len(input1._shape) != 2 or len(target._shape) > 1:
        raise RuntimeError(f"{len(target._shape)}D target tensor expects {len(target._shape) + 1}D input tensors, but found inputs with sizes {list(input1._shape)} and {list(input2._shape)}.")
    shape = broadcast(broadcast(input1._shape, input2._shape)[:-1], target._shape)
    return make("cosine_embedding_loss", _reduced(shape, reduction), _floating(input1.dtype), (input1, input2, target), {"margin": margin, "reduction": reduction})


def margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> Tensor:
    reduction = _reduction(reduction, size_average, reduce)
    if len({len(item._shape) for item in (input1, input2, target)}) != 1:
        raise RuntimeError(f"margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} ")
    shape = broadcast_all((input1._shape, input2._shape, target._shape))
    return make("margin_ranking_loss", _reduced(shape, reduction), input1.dtype, (input1, input2, target), {"margin": margin, "reduction": reduction})


def multilabel_margin_loss(input: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> Tensor:  # noqa: A002
    reduction = _reduction(reduction, size_average, reduce)
    shape = input._shape
    if len(shape) > 2 or target._shape != shape:
        raise RuntimeError(f"inconsistent target size: {list(target._shape)} for input of size: {list(shape)}")
    return make("multilabel_margin_loss", _reduced(shape[:-1], reduction), input.dtype, (input, target), {"reduction": reduction})


def multilabel_soft_margin_loss(input: Tensor, target: Tensor, weight: Any = None, size_average: Any = None, reduce: Any = None, reduction: str = "mean") -> Tensor:  # noqa: A002
    reduction = _reduction(reduction, size_average, reduce)
    shape = broadcast(input._shape, target._shape)
    return make("multilabel_soft_margin_loss", _reduced(shape[:-1], reduction), _floating(input.dtype), (input, target, weight), {"reduction": reduction})


def multi_margin_loss(
    input: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, weight: Any = None, size_average: Any = None, reduce: Any = None,  # noqa: A002
    reduction: str = "mean",
) -> Tensor:
    reduction = _reduction(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if len(input._shape) not in (1, 2) or count(target._shape) != (input._shape[0] if len(input._shape) == 2 else 1):
        raise RuntimeError(f"inconsistent target size, expected {input._shape[0] if input._shape else 0} but got {list(target._shape)}")
    return make("multi_margin_loss", _reduced(target._shape, reduction), input.dtype, (input, target, weight), {"p": p, "margin": margin, "reduction": reduction})


def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2, eps: float = 1e-6, swap: bool = False,
    size_average: Any = None, reduce: Any = None, reduction: str = "mean",
) -> Tensor:
    reduction = _reduction(reduction, size_average, reduce)
    if len({len(item._shape) for item in (anchor, positive, negative)}) != 1:
        raise RuntimeError(f"The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor {len(anchor._shape)}D, positive {len(positive._shape)}D, and negative {len(negative._shape)}D inputs")
    shape = broadcast_all((anchor._shape, positive._shape, negative._shape))[:-1]
    return make("triplet_margin_loss", _reduced(shape, reduction), _floating(anchor.dtype), (anchor, positive, negative), {"margin": margin, "p": p, "swap": bool(swap), "reduction": reduction})


def triplet_margin_with_distance_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, *, distance_function: Any = None, margin: float = 1.0, swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    _reduction(reduction, None, None)
    if distance_function is None:
        return triplet_margin_loss(anchor, positive, negative, margin, swap=swap, reduction=reduction)
    near, far = distance_function(anchor, positive), distance_function(anchor, negative)
    if swap:
        far = far.minimum(distance_function(positive, negative))
    loss = (margin + near - far).clamp(min=0)
    return loss if reduction == "none" else loss.mean() if reduction == "mean" else loss.sum()


def ctc_loss(
    log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any, blank: int = 0, reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    reduction = ("none", "mean", "sum")[reduction] if isinstance(reduction, int) else _reduction(reduction, None, None)
    shape = log_probs._shape
    if len(shape) not in (2, 3):
        raise RuntimeError("log_probs must be a 2D or 3D tensor")
    batch = () if len(shape) == 2 else (shape[1],)
    if not 0 <= blank < shape[-1]:
        raise RuntimeError("blank must be in label range")
    inputs = tuple(item for item in (log_probs, targets, input_lengths, target_lengths) if isinstance(item, Tensor))
    return make("ctc_loss", _reduced(batch, reduction), log_probs.dtype, inputs, {"blank": blank, "reduction": reduction})
