"""``xtalflow completion``: what a shell needs to complete our words."""

from __future__ import annotations

import argparse

from ._parser import SubParsers, add_command

_DESCRIPTION = """\
Print a script that lets a shell complete commands and options.

bash: put  eval "$(xtalflow completion bash)"  into ~/.bashrc
zsh:  write it to a file _xtalflow in a folder of $fpath
"""


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "completion",
        _completion,
        summary="print a script that lets a shell complete commands and options",
        description=_DESCRIPTION,
        json=False,
    )
    parser.add_argument("shell", choices=["bash", "zsh"])


def _completion(arguments: argparse.Namespace) -> int:
    import shtab

    print(shtab.complete(arguments.surface, arguments.shell))
    return 0
