"""The pages of a job in a real browser: they change while the job runs, and answer to keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import Server, start_server
from .test_browser import page, seen  # noqa: F401  # fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from integration.cli.conftest import CommandLine

pytestmark = pytest.mark.xdist_group("browser")


def test_an_open_page_follows_its_job_to_the_end(seen: Server, page: Page) -> None:  # noqa: F811
    """Status and buttons change without the page being loaded again, also on a tab that is not the report."""
    made = seen.command_line("submit", "moody", "HOW=rest", "-p", "seen", "--json").json()
    address = f"/projects/seen/jobs/{made['number']}/"
    page.goto(f"{address}history/")
    page.evaluate("window.asLoaded = true")
    page.wait_for_selector("#job-head[data-status=running]", timeout=20_000)
    assert page.is_visible("button[value=cancel]")
    page.wait_for_selector("#job-head[data-status=finished]", timeout=40_000)
    page.wait_for_selector("table.history >> text=finished", timeout=10_000)

    assert page.evaluate("window.asLoaded") is True
    assert page.inner_text("#job-state") == "finished"
    assert page.locator("button[value=cancel]").count() == 0


@pytest.mark.parametrize(
    ("key", "leads_to"),
    [
        ("l", "/projects/seen/jobs/1/log/"),
        ("o", "/projects/seen/jobs/1/files/"),
        ("g", "/projects/seen/jobs/1/graph/"),
        ("p", "/projects/seen/jobs/1/parameters/"),
        ("]", "/projects/seen/jobs/2/"),
        ("r", "/projects/seen/new/count_twice/?clone=1"),
    ],
)
def test_a_key_leads_there(seen: Server, page: Page, key: str, leads_to: str) -> None:  # noqa: F811
    """As the list of keys says that ``?`` shows."""
    page.goto("/projects/seen/jobs/1/")
    page.keyboard.press("?")
    page.wait_for_selector("dialog#keys[open]")
    listed = page.locator("dialog#keys kbd").all_inner_texts()
    page.keyboard.press("Escape")
    page.keyboard.press(key)
    page.wait_for_url(lambda url: url.endswith(leads_to))

    assert key in listed


def test_keys_are_letters_where_one_types(seen: Server, page: Page) -> None:  # noqa: F811
    """In a field nothing but the text changes."""
    page.goto("/projects/seen/jobs/1/")
    page.click("#say > summary")
    page.fill("#job-comment", "")
    page.type("#job-comment", "log?")

    assert page.input_value("#job-comment") == "log?"
    assert page.url.endswith("/projects/seen/jobs/1/")
    assert page.locator("dialog#keys[open]").count() == 0


def test_the_graph_is_drawn_and_told(seen: Server, page: Page) -> None:  # noqa: F811
    """Beside the lists there is a drawing."""
    page.goto("/projects/seen/jobs/1/graph/")
    page.wait_for_selector("#graph canvas")

    assert page.locator("ul.lineage a").count() > 0


def test_the_command_line_can_be_copied(seen: Server, page: Page) -> None:  # noqa: F811
    """The button puts the command line where it can be pasted from."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/projects/seen/jobs/1/parameters/")
    page.click("[data-copy=command]")
    page.wait_for_selector("#copied >> text=copied")

    assert str(page.evaluate("navigator.clipboard.readText()")).startswith("xtalflow run count_twice -p seen")


def test_pages_say_that_the_server_is_away(own_command_line: CommandLine, chromium: Browser) -> None:
    """Report, log and what runs alike; the clock of the job stands still, and what cannot be done is faint."""
    server = start_server(own_command_line)
    made = own_command_line("submit", "moody", "HOW=wait", "-p", "away", "--json").json()
    context = chromium.new_context(base_url=server.address)
    context.request.get(server.link())
    addresses = (f"/projects/away/jobs/{made['number']}/", f"/projects/away/jobs/{made['number']}/log/", "/running/")
    pages = [context.new_page() for _ in addresses]
    try:
        for each, address in zip(pages, addresses, strict=True):
            each.goto(address)
            each.wait_for_selector("[data-live=on]", timeout=20_000)
        server.stop()
        for each in pages:
            each.bring_to_front()
            each.wait_for_selector("[data-live=lost] >> text=not connected, trying again", timeout=20_000)

        assert pages[0].evaluate("getComputedStyle(document.querySelector('button[value=cancel]')).opacity") == "0.45"
    finally:
        context.close()
        server.stop()
        own_command_line("cancel", f"away/{made['number']}")
