"""Transforms that keep shapes."""

from __future__ import annotations

from typing import Any


class Transform:
    bijective = True

    def __init__(self, *args: Any, **options: Any) -> None:
        return None

    def __call__(self, x: Any) -> Any:
        return x

    def inv(self, y: Any) -> Any:
        return y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return x


AbsTransform = AffineTransform = CatTransform = ComposeTransform = ExpTransform = IndependentTransform = PowerTransform = Transform
SigmoidTransform = SoftmaxTransform = SoftplusTransform = TanhTransform = StickBreakingTransform = ReshapeTransform = Transform
identity_transform = Transform()
