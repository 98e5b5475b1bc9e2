"""Whether crates can be made here."""

from importlib.util import find_spec


def can_make_crates() -> bool:
    """Whether rocrate is installed, which crates are made with."""
    return find_spec("rocrate") is not None
