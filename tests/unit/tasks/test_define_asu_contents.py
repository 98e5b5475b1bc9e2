"""The task that says what the asymmetric unit holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xtalflow.plugin import Outcome
from xtalflow.tasks.define_asu_contents import DefineAsuContents
from xtalflow.xtal import AsuSequence, PolymerKind, read_asu_contents, sequence_weight, write_asu_contents

if TYPE_CHECKING:
    from .conftest import CrystalFiles, FakeHost


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    """A short peptide, which the small crystal has room for."""
    path = tmp_path / "peptide.fasta"
    path.write_text(">peptide of six\nASASAS\n")
    return path


def sentences(task: DefineAsuContents) -> list[str]:
    return [f"{one.path}: {one.message}" for one in task.validate()]


async def test_sequences_and_copies_are_written(sequence: Path, host: FakeHost, tmp_path: Path) -> None:
    """A file without a number of copies has one; what is said of a sequence is kept."""
    other = tmp_path / "dna.pir"
    other.write_text(">DL;dna\n\nACGTACGT*\n")
    task = DefineAsuContents()
    task.inputData.SEQIN.extend([sequence, other])
    task.controlParameters.NCOPIES.append(3)

    assert await host.run(task) is Outcome.SUCCEEDED

    output = task.outputData.ASUCONTENTFILE
    first, second = read_asu_contents(Path(str(output)))
    assert (first.name, first.copies, first.description, first.source) == ("peptide", 3, "of six", str(sequence))
    assert (second.kind, second.copies) == (PolymerKind.DNA, 1)
    assert output.annotation.value == "3 × peptide, 1 × dna"
    weight = 3 * sequence_weight("ASASAS", PolymerKind.PROTEIN) + sequence_weight("ACGTACGT", PolymerKind.DNA)
    assert float(task.outputData.PERFORMANCE.weight) == pytest.approx(weight)
    assert not task.outputData.PERFORMANCE.matthews.isSet()


async def test_data_tell_how_much_solvent_there_is(sequence: Path, crystal: CrystalFiles, host: FakeHost) -> None:
    """24 × 28 × 34 Å with four asymmetric units; eight peptides of three alanines and three serines, 492.5 Da."""
    task = DefineAsuContents()
    task.inputData.SEQIN.append(sequence)
    task.controlParameters.NCOPIES.append(8)
    task.inputData.HKLIN = crystal.intensities

    assert await host.run(task) is Outcome.SUCCEEDED

    performance = task.outputData.PERFORMANCE
    assert float(performance.matthews) == pytest.approx(24 * 28 * 34 / 4 / (8 * 492.49), rel=1e-3)
    assert 0.0 < float(performance.solvent) < 20.0
    assert "few crystals have less than 20" in " ".join(row.message for row in task.errors)


async def test_contents_that_the_crystal_has_no_room_for_are_unsatisfactory(
    sequence: Path, crystal: CrystalFiles, host: FakeHost, tmp_path: Path
) -> None:
    """The reason says how much too much they are, and which were given twice."""
    again = tmp_path / "again.fasta"
    again.write_text(">again\nASASAS\n")
    task = DefineAsuContents()
    task.inputData.SEQIN.extend([sequence, again])
    task.controlParameters.NCOPIES.extend([6, 6])
    task.inputData.HKLIN = crystal.intensities

    assert await host.run(task) is Outcome.UNSATISFACTORY

    assert "27 % more than fills it; give fewer copies (peptide and again are the same sequence)" in task.errors.reason
    assert float(task.outputData.PERFORMANCE.solvent) < 0.0


async def test_a_model_and_known_contents_give_sequences_too(
    crystal: CrystalFiles, host: FakeHost, tmp_path: Path
) -> None:
    """The model's six alanines, and of the known ones those that are selected."""
    known = tmp_path / "known.asu.xml"
    write_asu_contents(
        [
            AsuSequence(name="kept", sequence="MKT", kind=PolymerKind.PROTEIN, copies=2),
            AsuSequence(name="left", sequence="GGG", kind=PolymerKind.PROTEIN),
        ],
        known,
    )
    task = DefineAsuContents()
    task.inputData.XYZIN = crystal.model
    task.inputData.ASUCONTENTIN = known
    task.inputData.ASUCONTENTIN.selection.set({"left": "False"})

    assert await host.run(task) is Outcome.SUCCEEDED

    contents = read_asu_contents(Path(str(task.outputData.ASUCONTENTFILE)))
    assert [(one.sequence, one.copies) for one in contents] == [("AAAAAA", 1), ("MKT", 2)]


def test_what_does_not_go_together_is_refused(sequence: Path) -> None:
    task = DefineAsuContents()
    assert sentences(task) == ["inputData.SEQIN: no sequence is given, neither here nor in XYZIN or ASUCONTENTIN"]

    task.controlParameters.NCOPIES.extend([1, 2])
    task.inputData.SEQIN.append(sequence)
    assert sentences(task) == ["controlParameters.NCOPIES: there are 2 numbers of copies for 1 files in SEQIN"]

    task.inputData.SEQIN.append(sequence)
    assert sentences(task) == ["inputData.SEQIN: two sequences are called 'peptide'; each needs a name of its own"]


def test_a_file_that_is_no_sequence_is_named(crystal: CrystalFiles) -> None:
    task = DefineAsuContents()
    task.inputData.SEQIN.append(crystal.model)

    assert sentences(task) == [
        f"inputData.SEQIN: {crystal.model}: this is a PDB file, not a sequence in FASTA, PIR or plain letters"
    ]


def test_every_parameter_has_a_label_and_help() -> None:
    """A form can be made of it without inventing words."""
    task = DefineAsuContents()
    sections = (task.inputData, task.controlParameters, task.outputData)

    assert all(item.qualifier("guiLabel") and item.qualifier("toolTip") for each in sections for item in each)
    assert (task.TASKNAME, task.CATEGORY) == ("define_asu_contents", "data_entry")
