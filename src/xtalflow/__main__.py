"""``python -m xtalflow`` is the command line."""

import sys

from xtalflow.cli import main

if __name__ == "__main__":
    sys.exit(main())
