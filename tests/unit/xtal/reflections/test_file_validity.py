"""What makes a file of reflections unfit for its parameter: its content, its sub-type, its crystal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xtalflow.data import CContainer, CDataFile, CList, Severity
from xtalflow.xtal import CFreeRDataFile, CMtzDataFile, CObsDataFile, CPhsDataFile

from .conftest import MakeMtz

FMEAN = [("F", "F", 10.0), ("SIGF", "Q", 1.0)]
IMEAN = [("I", "J", 10.0), ("SIGI", "Q", 1.0)]
FLAGS = [("FREER", "I", lambda count: [n % 20 for n in range(count)])]
CELL = (30.3, 40.1, 50.7, 90.0, 90.0, 90.0)


class Inputs(CContainer):
    F_SIGF = CObsDataFile(mustExist=True)
    FREERFLAG = CFreeRDataFile(sameCrystalAs="F_SIGF", sameCrystalLevel=1)
    PHASES = CPhsDataFile(sameCrystalAs="F_SIGF")
    OTHER = CMtzDataFile(sameCrystalAs="F_SIGF")
    LOST = CMtzDataFile(sameCrystalAs="NOWHERE")
    ITEMS = CList(CMtzDataFile(sameCrystalAs="F_SIGF"))


def write(folder: Path, make_mtz: MakeMtz, name: str, columns: Any = FMEAN, **crystal: Any) -> str:
    make_mtz(columns, **crystal).write_to_file(str(folder / name))
    return str(folder / name)


def found(item: Any) -> list[tuple[str, int, Severity]]:
    return [(finding.path, finding.code, finding.severity) for finding in item.validity()]


@pytest.mark.parametrize(
    ("columns", "required", "fits"),
    [
        (FMEAN, (4,), True),
        (FMEAN, (1, 2), False),
        (FMEAN, (1, 2, 0), True),
        (IMEAN, (4,), True),
        (IMEAN, (2,), False),
    ],
)
def test_a_file_fits_if_it_has_or_can_be_converted_to_a_content_asked_for(
    tmp_path: Path, make_mtz: MakeMtz, columns: Any, required: tuple[int, ...], fits: bool
) -> None:
    """Whether its content flag is known already or has to be found in the file."""
    path = write(tmp_path, make_mtz, "data.mtz", columns)
    for is_known in (False, True):
        file = CObsDataFile(requiredContentFlag=required)
        file.set(path)
        if is_known:
            file.examine()

        assert [finding.code for finding in file.validity()] == ([] if fits else [104])
        assert file.contentFlag.isSet() is is_known


def test_the_sentence_names_contents_in_words(tmp_path: Path, make_mtz: MakeMtz) -> None:
    file = CObsDataFile(requiredContentFlag=(1, 2))
    file.set(write(tmp_path, make_mtz, "data.mtz"))

    assert file.validity()[0].message.endswith(
        "data.mtz: mean amplitudes cannot be converted to intensities of Friedel pairs or amplitudes of Friedel pairs"
    )


@pytest.mark.parametrize(
    ("required", "preferences"),
    [
        ((), {1: 0, 2: 0, None: 0}),
        ((1,), {1: 0, 2: None, None: 1}),
        ((2, 1), {1: 1, 2: 0, 3: None, None: 2}),
        ((2, 1, 0), {1: 1, 2: 0, 3: 2, None: 2}),
    ],
)
def test_sub_types_are_welcome_in_their_order(required: Any, preferences: dict[int | None, int | None]) -> None:
    """A 0 stands for any other; what is not known comes last."""
    file = CDataFile(requiredSubType=required)

    assert {sub_type: file.sub_type_preference(sub_type) for sub_type in preferences} == preferences
    for sub_type, preference in preferences.items():
        if sub_type is not None:
            file.set({"baseName": "x", "subType": sub_type})
            assert [finding.code for finding in file.validity()] == ([105] if preference is None else [])


@pytest.mark.parametrize(
    ("space_group", "cell", "flags", "phases"),
    [
        ("P 21 21 21", CELL, None, None),
        ("P 21 21 21", (30.5, 40.1, 50.7, 90.0, 90.0, 90.0), None, None),
        ("P 21 21 21", (31.0, 40.1, 50.7, 90.0, 90.0, 90.0), 111, 111),
        ("P 21 21 2", CELL, None, 112),
        ("P m m m", CELL, None, 111),
        ("C 2 2 21", CELL, None, 111),
        ("P 1 21 1", CELL, 111, 111),
        ("P 1 21 1", (30.3, 40.1, 50.7, 90.0, 92.0, 90.0), 111, 111),
    ],
)
def test_a_file_of_another_crystal_is_told(
    tmp_path: Path, make_mtz: MakeMtz, space_group: str, cell: Any, flags: int | None, phases: int | None
) -> None:
    """Free sets need the same Laue class, other data the same space group; both cells within 1 % and 1°."""
    inputs = Inputs()
    inputs.F_SIGF = write(tmp_path, make_mtz, "data.mtz")
    inputs.FREERFLAG = write(tmp_path, make_mtz, "free.mtz", FLAGS, space_group=space_group, cell=cell)
    inputs.OTHER = write(tmp_path, make_mtz, "other.mtz", space_group=space_group, cell=cell)

    severity = {111: Severity.ERROR, 112: Severity.WARNING}
    assert found(inputs) == [
        (name, code, severity[code]) for name, code in (("FREERFLAG", flags), ("OTHER", phases)) if code is not None
    ]


def test_the_same_lattice_in_another_setting_is_named_as_such(tmp_path: Path, make_mtz: MakeMtz) -> None:
    inputs = Inputs()
    inputs.F_SIGF = write(tmp_path, make_mtz, "data.mtz")
    inputs.OTHER = write(tmp_path, make_mtz, "other.mtz", cell=(40.1, 50.7, 30.3, 90.0, 90.0, 90.0))

    (finding,) = inputs.validity()
    assert finding.message.endswith("the lattice is the same in another setting: reindex one of them")


def test_what_is_not_there_is_not_compared(tmp_path: Path, make_mtz: MakeMtz) -> None:
    """No partner, no file of it, a file that cannot be read; other findings speak of these."""
    inputs = Inputs()
    inputs.OTHER = write(tmp_path, make_mtz, "other.mtz")
    inputs.LOST = str(inputs.OTHER)
    assert found(inputs) == []

    (tmp_path / "broken.mtz").write_bytes(b"MTZ nothing")
    inputs.F_SIGF = str(tmp_path / "broken.mtz")
    assert found(inputs) == []
    inputs.F_SIGF = str(tmp_path / "absent.mtz")
    assert found(inputs) == [("F_SIGF", 102, Severity.ERROR)]


def test_items_of_a_list_are_compared_with_what_stands_beside_the_list(tmp_path: Path, make_mtz: MakeMtz) -> None:
    inputs = Inputs()
    inputs.F_SIGF = write(tmp_path, make_mtz, "data.mtz")
    inputs.ITEMS = [str(inputs.F_SIGF), write(tmp_path, make_mtz, "other.mtz", space_group="P 1 21 1")]

    assert found(inputs) == [("ITEMS[1]", 111, Severity.ERROR)]


def test_a_file_that_changed_is_read_anew(tmp_path: Path, make_mtz: MakeMtz) -> None:
    inputs = Inputs()
    inputs.F_SIGF = write(tmp_path, make_mtz, "data.mtz")
    inputs.OTHER = write(tmp_path, make_mtz, "other.mtz", space_group="P 1 21 1", d_min=3.5)
    assert found(inputs) == [("OTHER", 111, Severity.ERROR)]
    write(tmp_path, make_mtz, "other.mtz")

    assert found(inputs) == []
