"""
Layers and functions of torch.nn with generated shapes and options, run with whichever `torch` is importable: one line of
JSON for each call, the same calls in every process. `cases_nn.py 1 3` runs every third from the second on.
"""

from __future__ import annotations

import json
import random
import sys
import warnings

warnings.simplefilter("ignore")
import torch  # noqa: E402
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402, N812

torch.set_grad_enabled(False)
R = random.Random(7)
#: Their texts differ between the older torch and the one that we follow, or are not given here.
REPR_CHANGED = ("AdaptiveLogSoftmaxWithLoss", "EmbeddingBag", "Upsample")


def shown(result):
    if isinstance(result, torch.Tensor):
        return [list(result.shape), str(result.dtype)]
    if isinstance(result, (tuple, list)):
        return [shown(item) for item in result]
    return result if isinstance(result, (int, float, str, bool)) or result is None else type(result).__name__


def make(shape, kind="float32"):
    kind = getattr(torch, kind)
    return torch.zeros(shape, dtype=kind) if not kind.is_floating_point else torch.zeros(shape, dtype=kind) + 0.5


def some(low, high):
    return R.randint(low, high)


def sizes(rank, low=1, high=9):
    return [some(low, high) for _ in range(rank)]


def spread(rank, low, high):
    """One number or one a dimension."""
    return some(low, high) if R.random() < 0.6 else tuple(some(low, high) for _ in range(rank))


