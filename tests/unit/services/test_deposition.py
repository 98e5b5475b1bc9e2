"""What the record knows of a refinement, as categories of PDBx/mmCIF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from gemmi import cif

from xtalflow.db import JobDetail
from xtalflow.engine import JobId, JobRecord, JobStatus, ProjectId
from xtalflow.services.deposition._categories import complete
from xtalflow.services.deposition._dictionary import check_against_dictionary
from xtalflow.services.deposition._record import DepositionRecord, TaskRun
from xtalflow.services.deposition._reports import ReportReader
from xtalflow.tasks.merge_unmerged._report import _TABLE

MODEL = """data_refined
_entry.id XXXX
_cell.entry_id XXXX
_cell.length_a 30
_cell.length_b 40
_cell.length_c 50
_cell.angle_alpha 90
_cell.angle_beta 90
_cell.angle_gamma 90
_symmetry.entry_id XXXX
_symmetry.space_group_name_H-M 'P 21 21 21'
_refine.entry_id XXXX
_refine.pdbx_refine_id 'X-RAY DIFFRACTION'
_refine.ls_d_res_high 2.0
_refine.ls_R_factor_R_work ?
loop_
_software.pdbx_ordinal
_software.classification
_software.name
_software.version
_software.description
1 refinement Servalcat 0.4.142 'program of the refinement'
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_alt_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_entity_id
_atom_site.label_seq_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.occupancy
_atom_site.B_iso_or_equiv
_atom_site.auth_seq_id
_atom_site.auth_asym_id
_atom_site.pdbx_PDB_model_num
ATOM 1 N N . GLY A 1 1 1 1 1 1 10 1 A 1
ATOM 2 C CA . GLY A 1 1 2 1 1 1 10 1 A 1
ATOM 3 C C . GLY A 1 1 3 1 1 1 10 1 A 1
ATOM 4 O O . GLY A 1 1 4 1 1 1 10 1 A 1
ATOM 5 N N . ALA A 1 2 4 2 1 1 10 2 A 1
ATOM 6 C CA . ALA A 1 2 5 2 1 1 10 2 A 1
HETATM 7 O O . HOH W 2 . 9 9 9 1 10 1 W 1
HETATM 8 ZN ZN . ZN Z 3 . 9 2 9 1 10 1 Z 1
"""


def run(task: str, sections: Sequence[dict[str, Any]] = (), **details: Any) -> TaskRun:
    job = JobRecord(
        id=JobId(UUID(int=1)),
        project=ProjectId(UUID(int=2)),
        number="1",
        task=task,
        status=JobStatus.FINISHED,
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return TaskRun(detail=JobDetail(job=job, **details), report=ReportReader({"sections": list(sections)}))


def table(section: str, title: str, columns: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    return {"title": section, "items": [{"kind": "table", "title": title, "columns": columns, "rows": rows}]}


REFINEMENT_SHELLS = table(
    "By resolution",
    "Resolution shells",
    ["d max (Å)", "d min (Å)", "Reflections", "Free", "Completeness (%)", "R1work", "R1free"],
    [[20.0, 3.0, 100, 5, 99.0, 0.18, 0.21], [3.0, 2.0, 300, 15, 98.0, 0.22, None]],
)
DATA_SHELLS = table(
    "By resolution",
    "Resolution shells",
    ["d max (Å)", "d min (Å)", "Reflections", "Possible", "Completeness (%)", "⟨I/σ(I)⟩"],
    [[20.0, 3.0, 100, 110, 90.9, 20.0], [3.0, 2.0, 300, 310, 96.8, 4.0]],
)


def known(tmp_path: Path, **given: Any) -> DepositionRecord:
    model = tmp_path / "model.cif"
    model.write_text(MODEL)
    indicators = {"R1Factor": 0.2, "R1Free": 0.25}
    return DepositionRecord(
        **{
            "model": model,
            "refinement": run("servalcat_refine", [REFINEMENT_SHELLS], kpis=indicators),
            "data": run("import_merged", [DATA_SHELLS]),
            "merging": None,
            "data_set": 0,
            "wavelength": 0.9795,
            "wilson_b": 17.5,
            "has_new_free_set": True,
            "water_version": "0.1.0",
        }
        | given
    )


def completed(record: DepositionRecord) -> cif.Block:
    block = cif.read_string(record.model.read_text()).sole_block()
    complete(block, record)
    return block


def value(block: cif.Block, tag: str) -> str | None:
    found = block.find_value(tag)
    return None if found is None else cif.as_string(found)


def test_r_factors_are_filled_in_and_what_the_refinement_wrote_stays(tmp_path: Path) -> None:
    block = completed(known(tmp_path))

    assert value(block, "_refine.ls_R_factor_R_work") == "0.2000"
    assert value(block, "_refine.ls_R_factor_R_free") == "0.2500"
    assert value(block, "_refine.ls_percent_reflns_R_free") == "5.00"
    assert value(block, "_refine.pdbx_R_Free_selection_details") == "RANDOM"
    assert value(block, "_refine.details") == "R factors are over reflections with I > 2 sigma(I)."
    assert value(block, "_refine.ls_d_res_high") == "2.0"


def test_the_data_are_those_refined_against(tmp_path: Path) -> None:
    block = completed(known(tmp_path))

    assert value(block, "_reflns.number_obs") == "400"
    assert value(block, "_reflns.percent_possible_obs") == "95.24"
    assert value(block, "_reflns.pdbx_netI_over_sigmaI") == "8.00"
    assert value(block, "_reflns.B_iso_Wilson_estimate") == "17.50"
    assert value(block, "_diffrn_radiation_wavelength.wavelength") == "0.97950"
    assert [row[0] for row in block.find("_reflns_shell.", ["d_res_high"])] == ["3.000", "2.000"]


def test_figures_of_a_merging_here_are_told(tmp_path: Path) -> None:
    """Their names are those of the report of the task."""
    names = [name for name, _, _ in _TABLE]
    numbers = {"Rmerge": 0.05, "Rmeas": 0.06, "Rpim": 0.03, "CC1/2": 0.999, "Multiplicity": 4.2, "Observations": 1680}
    merging = table(
        "Merging, second", "Data", ["", "Overall", "Inner shell", "Outer shell"], [[n, numbers.get(n)] for n in names]
    )
    first = {"title": "Merging, first", "items": []}
    record = known(tmp_path, merging=run("merge_unmerged", [first, merging], xtalflow_version="0.1.0"), data_set=1)
    block = completed(record)

    assert set(numbers) <= set(names)
    assert value(block, "_reflns.pdbx_Rmerge_I_obs") == "0.0500"
    assert value(block, "_reflns.pdbx_Rrim_I_all") == "0.0600"
    assert value(block, "_reflns.pdbx_CC_half") == "0.999"
    assert value(block, "_reflns.pdbx_number_measured_all") == "1680"
    assert value(block, "_reflns.number_obs") == "400"


def test_atoms_are_counted_by_kind(tmp_path: Path) -> None:
    block = completed(known(tmp_path))

    kinds = ("pdbx_number_atoms_protein", "pdbx_number_atoms_ligand", "number_atoms_solvent", "number_atoms_total")
    assert [value(block, f"_refine_hist.{kind}") for kind in kinds] == ["6", "1", "1", "8"]


def test_programs_are_named_once(tmp_path: Path) -> None:
    block = completed(known(tmp_path, refinement=run("servalcat_refine", program_versions={"servalcat": "0.4.142"})))

    rows = [list(row) for row in block.find("_software.", ["pdbx_ordinal", "classification", "name", "version"])]
    assert rows == [["1", "refinement", "Servalcat", "0.4.142"], ["2", "'model building'", "xtalflow", "0.1.0"]]
    assert list(block.find_values("_software.description")) == ["'program of the refinement'", "?"]


def test_what_nobody_knows_is_left_out(tmp_path: Path) -> None:
    """No wavelength, no import, no report: no empty categories."""
    block = completed(known(tmp_path, refinement=run("servalcat_refine"), data=None, wavelength=None, wilson_b=None))

    categories = set(block.get_mmcif_category_names())
    assert not categories & {"_reflns.", "_reflns_shell.", "_diffrn_radiation_wavelength.", "_refine_hist."}


def test_it_is_valid_against_the_dictionary(tmp_path: Path) -> None:
    """The PDBx dictionary that comes with cctbx, asked through gemmi; it also finds what is wrong."""
    document = cif.read_string(completed(known(tmp_path)).as_string())
    check = check_against_dictionary(document)
    if check is None:
        pytest.skip("cctbx, which brings the PDBx dictionary, is not installed")
    document[0].set_pair("_refine.ls_R_factor_R_work", "low")
    wrong = check_against_dictionary(document)

    assert (check.is_valid, check.remarks) == (True, ())
    assert wrong is not None
    assert not wrong.is_valid
    assert "expected number, got: low" in wrong.remarks[0]
