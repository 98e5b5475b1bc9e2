"""The pages, and the server that gives them."""

from ._server import serve, write_door

__all__ = ["serve", "write_door"]
