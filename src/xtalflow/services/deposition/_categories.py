"""The categories of PDBx/mmCIF that a deposition asks for, from what is known of a refinement.

References
----------
PDBx/mmCIF dictionary, https://mmcif.wwpdb.org; Westbrook et al., J. Mol. Biol. 434 (2022) 167599.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from xtalflow import __version__

from ._record import DepositionRecord, TaskRun

if TYPE_CHECKING:
    import gemmi

_METHODS = {"xray": "X-RAY DIFFRACTION", "electron": "ELECTRON CRYSTALLOGRAPHY", "neutron": "NEUTRON DIFFRACTION"}
_SCATTERING = {"xray": "x-ray", "electron": "electron", "neutron": "neutron"}
_CRYSTAL = _DIFFRACTION = _WAVELENGTH = "1"

Cells = dict[str, list[str | None]]


def complete(block: gemmi.cif.Block, known: DepositionRecord) -> list[str]:
    """Put what is known into the block of a refined model; gives the categories that were written or completed.

    What the refinement wrote stays, but for items that are empty there.
    """
    entry = _value(block, "_entry.id") or "XXXX"
    source = str(known.refinement.detail.parameters.get("controlParameters.SOURCE") or "xray")
    method = _value(block, "_refine.pdbx_refine_id") or _METHODS.get(source, _METHODS["xray"])
    writers: dict[str, Callable[[], Cells]] = {
        "exptl": lambda: {"entry_id": [entry], "method": [method], "crystals_number": ["1"]},
        "exptl_crystal": lambda: {"id": [_CRYSTAL]},
        "diffrn": lambda: {"id": [_DIFFRACTION], "crystal_id": [_CRYSTAL]},
        "diffrn_radiation": lambda: {
            "diffrn_id": [_DIFFRACTION],
            "wavelength_id": [_WAVELENGTH],
            "pdbx_scattering_type": [_SCATTERING.get(source, "x-ray")],
        },
        "diffrn_radiation_wavelength": lambda: _wavelength(known),
        "diffrn_source": lambda: _source(known),
        "reflns": lambda: _reflns(known, entry),
        "reflns_shell": lambda: _reflns_shells(known),
        "refine": lambda: _refine(known, entry, method),
        "refine_hist": lambda: _refine_hist(known, method),
        "refine_ls_shell": lambda: _refine_shells(known, method) if not _rows(block, "refine_ls_shell") else {},
    }
    written = []
    for category, write in writers.items():
        cells = {name: values for name, values in write().items() if any(value is not None for value in values)}
        if cells and _merge(block, category, cells):
            written.append(category)
    if _add_software(block, known):
        written.append("software")
    return written


def _merge(block: gemmi.cif.Block, category: str, cells: Cells) -> bool:
    """Write a category; of one that is there, only items that have no value. Whether anything was written."""
    there = block.get_mmcif_category(f"_{category}.", raw=True)
    rows = len(next(iter(cells.values())))
    if there and len(next(iter(there.values()))) != rows:
        return False
    new = {
        name: values
        for name, values in cells.items()
        if name not in there or all(value in ("?", ".") for value in there[name])
    }
    if not new:
        return False
    from gemmi import cif

    raw = {name: [_quoted(cif, value) for value in values] for name, values in new.items()}
    block.set_mmcif_category(f"_{category}.", there | raw, raw=True)
    return True


def _quoted(cif: Any, value: str | None) -> str:
    return "?" if value is None else str(cif.quote(value))


def _rows(block: gemmi.cif.Block, category: str) -> int:
    there = block.get_mmcif_category(f"_{category}.", raw=True)
    return len(next(iter(there.values()))) if there else 0


def _value(block: gemmi.cif.Block, tag: str) -> str:
    from gemmi import cif

    values = list(block.find_values(tag))
    return cif.as_string(values[0]) if values else ""


# The experiment.


def _wavelength(known: DepositionRecord) -> Cells:
    if known.wavelength is None:
        return {}
    return {"id": [_WAVELENGTH], "wavelength": [_number(known.wavelength, 5)], "wt": ["1.0"]}


def _source(known: DepositionRecord) -> Cells:
    if known.wavelength is None:
        return {}
    return {"diffrn_id": [_DIFFRACTION], "pdbx_wavelength_list": [_number(known.wavelength, 5)]}


# The data.


def _reflns(known: DepositionRecord, entry: str) -> Cells:
    shells = _data_shells(known.data)
    merged = _merging_table(known)
    cells: Cells = {
        "entry_id": [entry],
        "pdbx_diffrn_id": [_DIFFRACTION],
        "pdbx_ordinal": ["1"],
        "B_iso_Wilson_estimate": [_number(known.wilson_b, 2)],
    }
    if merged:
        cells |= {
            "d_resolution_high": [_number(merged.get("High resolution limit (Å)"), 3)],
            "d_resolution_low": [_number(merged.get("Low resolution limit (Å)"), 3)],
            "number_obs": [_number(merged.get("Unique reflections"), 0)],
            "percent_possible_obs": [_number(merged.get("Completeness (%)"), 2)],
            "pdbx_number_measured_all": [_number(merged.get("Observations"), 0)],
            "pdbx_redundancy": [_number(merged.get("Multiplicity"), 2)],
            "pdbx_netI_over_sigmaI": [_number(merged.get("⟨I/σ(I)⟩"), 2)],
            "pdbx_Rmerge_I_obs": [_number(merged.get("Rmerge"), 4)],
            "pdbx_Rrim_I_all": [_number(merged.get("Rmeas"), 4)],
            "pdbx_Rpim_I_all": [_number(merged.get("Rpim"), 4)],
            "pdbx_CC_half": [_number(merged.get("CC1/2"), 3)],
        }
    if shells:  # those of the data refined against, which may be a part of what was merged
        observed, possible = (sum(int(row[name]) for row in shells) for name in ("Reflections", "Possible"))
        cells |= {
            "d_resolution_high": [_number(min(row["d min (Å)"] for row in shells), 3)],
            "d_resolution_low": [_number(max(row["d max (Å)"] for row in shells), 3)],
            "number_obs": [str(observed)],
            "percent_possible_obs": [_number(100 * observed / possible if possible else None, 2)],
        }
        if not merged:
            cells["pdbx_netI_over_sigmaI"] = [_number(_mean_signal(shells), 2)]
    known_of_data = cells.keys() - {"entry_id", "pdbx_diffrn_id", "pdbx_ordinal"}
    return cells if any(cells[name][0] is not None for name in known_of_data) else {}


def _reflns_shells(known: DepositionRecord) -> Cells:
    """Shells of the merging if that was here, else those of the import."""
    merging, title = known.merging, _merging_section(known)
    if merging is not None and (counts := merging.report.table(title, "Reflections by shell")):
        agreement = merging.report.table(title, "Agreement by shell")
        rows = [one | other for one, other in zip(counts, agreement, strict=False)]
        return _shell_cells(rows) | {
            "number_measured_all": [_number(row.get("Observations"), 0) for row in rows],
            "number_unique_obs": [_number(row.get("Unique"), 0) for row in rows],
            "pdbx_redundancy": [_number(row.get("Multiplicity"), 2) for row in rows],
            "Rmerge_I_obs": [_number(row.get("Rmerge"), 4) for row in rows],
            "pdbx_Rrim_I_all": [_number(row.get("Rmeas"), 4) for row in rows],
            "pdbx_Rpim_I_all": [_number(row.get("Rpim"), 4) for row in rows],
            "pdbx_CC_half": [_number(row.get("CC1/2"), 3) for row in rows],
        }
    rows = _data_shells(known.data)
    return _shell_cells(rows) | {"number_unique_obs": [_number(row["Reflections"], 0) for row in rows]} if rows else {}


def _shell_cells(rows: Sequence[dict[str, Any]]) -> Cells:
    return {
        "pdbx_ordinal": [str(number) for number in range(1, len(rows) + 1)],
        "pdbx_diffrn_id": [_DIFFRACTION for _ in rows],
        "d_res_high": [_number(row["d min (Å)"], 3) for row in rows],
        "d_res_low": [_number(row["d max (Å)"], 3) for row in rows],
        "number_possible": [_number(row.get("Possible"), 0) for row in rows],
        "percent_possible_obs": [_number(row.get("Completeness (%)"), 2) for row in rows],
        "meanI_over_sigI_obs": [_number(row.get("⟨I/σ(I)⟩"), 2) for row in rows],
    }


def _data_shells(data: TaskRun | None) -> list[dict[str, Any]]:
    return data.report.table("By resolution", "Resolution shells") if data is not None else []


def _mean_signal(shells: Sequence[dict[str, Any]]) -> float | None:
    """⟨I/σ(I)⟩ of all reflections from those of the shells, weighted by their numbers of reflections."""
    told = [(row["⟨I/σ(I)⟩"], row["Reflections"]) for row in shells if row.get("⟨I/σ(I)⟩") is not None]
    weight = sum(number for _, number in told)
    return sum(signal * number for signal, number in told) / weight if weight else None


def _merging_section(known: DepositionRecord) -> str:
    titles = [title for title in known.merging.report.titles() if title.startswith("Merging")] if known.merging else []
    return titles[known.data_set] if known.data_set < len(titles) else ""


def _merging_table(known: DepositionRecord) -> dict[str, Any]:
    """Overall figures of the merging by name; empty if the data were merged elsewhere."""
    if known.merging is None:
        return {}
    return {row[""]: row["Overall"] for row in known.merging.report.table(_merging_section(known), "Data")}


# The refinement.


def _refine(known: DepositionRecord, entry: str, method: str) -> Cells:
    kpis = known.refinement.detail.kpis
    on_intensities = "R1Factor" in kpis or "R1" in kpis
    work, free, whole = ("R1Factor", "R1Free", "R1") if on_intensities else ("RFactor", "RFree", "R")
    shells = _refinement_shells(known)
    used, left_free = (sum(int(row[name] or 0) for row in shells) for name in ("Reflections", "Free"))
    details = "R factors are over reflections with I > 2 sigma(I)." if on_intensities else None
    return {
        "entry_id": [entry],
        "pdbx_refine_id": [method],
        "pdbx_diffrn_id": [_DIFFRACTION],
        "ls_d_res_high": [_number(min((row["d min (Å)"] for row in shells), default=None), 3)],
        "ls_d_res_low": [_number(max((row["d max (Å)"] for row in shells), default=None), 3)],
        "ls_number_reflns_obs": [str(used) if used else None],
        "ls_percent_reflns_R_free": [_number(100 * left_free / used if used and left_free else None, 2)],
        "ls_R_factor_R_work": [_number(kpis.get(work), 4)],
        "ls_R_factor_R_free": [_number(kpis.get(free), 4)],
        "ls_R_factor_obs": [_number(kpis.get(whole), 4)],
        "pdbx_R_Free_selection_details": ["RANDOM" if known.has_new_free_set else None],
        "details": [details],
    }


def _refine_hist(known: DepositionRecord, method: str) -> Cells:
    """How many atoms of which kind the last cycle had."""
    shells = _refinement_shells(known)
    if not shells:
        return {}
    counts = _atom_counts(known)
    return {
        "pdbx_refine_id": [method],
        "cycle_id": ["LAST"],
        "d_res_high": [_number(min(row["d min (Å)"] for row in shells), 3)],
        "d_res_low": [_number(max(row["d max (Å)"] for row in shells), 3)],
        **{name: [str(number)] for name, number in counts.items()},
    }


def _atom_counts(known: DepositionRecord) -> dict[str, int]:
    """Atoms of the first model but hydrogens, by kind."""
    import gemmi

    from xtalflow.xtal import read_model

    structure = read_model(known.model)
    structure.setup_entities()
    counts = dict.fromkeys(
        ("pdbx_number_atoms_protein", "pdbx_number_atoms_nucleic_acid", "pdbx_number_atoms_ligand"), 0
    )
    counts["number_atoms_solvent"] = 0
    nucleic = (gemmi.PolymerType.Dna, gemmi.PolymerType.Rna, gemmi.PolymerType.DnaRnaHybrid)
    for part in structure[0].subchains():
        atoms = sum(not atom.is_hydrogen() for residue in part for atom in residue)
        entity = structure.get_entity_of(part)
        if part[0].is_water():
            counts["number_atoms_solvent"] += atoms
        elif entity is None or entity.entity_type != gemmi.EntityType.Polymer:
            counts["pdbx_number_atoms_ligand"] += atoms
        elif entity.polymer_type in nucleic:
            counts["pdbx_number_atoms_nucleic_acid"] += atoms
        else:
            counts["pdbx_number_atoms_protein"] += atoms
    return counts | {"number_atoms_total": sum(counts.values())}


def _refine_shells(known: DepositionRecord, method: str) -> Cells:
    rows = _refinement_shells(known)
    if not rows:
        return {}
    work = next((name for name in ("R1work", "Rwork", "R1", "R") if name in rows[0]), "")
    free = next((name for name in ("R1free", "Rfree") if name in rows[0]), "")
    return {
        "pdbx_refine_id": [method for _ in rows],
        "d_res_high": [_number(row["d min (Å)"], 3) for row in rows],
        "d_res_low": [_number(row["d max (Å)"], 3) for row in rows],
        "number_reflns_obs": [_number(row.get("Reflections"), 0) for row in rows],
        "percent_reflns_obs": [_number(row.get("Completeness (%)"), 2) for row in rows],
        "R_factor_R_work": [_number(row.get(work), 4) for row in rows],
        "R_factor_R_free": [_number(row.get(free), 4) for row in rows],
    }


def _refinement_shells(known: DepositionRecord) -> list[dict[str, Any]]:
    return known.refinement.report.table("By resolution", "Resolution shells")


# Programs.


def _add_software(block: gemmi.cif.Block, known: DepositionRecord) -> bool:
    """Add the programs that the record knows and the refinement did not name."""
    there = block.get_mmcif_category("_software.")
    named = {str(name).lower() for name in there.get("name", [])}
    versions = known.refinement.detail.program_versions
    rows = [
        ("refinement", name, versions[ours])
        for ours, name in (("servalcat", "Servalcat"),)
        if ours in versions and ours not in named
    ]
    if known.merging is not None:
        rows.append(("data scaling", "xtalflow", known.merging.detail.xtalflow_version or __version__))
    if known.water_version:
        rows.append(("model building", "xtalflow", known.water_version))
    if not rows:
        return False
    count = len(there.get("name", []))
    columns: Cells = {name: list(values) for name, values in there.items()}
    for name in ("pdbx_ordinal", "classification", "name", "version"):
        columns.setdefault(name, [None] * count)
    for number, (kind, name, version) in enumerate(rows, count + 1):
        row = {"pdbx_ordinal": str(number), "classification": kind, "name": name, "version": version}
        for column, values in columns.items():
            values.append(row.get(column))
    block.set_mmcif_category("_software.", columns)
    return True


def _number(value: Any, digits: int) -> str | None:
    """A number as the file has it; None of what is not known."""
    return f"{value:.{digits}f}" if isinstance(value, (int, float)) and not isinstance(value, bool) else None
