"""
Every model of torchvision with whichever `torch` is importable: one line of JSON each with parameter names and shapes,
buffers, and output shapes. With the real torch, weights are left as they come and are made without contents where that
works, since only shapes are compared.
"""

from __future__ import annotations

import hashlib
import json
import sys
import warnings

warnings.simplefilter("ignore")
IS_OURS = "--ours" in sys.argv
if IS_OURS:
    from ridgepoint import opaque

    opaque.install()
import torch  # noqa: E402
import torch.nn as nn  # noqa: E402

# Input extents that keep the run short; the default suits all other models.
IMAGE = {"inception_v3": 96, "maxvit_t": 224, "swin_t": 64, "swin_s": 64, "swin_b": 64}
FIXED = ("vit_", "maxvit")


def skip_initialisation():
    """Random fills take most of the time of making a real model."""
    for name in ("uniform_", "normal_", "trunc_normal_", "kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "xavier_normal_", "constant_", "ones_", "zeros_"):
        setattr(nn.init, name, lambda tensor, *args, **options: tensor)
    plain = torch.empty

    def without_contents(*size, **options):
        options["device"] = "meta"
        return plain(*size, **options)

    return plain, without_contents


def shapes(result):
    if isinstance(result, torch.Tensor):
        return list(result.shape)
    if isinstance(result, dict):
        return {key: shapes(item) for key, item in result.items()}
    if isinstance(result, (tuple, list)):
        return [shapes(item) for item in result]
    return str(type(result).__name__)


def names():
    from torchvision.models import list_models

    return [name for name in list_models() if not name.startswith("quantized")]


def build(name):
    from torchvision.models import get_model

    options = {"weights": None}
    if "rcnn" in name or "retinanet" in name or name.startswith(("ssd", "fcos")) or name.startswith(("fcn", "deeplab", "lraspp")):
        options["weights_backbone"] = None
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    return get_model(name, **options).eval()


def is_detection(name):
    return "rcnn" in name or "retinanet" in name or name.startswith(("ssd", "fcos"))


def run(name, model, device=None):
    options = {} if device is None else {"device": device}
    if name.startswith("raft"):
        return shapes(model(torch.zeros(1, 3, 128, 128, **options), torch.zeros(1, 3, 128, 128, **options), num_flow_updates=1))
    if is_detection(name):
        extent = 300 if name.startswith("ssd300") else 64
        return shapes(model.backbone(torch.zeros(1, 3, extent, extent, **options)))
    if name in ("mvit_v1_b", "mvit_v2_s", "swin3d_t", "swin3d_s", "swin3d_b"):
        extent = 224 if name.startswith("mvit") else 64
        return shapes(model(torch.zeros(1, 3, 16 if extent == 224 else 8, extent, extent, **options)))
    if name in ("r3d_18", "mc3_18", "r2plus1d_18", "s3d"):
        return shapes(model(torch.zeros(1, 3, 14 if name == "s3d" else 4, 224 if name == "s3d" else 32, 224 if name == "s3d" else 32, **options)))
    extent = IMAGE.get(name, 224 if name.startswith(FIXED) else 64)
    extent = getattr(model, "image_size", extent) if name.startswith("vit") else extent
    return shapes(model(torch.zeros(1, 3, extent, extent, **options)))


def main():
    plain, without = torch.empty, None
    if not IS_OURS:
        plain, without = skip_initialisation()
    torch.set_grad_enabled(False)
    chosen = names()
    part, parts = (int(item) for item in (sys.argv[1], sys.argv[2]))
    for name in chosen[part::parts]:
        try:
            if not IS_OURS:
                torch.empty = without
            try:
                model = build(name)
            except RuntimeError:
                # A model that runs itself while it is built needs contents.
                torch.empty = plain
                model = build(name)
            finally:
                if not IS_OURS:
                    torch.empty = plain
            parameters = [[key, list(item.shape)] for key, item in model.named_parameters()]
            buffers = [[key, list(item.shape)] for key, item in model.named_buffers()]
            state = [[key, list(item.shape)] for key, item in model.state_dict().items()]
            total = sum(item.numel() for item in model.parameters())
        except Exception as error:  # noqa: BLE001 - shown and compared
            print(json.dumps({"name": name, "error": f"{type(error).__name__}: {error}"[:300]}), flush=True)
            continue
        try:
            if IS_OURS:
                output = run(name, model)
            else:
                # A forward without contents where the old torch can, a real one of small models elsewhere; it crashes on
                # mvit's, whose real run takes minutes.
                try:
                    output = None if name.startswith("mvit") else run(name, model.to("meta"), "meta")
                except Exception:  # noqa: BLE001
                    output = run(name, build(name)) if total < 60e6 else None
        except Exception as error:  # noqa: BLE001
            output = f"{type(error).__name__}: {error}"[:300]
        digest = hashlib.sha256(json.dumps([parameters, buffers, state]).encode()).hexdigest()[:16]
        print(json.dumps({"name": name, "parameters": total, "tensors": len(state), "digest": digest, "output": output}), flush=True)


if __name__ == "__main__":
    main()
