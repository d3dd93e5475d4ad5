"""A description of the machine, which programs print."""


def get_pretty_env_info() -> str:
    return "torch without data"


get_env_info = main = get_pretty_env_info
