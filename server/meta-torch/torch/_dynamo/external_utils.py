"""Questions about compilation."""


def is_compiling() -> bool:
    return False
