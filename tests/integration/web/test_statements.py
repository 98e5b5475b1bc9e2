"""What pages ask of the database does not grow with what they show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from integration.cli.conftest import CommandLine

PAGES = (
    "/projects/",
    "/projects/{}/",
    "/projects/{}/?view=flat&sort=kpi:RFree",
    "/projects/{}/?open=2",
    "/projects/{}/branch/2/",
    "/projects/{}/kpis/",
    "/projects/{}/new/",
    "/projects/{}/new/freerflag/",
    "/projects/{}/settings/",
    "/projects/{}/jobs/2/",
    "/projects/{}/jobs/2/log/",
    "/projects/{}/jobs/2/parameters/",
    "/projects/{}/jobs/2/files/",
    "/projects/{}/jobs/2/graph/",
    "/projects/{}/jobs/2/history/",
    "/running/",
)
MOST = 30


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[int]]:
    """Of each page, the statements in a project with few jobs and in one with many."""
    folder = tmp_path_factory.mktemp("pages")
    command_line = CommandLine(folder / "home", folder / "projects", {"PYTHONPATH": str(Path(__file__).parents[2])})
    done = subprocess.run(
        [sys.executable, "-m", "integration.web.in_process"],
        check=False,
        input=json.dumps(PAGES),
        env=command_line.environ(),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[int]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_the_same_statements_whatever_it_shows(statements: dict[str, list[int]], page: str) -> None:
    few, many = statements[page]

    assert 0 < many <= few <= MOST
