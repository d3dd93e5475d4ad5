"""Internals that libraries import by name."""


def get_file_path(*path_components: str) -> str:
    return "/".join(path_components)
