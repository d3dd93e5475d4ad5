"""Old place of the question whether an export runs."""


def is_onnx_log_enabled() -> bool:
    return False
