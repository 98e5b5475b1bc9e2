"""What the command line says before it does anything."""

from __future__ import annotations

import subprocess
import sys

import pytest

from xtalflow import __version__
from xtalflow.cli import main

HEAVY = ("django", "gemmi", "numpy", "rich", "lxml", "asyncio", "xtalflow.data", "xtalflow.engine", "shtab")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["run", "--help"], ["nonsense"]])
def test_help_is_answered_without_anything_heavy(words: list[str]) -> None:
    """Neither Django nor gemmi nor numpy is imported, so that help comes at once."""
    program = (
        "import sys\n"
        "from xtalflow.cli import main\n"
        f"main({words!r})\n"
        f"print('IMPORTED', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "IMPORTED []"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has a line."""
    code = main(["--help"])

    shown = capsys.readouterr().out
    assert code == 0
    commands = ["run", "tasks", "projects", "jobs", "show", "files", "log", "kpis", "graph", "check", "doctor", "demo"]
    for command in commands:
        assert f"    {command}" in shown


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--version"])

    assert (code, capsys.readouterr().out) == (0, f"xtalflow {__version__}\n")


def test_without_a_command_the_request_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence and exit code 2, not a page of usage."""
    code = main([])

    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert captured.err.startswith("xtalflow: missing: COMMAND")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_gets_its_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The script knows commands and options."""
    code = main(["completion", shell])

    script = capsys.readouterr().out
    assert code == 0
    assert "--dry-run" in script
    assert "doctor" in script


def test_options_may_stand_between_parameters() -> None:
    """Parameters on both sides of options are one list."""
    from xtalflow.cli._surface import build_parser

    words = ["run", "t", "-p", "x", "A=1", "--json", "B=2", "--title", "T", "C=3"]
    arguments = build_parser().parse_args(words)

    assert (arguments.task, arguments.words) == ("t", ["A=1", "B=2", "C=3"])
    assert (arguments.project, arguments.json, arguments.title) == ("x", True, "T")


@pytest.mark.parametrize("words", [["show", "a\udcff"], ["run", "t", "--title", "\udce9t\udce9"]])
def test_words_that_are_not_utf8_are_refused_by_name(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, with the word escaped."""
    code = main(words)

    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert captured.err == f"xtalflow: {words[-1]!r} is refused: it is not UTF-8\n"
