"""
Arguments for a class or function that cannot be called without: configurations that make themselves, and numbers by the
names that people give such parameters. What was assumed is told to the user.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

from .discover import signature_of
from .first_layers import TOKENS

#: Typical values by the name of the parameter, first match wins.
_BY_NAME: tuple[tuple[str, Any], ...] = (
    (r"(num|n)_?(classes|labels|cls)|out_?classes|nb_classes|classes", 1000),
    (r"in_?(channels?|chans?|ch|planes?|c)|img_channels|inp(ut)?_?channels|channels_in|n_channels|nc", 3),
    (r"out_?(channels?|chans?|ch|planes?|c)|output_?channels|mid_channels|ch(an)?_(in|out)|num_channels|c[12]?|ch", 64),
    (r"(\w+_)?voc(ab)?_?size|n_?vocab|num_?embeddings|ntoken|num_tokens|n_?tokens|(src|tgt|trg)_vocab", 32000),
    (r"((src|tgt|trg)_)?pad(ding)?_(idx|id|token_id)", 0),
    (r"(\w+_)?(sos|bos)_(idx|id|token_id)", 1),
    (r"(\w+_)?eos_(idx|id|token_id)", 2),
    (r"layer_(idx|id|number)", 0),
    (r"(max_?)?(seq|sequence|context|block)_?(len|length|size)|max_?len(gth)?|max_position_embeddings|ctx_len", TOKENS),
    (r"(img|image|input|in)_?size|(image_|img_)?resolution|img_?dim|size", 224),
    (r"patch_?size", 16),
    (r"(n|num)_?(\w+_)?(attention_)?heads?|(\w+_)?heads?|nhead", 8),
    (r"(n|num)_?(kv_|query_)groups?", 4),
    (r"(n|num)_?experts", 8),
    (r"(n|num)_?mels?(_bins?)?|mel_bins", 80),
    (r"n_\w*ctx", 512),
    (r"n_\w*state", 512),
    (r"(attention_)?head_?dim|dim_?head|d_head|rope_dim", 64),
    (r"(n|num)_?(\w+_)?(hidden_)?(layers?|blocks?)|(\w+_)?(depth|layers)|nlayers", 4),
    (r"window_?size", 7),
    (r"d_?model|(embed(ding)?|hidden|model|emb|feature|latent)_?(dim|size|features?)s?|n_?embd?|ninp|hidden|dims?|(\w+_)?width|channels?|planes?|features", 256),
    (r"(query|context|cond(ition(ing)?)?|cross_attention|time(_embed|_proj)?|text(_embed)?|kv)_?dim|temb_channels|d_(in|out)|dim_(in|out)", 256),
    (r"(ffn?|mlp|feedforward|intermediate|inner)_?(dim|size|hidden(_size|_dim)?)|dim_feedforward|d_(ff|inner|intermediate)|nhid", 1024),
    (r"(input|in)_?(dim|features?)|obs_dim|state_dim|input_shape", 128),
    (r"(output|out|action)_?(dim|size|features?)|act_dim", 10),
    (r"(drop(out)?(_?(rate|prob|path|p))?|p|dropout_.*)", 0.0),
    (r"kernel_?size|k", 3),
    (r"stride|groups?|dilation|expansion|(num_)?inputs?", 1),
    (r"padding", 0),
    (r"(mlp|ff|ffn|feedforward)_?(mult|ratio|expansion)|ratio|mult", 4),
    (r"(num_)?frames?|frames_?num", 16),
    (r"(\w+_)?frame_patch_size", 2),
    (r"(\w+_)?patch_?size", 16),
    (r"(\w+_)?eps(ilon)?", 1e-5),
    (r"(up|down)?_?(scale_?)?factor|(up)?scale", 2),
    (r"(lora_)?(rank|r)", 8),
    (r"(\w+_)?theta", 10000.0),
    (r"(use_)?bias|pretrained|causal", False),
    (r"device", "cpu"),
)
_PATTERNS = [(re.compile(f"^(?:{pattern})$"), value) for pattern, value in _BY_NAME]


class CannotGuess(Exception):
    """Names the parameters for which there is no sensible value."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def guess(function: Any, namespace: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Keyword arguments for the required parameters, and how each reads in `Net(in_channels=3)`."""
    signature = signature_of(function)
    if signature is None:
        return {}, []
    values: dict[str, Any] = {}
    texts: list[str] = []
    missing: list[str] = []
    for name, parameter in signature.parameters.items():
        if parameter.default is not inspect.Parameter.empty:
            continue
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            continue
        found = _value_for(name, parameter, namespace)
        if found is None:
            missing.append(name)
            continue
        values[name], text = found
        texts.append(f"{name}={text}")
    if missing:
        raise CannotGuess(missing)
    return values, texts


