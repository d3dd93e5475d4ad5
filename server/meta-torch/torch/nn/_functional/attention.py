"""Attention: the scaled dot product as one call, and the multi-head form as the products that it is made of."""

from __future__ import annotations

import math
from typing import Any

from ..._meta import dtype as d
from ..._meta.shape import broadcast
from ..._ops.registry import functions, long_name, make
from ..._tensor import Tensor
from .activation import softmax
from .common import operand_type
from .dropout import dropout
from .linear import linear


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Any = None, dropout_p: float = 0.0, is_causal: bool = False,
    *, scale: Any = None, enable_gqa: bool = False,
) -> Tensor:
    """(batch…, heads, length, width) each; grouped queries repeat the heads of key and value."""
    q, k, v = query._shape, key._shape, value._shape
    if len(q) < 2 or len(k) < 2 or len(v) < 2:
        raise RuntimeError(f"Expected query, key, and value to all be  at least 2 dimensional, but got Query dim: {len(q)}, Key dim: {len(k)} and Value dim: {len(v)} instead.")
    if query.dtype is not key.dtype or query.dtype is not value.dtype:
        raise RuntimeError(f"Expected query, key, and value to have the same dtype, but got query.dtype: {long_name(query.dtype)} key.dtype: {long_name(key.dtype)} and value.dtype: {long_name(value.dtype)} instead.")
    if query.dtype.category < d.FLOAT:
        raise RuntimeError(f"Expected query, key, and value to have floating point dtype, but got {long_name(query.dtype)}")
    if attn_mask is not None:
        if is_causal:
            raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
        if attn_mask.dtype is not d.bool_ and attn_mask.dtype is not query.dtype and attn_mask.dtype is not d.float32:
            raise RuntimeError(f"Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: {long_name(attn_mask.dtype)} and  query.dtype: {long_name(query.dtype)} instead.")
    if q[-1] != k[-1]:
        _refuse_product(q, (*k[:-2], k[-1], k[-2]))
    if k[-2] != v[-2]:
        _refuse_product((*q[:-1], k[-2]), v)
    if enable_gqa:
        if len(q) < 3 or q[-3] % k[-3] or q[-3] % v[-3]:
            raise RuntimeError("Number of heads in key and value must divide the number of heads in query")
        k, v = (*k[:-3], q[-3], *k[-2:]), (*v[:-3], q[-3], *v[-2:])
    batch = broadcast(broadcast(q[:-2], k[:-2]), v[:-2])
    scores = (*batch, q[-2], k[-2])
    if attn_mask is not None and broadcast(attn_mask._shape, scores) != scores:
        raise RuntimeError(f"The expanded size of the tensor must match the existing size: {list(attn_mask._shape)} to {list(scores)}")
    attributes: dict = {"dropout_p": dropout_p, "is_causal": bool(is_causal), "enable_gqa": bool(enable_gqa)}
    attributes["scale"] = float(scale) if isinstance(scale, (int, float)) else 1 / math.sqrt(max(q[-1], 1))
    kind = operand_type(query, None)
    return make("scaled_dot_product_attention", (*batch, q[-2], v[-1]), kind, (query, key, value, attn_mask), attributes)


def _refuse_product(left: tuple, right: tuple) -> None:
    raise RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({left[-2]}x{left[-1]} and {right[-2]}x{right[-1]})"
        if len(left) == 2
        else f"Expected size for first two dimensions of batch2 tensor to be: [{math.prod(left[:-2])}, {left[-1]}] but got: [{math.prod(right[:-2])}, {right[-2]}]."
    )


def _canonical_mask(mask: Any, mask_name: str, other_type: Any = None, other_name: str = "", target_type: Any = None, check_other: bool = True) -> Any:
    """Truth values become zero and minus infinity."""
    if mask is None:
        return None
    if mask.dtype is not d.bool_ and mask.dtype.category != d.FLOAT:
        raise RuntimeError(f"only bool and floating types of {mask_name} are supported")
    if mask.dtype is d.bool_:
        return functions["zeros_like"](mask, dtype=target_type).masked_fill_(mask, float("-inf"))
    return mask


def _none_or_dtype(input: Any) -> Any:  # noqa: A002
    return None if input is None else input.dtype


def _in_projection(query: Tensor, key: Tensor, value: Tensor, weight: Tensor, bias: Any) -> list:
    width = query._shape[-1]
    if key is value:
        if query is key:
            joined = linear(query, weight, bias)
            joined = joined.unflatten(-1, (3, width)).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
            return [joined[0], joined[1], joined[2]]
        parts = weight.split([width, width * 2])
        biases = (None, None) if bias is None else bias.split([width, width * 2])
        first = linear(query, parts[0], biases[0])
        joined = linear(key, parts[1], biases[1]).unflatten(-1, (2, width)).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
        return [first, joined[0], joined[1]]
    parts = weight.chunk(3)
    biases = (None, None, None) if bias is None else bias.chunk(3)
    return [linear(item, part, offset) for item, part, offset in zip((query, key, value), parts, biases)]