def functions():
    """(name, tensors as (shape, type), further arguments, options)"""
    for rank in (1, 2, 3):
        for _ in range(60):
            groups, each = some(1, 3), some(1, 3)
            into = groups * each + (R.random() < 0.1)
            batch = [some(0, 2)] if R.random() < 0.8 else []
            kernel = sizes(rank, 1, 4)
            padding = R.choice(["same", "valid", spread(rank, 0, 2), spread(rank, 0, 3)])
            options = {"stride": spread(rank, 1, 3), "padding": padding, "dilation": spread(rank, 1, 2), "groups": groups}
            outward = groups * some(1, 3) + (R.random() < 0.1)
            yield f"conv{rank}d", [(batch + [into] + sizes(rank), "float32"), ([outward, each] + kernel, "float32")], [], options
            options = {"stride": spread(rank, 1, 3), "padding": spread(rank, 0, 2), "output_padding": spread(rank, 0, 1), "dilation": spread(rank, 1, 2), "groups": groups}
            yield f"conv_transpose{rank}d", [([1] + [into] + sizes(rank), "float32"), ([into, some(1, 3)] + kernel, "float32")], [], options
            shape = [some(1, 2)] * R.choice([0, 1]) + [some(1, 3)] + sizes(rank)
            options = {"kernel_size": spread(rank, 1, 4), "stride": spread(rank, 1, 3), "padding": spread(rank, 0, 2), "ceil_mode": R.random() < 0.5}
            yield f"avg_pool{rank}d", [(shape, "float32")], [], dict(options)
            options["dilation"] = spread(rank, 1, 2)
            options["return_indices"] = R.random() < 0.3
            yield f"max_pool{rank}d", [(shape, "float32")], [], dict(options)
        for _ in range(20):
            shape = [some(1, 2)] * R.choice([0, 1, 1]) + [some(1, 3)] + sizes(rank)
            output = R.choice([some(0, 5), tuple(R.choice([None, some(1, 5)]) for _ in range(rank))])
            yield f"adaptive_avg_pool{rank}d", [(shape, "float32")], [output], {}
            yield f"adaptive_max_pool{rank}d", [(shape, "float32")], [output], {"return_indices": R.random() < 0.5}
            if rank < 3:
                yield f"lp_pool{rank}d", [(shape, "float32")], [2, some(1, 3)], {"stride": some(1, 3), "ceil_mode": R.random() < 0.5}
            mode = R.choice([{1: "linear", 2: "bilinear", 3: "trilinear"}[rank], "nearest", "area", "bicubic", "nearest-exact"])
            yield "interpolate", [([1, 2] + sizes(rank), "float32")], [], {"size": spread(rank, 1, 9), "mode": mode}
            yield "interpolate", [([1, 2] + sizes(rank), "float32")], [], {"scale_factor": R.choice([0.5, 1.7, 2, 3.3]), "mode": mode, "align_corners": R.choice([None, True])}
    for _ in range(60):
        rank = some(1, 5)
        amounts = [some(-1, 3) for _ in range(2 * some(1, min(rank, 3)))]
        yield "pad", [(sizes(rank), "float32")], [amounts], {}
        mode = R.choice(["reflect", "replicate", "circular", "constant"])
        yield "pad", [(sizes(rank, 2, 6), "float32")], [[some(0, 3) for _ in range(2 * some(1, 3))]], {"mode": mode}
    for _ in range(40):
        width, rank = some(1, 6), some(1, 4)
        yield "linear", [(sizes(rank - 1) + [width], "float32"), ([some(1, 5), width + (R.random() < 0.2)], R.choice(["float32", "float32", "float64"]))], [], {}
        one, two = some(1, 4), some(1, 4)
        yield "bilinear", [([3, one], "float32"), ([3, two], "float32"), ([2, one + (R.random() < 0.2), two], "float32")], [], {}
        yield "embedding", [(sizes(some(0, 3)), R.choice(["int64", "int32", "float32"])), ([5, width], "float32")], [], {}
        yield "one_hot", [(sizes(some(0, 3)), "int64")], [some(1, 6)], {}
        shape = sizes(some(1, 4))
        normal = shape[-some(1, len(shape)):] if R.random() < 0.8 else [3]
        yield "layer_norm", [(shape, "float32")], [normal], {}
        channels = R.choice([2, 4, 6])
        yield "group_norm", [([some(1, 2), channels] + sizes(some(0, 3), 1, 3), "float32")], [R.choice([1, 2, 3])], {}
        yield "instance_norm", [([some(1, 2), channels] + sizes(some(1, 3), 1, 3), "float32")], [], {}
        yield "batch_norm", [([some(1, 3), channels] + sizes(some(0, 3), 1, 3), "float32"), ([channels], "float32"), ([channels + (R.random() < 0.1)], "float32")], [], {"training": R.random() < 0.3}
        yield "local_response_norm", [(sizes(some(2, 4)), "float32")], [2], {}
        yield "normalize", [(sizes(some(1, 4)), "float32")], [], {"dim": some(-2, 2)}
        yield "glu", [(sizes(some(1, 3)), "float32")], [], {"dim": some(-2, 2)}
        yield R.choice(["softmax", "log_softmax", "softmin"]), [(sizes(some(0, 4)), R.choice(["float32", "float64", "int64"]))], [], {"dim": some(-3, 3)}
        yield "gumbel_softmax", [(sizes(some(1, 3)), "float32")], [], {"dim": some(-2, 2)}
        yield "pixel_shuffle", [(sizes(some(2, 4), 1, 8), "float32")], [some(1, 2)], {}
        yield "pixel_unshuffle", [(sizes(some(3, 4), 1, 8), "float32")], [some(1, 2)], {}
        yield "channel_shuffle", [([2, channels] + sizes(some(1, 2)), "float32")], [R.choice([1, 2, 3])], {}
        yield "unfold", [([some(1, 2)] * R.choice([0, 1]) + [2] + sizes(2), "float32")], [spread(2, 1, 3)], {"dilation": spread(2, 1, 2), "padding": spread(2, 0, 2), "stride": spread(2, 1, 2)}
        yield "fold", [([1, 8, some(1, 4) * some(1, 4)], "float32")], [spread(2, 3, 6), 2], {"stride": some(1, 2)}
        yield "cosine_similarity", [(sizes(3, 1, 3), "float32"), (sizes(3, 1, 3), "float32")], [], {"dim": some(-2, 2)}
        yield "pairwise_distance", [([3, width], "float32"), ([R.choice([1, 3]), width], "float32")], [], {"keepdim": R.random() < 0.5}
        yield "prelu", [(sizes(some(1, 4), 2, 3), "float32"), ([R.choice([1, 2, 3])], "float32")], [], {}
        yield "grid_sample", [([1, 2] + sizes(2), "float32"), ([1] + sizes(2) + [2], "float32")], [], {"mode": R.choice(["bilinear", "nearest", "bicubic"]), "align_corners": False}
        yield "affine_grid", [([2, 2, 3], "float32")], [[2, 3] + sizes(R.choice([2, 2, 3]))], {"align_corners": False}
        yield "pdist", [(sizes(2), "float32")], [], {}
    plain = "relu relu6 elu selu celu leaky_relu hardtanh hardswish hardsigmoid silu mish gelu softplus hardshrink softshrink logsigmoid softsign tanhshrink sigmoid tanh rrelu threshold dropout alpha_dropout feature_alpha_dropout".split()
    for name in plain:
        for kind in ("float32", "float64", "int64", "bool"):
            yield name, [(sizes(some(0, 4)), kind)], [0.1, 20.0] if name == "threshold" else [], {}
    losses = "l1_loss mse_loss smooth_l1_loss huber_loss soft_margin_loss kl_div binary_cross_entropy_with_logits binary_cross_entropy poisson_nll_loss hinge_embedding_loss multilabel_soft_margin_loss".split()
    for name in losses:
        for reduction in ("none", "mean", "sum"):
            for _ in range(4):
                shape = sizes(some(1, 3))
                other = shape if R.random() < 0.7 else sizes(len(shape))
                yield name, [(shape, "float32"), (other, "float32")], [], {"reduction": reduction}
    for reduction in ("none", "mean", "sum"):
        for _ in range(12):
            shape = sizes(some(1, 4), 2, 5)
            target = [] if len(shape) == 1 else shape[:1] + shape[2:]
            target = target if R.random() < 0.8 else sizes(1)
            yield "cross_entropy", [(shape, "float32"), (target, R.choice(["int64", "int64", "int32"]))], [], {"reduction": reduction}
            yield "nll_loss", [(shape, "float32"), (target, "int64")], [], {"reduction": reduction}
            yield "cross_entropy", [(shape, "float32"), (shape, "float32")], [], {"reduction": reduction}
            yield "margin_ranking_loss", [([3], "float32"), ([3], "float32"), ([R.choice([1, 3])], "float32")], [], {"reduction": reduction}
            yield "cosine_embedding_loss", [([3, 4], "float32"), ([3, 4], "float32"), ([3], "float32")], [], {"reduction": reduction}
            yield "triplet_margin_loss", [(shape, "float32")] * 3, [], {"reduction": reduction}
            yield "multi_margin_loss", [([3, 4], "float32"), ([3], "int64")], [], {"reduction": reduction}


