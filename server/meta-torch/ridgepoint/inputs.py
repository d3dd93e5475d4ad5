"""
Inputs of a model that no one has told: from what the model says of itself, the annotations and names of `forward`'s
parameters, and its first layers. Each plan says where it comes from; plans are tried in order.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any, Iterator

from .discover import signature_of
from .specs import Spec

#: Square images to try, the first being the usual one.
_LARGE = (224, 256, 384, 299, 512, 128, 64, 32)
_SMALL = (32, 28, 64, 96, 128, 224, 256, 48)
_TOKENS = 128


@dataclass
class Plan:
    """One guess at all the inputs. `source` completes the sentence "input: …"."""

    specs: list[Spec]
    source: str


def parameters_of(model: Any) -> list[inspect.Parameter]:
    """Parameters of `forward` that a caller must give."""
    signature = signature_of(model.forward)
    if signature is None:
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [
        parameter
        for parameter in signature.parameters.values()
        if parameter.kind in kinds and parameter.default is inspect.Parameter.empty
    ]


def plans(model: Any) -> Iterator[Plan]:
    """Guesses, the likeliest first."""
    own = _declared_by_model(model)
    if own is not None:
        yield own
    parameters = parameters_of(model)
    if not parameters:
        optional = _first_optional(model)
        if optional is None:
            yield Plan([], "from `forward`, which takes none")
            return
        parameters = [optional]
    layers = list(_first_layers(model))
    named = [_by_annotation(parameter) or _by_name(parameter.name) for parameter in parameters]
    open_count = sum(spec is None for spec in named)
    if open_count == 0:
        yield Plan([spec for spec in named if spec is not None], "from the parameters of `forward`")
    seen: set[tuple] = set()
    for layer in layers or [None]:
        for spec, reason in _specs_for(layer, model):
            filled = _fill(parameters, named, spec)
            key = tuple((item.dtype, item.shape) for item in filled)
            if key in seen:
                continue
            seen.add(key)
            yield Plan(filled, reason)
            if len(seen) >= 24:
                return


def _fill(parameters: list, named: list, spec: Spec) -> list[Spec]:
    """The guess for every parameter that its name or annotation leaves open: two images are alike, as a pair is."""
    return [
        Spec(parameter.name, *((spec.dtype, spec.shape) if known is None else (known.dtype, known.shape)))
        for parameter, known in zip(parameters, named)
    ]


def _first_optional(model: Any) -> inspect.Parameter | None:
    """`forward(self, input_ids=None, …)`: the first one is what the model is about."""
    signature = signature_of(model.forward)
    if signature is None:
        return None
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            return parameter if parameter.default is None else None
    return None


def _declared_by_model(model: Any) -> Plan | None:
    """What timm, transformers and careful authors write into their models."""
    for name in ("pretrained_cfg", "default_cfg"):
        config = getattr(model, name, None)
        size = config.get("input_size") if isinstance(config, dict) else getattr(config, "input_size", None)
        if isinstance(size, (tuple, list)) and all(isinstance(item, int) for item in size) and size:
            return Plan([Spec("", "float32", (1, *size))], f"from the model's own `{name}`")
    example = getattr(model, "example_input_array", None)
    shape = getattr(example, "shape", None)
    if shape is not None and hasattr(example, "dtype"):
        return Plan([Spec("", str(example.dtype).replace("torch.", ""), tuple(shape))], "from `example_input_array`")
    config = getattr(model, "config", None)
    main = getattr(model, "main_input_name", None)
    if isinstance(main, str) and config is not None:
        return _for_transformers(main, config)
    return None


def _for_transformers(main: str, config: Any) -> Plan | None:
    """`main_input_name` and the configuration of a model of transformers."""
    vision = getattr(config, "vision_config", None) or config
    text = getattr(config, "text_config", None) or config
    specs: list[Spec] = []
    if main in ("input_ids", "decoder_input_ids"):
        specs.append(Spec("input_ids", "int64", (1, _length(text))))
    elif main == "pixel_values":
        size = _pair(getattr(vision, "image_size", 224) or 224)
        specs.append(Spec("pixel_values", "float32", (1, getattr(vision, "num_channels", 3) or 3, *size)))
    elif main == "input_features":
        frames = 2 * (getattr(config, "max_source_positions", None) or 1500)
        specs.append(Spec("input_features", "float32", (1, getattr(config, "num_mel_bins", 80) or 80, frames)))
    elif main == "input_values":
        specs.append(Spec("input_values", "float32", (1, 16000)))
    else:
        return None
    if getattr(config, "is_encoder_decoder", False):
        specs.append(Spec("decoder_input_ids", "int64", (1, _length(text))))
    elif vision is not config and text is not config and main == "input_ids":
        size = _pair(getattr(vision, "image_size", 224) or 224)
        specs.append(Spec("pixel_values", "float32", (1, getattr(vision, "num_channels", 3) or 3, *size)))
    return Plan(specs, f"from `{type(config).__name__}`")


def _length(config: Any) -> int:
    limit = getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", None)
    return min(_TOKENS, limit) if isinstance(limit, int) and limit > 0 else _TOKENS


def _pair(size: Any) -> tuple:
    return tuple(size) if isinstance(size, (tuple, list)) else (size, size)


def _by_annotation(parameter: inspect.Parameter) -> Spec | None:
    """jaxtyping: `Float[Tensor, "batch 3 224 224"]`, as an object or as text."""
    annotation = parameter.annotation
    if annotation is inspect.Parameter.empty:
        return None
    text = annotation if isinstance(annotation, str) else repr(annotation)
    found = re.search(r"\b(Float|Float32|Float16|BFloat16|Int|Int32|Int64|Bool|Shaped|Num)\[[^,\]]+,\s*['\"]([^'\"]*)['\"]", text)
    if found is None:
        kind = getattr(annotation, "__name__", "")
        dims = getattr(annotation, "dim_str", None)
        if dims is None:
            return None
        name = kind.partition("[")[0] or "Float"
    else:
        name, dims = found.groups()
    shape = tuple(_extent(part, index) for index, part in enumerate(dims.split()))
    if any(extent is None for extent in shape):
        return None
    dtypes = {"Int": "int64", "Int32": "int32", "Int64": "int64", "Bool": "bool", "Float16": "float16", "BFloat16": "bfloat16"}
    return Spec(parameter.name, dtypes.get(name, "float32"), shape)  # type: ignore[arg-type]


_EXTENTS = (
    (r"b|n|batch(_?size)?|bs", 1), (r"h|w|height|width|img|image|size", 224), (r"c|ch|chan(nel)?s?|rgb", 3),
    (r"t|s|l|seq(uence)?(_?len(gth)?)?|len(gth)?|time|tokens?", _TOKENS),
)


def _extent(part: str, index: int) -> int | None:
    name = part.rpartition("=")[2].strip("#*?_").lower()
    if name.isdigit():
        return int(name)
    for pattern, value in _EXTENTS:
        if re.fullmatch(pattern, name):
            return value
    return 1 if index == 0 else None


def _by_name(name: str) -> Spec | None:
    """Names that say what they hold, whatever the layers are."""
    lower = name.lower()
    if re.fullmatch(r"(\w*_)?input_ids|ids|token_ids|tokens|(src|tgt)_tokens|idx|indices|input_tokens|token_type_ids|position_ids", lower):
        return Spec(name, "int64", (1, _TOKENS))
    if re.fullmatch(r"attention_mask|(src|tgt)_key_padding_mask|key_padding_mask|padding_mask", lower):
        return Spec(name, "bool", (1, _TOKENS))
    if re.fullmatch(r"t|timesteps?|time_?steps?|noise_level|sigmas?", lower):
        return Spec(name, "float32", (1,))
    if re.fullmatch(r"labels?|y|class_labels?|targets?|start_pos|input_pos", lower):
        return Spec(name, "int64", (1,))
    if re.fullmatch(r"images?|img|pixel_values", lower):
        return None
    return None


def _first_layers(model: Any) -> Iterator[Any]:
    """Layers that fix what comes in, in the order of their registration, one of each form."""
    from torch import nn

    kinds = (
        nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.Embedding, nn.EmbeddingBag, nn.LSTM, nn.GRU, nn.RNN,
        nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.MultiheadAttention, nn.TransformerEncoderLayer,
        nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.LayerNorm, nn.Bilinear,
    )
    seen: set[tuple] = set()
    for layer in model.modules():
        if not isinstance(layer, kinds):
            continue
        key = (type(layer), _width(layer))
        if key not in seen:
            seen.add(key)
            yield layer
            if len(seen) >= 8:
                return


def _width(layer: Any) -> Any:
    for name in ("in_channels", "in_features", "input_size", "num_embeddings", "num_features", "embed_dim", "normalized_shape", "in1_features"):
        if hasattr(layer, name):
            return getattr(layer, name)
    return None


def _specs_for(layer: Any, model: Any) -> Iterator[tuple[Spec, str]]:
    """Inputs that a layer could take at the model's door."""
    if layer is None:
        for size in _LARGE[:1]:
            yield Spec("", "float32", (1, 3, size, size)), "assumed, since no layer tells it"
        yield Spec("", "float32", (1, _TOKENS)), "assumed, since no layer tells it"
        return
    kind = type(layer).__name__
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
        yield Spec("", "int64", (1, min(_TOKENS, _position_limit(model)))), reason
        return
    if kind == "LayerNorm":
        shape = tuple(width)
        for lead in ((1, _TOKENS), (1,)):
            yield Spec("", "float32", (*lead, *shape)), reason
        return
    if kind == "Linear":
        for shape in _vectors(width, layer, model):
            yield Spec("", "float32", shape), reason
        return
    if kind in ("LSTM", "GRU", "RNN"):
        lead = (1, _TOKENS) if getattr(layer, "batch_first", False) else (_TOKENS, 1)
        yield Spec("", "float32", (*lead, width)), reason
        return
    yield Spec("", "float32", (1, _TOKENS, width)), reason
    yield Spec("", "float32", (1, width)), reason


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
    plain = [(1, _TOKENS, width), (1, width)] if is_sequence else [(1, width), (1, _TOKENS, width)]
    yield from [*images, *plain] if has_flatten else [*plain, *images]


def _position_limit(model: Any) -> int:
    """Tables of positions bound the length: the smallest table or attribute that speaks of one."""
    limits = [
        value
        for name in ("block_size", "max_len", "max_seq_len", "context_length", "max_length", "seq_len", "max_position_embeddings")
        for holder in (model, getattr(model, "config", None), getattr(model, "cfg", None))
        for value in (getattr(holder, name, None),)
        if isinstance(value, int) and value > 0
    ]
    return min([_TOKENS, *limits])


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
        stride = getattr(layer, "stride", None)
        if stride is None or "downsample" in name or "shortcut" in name or "skip" in name:
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
