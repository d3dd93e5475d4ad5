"""Optimisation for mobile devices leaves the model as it is."""


def optimize_for_mobile(script_module, *args, **options):  # type: ignore[no-untyped-def]
    return script_module
