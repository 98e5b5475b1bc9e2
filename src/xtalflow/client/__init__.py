"""Asks a server of xtalflow from Python."""

__all__: list[str] = []