def multi_head_attention_forward(
    query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: int, num_heads: int, in_proj_weight: Any, in_proj_bias: Any,
    bias_k: Any, bias_v: Any, add_zero_attn: bool, dropout_p: float, out_proj_weight: Tensor, out_proj_bias: Any,
    training: bool = True, key_padding_mask: Any = None, need_weights: bool = True, attn_mask: Any = None,
    use_separate_proj_weight: bool = False, q_proj_weight: Any = None, k_proj_weight: Any = None, v_proj_weight: Any = None,
    static_k: Any = None, static_v: Any = None, average_attn_weights: bool = True, is_causal: bool = False,
) -> tuple:
    """Sequence first: (length, batch, width). Answers the output and, when asked, the weights."""
    cat = functions["cat"]
    is_batched = _check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads)
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    if not is_batched:
        same_key, same_value = key is query, value is key
        query = query.unsqueeze(1)
        key = query if same_key else key.unsqueeze(1)
        value = key if same_value else value.unsqueeze(1)
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask.unsqueeze(0)
    length, batch, width = query._shape
    source = key._shape[0]
    key_padding_mask = _canonical_mask(key_padding_mask, "key_padding_mask", target_type=query.dtype)
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = _canonical_mask(attn_mask, "attn_mask", target_type=query.dtype)
        is_causal = is_causal and key_padding_mask is None and not need_weights
    if width != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    head = width // num_heads
    if head * num_heads != width:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight:
        if key._shape[:2] != value._shape[:2]:
            raise AssertionError(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
        biases = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
        q, k, v = (linear(x, w, b) for x, w, b in zip((query, key, value), (q_proj_weight, k_proj_weight, v_proj_weight), biases))
    else:
        if key._shape != value._shape:
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
        q, k, v = _in_projection(query, key, value, in_proj_weight, in_proj_bias)
    attn_mask = _shape_mask(attn_mask, length, source, batch * num_heads)
    if bias_k is not None and bias_v is not None:
        k, v = cat([k, bias_k.repeat(1, batch, 1)]), cat([v, bias_v.repeat(1, batch, 1)])
        attn_mask, key_padding_mask = _one_more(attn_mask), _one_more(key_padding_mask)
    q = q.view(length, batch * num_heads, head).transpose(0, 1)
    k = k.view(k._shape[0], batch * num_heads, head).transpose(0, 1) if static_k is None else static_k
    v = v.view(v._shape[0], batch * num_heads, head).transpose(0, 1) if static_v is None else static_v
    if add_zero_attn:
        zeros = functions["zeros"]((batch * num_heads, 1, head), dtype=k.dtype, device=k.device)
        k, v = cat([k, zeros], dim=1), cat([v, zeros], dim=1)
        attn_mask, key_padding_mask = _one_more(attn_mask), _one_more(key_padding_mask)
    source = k._shape[1]
    if key_padding_mask is not None:
        if key_padding_mask._shape != (batch, source):
            raise AssertionError(f"expecting key_padding_mask shape of {(batch, source)}, but got {key_padding_mask.shape}")
        key_padding_mask = key_padding_mask.view(batch, 1, 1, source).expand(-1, num_heads, -1, -1).reshape(batch * num_heads, 1, source)
        attn_mask = key_padding_mask if attn_mask is None else attn_mask + key_padding_mask
    drop = dropout_p if training else 0.0
    if need_weights:
        scaled = q * math.sqrt(1.0 / head)
        turned = k.transpose(-2, -1)
        scores = functions["bmm"](scaled, turned) if attn_mask is None else functions["baddbmm"](attn_mask, scaled, turned)
        weights = softmax(scores, -1)
        if drop > 0.0:
            weights = dropout(weights, drop)
        output = functions["bmm"](weights, v).transpose(0, 1).contiguous().view(length * batch, width)
        output = linear(output, out_proj_weight, out_proj_bias).view(length, batch, out_proj_weight._shape[0])
        weights = weights.view(batch, num_heads, length, source)
        if average_attn_weights:
            weights = weights.mean(dim=1)
        if not is_batched:
            output, weights = output.squeeze(1), weights.squeeze(0)
        return output, weights
    if attn_mask is not None:
        if attn_mask._shape[0] == 1 and len(attn_mask._shape) == 3:
            attn_mask = attn_mask.unsqueeze(0)
        else:
            attn_mask = attn_mask.view(batch, num_heads, -1, source)
    q, k, v = (item.view(batch, num_heads, item._shape[1], head) for item in (q, k, v))
    output = scaled_dot_product_attention(q, k, v, attn_mask, drop, is_causal)
    output = output.permute(2, 0, 1, 3).contiguous().view(batch * length, width)
    output = linear(output, out_proj_weight, out_proj_bias).view(length, batch, out_proj_weight._shape[0])
    return (output if is_batched else output.squeeze(1)), None


def _check_ranks(query: Tensor, key: Tensor, value: Tensor, key_padding_mask: Any, attn_mask: Any, num_heads: int) -> bool:
    rank = len(query._shape)
    if rank not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {rank}-D query tensor")
    if len(key._shape) != rank or len(value._shape) != rank:
        raise AssertionError(
            f"For {'batched (3-D)' if rank == 3 else 'unbatched (2-D)'} `query`, expected `key` and `value` to be {rank}-D but found "
            f"{len(key._shape)}-D and {len(value._shape)}-D tensors respectively"
        )
    if key_padding_mask is not None and len(key_padding_mask._shape) != rank - 1:
        raise AssertionError(f"expected `key_padding_mask` to be `None` or {rank - 1}-D but found {len(key_padding_mask._shape)}-D tensor instead")
    if attn_mask is not None and len(attn_mask._shape) not in (2, 3):
        raise AssertionError(f"expected `attn_mask` to be `None`, 2-D or 3-D but found {len(attn_mask._shape)}-D tensor instead")
    return rank == 3


def _shape_mask(mask: Any, length: int, source: int, heads: int) -> Any:
    if mask is None:
        return None
    wanted = (length, source) if len(mask._shape) == 2 else (heads, length, source)
    if mask._shape != wanted:
        raise RuntimeError(f"The shape of the {len(wanted)}D attn_mask is {mask.shape}, but should be {wanted}.")
    return mask.unsqueeze(0) if len(wanted) == 2 else mask


def _one_more(mask: Any) -> Any:
    from .padding import pad

    return None if mask is None else pad(mask, (0, 1))
