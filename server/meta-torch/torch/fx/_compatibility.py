"""Marks of compatibility."""


def compatibility(is_backward_compatible=False):  # type: ignore[no-untyped-def]
    return lambda function: function
