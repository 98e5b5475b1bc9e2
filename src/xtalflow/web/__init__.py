"""The pages, and the server that gives them.

The server is imported when it is first asked for, for it needs Django to be configured; what shapes a page does not.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._server import serve, write_door


def __getattr__(name: str) -> Any:
    """Import the server when something of it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import _server

    return getattr(_server, name)


__all__ = ["serve", "write_door"]
