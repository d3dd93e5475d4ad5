"""Export to ONNX: nothing is written."""

from __future__ import annotations

import enum
from typing import Any

from . import symbolic_helper  # noqa: F401


class OperatorExportTypes(enum.IntEnum):
    ONNX, ONNX_ATEN, ONNX_ATEN_FALLBACK, ONNX_FALLTHROUGH = range(4)


class TrainingMode(enum.IntEnum):
    EVAL, PRESERVE, TRAINING = range(3)


def export(*args: Any, **options: Any) -> None:
    return None


dynamo_export = register_custom_op_symbolic = unregister_custom_op_symbolic = select_model_mode_for_export = export


def is_in_onnx_export() -> bool:
    return False


ONNXProgram = ExportOptions = type("ONNXProgram", (), {})
OnnxExporterError = type("OnnxExporterError", (RuntimeError,), {})
