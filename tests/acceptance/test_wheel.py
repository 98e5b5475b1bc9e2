"""The wheel serves the pages by itself: templates, styles and viewers are in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import AXE, missing
from integration.web.conftest import CommandLine, start_server

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FILES = ("vendor/pico.css", "vendor/uplot.js", "vendor/uglymol.js", "vendor/molstar.js", "xtalflow/live.js")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with nothing but what the wheel holds."""
    if not AXE.is_file():
        missing("the packages of the pages are not there; `make assets` fetches them")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", tmp_path / "dist", ROOT], check=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", tmp_path / "site", wheel], check=True)
    return tmp_path / "site"


def test_an_installed_wheel_serves_the_pages_with_their_viewers(site: Path, tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "home", tmp_path / "projects", {"PYTHONPATH": str(site)})
    where = [sys.executable, "-c", "import xtalflow; print(xtalflow.__file__)"]
    used = subprocess.run(where, env=os.environ | line.environment, capture_output=True, text=True, check=True).stdout
    server = start_server(line, "--slots", 0)
    browser = server.browser()
    page = browser.get("/projects/")
    answers = {name: browser.get(f"/static/{name}").status_code for name in FILES}
    browser.close()
    server.stop()

    assert Path(used.strip()).is_relative_to(site)
    assert page.status_code == 200
    assert "vendor/pico.css" in page.text
    assert answers == dict.fromkeys(FILES, 200)
