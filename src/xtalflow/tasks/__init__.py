"""The tasks that xtalflow ships, one folder each; the registry finds them by entry point."""
