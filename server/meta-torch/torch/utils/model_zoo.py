"""The older place of `load_state_dict_from_url`."""

from ..hub import load_state_dict_from_url

load_url = load_state_dict_from_url


def tqdm(iterable=None, *args, **options):  # type: ignore[no-untyped-def]
    """A progress bar that shows nothing."""
    return iterable
