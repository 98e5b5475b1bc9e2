"""Checks of what tasks have in common: do model, data, flags and dictionaries go together?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.data import CInt, CList, CString
from xtalflow.errors import InvalidInput
from xtalflow.plugin import CPluginScript
from xtalflow.xtal import (
    CDictDataFile,
    CFreeRDataFile,
    CMtzDataFile,
    CObsDataFile,
    CPdbDataFile,
    FlagColumn,
    analyse_free_flags,
    check_model_crystal,
    check_monomer_library,
    check_space_group_change,
    choose_free_flags,
    crystal_of_model,
    crystal_of_reflections,
    find_free_flags,
    find_space_group,
    missing_dictionaries,
    read_dictionary,
    read_reflections,
)

from ._files import path_of
from ._findings import Findings
from ._observations import Observations, read_observations

if TYPE_CHECKING:
    import gemmi


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model, of which only the atoms selected, and the file that it is from."""

    path: Path
    structure: gemmi.Structure


def observations_of(findings: Findings, file: CObsDataFile) -> Observations | None:
    """The observations of a parameter; None if it is not set or cannot be used, which becomes a finding."""
    observations = None
    if findings.path_of(file):
        with findings.of(file):
            observations = read_observations(file)
    return observations


def model_of(findings: Findings, file: CPdbDataFile) -> Model | None:
    """The model of a parameter; None if it is not set or cannot be used, which becomes a finding."""
    model = None
    if path := findings.path_of(file):
        with findings.of(file):
            model = Model(path=path, structure=file.selected())
    return model


def read_flags(file: CFreeRDataFile, number: int | None = None) -> FlagColumn:
    """The flags of a file, with the value of the free reflections found or as given; what are no flags is refused."""
    path = path_of(file)
    mtz = read_reflections(path)
    label = choose_free_flags(path, mtz, file.columnLabels.value or "").labels[0]
    return FlagColumn(mtz, label, analyse_free_flags(path, mtz, label, number).free_value)


def flags_of(findings: Findings, file: CFreeRDataFile, number: int | None) -> FlagColumn | None:
    """The flags of a parameter; None if it is not set or has none, which becomes a finding."""
    flags = None
    if findings.path_of(file):
        with findings.of(file):
            flags = read_flags(file, number)
    return flags


def check_own_flags(findings: Findings, number: CInt, observations: Observations | None) -> None:
    """Refuse a free value (`FREERFLAG_NUMBER`) that the flags in the file of the data do not have."""
    if observations is None or not number.isSet():
        return
    with findings.of(number):
        groups = find_free_flags(observations.mtz)
        if not groups:
            raise InvalidInput(f"there are no flags that it could be a value of: {observations.path.name} has none")
        analyse_free_flags(observations.path, observations.mtz, groups[0].labels[0], number.value)


def check_crystals(
    findings: Findings,
    file: CPdbDataFile | None,
    model: Model | None,
    observations: Observations | None,
    space_group: CString | None = None,
) -> None:
    """Refuse a model that does not belong to the crystal of the data, and a space group that the data cannot have."""
    if observations is None:
        return
    data, chosen = observations.crystal, space_group is not None and space_group.isSet()
    if space_group is not None and chosen:
        with findings.of(space_group):
            change = check_space_group_change(data, space_group.value or "")
            if change.refusal:
                raise InvalidInput(f"{observations.path.name}: {change.refusal}")
            name = find_space_group(space_group.value or "").xhm()
            data = type(data)(cell=data.cell, space_group=name)
    if model is not None and file is not None:
        remedy = "put the model into the crystal of the data with the task import_model"
        if space_group is not None:
            remedy = "say which is right with SPACEGROUP="
        own = crystal_of_model(model.structure)
        agreement = check_model_crystal(own, data, space_group_chosen=chosen, remedy=remedy)
        if agreement.refusal:
            findings.add(file, f"{model.path.name} and {observations.path.name}: {agreement.refusal}")


def check_same_crystal(findings: Findings, file: CMtzDataFile, model: Model | None) -> None:
    """Refuse reflections or map coefficients that are not of the crystal of the model."""
    path = findings.path_of(file)
    if path is None or model is None:
        return
    with findings.of(file):
        data = crystal_of_reflections(read_reflections(path))
        remedy = "give those that were made with this model"
        agreement = check_model_crystal(crystal_of_model(model.structure), data, remedy=remedy)
        if agreement.refusal:
            raise InvalidInput(f"{model.path.name} and {path.name}: {agreement.refusal}")


def check_restraints(
    findings: Findings, task: CPluginScript, model: Model | None, dictionaries: CList[CDictDataFile]
) -> None:
    """Refuse a model with residues that neither the monomer library nor a dictionary describes."""
    given = [dictionary for dictionary in dictionaries if dictionary.isSet()]
    for dictionary in given:
        if path := findings.path_of(dictionary):
            with findings.of(dictionary):
                read_dictionary(path)
    library = None
    with findings.of(task.container.find("inputData.XYZIN")):
        folder = task.monomer_library()
        check_monomer_library(folder)
        library = folder
    if library is None or model is None or not all(findings.path_of(dictionary) for dictionary in given):
        return
    with findings.of(dictionaries):
        missing = missing_dictionaries(model.structure, library, dictionary_paths(dictionaries))
        if missing:
            raise InvalidInput(
                f"{model.path.name} has {_listed(missing)}, which neither the monomer library ({library}) nor a "
                f"dictionary describes; {_remedy(missing)}"
            )


def _remedy(missing: Sequence[str]) -> str:
    """What to do about residues that nothing describes."""
    import gemmi

    if any(gemmi.find_tabulated_residue(name).is_standard() for name in missing):
        return "name a whole monomer library with CLIBD_MON (CCP4 brings it as lib/data/monomers)"
    return f"give restraints with DICT_LIST={missing[0]}.cif"


def dictionary_paths(dictionaries: CList[CDictDataFile]) -> list[Path]:
    """Where the dictionaries of a list are."""
    return [path_of(dictionary) for dictionary in dictionaries if dictionary.isSet()]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