def layers():
    """(class, arguments, options, tensors)"""
    for name in ("RNN", "LSTM", "GRU"):
        for _ in range(25):
            into, hidden, batch, time = some(1, 4), some(2, 5), some(1, 3), some(1, 5)
            options = {"num_layers": some(1, 3), "bias": R.random() < 0.7, "batch_first": R.random() < 0.5, "bidirectional": R.random() < 0.5}
            if name == "LSTM" and R.random() < 0.5:
                options["proj_size"] = some(1, hidden)
            yield name, [into, hidden], options, [([time] + [batch] * R.choice([0, 1, 1]) + [into + (R.random() < 0.1)], "float32")]
        for _ in range(8):
            into, hidden = some(1, 4), some(1, 4)
            yield f"{name}Cell", [into, hidden], {"bias": R.random() < 0.5}, [([some(1, 3)] * R.choice([0, 1]) + [into + (R.random() < 0.1)], "float32")]
    for _ in range(25):
        heads = some(1, 3)
        width = heads * some(1, 3)
        options = {"bias": R.random() < 0.5, "batch_first": R.random() < 0.5, "add_bias_kv": R.random() < 0.3, "add_zero_attn": R.random() < 0.3}
        wide = R.random() < 0.3
        if wide:
            options.update(kdim=3, vdim=5)
        batched = R.choice([[], [2]])
        shape = lambda length, size: (batched + [length, size] if options["batch_first"] else [length] + batched + [size], "float32")  # noqa: E731, B023
        yield "MultiheadAttention", [width, heads], options, [shape(3, width), shape(4, 3 if wide else width), shape(4, 5 if wide else width)]
    for _ in range(6):
        options = {"batch_first": R.random() < 0.5, "norm_first": R.random() < 0.5, "activation": R.choice(["relu", "gelu"])}
        yield "TransformerEncoderLayer", [8, 2, 16], options, [([3, 2, 8], "float32")]
        yield "TransformerDecoderLayer", [8, 2, 16], options, [([3, 2, 8], "float32"), ([3, 2, 8], "float32")]
        yield "Transformer", [8, 2, 1, 1, 16], {"batch_first": options["batch_first"]}, [([3, 3, 8], "float32"), ([3, 3, 8], "float32")]
    for rank in (1, 2, 3):
        for _ in range(12):
            groups = some(1, 2)
            options = {"stride": some(1, 2), "padding": some(0, 2), "dilation": some(1, 2), "groups": groups, "bias": R.random() < 0.5}
            mode = R.choice(["zeros", "reflect", "replicate", "circular"])
            yield f"Conv{rank}d", [2 * groups, 2 * groups, some(1, 3)], {**options, "padding_mode": mode}, [([1, 2 * groups] + sizes(rank, 3, 8), "float32")]
            yield f"ConvTranspose{rank}d", [2 * groups, 2 * groups, some(1, 3)], options, [([1, 2 * groups] + sizes(rank), "float32")]
            yield f"BatchNorm{rank}d", [3], {"affine": R.random() < 0.5, "track_running_stats": R.random() < 0.5}, [([2] + [3] + sizes(R.choice([rank, rank - 1]), 2, 4), "float32")]
            yield f"InstanceNorm{rank}d", [3], {"affine": R.random() < 0.5, "track_running_stats": R.random() < 0.5}, [([2] * R.choice([0, 1]) + [3] + sizes(rank, 2, 4), "float32")]
            yield f"LazyConv{rank}d", [4, some(1, 3)], {}, [([1, some(1, 4)] + sizes(rank, 3, 8), "float32")]
            yield f"LazyBatchNorm{rank}d", [], {}, [([2, some(1, 4)] + sizes(rank, 2, 4), "float32")]
            yield f"ReflectionPad{rank}d", [some(0, 2)], {}, [([1, 2] + sizes(rank, 2, 5), "float32")]
            yield f"ReplicationPad{rank}d", [some(0, 2)], {}, [([1, 2] + sizes(rank, 1, 5), "float32")]
            yield f"ConstantPad{rank}d", [some(-1, 2), 1.5], {}, [([1, 2] + sizes(rank, 3, 5), "float32")]
            yield f"MaxPool{rank}d", [some(1, 3)], {"padding": some(0, 1), "ceil_mode": R.random() < 0.5, "return_indices": R.random() < 0.3}, [([1, 2] + sizes(rank, 3, 8), "float32")]
    for _ in range(10):
        yield "Linear", sizes(2), {"bias": R.random() < 0.5}, [([3, some(1, 9)], "float32")]
        yield "LazyLinear", [some(1, 5)], {}, [(sizes(some(1, 3)), "float32")]
        yield "Embedding", [5, some(1, 4)], {"padding_idx": R.choice([None, 0, -1])}, [(sizes(2), "int64")]
        yield "EmbeddingBag", [5, some(1, 4)], {"mode": R.choice(["sum", "mean", "max"])}, [(sizes(2), "int64")]
        yield "LayerNorm", [[4]], {"elementwise_affine": R.random() < 0.5}, [([2, R.choice([4, 4, 3])], "float32")]
        yield "GroupNorm", [2, R.choice([2, 4, 3])], {}, [([2, 4, 3], "float32")]
        yield "Upsample", [], {"scale_factor": R.choice([2, 1.5, 0.7]), "mode": R.choice(["nearest", "bilinear"])}, [([1, 2, 5, 6], "float32")]
        yield "Flatten", [], {"start_dim": some(0, 2), "end_dim": some(-2, 2)}, [(sizes(3), "float32")]
        yield "Unflatten", [1, (2, R.choice([2, 3]))], {}, [([2, 4, 3], "float32")]
        yield "PReLU", [R.choice([1, 3])], {}, [([2, 3, 4], "float32")]
        yield "FractionalMaxPool2d", [2], {"output_ratio": R.choice([0.5, 0.7])}, [([1, 2, 8, 9], "float32")]
        yield "AdaptiveLogSoftmaxWithLoss", [8, 20, [5, 10]], {}, [([3, 8], "float32"), ([3], "int64")]


def run_function(name, tensors, more, options):
    return shown(getattr(F, name)(*(make(*item) for item in tensors), *more, **options))


def run_layer(name, args, options, tensors):
    model = getattr(nn, name)(*args, **options).eval()
    text = "" if name.startswith("Lazy") or name in REPR_CHANGED else repr(model)
    result = model(*(make(*item) for item in tensors))
    state = [[key, list(item.shape)] for key, item in model.state_dict().items()]
    if name == "AdaptiveLogSoftmaxWithLoss":
        result = [result.output, result.loss]
    return [shown(result), state, sum(item.numel() for item in model.parameters()), text]


def main():
    part, parts = (int(item) for item in sys.argv[1:3]) if len(sys.argv) > 2 else (0, 1)
    every = [(run_function, case) for case in functions()] + [(run_layer, case) for case in layers()]
    for number, (run, case) in enumerate(every):
        if number % parts != part:
            continue
        try:
            found = {"result": run(*case)}
        except Exception as error:  # noqa: BLE001 - what it raises is the answer
            found = {"error": type(error).__name__, "text": str(error)[:200]}
        print(json.dumps({"case": number, "call": case, **found}))


if __name__ == "__main__":
    main()
