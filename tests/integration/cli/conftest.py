"""The real command line, in a home and with tasks of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from xtalflow.testing import killed_at

from .tasks_of_tests import install_tasks

EDITS = """
import asyncio

from xtalflow.db import AsyncDatabaseHandler, Evaluation, find_job, find_project
from xtalflow.services import open_store


async def main():
    async with open_store():
        project = await find_project("words")
        handler = await AsyncDatabaseHandler.open(project.id)
        await handler.edit_project(description="Words of a text", tags=["texts", "β"], archived=True)
        await handler.edit_project(name="sentences")
        await handler.edit_project(name="words")
        for number, evaluation in (("1", Evaluation.GOOD), ("1.2", Evaluation.BEST)):
            job = await find_job(project.id, number)
            await handler.edit_job(job.id, title=f"Job {number}", comments="looks well", evaluation=evaluation)


asyncio.run(main())
"""

ONE_AFTER_THE_OTHER = """
import contextlib
import io
import json
import sys

from xtalflow.cli import main

answers = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    answers.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(answers))
"""


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class CommandLine:
    """Runs ``xtalflow`` as a process, in a home of its own."""

    home: Path
    projects: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)

    def environ(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CLIBD_MON"}}
        own = {"XTALFLOW_HOME": str(self.home), "XTALFLOW_PROJECTS": str(self.projects)}
        return known | own | self.environment

    def start(self, *words: object, cwd: Path, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.before, sys.executable, "-m", "xtalflow", *(str(word) for word in words)],
            cwd=cwd,
            text=True,
            encoding="utf-8",
            **({"env": self.environ(), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )

    def __call__(self, *words: object, cwd: Path | None = None) -> Answer:
        process = self.start(*words, cwd=cwd or self.home.parent)
        out, err = process.communicate(timeout=300)
        return Answer(process.returncode, out, err)

    def each(self, commands: Sequence[Sequence[object]]) -> list[Answer]:
        """Run one command after the other in one process, which is quicker than one for each."""
        words = json.dumps([[str(word) for word in command] for command in commands])
        done = subprocess.run(
            [*self.before, sys.executable, "-c", ONE_AFTER_THE_OTHER],
            input=words,
            cwd=self.home.parent,
            env=self.environ(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=True,
        )
        return [Answer(*answer) for answer in json.loads(done.stdout)]

    def killed_at(self, point: str, *words: object) -> int:
        """Run a command that is killed at a point of `xtalflow.faults`; its exit code."""
        process = self.start(*words, cwd=self.home.parent, env=self.environ() | killed_at(point))
        process.communicate(timeout=300)
        return process.returncode

    def made_nothing(self) -> bool:
        return not self.home.exists() and not self.projects.exists()


@pytest.fixture(scope="session")
def test_tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH with a package that registers tasks."""
    site = tmp_path_factory.mktemp("site")
    install_tasks(site)
    return site


@pytest.fixture
def xtalflow(tmp_path: Path, test_tasks: Path) -> CommandLine:
    """The command line with the test tasks."""
    folders = os.pathsep.join(filter(None, [str(test_tasks), os.environ.get("PYTHONPATH")]))
    return CommandLine(tmp_path / "home", tmp_path / "projects", {"PYTHONPATH": folders})


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text of three words."""
    path = tmp_path / "text.txt"
    path.write_text("one two three")
    return path


@pytest.fixture
def lived_in(xtalflow: Any, text: Path) -> Any:
    """A project with all kinds of ends, waiting, deleted, restarted and re-used jobs, imports and edits."""
    other = text.parent / "other.txt"
    other.write_text("one two three")  # the same bytes under another name
    for words in (
        ["run", "count_twice", f"TEXT={text}", "TIMES=2"],
        ["run", "moody", "HOW=badly"],
        ["run", "moody", "HOW=poorly"],
        ["run", "moody", "HOW=crash"],
        ["run", "moody", "HOW=doubtful"],
        ["run", "count_words", f"TEXT={other}"],
        ["submit", "moody"],
        ["cancel", "words/7"],
        ["run", "count_words", f"TEXT={xtalflow.projects / 'words/CCP4_JOBS/job_1/COPY.txt'}"],
        ["submit", "count_words", f"TEXT={text}"],
        ["clone", "words/1", "TIMES=1"],
    ):
        project = [] if words[0] in {"cancel", "clone"} else ["-p", "words"]
        xtalflow(*words, *project)
    xtalflow("run", "fragile", f"TEXT={text}", "-p", "words")
    (xtalflow.projects / "words" / "lucky").touch()
    xtalflow("restart", "words/11")
    xtalflow("clone", "words/11", "TIMES=2", "--reuse")
    subprocess.run([sys.executable, "-c", EDITS], env=xtalflow.environ(), check=True, timeout=60)
    xtalflow("delete", "words/5", "--yes")
    return xtalflow
