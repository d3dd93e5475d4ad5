"""A profiler that does not run."""


def start():  # type: ignore[no-untyped-def]
    return None


def stop():  # type: ignore[no-untyped-def]
    return None
