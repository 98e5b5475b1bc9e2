"""Pages are used by keys alone: Tab reaches all that can be pressed, one sees where one is, and all can be done."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from unit.xtal.maps.crystals import write_coefficients

from .conftest import Server, command_line_in, start_server
from .test_accounts import PASSWORD, add_account
from .test_structure import write_model

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.xdist_group("browser")
_PATIENCE_MS = 30_000
_MOST_STEPS = 400

PAGES = [
    "/projects/",
    "/projects/words/",
    "/projects/words/settings/",
    "/projects/words/delete/",
    "/projects/words/trash/",
    "/projects/words/delete-jobs/?job=1",
    "/projects/words/kpis/",
    "/projects/words/new/",
    "/projects/words/new/count_words/?clone=1",
    "/projects/words/new/refine_pipeline/",
    "/projects/words/jobs/1/",
    "/projects/words/jobs/1/log/",
    "/projects/words/jobs/1/parameters/",
    "/projects/words/jobs/1/files/",
    "/projects/words/jobs/1/graph/",
    "/projects/words/jobs/1/history/",
    "/projects/words/jobs/1/delete/",
    "/projects/words/jobs/2/",
    "/projects/crystal/jobs/1/",
    "/projects/crystal/jobs/1/structure/",
    "/running/",
    "/doctor/",
    "/nowhere/",
]

WALKER = """
(() => {
  const heard = new Set();
  const addListener = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (kind, ...more) {
    const isPart = this instanceof Element && !this.matches("html, body, form, tbody");
    if (isPart && ["click", "dblclick", "mousedown", "pointerdown", "wheel"].includes(kind)) heard.add(this);
    return addListener.call(this, kind, ...more);
  };
  const PRESSED = "a[href], button, input, select, textarea, summary, [role=button], [role=link], [tabindex]";
  const reached = new Set(), wanted = new Set(), remarks = new Set();
  let first = null;
  const name = (element) => element.cloneNode(false).outerHTML.slice(0, 160) + element.textContent.trim().slice(0, 30);
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const isPointed = (element) => element && getComputedStyle(element).cursor === "pointer";

  function collect() {
    for (const element of document.body.querySelectorAll("*")) {
      if (!isSeen(element) || element.closest("label, option, svg *")) {
        if (!element.matches("input, select, textarea, button") || !isSeen(element)) continue;
      }
      if (element.matches(":disabled, [tabindex='-1'], [inert] *")) continue;
      const isPointedAtFirst = isPointed(element) && !isPointed(element.parentElement);
      if (element.matches(PRESSED) || heard.has(element) || isPointedAtFirst) wanted.add(element);
    }
  }

  function light(colour) {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    const part = (value) => (value < 11 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return a === 1 ? 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b) : NaN;
  }

  // What shows where one is: a line around it that stands out from the paper, on the screen and under nothing.
  function lookAt(element) {
    const style = getComputedStyle(element);
    const [line, paper] = [light(style.outlineColor), light(getComputedStyle(document.body).backgroundColor)];
    const contrast = (Math.max(line, paper) + 0.05) / (Math.min(line, paper) + 0.05);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2 || !(contrast >= 3)) {
      remarks.add(`no line around ${name(element)}`);
    }
    const boxes = [...element.getClientRects()];
    const points = boxes.flatMap(({ left, right, top, bottom }) => {
      const [l, r] = [Math.max(left, 0), Math.min(right, innerWidth)];
      const [t, b] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
      return l < r && t < b ? [[(l + r) / 2, (t + b) / 2], [l + 3, t + 3], [r - 3, b - 3]] : [];
    });
    const shows = points.some(([x, y]) => {
      const there = document.elementFromPoint(x, y);
      return there && (element.contains(there) || there.contains(element) && there.matches("label, th, td, li"));
    });
    if (!shows) remarks.add(`not to be seen ${name(element)}`);
  }

  window.walk = {
    isAt: (words, text) => document.activeElement.matches(words) && document.activeElement.textContent.includes(text),
    begin: collect,
    step() {
      collect();
      const here = document.activeElement;
      if (here === document.body) return "outside";
      if (here === first) return "round";
      first ??= here;
      if (reached.has(here)) return "again";
      reached.add(here);
      lookAt(here);
      return here.matches("details:not([open]) > summary") ? "closed" : "on";
    },
    // What has the focus once a fold is open is reached as well.
    open() {
      const here = document.activeElement;
      if (here.matches("summary") || reached.has(here)) return;
      reached.add(here);
      lookAt(here);
    },
    tell() {
      const serves = (each, element) =>
        element.matches("div, figure, th") ? element.contains(each) : each.matches(PRESSED) && each.contains(element);
      const isMissed = (element) =>
        element.isConnected && !reached.has(element) && ![...reached].some((each) => serves(each, element));
      return [...[...wanted].filter(isMissed).map((each) => `not reached ${name(each)}`), ...remarks];
    },
  };
})();
"""
"""Knows what of a page can be pressed, which of it Tab has reached, and what of that is not seen."""


@pytest.fixture(scope="module")
def command_line(tmp_path_factory: pytest.TempPathFactory, test_tasks: Path) -> Any:
    """A home with the projects `words`, whose second job failed, and `crystal`, whose job has a model and maps."""
    folder = tmp_path_factory.mktemp("served")
    line = command_line_in(folder, test_tasks)
    text = folder / "text.txt"
    text.write_text("one two three")
    files = {"FPHIIN": write_coefficients(folder / "maps.mtz"), "XYZIN": write_model(folder / "model.pdb")}
    for words in (
        ["count_twice", f"TEXT={text}", "TIMES=2", "-p", "words"],
        ["moody", "HOW=badly", "-p", "words"],
        ["make_maps", *(f"{name}={path}" for name, path in files.items()), "-p", "crystal"],
    ):
        line("run", *words)
    return line


@pytest.fixture(scope="module")
def context(server: Server, chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that is signed in, whose pages know the way."""
    context = chromium.new_context(
        base_url=server.address, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.set_default_timeout(_PATIENCE_MS)
    context.add_init_script(WALKER)
    key = {"Authorization": f"Bearer {server.key}"}
    token = context.request.post("/sign-in/token/", headers=key).json()["token"]
    context.request.get("/sign-in/", params={"token": token})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


def walk(page: Page) -> list[str]:
    """Tab through the page until one is where one began, opening what is folded; what is amiss."""
    page.evaluate("walk.begin()")
    states = []
    while len(states) < _MOST_STEPS:
        page.keyboard.press("Tab")
        states.append(page.evaluate("walk.step()"))
        if states[-1] == "closed":
            page.keyboard.press("Enter")
            page.evaluate("new Promise(requestAnimationFrame)")
            page.evaluate("walk.open()")
        if states[-1] == "round" or states[-3:] == ["again"] * 3:
            break
    told: list[str] = page.evaluate("walk.tell()")
    return told + ([] if states[-1] == "round" else [f"no way round: {states[-5:]} after {len(states)}"])


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def reach(page: Page, selector: str, text: str = "") -> None:
    """Tab on until one is at what is wanted."""
    is_there = "([wanted, text]) => walk.isAt(wanted, text)"
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate(is_there, [selector, text]):
            return
    raise AssertionError(f"Tab does not reach {selector} {text}")


def use(page: Page, selector: str, text: str = "") -> None:
    """Go there and press it."""
    reach(page, selector, text)
    page.keyboard.press("Enter")


def write(page: Page, selector: str, text: str) -> None:
    """Go to a field, and put a text in the place of what it has."""
    reach(page, selector)
    press(page, "Control+a", "Delete")
    page.keyboard.type(text)


def wait_for(page: Page, expression: str) -> Any:
    """What it gives once that is something; Playwright would evaluate it in the page, which its policy forbids."""
    until = time.monotonic() + _PATIENCE_MS / 1000
    while not (value := page.evaluate(expression)):
        assert time.monotonic() < until, f"in vain: {expression}"
        page.wait_for_timeout(50)
    return value


def picture(page: Page, selector: str, unlike: bytes = b"") -> bytes:
    """How a part of the page looks once it is another picture than this one, and stays so."""
    until = time.monotonic() + _PATIENCE_MS / 1000
    place = page.locator(selector).first
    before, now = b"", place.screenshot()
    while now == unlike or now != before:
        assert time.monotonic() < until, "the picture stays as it was, or never stays"
        page.wait_for_timeout(200)
        before, now = now, place.screenshot()
    return now


def pictures(page: Page, selector: str, *keys: str) -> list[bytes]:
    """The picture after each key, each of which changes it."""
    made = [picture(page, selector)]
    for key in keys:
        page.keyboard.press(key)
        made.append(picture(page, selector, made[-1]))
    return made[1:]


def here(page: Page, what: str) -> str:
    """A property of what has the focus."""
    return str(page.evaluate(f"document.activeElement.{what}"))


@pytest.mark.parametrize("address", PAGES)
def test_tab_reaches_all_that_can_be_pressed_and_it_is_seen(page: Page, address: str) -> None:
    page.goto(address)
    if address.endswith("/structure/"):
        page.wait_for_selector("html[data-density=shown]", state="attached")

    assert "\n".join(walk(page)) == ""


def test_a_project_is_made_tagged_renamed_archived_and_deleted(page: Page) -> None:
    page.goto("/projects/")
    use(page, "summary", "New project")
    wait_for(page, "document.activeElement.name === 'name'")  # it is typed into at once
    page.keyboard.type("typed")
    use(page, "button", "Make it")
    page.wait_for_url("**/projects/typed/")
    use(page, "a", "Settings")
    page.wait_for_url("**/settings/")
    write(page, "#tags", "keys, tabs")
    press(page, "Enter")
    page.wait_for_selector("a.tag >> text=tabs")
    write(page, "#name", "pressed")
    press(page, "Enter")
    page.wait_for_url("**/projects/pressed/settings/")
    use(page, "button", "Archive")
    page.wait_for_selector("button >> text=Put it back")
    use(page, "a", "Delete the project")
    page.wait_for_url("**/delete/")
    write(page, "#typed-name", "pressed")
    use(page, "button", "Delete")
    page.wait_for_url("**/projects/")
    reach(page, "[name=archived]")
    press(page, "Space")
    use(page, "button", "Apply")
    page.wait_for_url("**archived=on*")

    assert page.locator("table.projects tbody tr").count() == 0


def test_a_job_is_found_filled_in_and_run(page: Page, server: Server) -> None:
    """With a path, a list of which one row is sent and another one taken away again, and a mistake that is mended."""
    text = server.command_line.home.parent / "text.txt"
    page.on("filechooser", lambda _: None)  # from now on, choosers are caught; this takes its time
    page.goto("/projects/words/new/")
    page.keyboard.type("count words")
    press(page, "Enter")
    page.wait_for_url("**/new/count_words/")
    use(page, "[aria-label^='Path on the server']", "Path")
    page.keyboard.type(str(text))
    press(page, "Enter")
    page.wait_for_selector("select[name='inputData.TEXT'] option:checked >> text=text.txt", state="attached")
    after_path = here(page, "closest('[data-path]').dataset.path")
    for count in (1, 2):
        use(page, "button.add")
        page.wait_for_selector(f"[data-path='inputData.MORE'] .rows > li:nth-child({count})")
        wait_for(page, f"document.activeElement.name === 'inputData.MORE[{count - 1}]'")
    press(page, "Shift+Tab", "Enter")  # the button that removes the first, before the second
    page.wait_for_selector("[data-path='inputData.MORE'] .rows > li:nth-child(2)", state="detached")
    after_removal = here(page, "className")
    reach(page, "select[name='inputData.MORE[0]']")
    reach(page, "button[data-send]")
    with page.expect_file_chooser() as chooser:
        press(page, "Enter")
    chooser.value.set_files({"name": "sent.txt", "mimeType": "text/plain", "buffer": b"four five"})
    page.wait_for_selector("select[name='inputData.MORE[0]'] option:checked >> text=sent.txt", state="attached")
    write(page, "[name='controlParameters.TIMES']", "9")
    use(page, "button.run")
    wait_for(page, "document.activeElement.closest('#summary')")
    press(page, "Enter")
    at_the_mistake = here(page, "name")
    press(page, "Control+a")
    page.keyboard.type("2")
    use(page, "button.run")
    page.wait_for_url("**/projects/words/jobs/*/")
    files = server.command_line("files", "-p", "words", "--json").json()

    assert after_path == "inputData.TEXT"
    assert "add" in after_removal.split()
    assert at_the_mistake == "controlParameters.TIMES"
    assert "sent.txt" in {file["imported_from"] for file in files}


def test_columns_of_a_file_are_chosen(page: Page, tmp_path: Path) -> None:
    """The file is drawn anew with its columns, and the focus stays where it is."""
    file = write_coefficients(tmp_path / "two.mtz", labels=("FA", "PHIA", "FB", "PHIB"))
    page.goto("/projects/crystal/new/make_maps/")
    use(page, "[aria-label^='Path on the server']", "Path")
    page.keyboard.type(str(file))
    press(page, "Shift+Tab")
    columns = "select[name='inputData.FPHIIN.columnLabels']"
    page.wait_for_selector(columns)
    after_drawing = here(page, "textContent")
    reach(page, columns)
    press(page, "End")
    wait_for(page, "document.getElementById('command').textContent.includes('FB,PHIB')")

    assert after_drawing == "Path …"
    assert here(page, "name") == "inputData.FPHIIN.columnLabels"


def test_indicators_are_chosen_and_their_plot_is_read(page: Page) -> None:
    page.goto("/projects/words/kpis/?view=flat")
    use(page, "summary", "KPIs")
    for key in ("R1Factor", "nWords"):
        reach(page, f"[name=kpi][value={key}]")
        if (here(page, "checked") == "True") != (key == "nWords"):
            press(page, "Space")
    use(page, "button", "Plot these")
    page.wait_for_url("**kpi=nWords*")
    reach(page, "#plot .u-over")
    press(page, "ArrowRight", "ArrowLeft")
    told = page.inner_text("#plot .u-legend")
    number = page.evaluate("[...document.querySelectorAll('#values tbody tr')].at(-2).dataset.number")
    reach(page, "#plot [role=button]", "nWords")
    press(page, "Space")
    is_hidden = here(page, "ariaPressed")
    press(page, "Space", "Shift+Tab", "Enter")
    page.wait_for_url(f"**/jobs/{number}/")

    assert number in told
    assert is_hidden == "false"


def test_a_plot_is_read_from_point_to_point_and_looked_at_closer(page: Page) -> None:
    """The point stays the same one when fewer or all are shown, and the plot goes with it past its edge."""

    def twenty(route: Route) -> None:
        answer = route.fetch()
        one = re.search(r'<tr data-number="[^"]*"(.*?)</tr>', answer.text(), re.S)
        assert one is not None
        rows = "".join(f'<tr data-number="{number}"{one[1]}</tr>' for number in range(1, 21))
        route.fulfill(
            response=answer, body=re.sub(r"<tbody>.*</tbody>", f"<tbody>{rows}</tbody>", answer.text(), flags=re.S)
        )

    def told(*keys: str) -> list[str]:
        points = []
        for key in keys:
            press(page, key)
            points.append(page.inner_text("#plot .u-legend .u-series:first-child .u-value"))
        return points

    page.route("**/kpis/*", twenty)
    page.goto("/projects/words/kpis/?view=flat&kpi=nWords")
    reach(page, "#plot .u-over")
    walked = told("Home", "ArrowRight", "ArrowRight", "+", "+")
    past_the_edge = told(
        "ArrowLeft", "ArrowLeft", "End", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft"
    )
    at_last = told("-", "0", "+", "+", "+", "+", "0", "ArrowLeft")
    press(page, "Enter")
    page.wait_for_url("**/jobs/14/")

    assert walked == ["1", "2", "3", "3", "3"]
    assert past_the_edge == ["2", "1", "20", "20", "19", "18", "17", "16", "15"]
    assert at_last == ["15"] * 7 + ["14"]


def test_a_part_that_is_drawn_anew_keeps_the_focus_however_its_buttons_look(page: Page) -> None:
    """What a button is tells its name and value, its address or what it is for; and what is typed is no part of it."""
    page.goto("/doctor/")
    kept = page.evaluate(
        """async () => {
        const { keepingFocus } = await import("/static/xtalflow/focus.js");
        const part = document.body.appendChild(document.createElement("div"));
        const look = (state) => `
          <button name="do" value="go" class="${state}">Other</button>
          <button name="do" value="stop" class="${state}" aria-label="${state}">Stop</button>
          <a href="?there" class="${state}">There</a>
          <p data-path="one"><button data-send>Send</button></p>
          <p data-path="two"><button data-send class="${state}">Send</button></p>
          <input name="text" value="${state}">`;
        const kept = [];
        for (const what of ["[value=stop]", "a", "[data-path=two] button", "input"]) {
          part.innerHTML = look("before");
          part.querySelector(what).focus();
          keepingFocus(part, () => { part.innerHTML = look("after"); });
          kept.push(document.activeElement.matches(what));
        }
        return kept;
      }"""
    )

    assert kept == [True] * 4


def test_the_focus_stays_at_a_job_whose_menu_changes(page: Page, server: Server) -> None:
    """What can be cancelled no more has no Cancel in its menu."""
    made = server.command_line("submit", "moody", "HOW=wait", "-p", "words", "--json").json()
    page.goto("/projects/words/")
    row = f"tr[data-job='{made['uuid']}']"
    page.wait_for_selector(f"{row}[data-status=running]")
    page.wait_for_selector("[data-live=on]")
    reach(page, f"{row} a.number")
    press(page, "m")
    page.wait_for_selector(f"{row} [value^=cancel]")
    reach(page, f"{row} [value^=cancel]")
    server.command_line("cancel", f"words/{made['number']}")
    page.wait_for_selector(f"{row}[data-status=interrupted]")

    assert here(page, "localName") == "summary"
    assert here(page, "closest('tr').dataset.number") == made["number"]


def test_the_focus_goes_to_the_neighbour_of_a_job_that_is_deleted(page: Page, server: Server) -> None:
    made = [server.command_line("submit", "moody", "-p", "words", "--json").json() for _ in range(2)]
    page.goto("/projects/words/")
    page.wait_for_selector("[data-live=on]")
    for one in made:
        page.wait_for_selector(f"tr[data-job='{one['uuid']}'][data-status=finished]")
    reached = []
    reach(page, f"tr[data-job='{made[1]['uuid']}'] a.number")
    for one in reversed(made):
        server.command_line("delete", f"words/{one['number']}", "--yes")
        page.wait_for_selector(f"tr[data-job='{one['uuid']}']", state="detached")
        reached.append(here(page, "textContent"))

    assert reached[0] == made[0]["number"]
    assert reached[1] == page.inner_text("#jobs tbody tr:first-child a.number")


def test_a_job_is_cancelled_where_it_runs(page: Page, server: Server) -> None:
    """The focus goes to what is left when the job is gone."""
    made = server.command_line("submit", "moody", "HOW=wait", "-p", "words", "--json").json()
    page.goto("/running/")
    page.wait_for_selector(f"tr[data-status=running] #cancel-{made['uuid']}")
    use(page, f"#cancel-{made['uuid']}")
    page.wait_for_selector(f"#cancel-{made['uuid']}", state="detached")
    page.wait_for_selector("text=Nothing runs.")

    assert here(page, "id") == "going"


def test_an_open_page_of_a_running_job_leaves_the_focus_where_it_is(page: Page, server: Server) -> None:
    made = server.command_line("submit", "moody", "HOW=nap", "-p", "words", "--json").json()
    page.goto(f"/projects/words/jobs/{made['number']}/")
    reach(page, "nav.tabs a", "Files")
    page.wait_for_selector("#job-head[data-status=finished]")

    assert here(page, "textContent") == "Files"


def test_a_job_is_deleted_after_a_look_at_what_goes(page: Page, server: Server) -> None:
    made = server.command_line("submit", "moody", "-p", "words", "--json").json()
    page.goto(f"/projects/words/jobs/{made['number']}/")
    page.wait_for_selector("#job-head[data-status=finished]")
    use(page, "a", "Delete …")
    page.wait_for_url("**/delete/")
    use(page, "button", "Delete")
    page.wait_for_url("**/projects/words/")

    assert page.locator(f"tr[data-job='{made['uuid']}']").count() == 0


def test_menus_close_on_escape_and_when_they_are_left(page: Page) -> None:
    page.goto("/projects/words/")
    use(page, "summary", "Columns")
    press(page, "Tab", "Escape")
    after_escape = (page.locator("details[open]").count(), here(page, "textContent"))
    press(page, "Enter", "Shift+Tab")

    assert after_escape == (0, "Columns")
    assert page.locator("details[open]").count() == 0


def test_light_becomes_dark_and_light_again(page: Page) -> None:
    page.goto("/doctor/")
    use(page, "#theme")
    first = page.evaluate("document.documentElement.dataset.theme")
    press(page, "Enter")

    assert first == "dark"
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_the_skip_link_leads_past_the_bar(page: Page) -> None:
    page.goto("/projects/words/")
    press(page, "Tab", "Enter", "Tab")

    assert here(page, "closest('main').id") == "content"


def test_the_command_of_a_job_is_copied(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/projects/words/jobs/1/parameters/")
    use(page, "[data-copy]")
    page.wait_for_selector("#copied >> text=copied")

    assert str(page.evaluate("navigator.clipboard.readText()")).startswith("xtalflow run count_twice")


def test_the_drawing_of_a_job_is_moved_and_the_lists_lead_to_its_files(page: Page) -> None:
    page.goto("/projects/words/jobs/1/graph/")
    page.wait_for_selector("#graph canvas")
    reach(page, "#graph")
    *_, all_of_it, _, all_again = pictures(page, "#graph", "ArrowRight", "ArrowDown", "+", "0", "-", "0")
    use(page, "ul.lineage a.file")
    page.wait_for_url("**/files/#file-*")

    assert all_of_it == all_again
    assert page.locator("tr:target").count() == 1


def test_one_walks_turns_and_looks_closer_in_the_viewer(page: Page) -> None:
    page.goto("/projects/crystal/jobs/1/structure/?residue=A/7")
    page.wait_for_selector("html[data-density=shown]", state="attached")
    reach(page, "#uglymol canvas")
    press(page, "ArrowUp")
    eye = wait_for(page, "new URLSearchParams(location.hash.slice(1)).get('eye')")
    press(page, "ArrowLeft")
    wait_for(page, f"!location.hash.includes({eye!r})")
    press(page, "Shift+ArrowRight", "Space")
    by_key = page.inner_text("#where")
    write(page, "[name=level]", "2")
    use(page, "[aria-label='Higher level of 2mFo-DFc']")
    level = page.input_value("[data-map='2fofc'] [name=level]")
    write(page, "[name=residue]", "A/9")
    press(page, "Enter")
    by_name = page.inner_text("#where")
    use(page, "[data-go='-1']")
    before_it = page.inner_text("#where")

    assert by_key.startswith("A/GLY 8/CA")
    assert level == "2.1"
    assert by_name.startswith("A/GLY 9/CA")
    assert before_it.startswith("A/GLY 8/CA")


def test_the_other_viewer_is_walked_through_and_turned(page: Page) -> None:
    page.goto("/projects/crystal/jobs/1/structure/?residue=A/7")
    page.wait_for_selector("html[data-density=shown]", state="attached")
    use(page, "[data-viewer=molstar]")
    page.wait_for_selector("html[data-molstar=shown]", state="attached", timeout=120_000)
    amiss = walk(page)
    reach(page, "#molstar")
    pictures(page, "#molstar canvas", "ArrowLeft", "m", "M", "n", "Shift+ArrowUp")
    press(page, "Space")
    wait_for(page, "document.getElementById('where').textContent.startsWith('A/GLY 8')")
    use(page, "[data-viewer=uglymol]")

    assert "\n".join(amiss) == ""
    assert page.is_visible("#uglymol")


def test_one_signs_in_by_name(chromium: Browser, own_command_line: Any) -> None:
    add_account(own_command_line, "ada")
    server = start_server(own_command_line, "--slots", 0, "--host", "0.0.0.0")
    page = chromium.new_page(base_url=server.address)
    try:
        page.add_init_script(WALKER)
        page.goto("/sign-in/")
        amiss = walk(page)
        page.goto("/sign-in/")
        wait_for(page, "document.activeElement.name === 'name'")  # it is typed into at once
        page.keyboard.type("ada")
        press(page, "Tab")
        page.keyboard.type(PASSWORD)
        press(page, "Enter")
        page.wait_for_url("**/projects/")
        use(page, "button", "Sign out")
        page.wait_for_url("**/sign-in/**")

        assert amiss == []
    finally:
        page.close()
        server.stop()
