"""What a model's first layers say of its input: channels, features, vocabularies, and the size that images are likely to have."""

from __future__ import annotations

from typing import Any, Iterator

from .specs import Spec

#: Square images to try, the first being the usual one.
_LARGE = (224, 256, 384, 299, 512, 128, 64, 32)
_SMALL = (32, 28, 64, 96, 128, 224, 256, 48)
#: Names of paths that run beside the main one, whose strides are no further reduction.
_BESIDE = frozenset(("downsample", "shortcut", "skip", "skip_connection", "identity"))
#: Length of a sequence where nothing bounds it.
TOKENS = 128


def first_layers(model: Any) -> Iterator[Any]:
    """Layers that fix what comes in, in the order of their registration, one of each form."""
    from torch import nn

    kinds = (
        nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.Embedding, nn.EmbeddingBag, nn.LSTM, nn.GRU, nn.RNN,
        nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.MultiheadAttention, nn.TransformerEncoderLayer,
        nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.LayerNorm, nn.Bilinear,
    )
    seen: set[tuple] = set()
    telling: dict[type, bool] = {}
    for layer in model.modules():
        kind = type(layer)
        if kind not in telling:
            telling[kind] = issubclass(kind, kinds)
        if not telling[kind]:
            continue
        key = (type(layer), _width(layer))
        if key not in seen:
            seen.add(key)
            yield layer
            if len(seen) >= 8:
                return


def _width(layer: Any) -> Any:
    own = layer.__dict__
    for name in ("in_channels", "in_features", "input_size", "num_embeddings", "num_features", "embed_dim", "normalized_shape", "in1_features"):
        if name in own:
            return own[name]
    return None


def specs_for(layer: Any, model: Any) -> Iterator[tuple[Spec, str]]:
    """Inputs that a layer could take at the model's door."""
    if layer is None:
        for size in _LARGE[:1]:
            yield Spec("", "float32", (1, 3, size, size)), "assumed, since no layer tells it"
        yield Spec("", "float32", (1, TOKENS)), "assumed, since no layer tells it"
        return
    kind = _kind_of(layer)
    width = _width(layer)
    reason = f"from the first layer {_text_of(layer)}"
    if kind.startswith(("Conv", "ConvTranspose", "LazyConv")):
        rank = int(kind[-2]) if kind[-2:-1].isdigit() else 2
        for sizes in _spaces(rank, layer, model):
            yield Spec("", "float32", (1, width, *sizes)), reason
        return
    if kind.startswith("BatchNorm"):
        rank = int(kind[-2])
        shapes = [(1, width)] if rank == 1 else []
        for shape in [*shapes, *((1, width, *sizes) for sizes in _spaces(rank, layer, model))]:
            yield Spec("", "float32", shape), reason
        return
    if kind in ("Embedding", "EmbeddingBag"):
        yield Spec("", "int64", (1, position_limit(model))), reason
        return
    if kind == "LayerNorm":
        shape = tuple(width)
        for lead in ((1, TOKENS), (1,)):
            yield Spec("", "float32", (*lead, *shape)), reason
        return
    if kind == "Linear":
        for shape in _vectors(width, layer, model):
            yield Spec("", "float32", shape), reason
        return
    if kind in ("LSTM", "GRU", "RNN"):
        lead = (1, TOKENS) if getattr(layer, "batch_first", False) else (TOKENS, 1)
        yield Spec("", "float32", (*lead, width)), reason
        return
    yield Spec("", "float32", (1, TOKENS, width)), reason
    yield Spec("", "float32", (1, width)), reason


def _kind_of(layer: Any) -> str:
    """torch's own name for it: `class TokenEmbedding(nn.Embedding)` takes what an Embedding takes."""
    kinds = type(layer).__mro__
    return next((kind.__name__ for kind in kinds if kind.__module__.startswith("torch.nn.modules.")), kinds[0].__name__)


def _vectors(width: int, layer: Any, model: Any) -> Iterator[tuple]:
    """A linear layer takes a vector; behind `Flatten`, an image with that many elements."""
    from torch import nn

    has_flatten = any(isinstance(item, nn.Flatten) for item in model.modules())
    images = [
        (1, channels, side, side)
        for channels in (1, 3)
        for side in (int((width / channels) ** 0.5 + 0.5),)
        if channels * side * side == width and side > 1
    ]
    is_sequence = any(isinstance(item, (nn.MultiheadAttention, nn.LayerNorm)) for item in model.modules())
    plain = [(1, TOKENS, width), (1, width)] if is_sequence else [(1, width), (1, TOKENS, width)]
    yield from [*images, *plain] if has_flatten else [*plain, *images]


def position_limit(model: Any) -> int:
    """Tables of positions bound the length: the smallest table or attribute that speaks of one."""
    limits = [
        value
        for name in ("block_size", "max_len", "max_seq_len", "context_length", "max_length", "seq_len", "max_position_embeddings")
        for holder in (model, getattr(model, "config", None), getattr(model, "cfg", None))
        for value in (getattr(holder, name, None),)
        if isinstance(value, int) and value > 0
    ]
    return min([TOKENS, *limits])


def _spaces(rank: int, layer: Any, model: Any) -> Iterator[tuple]:
    """Lengths, images, volumes."""
    if rank == 1:
        for length in (1024, 16000, 128, 256):
            yield (length,)
        return
    if rank == 3:
        for sizes in ((16, 112, 112), (16, 224, 224), (32, 32, 32), (64, 64, 64)):
            yield sizes
        return
    declared = _image_size(model)
    sizes = ([declared] if declared else []) + list(_LARGE if _reduction(layer, model) >= 16 else _SMALL)
    if getattr(layer, "in_channels", 3) == 1 and not declared:
        sizes = [28, 32, *sizes]
    for size in dict.fromkeys(sizes):
        yield size if isinstance(size, tuple) else (size, size)


def _image_size(model: Any) -> Any:
    holders = [model, getattr(model, "config", None), getattr(model, "cfg", None), getattr(model, "patch_embed", None)]
    for holder in holders:
        for name in ("img_size", "image_size", "input_size", "input_resolution"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and 4 <= value <= 4096:
                return value
            if isinstance(value, (tuple, list)) and len(value) == 2 and all(isinstance(item, int) for item in value):
                return tuple(value)
    return None


def _reduction(first: Any, model: Any) -> int:
    """By how much strides shrink an image, roughly: 16 and more means large images."""
    total = 1
    for name, layer in model.named_modules():
        # Not `getattr`: asking modules in vain takes long.
        stride = layer.__dict__.get("stride")
        if stride is None or not _BESIDE.isdisjoint(name.split(".")):
            continue
        if type(layer).__name__.startswith("ConvTranspose"):
            continue
        step = max(stride) if isinstance(stride, (tuple, list)) and stride else stride
        if isinstance(step, int) and step > 1:
            total *= step
    return total


def _text_of(layer: Any) -> str:
    kind = type(layer).__name__
    if hasattr(layer, "in_channels"):
        return f"{kind}({layer.in_channels}, {layer.out_channels})"
    if hasattr(layer, "in_features"):
        return f"{kind}({layer.in_features}, {layer.out_features})"
    if hasattr(layer, "num_embeddings"):
        return f"{kind}({layer.num_embeddings}, {layer.embedding_dim})"
    if hasattr(layer, "input_size"):
        return f"{kind}({layer.input_size}, {layer.hidden_size})"
    return f"{kind}({_width(layer)})"
