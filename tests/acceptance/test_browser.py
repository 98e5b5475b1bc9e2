"""A structure is refined in a browser, on the real data of gamma-adaptin: nothing but the page is used."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from zipfile import ZipFile

import pytest
from gemmi import cif

from integration.web.conftest import CommandLine, Server, start_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.real_data, pytest.mark.program, pytest.mark.slow, pytest.mark.xdist_group("browser")]

PICTURES = os.environ.get("XTALFLOW_TEST_PICTURES", "")
"""A folder for pictures of the pages; those of the documentation are made by it."""
IN_THE_DARK = {"report", "structure"}
PLACES = {sys.prefix: "/opt/xtalflow", str(Path.home()): "/home/user"}
"""Folders of the machine, and what pictures call them."""
LONG_MS = 240_000
_RENAME = """(places) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    let text = texts.currentNode.data;
    for (const [place, name] of Object.entries(places)) text = text.replaceAll(place, name);
    if (text !== texts.currentNode.data) texts.currentNode.data = text;
  }
}"""


@pytest.fixture
def server(tmp_path: Path, shared_data: Path) -> Iterator[Server]:
    """A server that knows a monomer library."""
    PLACES[str(tmp_path)] = "/home/user"
    PLACES[str(shared_data)] = "/opt"
    line = CommandLine(tmp_path / "home", tmp_path / "projects", {"CLIBD_MON": str(shared_data / "monlib_min")})
    server = start_server(line)
    yield server
    server.stop()


@pytest.fixture
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    """A page that the address of the server's door has opened."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(server.link())
    yield page
    context.close()


def test_a_structure_is_refined_in_the_browser(page: Page, shared_data: Path) -> None:
    """Project, files, form, cycles as they come, report, log, graph, density, clone, cancel, delete."""
    gamma = shared_data / "gamma"
    _make_project(page)
    _send(page, "inputData.F_SIGF", gamma / "merged_intensities_native.mtz")
    _send(page, "inputData.XYZIN", gamma / "gamma_model.pdb")
    _send(page, "inputData.FREERFLAG", gamma / "freeR.mtz")
    page.fill(_named("controlParameters.NCYCLES"), "3")
    page.locator("#command", has_text="NCYCLES=3").wait_for()
    _picture(page, "new-job")
    page.click("button.run")
    page.wait_for_url("**/jobs/1/")

    page.evaluate("window.loadedOnce = true")
    page.wait_for_selector("#job-head[data-status=running]")
    r_factor = re.compile(r"^\s*0\.[12]\d+\s*$")
    page.locator("#job-page td").filter(has_text=r_factor).first.wait_for(timeout=LONG_MS)
    assert page.get_attribute("#job-head", "data-status") == "running"
    _picture(page, "running")
    page.wait_for_selector("#job-head[data-status=finished]", timeout=LONG_MS)
    assert page.evaluate("window.loadedOnce") is True

    figures = dict(
        zip(page.locator(".kpis dt").all_inner_texts(), page.locator(".kpis dd").all_inner_texts(), strict=True)
    )
    r_work, r_free = (
        float(next(value for name, value in figures.items() if name.startswith(key))) for key in ("R1Factor", "R1Free")
    )
    assert r_work == pytest.approx(0.182, abs=0.006)
    assert r_free == pytest.approx(0.202, abs=0.012)
    page.get_by_role("heading", name="Validation").wait_for()
    page.wait_for_selector("#job-page canvas")
    _picture(page, "report")

    _tab(page, "Log")
    page.goto(page.url.replace("/jobs/1/", "/jobs/1.4/"))
    page.get_by_text(re.compile("servalcat", re.I)).first.wait_for()
    _picture(page, "log")
    page.goto(page.url.replace("/jobs/1.4/log/", "/jobs/1/graph/"))
    page.wait_for_selector("#job-page canvas")
    page.get_by_text("merged_intensities_native.mtz").first.wait_for()
    _picture(page, "graph")
    for tab in ("Parameters", "Files", "History"):
        _tab(page, tab)
        _picture(page, tab.lower())
    _download_exports(page)
    _tab(page, "Structure")
    page.wait_for_selector("html[data-density=shown]")
    _picture(page, "structure")

    _clone_cancel_delete(page)


def _make_project(page: Page) -> None:
    page.get_by_text("New project").click()
    page.fill("input[name=name]", "gamma")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/projects/gamma/")
    page.locator("a", has_text="New job").click()
    page.wait_for_url("**/new/")
    _picture(page, "tasks")
    page.locator("a[href$='/new/refine_pipeline/']").first.click()
    page.wait_for_url("**/new/refine_pipeline/")


def _download_exports(page: Page) -> None:
    """The links of the files, followed in the page's session."""
    _tab(page, "Files")
    answers = {}
    for name in ("mmCIF for a deposition", "RO-Crate"):
        address = page.get_by_role("link", name=name).get_attribute("href")
        answers[name] = page.request.get(urljoin(page.url, address or ""))
        assert answers[name].status == 200
        assert answers[name].headers["content-disposition"].startswith("attachment; filename=")
    block = cif.read_string(answers["mmCIF for a deposition"].text()).sole_block()
    assert float(block.find_value("_refine.ls_R_factor_R_free")) == pytest.approx(0.202, abs=0.012)
    with ZipFile(BytesIO(answers["RO-Crate"].body())) as crate:
        assert "ro-crate-metadata.json" in crate.namelist()


def _clone_cancel_delete(page: Page) -> None:
    _tab(page, "Report")
    page.get_by_role("button", name="Clone").click()
    page.wait_for_url("**/new/refine_pipeline/?clone=1")
    page.fill(_named("controlParameters.NCYCLES"), "5")
    page.click("button.run")
    page.wait_for_url("**/jobs/2/")
    page.wait_for_selector("#job-head[data-status=running]")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("#job-head[data-status=interrupted]")
    page.get_by_text("clone of").wait_for()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_url(re.compile("/projects/gamma/(\\\\?.*)?$"))
    page.wait_for_selector("[data-live=on]")
    rows = page.locator("tr[data-job]")
    assert rows.count() == 1
    _picture(page, "project")
    page.get_by_role("link", name="KPI plot").click()
    _picture(page, "kpis")
    for name, link in (
        ("settings", "Settings"),
        ("what-runs", "What runs"),
        ("doctor", "Doctor"),
        ("projects", "Projects"),
    ):
        page.get_by_role("link", name=link, exact=True).click()
        page.wait_for_timeout(300)
        _picture(page, name)


def _named(name: str) -> str:
    return f"[name='{name}']:not([type=hidden])"


def _send(page: Page, parameter: str, path: Path) -> None:
    """Send a file for a parameter, and wait until the form has looked at it."""
    field = page.locator(f"[data-path='{parameter}']")
    field.locator("input[type=file]").set_input_files(path)
    field.locator("select option:checked", has_text=path.name).wait_for(state="attached")


def _tab(page: Page, name: str) -> None:
    page.locator("nav.tabs").get_by_role("link", name=name).click()
    page.wait_for_selector(f"nav.tabs a[aria-current=page]:has-text('{name}')")


def _picture(page: Page, name: str) -> None:
    """A picture of the page, where somebody wants them; of some also in the dark."""
    if not PICTURES:
        return
    page.wait_for_timeout(600)  # a plot may still be drawn
    page.evaluate(_RENAME, PLACES)
    page.screenshot(path=Path(PICTURES, f"{name}.png"))
    if name in IN_THE_DARK:
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(600)
        page.screenshot(path=Path(PICTURES, f"{name}-dark.png"))
        page.emulate_media(color_scheme="light")
