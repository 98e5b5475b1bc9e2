"""The page of structure and density: what its viewers read, and what they show in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import gemmi
import httpx
import pytest

from conftest import AXE, missing
from unit.xtal.maps.crystals import write_coefficients
from xtalflow.xtal import read_cell_density

from .conftest import Server
from .test_browser import RULES, THEMES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("browser")

PAGE = "/projects/crystal/jobs/1/structure/"


def write_model(path: Path) -> Path:
    """N and Cα of three residues in a row."""
    structure = gemmi.Structure()
    structure.cell = gemmi.UnitCell(20, 24, 30, 90, 90, 90)
    structure.spacegroup_hm = "P 21 21 21"
    chain = gemmi.Chain("A")
    for number in (7, 8, 9):
        residue = gemmi.Residue()
        residue.name, residue.seqid = "GLY", gemmi.SeqId(str(number))
        for name, element, x in (("N", "N", 0.0), ("CA", "C", 1.4)):
            atom = gemmi.Atom()
            atom.name, atom.element, atom.pos = name, gemmi.Element(element), gemmi.Position(2.0 * number + x, 2.0, 3.0)
            residue.add_atom(atom)
        chain.add_residue(residue)
    model = gemmi.Model(1)
    model.add_chain(chain)
    structure.add_model(model)
    structure.write_pdb(str(path))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("crystal")
    return {
        "FPHIIN": write_coefficients(folder / "normal.mtz"),
        "DIFFPHIIN": write_coefficients(folder / "difference.mtz"),
        "XYZIN": write_model(folder / "model.pdb"),
    }


@pytest.fixture(scope="module")
def crystal(server: Server, files: dict[str, Path]) -> Server:
    """A server with a project whose first job has a model and both maps, the second one map and no model."""
    words = [f"{name}={path}" for name, path in files.items()]
    assert server.command_line("run", "make_maps", "-p", "crystal", *words).code == 0
    assert server.command_line("run", "make_maps", "-p", "crystal", words[0]).code == 0
    return server


@pytest.fixture
def asking(crystal: Server) -> Iterator[httpx.Client]:
    client = crystal.browser()
    yield client
    client.close()


def test_the_maps_and_the_model_are_those_of_the_job(asking: httpx.Client, files: dict[str, Path]) -> None:
    """As bytes for UglyMol, as mmCIF for Mol*, by headers that let nothing else be made of them."""
    answers = {name: asking.get(PAGE + name) for name in ("model", "model?as=cif", "map/2fofc", "map/fofc")}

    assert answers["map/2fofc"].content == read_cell_density(files["FPHIIN"]).asymmetric_unit()
    assert answers["map/fofc"].content == read_cell_density(files["DIFFPHIIN"]).asymmetric_unit()
    assert gemmi.read_pdb_string(answers["model"].text)[0].count_atom_sites() == 6
    assert gemmi.cif.read_string(answers["model?as=cif"].text).sole_block().find_value("_cell.length_a") == "20"
    for answer in answers.values():
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_model_that_leads_out_of_the_project_is_told_of_and_not_shown(
    crystal: Server, asking: httpx.Client, files: dict[str, Path], tmp_path: Path
) -> None:
    model = write_model(tmp_path / "outside.pdb")
    model.write_text("REMARK another one\n" + model.read_text())
    words = [f"XYZIN={model}", f"FPHIIN={files['FPHIIN']}"]
    assert crystal.command_line("run", "make_maps", "-p", "crystal", *words).code == 0
    number = asking.get("/api/v1/projects/crystal/jobs?limit=1").json()["items"][0]["number"]
    path = crystal.command_line.projects / "crystal/CCP4_IMPORTED_FILES/outside.pdb"
    path.unlink()
    path.symlink_to(model)
    answer = asking.get(f"/projects/crystal/jobs/{number}/structure/model")

    assert answer.status_code == 422
    assert answer.text == "CCP4_IMPORTED_FILES/outside.pdb: leads out of the project's folder"


def test_what_the_browser_has_is_not_sent_again(asking: httpx.Client) -> None:
    tag = asking.get(PAGE + "map/2fofc").headers["etag"]
    again = asking.get(PAGE + "map/2fofc", headers={"If-None-Match": tag})
    box = asking.get(PAGE + "map/2fofc?xyz=1,2,3&radius=6", headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert (box.status_code, box.content[92:96]) == (200, b"\0\0\0\0")  # no symmetry
    assert box.headers["etag"] != tag


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/projects/crystal/jobs/2/structure/map/fofc", "crystal/2 has no coefficients of a mFo-DFc map to show"),
        ("/projects/crystal/jobs/2/structure/model", "crystal/2 has no model to show"),
        (PAGE + "map/anomalous", "a map is shown as 2fofc or fofc, not as 'anomalous'"),
        (PAGE + "model?as=xyz", "a model is shown as pdb or cif, not as 'xyz'"),
        (PAGE + "map/fofc?xyz=1,2", "a box of density is asked for as xyz=1.0,2.0,3.0&radius=20, in Å"),
        (PAGE + "map/fofc?xyz=1,2,nan", "the centre of a box of density must be three numbers in Å"),
        (PAGE + "map/fofc?xyz=1,2,3&radius=900", "a box of density reaches 1 to 40 Å from its centre, not 900"),
    ],
)
def test_what_cannot_be_shown_is_told_in_a_sentence(asking: httpx.Client, address: str, sentence: str) -> None:
    answer = asking.get(address)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == sentence


def test_a_stranger_sees_neither_page_nor_maps(crystal: Server) -> None:
    with httpx.Client(base_url=crystal.address) as stranger:
        answers = [stranger.get(PAGE + name) for name in ("", "model", "map/2fofc")]

    assert [answer.status_code for answer in answers] == [302, 302, 302]


@pytest.fixture
def page(crystal: Server, chromium: Browser) -> Iterator[Page]:
    """A page that is signed in."""
    context = chromium.new_context(base_url=crystal.address, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    key = {"Authorization": f"Bearer {crystal.key}"}
    token = context.request.post("/sign-in/token/", headers=key).json()["token"]
    page.goto(f"/sign-in/?token={token}")
    yield page
    context.close()


@pytest.fixture
def shown(page: Page) -> Page:
    """The page of the first job, with its density on the screen and nothing amiss."""
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"{PAGE}?residue=A/8")
    if page.locator("#structure").count() == 0:
        missing("the assets were not made (make assets)")
    page.wait_for_selector("html[data-density=shown]", state="attached")
    assert troubles == []
    return page


def test_a_link_leads_to_its_residue(shown: Page) -> None:
    assert shown.locator("#where").inner_text().startswith("A/GLY 8/CA")
    assert shown.locator("#troubles p").count() == 0


def test_keys_change_levels_and_residues(shown: Page) -> None:
    """Of the picture, where it has the focus; the fields beside it follow."""
    level = shown.locator("[data-map='2fofc'] [name=level]")
    difference = shown.locator("[data-map=fofc] [name=level]")
    shown.locator("#uglymol canvas").focus()
    shown.keyboard.press("+")
    shown.keyboard.press("Shift+_")
    shown.keyboard.press("Space")

    assert level.input_value() == "1.6"
    assert difference.input_value() == "2.9"
    assert shown.locator("#where").inner_text().startswith("A/GLY 9/CA")


def test_the_view_is_in_the_address(shown: Page) -> None:
    """A link to where one is brings back the place and the levels."""
    shown.get_by_role("spinbutton", name="Level of 2mFo-DFc").fill("2.4")
    shown.get_by_role("textbox", name="Residue").fill("A/7")
    shown.get_by_role("button", name="Go").click()
    shown.wait_for_url(re.compile(r"#xyz=15\.40,2\.00,3\.00&.*2fofc=2\.40"))
    address = shown.url
    shown.goto("/projects/")
    shown.goto(address)
    shown.wait_for_selector("html[data-density=shown]", state="attached")

    assert shown.locator("[data-map='2fofc'] [name=level]").input_value() == "2.4"
    assert "15.4, 2.0, 3.0" in shown.locator("#where").inner_text()


def test_molstar_is_loaded_when_it_is_chosen(shown: Page) -> None:
    """It is given mmCIF and boxes of density, never coefficients, and asks no other host."""
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.get_by_role("button", name="Mol*").click()
    shown.wait_for_selector("html[data-molstar=shown]", state="attached", timeout=120_000)

    assert shown.locator("#troubles p").count() == 0
    assert {re.sub(r"^http://[^/]+", "", url).partition("?")[0].rpartition("/")[2] for url in asked} >= {
        "molstar.js",
        "model",
        "2fofc",
        "fofc",
    }
    assert all("radius=" in url for url in asked if "/map/" in url)
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {shown.url.split("/")[2]}


def test_nothing_keeps_people_from_using_the_page(shown: Page) -> None:
    shown.evaluate(AXE.read_text())
    found = []
    for theme in THEMES:
        shown.emulate_media(color_scheme=theme)
        shown.wait_for_timeout(200)  # colours that change slowly
        found += shown.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")["violations"]

    assert [(one["id"], node["html"], node["failureSummary"]) for one in found for node in one["nodes"]] == []


def test_the_page_is_as_high_as_the_window(shown: Page) -> None:
    """No bar to scroll it, however high the window is; the picture takes what is left."""
    for height in (720, 950, 1201):
        shown.set_viewport_size({"width": 1400, "height": height})

        assert shown.evaluate("document.scrollingElement.scrollHeight") == height
        assert shown.evaluate("document.getElementById('structure').clientHeight") > height - 150