#: What is often a number for each stage, and is tried so where one number for all is refused.
_STAGES: tuple[tuple[str, Any], ...] = (
    (r"depths?|layers|num_(layers|blocks)|blocks", (2, 2, 2, 2)),
    (r"dims?|embed_dims?|channels|widths?", (64, 128, 256, 512)),
    (r"(n|num)_?heads?|heads", (2, 4, 8, 16)),
)


def other_guesses(function: Any, values: dict[str, Any], error: BaseException) -> list[dict[str, Any]]:
    """Arguments to try where a guess was refused: what the error says is missing, and tuples of a number for each stage."""
    found: list[dict[str, Any]] = []
    signature = signature_of(function)
    kinds = () if signature is None else [parameter.kind for parameter in signature.parameters.values()]
    told = re.search(r"missing \d+ required (?:positional|keyword-only) arguments?: (.*)", str(error))
    if isinstance(error, TypeError) and told is not None and inspect.Parameter.VAR_KEYWORD in kinds:
        more = {name: _by_pattern(name) for name in re.findall(r"'(\w+)'", told.group(1))}
        if None not in more.values() and not set(more) & set(values):
            found.append({**values, **more})
    staged = {
        name: next((stages for pattern, stages in _STAGES if re.fullmatch(pattern, name.lower())), None)
        for name, value in values.items()
        if type(value) is int
    }
    staged = {name: stages for name, stages in staged.items() if stages is not None}
    of_depth = {name: stages for name, stages in staged.items() if stages == _STAGES[0][1]}
    for chosen in (of_depth, staged):
        if chosen and {**values, **chosen} not in found:
            found.append({**values, **chosen})
    return found


def _by_pattern(name: str) -> Any:
    return next((value for pattern, value in _PATTERNS if pattern.match(name.lower())), None)


def _value_for(name: str, parameter: inspect.Parameter, namespace: dict[str, Any]) -> tuple[Any, str] | None:
    annotation = parameter.annotation
    if isinstance(annotation, str):
        annotation = namespace.get(annotation.strip("'\" ").rpartition(".")[2], annotation)
    if isinstance(annotation, type) and annotation not in (int, float, bool, str, list, dict, tuple):
        made = _made_by_itself(annotation)
        if made is not None:
            return made, f"{annotation.__name__}({_filled(made)})"
        if dataclasses.is_dataclass(annotation):
            try:
                values, texts = guess(annotation, namespace)
                return annotation(**values), f"{annotation.__name__}({', '.join(texts)})"
            except Exception:
                # Then its name may still say what it is.
                pass
    if re.fullmatch(r"(\w*_)?(config|cfg|conf|args|hparams?|params|opts?|hps|model_args)", name):
        return _configuration(name, namespace)
    if annotation is bool:
        return False, "False"
    for pattern, value in _PATTERNS:
        if pattern.match(name.lower()):
            return value, repr(value)
    if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
        return None
    return None


def _configuration(name: str, namespace: dict[str, Any]) -> tuple[Any, str] | None:
    """An object of the file that is called so, else one made by a class `…Config`."""
    for key, value in namespace.items():
        if key.lower() in (name.lower(), "config", "cfg", "args") and not isinstance(value, type) and not callable(value):
            return value, key
    for key, value in namespace.items():
        if isinstance(value, type) and re.search(r"(Config|Cfg|Args|Params)$", key):
            made = _made_by_itself(value)
            if made is not None:
                return made, f"{key}({_filled(made)})"
    return None


def _filled(configuration: Any) -> str:
    """
    `vocab_size: int = -1  # set by the tokenizer`: sizes that somebody else would fill in get what their names say; the
    answer tells which.
    """
    if not dataclasses.is_dataclass(configuration):
        return ""
    told = []
    for item in dataclasses.fields(configuration):
        if type(item.default) is not int or item.default >= 0 or getattr(configuration, item.name) != item.default:
            continue
        value = next((value for pattern, value in _PATTERNS if pattern.match(item.name.lower())), None)
        if type(value) is not int or not value:
            continue
        try:
            setattr(configuration, item.name, value)
        except AttributeError:
            # Frozen: then it stays as its author wrote it.
            continue
        told.append(f"{item.name}={value}")
    return ", ".join(told)


def _made_by_itself(kind: type) -> Any:
    """An instance, where the class can be called with nothing."""
    from torch import nn

    if issubclass(kind, nn.Module) or not (dataclasses.is_dataclass(kind) or _is_plain(kind)):
        return None
    try:
        return kind()
    except Exception:
        # It needs arguments, or its own code fails: it is then no answer.
        return None


def _is_plain(kind: type) -> bool:
    return bool(re.search(r"(Config|Cfg|Args|Params|Options)$", kind.__name__))
