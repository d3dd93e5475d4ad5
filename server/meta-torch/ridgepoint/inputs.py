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
from .first_layers import TOKENS, first_layers, position_limit, specs_for
from .specs import Spec


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
        if parameter.kind in kinds and parameter.default is inspect.Parameter.empty and plain_value(parameter) is None
    ]


def plain_value(parameter: inspect.Parameter) -> Any:
    """`start_pos: int`: what is a number and no tensor, as the first call has it; None for all else."""
    annotation = parameter.annotation
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    return _PLAIN_VALUES.get(name)


_PLAIN_VALUES = {"int": 0, "float": 1.0, "bool": False}


def plans(model: Any, arguments: dict[str, Any] | None = None) -> Iterator[Plan]:
    """Guesses, the likeliest first. `arguments` are those that its constructor was given."""
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
    layers = list(first_layers(model))
    length = position_limit(model)
    named = [_by_annotation(parameter) or _by_name(parameter.name, length) for parameter in parameters]
    open_count = sum(spec is None for spec in named)
    if open_count == 0:
        yield Plan([spec for spec in named if spec is not None], "from the parameters of `forward`")
    seen: set[tuple] = set()
    image = _image_of_constructor(model, arguments or {})
    if image is not None and layers and type(layers[0]).__name__ in ("Linear", "LayerNorm"):
        # Patches that are cut by hand and projected by a linear layer: no layer knows the image.
        yield Plan(_fill(parameters, named, image), "from the image size that its constructor takes")
    likeliest: list[Spec] | None = None
    for spec, reason in (found for layer in layers or [None] for found in specs_for(layer, model)):
        filled = _fill(parameters, named, spec)
        likeliest = likeliest or filled
        key = tuple((item.dtype, item.shape) for item in filled)
        if key in seen:
            continue
        seen.add(key)
        yield Plan(filled, reason)
        if len(seen) >= 24:
            break
    if likeliest is not None and _has_sequence_first(model):
        yield Plan([_with_sequence_first(spec) for spec in likeliest], "of sequences first, as its attention has them")
    if any(type(layer).__name__.startswith("Conv2d") for layer in layers):
        # Layers behind pixels that were folded into channels.
        for channels in (3, 1):
            yield Plan(_fill(parameters, named, Spec("", "float32", (1, channels, 224, 224))), "an image, since no layer tells it")


def _has_sequence_first(model: Any) -> bool:
    """torch's attention has (sequence, batch, features), unless it is told otherwise."""
    from torch import nn

    return any(isinstance(layer, nn.MultiheadAttention) and not layer.batch_first for layer in model.modules())


def _with_sequence_first(spec: Spec) -> Spec:
    shape = spec.shape
    is_mask = spec.dtype == "bool"
    return spec if is_mask or len(shape) < 2 else Spec(spec.name, spec.dtype, (shape[1], shape[0], *shape[2:]))


def _image_of_constructor(model: Any, arguments: dict[str, Any]) -> Spec | None:
    """`ViT(image_size=224, channels=3)`: an image, where arguments or their defaults speak of its size."""
    signature = signature_of(type(model).__init__)
    known = {
        name: parameter.default
        for name, parameter in ({} if signature is None else signature.parameters).items()
        if parameter.default is not inspect.Parameter.empty
    }
    known.update(arguments)
    sides = next((known[name] for name in ("image_size", "img_size", "image_height") if name in known), None)
    if isinstance(sides, int) and not isinstance(sides, bool) and 4 <= sides <= 4096:
        sides = (sides, sides)
    if not isinstance(sides, tuple) or len(sides) != 2 or not all(isinstance(side, int) for side in sides):
        return None
    names = ("channels", "in_channels", "in_chans", "num_channels", "image_channels")
    channels = next((known[name] for name in names if isinstance(known.get(name), int)), 3)
    frames = next((known[name] for name in ("frames", "num_frames") if isinstance(known.get(name), int)), None)
    return Spec("", "float32", (1, channels, *sides) if frames is None else (1, channels, frames, *sides))


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
    if isinstance(shape, tuple) and hasattr(example, "dtype"):
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
    return min(TOKENS, limit) if isinstance(limit, int) and limit > 0 else TOKENS


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
    (r"t|s|l|seq(uence)?(_?len(gth)?)?|len(gth)?|time|tokens?", TOKENS),
)


def _extent(part: str, index: int) -> int | None:
    name = part.rpartition("=")[2].strip("#*?_").lower()
    if name.isdigit():
        return int(name)
    for pattern, value in _EXTENTS:
        if re.fullmatch(pattern, name):
            return value
    return 1 if index == 0 else None


def _by_name(name: str, length: int) -> Spec | None:
    """Names that say what they hold, whatever the layers are."""
    lower = name.lower()
    if re.fullmatch(r"(\w*_)?input_ids|ids|token_ids|tokens|(src|tgt)_tokens|idx|indices|texts?|captions?|input_tokens|token_type_ids|position_ids", lower):
        return Spec(name, "int64", (1, length))
    if re.fullmatch(r"attention_mask|(\w+_)?padding_mask", lower):
        return Spec(name, "bool", (1, length))
    if re.fullmatch(r"(src|tgt|trg|memory|attn|causal)_mask", lower):
        return Spec(name, "bool", (length, length))
    if re.fullmatch(r"t|times?|timesteps?|time_?steps?|noise_level|sigmas?", lower):
        return Spec(name, "float32", (1,))
    if re.fullmatch(r"labels?|y|class_labels?|targets?|start_pos|input_pos", lower):
        return Spec(name, "int64", (1,))
    if re.fullmatch(r"images?|img|pixel_values", lower):
        return None
    return None
