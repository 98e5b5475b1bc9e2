"""xtalflow runs crystallographic tasks and remembers everything about them."""

__version__ = "0.1.0"
