"""The job table in a real browser: it changes as jobs do, loses nothing, and is worked by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import Server, command_line_in, start_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")
_PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def command_line(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> Any:
    """A home with the project `table`: 1 has two children, 2 failed."""
    folder = tmp_path_factory.mktemp("served")
    line = command_line_in(folder, test_tasks)
    text = folder / "text.txt"
    text.write_text("one two three")
    line("run", "count_twice", f"TEXT={text}", "-p", "table")
    line("run", "moody", "HOW=badly", "-p", "table")
    return line


@pytest.fixture
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    """The job table, told of what happens."""
    context = chromium.new_context(base_url=server.address, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    sign_in(page, server)
    page.goto("/projects/table/")
    page.wait_for_selector("[data-live=on]")
    yield page
    context.close()


def sign_in(page: Page, server: Server) -> None:
    key = {"Authorization": f"Bearer {server.key}"}
    token = page.context.request.post(f"{server.address}/sign-in/token/", headers=key).json()["token"]
    page.goto(f"{server.address}/sign-in/?token={token}")


def numbers(page: Page) -> list[str]:
    rows: list[str] = page.eval_on_selector_all("#jobs tbody tr", "rows => rows.map((row) => row.dataset.number)")
    return rows


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('tr')?.dataset.number"))


def test_a_job_appears_runs_ends_and_goes_without_a_new_page(page: Page, server: Server) -> None:
    made = server.command_line("submit", "count_words", f"TEXT={text_of(server)}", "-p", "table", "--json").json()
    row = f"#jobs tr[data-job='{made['uuid']}']"
    page.wait_for_selector(f"{row}[data-status=finished]")
    first = numbers(page)[0]
    page.wait_for_selector(f"text=Job {first} has finished.", state="attached")
    server.command_line("delete", f"table/{first}", "--yes")
    page.wait_for_selector(row, state="detached")

    assert first == made["number"]


def text_of(server: Server) -> Path:
    return server.command_line.home.parent / "text.txt"


def test_a_branch_opens_in_place_and_stays_in_the_address(page: Page) -> None:
    page.click("tr[data-number='1'] .twig")
    page.wait_for_selector("tr[data-number='1.2']")
    address = page.url
    page.click("tr[data-number='1'] .twig")

    assert address.endswith("?open=1")
    assert "1.1" not in numbers(page)
    assert "open" not in page.url


def test_menus_are_shown_where_scripts_fill_them(server: Server, page: Page, chromium: Browser) -> None:
    context = chromium.new_context(base_url=server.address, java_script_enabled=False)
    without = context.new_page()
    sign_in(without, server)
    without.goto("/projects/table/")
    is_shown = [each.is_visible("#jobs tbody tr:first-child td.menu summary") for each in (without, page)]
    context.close()

    assert is_shown == [False, True]


def test_keys_move_and_act_on_a_job(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = focused(page)
    page.keyboard.press("k")
    first = focused(page)
    page.keyboard.press("g")
    page.wait_for_selector(f"tr[data-number='{first}'] .mark.good")
    page.keyboard.press("u")
    page.wait_for_selector(f"tr[data-number='{first}'] .mark.good", state="detached")

    assert [first, second] == numbers(page)[:2]


def test_keys_are_text_where_text_is_typed(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("jkd?")

    assert page.input_value("[name=q]") == "jkd?"
    assert not page.is_visible("#keys")


def test_the_question_mark_tells_all_keys(page: Page) -> None:
    page.keyboard.press("?")

    assert page.is_visible("#keys")
    assert "clone it" in page.inner_text("#keys")


def test_the_letter_o_opens_what_a_job_made(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/files/")

    assert page.locator("nav.tabs a[aria-current=page]").inner_text() == "Files"


def test_columns_that_were_chosen_are_there_the_next_time(page: Page) -> None:
    page.click("details.columns summary")
    page.check("input[name=kpi][value=nWords]")
    page.uncheck("input[name=kpi][value=R1Factor]")
    page.click("text=Show these")
    page.wait_for_url("**kpi=nWords*")
    page.goto("/projects/table/")

    assert page.locator("th[data-key]").all_inner_texts() == ["nWords"]


def test_a_killed_server_loses_no_event(chromium: Browser, own_command_line: Any) -> None:
    """What happened while the page had no server is on it once there is one again."""
    own_command_line("run", "moody", "HOW=badly", "-p", "table")
    own_command_line("run", "moody", "HOW=badly", "-p", "table")
    server = start_server(own_command_line, "--slots", 0)
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    try:
        sign_in(page, server)
        page.goto(f"{server.address}/projects/table/")
        page.wait_for_selector("[data-live=on]")
        server.process.kill()
        server.process.wait()
        page.wait_for_selector("[data-live=lost]")
        own_command_line("run", "moody", "HOW=badly", "-p", "table")
        own_command_line("delete", "table/1", "--yes")
        server = start_server(own_command_line, "--slots", 0, port=int(server.address.rpartition(":")[2]))
        page.wait_for_selector("tr[data-number='3'][data-status=failed]")
        page.wait_for_selector("tr[data-number='1']", state="detached")

        assert numbers(page) == ["3", "2"]
    finally:
        context.close()
        server.stop()
