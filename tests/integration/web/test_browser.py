"""The pages in a real browser: nothing keeps people from using them, and they tell what happens while it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import pytest

from conftest import AXE

from .conftest import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

NOWHERE = "/nowhere/"
PAGES = [
    "/projects/",
    "/projects/seen/",
    "/projects/seen/kpis/",
    "/projects/seen/settings/",
    "/projects/seen/trash/",
    "/projects/seen/new/",
    "/projects/seen/new/refine_pipeline/",
    "/projects/seen/jobs/1/",
    "/projects/seen/jobs/1/log/",
    "/projects/seen/jobs/1/parameters/",
    "/projects/seen/jobs/1/files/",
    "/projects/seen/jobs/1/graph/",
    "/projects/seen/jobs/1/history/",
    "/projects/seen/jobs/1/structure/",
    "/projects/seen/jobs/2/",
    "/running/",
    "/doctor/",
    NOWHERE,
]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def seen(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server with a project of two jobs, one that finished and one that failed; a third is in the trash."""
    text = tmp_path_factory.mktemp("seen") / "text.txt"
    text.write_text("one two three")
    server.command_line("run", "count_twice", f"TEXT={text}", "TIMES=2", "-p", "seen")
    for _ in range(2):
        server.command_line("run", "moody", "HOW=badly", "-p", "seen")
    server.command_line("delete", "seen/3", "--yes")
    return server


@pytest.fixture
def page(seen: Server, chromium: Browser) -> Iterator[Page]:
    """A page that is signed in."""
    context = chromium.new_context(
        base_url=seen.address, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    key = {"Authorization": f"Bearer {seen.key}"}
    token = context.request.post("/sign-in/token/", headers=key).json()["token"]
    page.goto(f"/sign-in/?token={token}")
    yield page
    context.close()


@pytest.mark.parametrize("address", PAGES)
def test_nothing_keeps_people_from_using_a_page(page: Page, address: str) -> None:
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    answer = page.goto(address)
    assert answer is not None
    page.evaluate(AXE.read_text())
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found += page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")["violations"]

    assert [(one["id"], node["html"], node["failureSummary"]) for one in found for node in one["nodes"]] == []
    assert answer.status == (404 if address == NOWHERE else 200)
    assert [trouble for trouble in troubles if address != NOWHERE] == []


def test_a_job_of_the_command_line_appears_on_an_open_page(seen: Server, page: Page) -> None:
    page.goto("/projects/seen/")
    page.wait_for_selector("[data-live=on]")
    made = seen.command_line("submit", "moody", "-p", "seen", "--json").json()
    row = page.wait_for_selector(f"[data-job='{made['uuid']}']", timeout=5000)

    assert row is not None
    assert made["task"] in row.inner_text()


def test_a_long_name_leaves_the_table_of_projects_on_the_page(seen: Server, page: Page) -> None:
    with seen.program() as program:
        program.post("/projects", json={"name": "x" * 100}).raise_for_status()
    page.goto("/projects/")
    table = page.locator("table.projects")

    assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
