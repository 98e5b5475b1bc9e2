"""Ordered water molecules: finding them in a difference map and adding them to a model.

The criteria are the usual ones of automated solvent building, as in ARP/wARP (Lamzin & Wilson, Acta Cryst. D49
(1993) 129-147) and Coot (Emsley, Lohkamp, Scott & Cowtan, Acta Cryst. D66 (2010) 486-501): a peak of mFo-DFc at
hydrogen-bonding distance from a polar atom and clear of everything else, with crystal symmetry.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, product
from typing import TYPE_CHECKING

from xtalflow.errors import InvalidInput

from ._density import DensityMap
from ._peaks import Peak, find_peaks, in_crystal_of, nearest_copy

if TYPE_CHECKING:
    import gemmi

POLAR = frozenset({"N", "O"})
SPECIAL_POSITION = 1.0
"""A peak nearer than this (Å) to its own symmetry mate lies on a special position as far as a map can tell."""
_NEIGHBOURHOOD = 4.0
_B_LIMITS = (5.0, 80.0)
_CHAIN_NAMES = "W" + string.ascii_uppercase.replace("W", "") + string.ascii_lowercase + string.digits
_LAST_NUMBER = 9999
"""The PDB format has four columns for a residue number."""


class Rejection(StrEnum):
    """Why a peak is not taken for a water."""

    TOO_CLOSE = "too close to an atom"
    NOT_BOUND = "no N or O at hydrogen-bonding distance"
    SPECIAL_POSITION = "on a special position"
    OTHER_WATER = "too close to another new water or its own symmetry mate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Water:
    """A new water: where, how high its peak (σ), the B factor (Å²) of its surroundings, and what binds it."""

    position: tuple[float, float, float]
    height: float
    b_iso: float
    bound_to: str
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterSearch:
    """Waters found, highest peak first, and how many peaks were left out for which reason."""

    waters: tuple[Water, ...]
    peaks: int
    rejected: dict[Rejection, int] = field(default_factory=dict)


def pick_waters(
    structure: gemmi.Structure,
    density: DensityMap,
    *,
    sigma: float = 3.5,
    closest: float = 2.3,
    farthest: float = 3.5,
) -> WaterSearch:
    """Choose those peaks of a difference map that can be water.

    A peak is taken if, over crystal symmetry, the model (its first, without hydrogens) has nothing nearer than
    `closest` and an N or O within `farthest`, if it is on no special position, and if no higher peak taken and no
    mate of its own is nearer than `closest`. Each water is put in the copy beside the atom that binds it.

    Parameters
    ----------
    structure
        The model; the map's cell and symmetry are used.
    density
        Map of mFo-DFc coefficients. Whether its resolution is good enough for waters is for the caller to judge.
    sigma
        Least height of a peak.
    closest, farthest
        Limits of a hydrogen bond, Å.
    """
    import gemmi

    if not 0.0 < closest < farthest:
        raise InvalidInput(f"the shortest contact of a water, {closest} Å, must be positive and below {farthest} Å")
    crystal = in_crystal_of(density, structure)
    search = gemmi.NeighborSearch(crystal[0], crystal.cell, max(farthest, _NEIGHBOURHOOD)).populate()
    taken: list[Water] = []
    rejected: Counter[Rejection] = Counter()
    peaks = find_peaks(density, sigma)
    for peak in peaks:
        judged = _judge(peak, crystal, search, closest, farthest)
        if isinstance(judged, Water) and _too_close(crystal.cell, judged, taken, closest):
            judged = Rejection.OTHER_WATER
        if isinstance(judged, Water):
            taken.append(judged)
        else:
            rejected[judged] += 1
    return WaterSearch(waters=tuple(taken), peaks=len(peaks), rejected=dict(rejected))


def _judge(
    peak: Peak, crystal: gemmi.Structure, search: gemmi.NeighborSearch, closest: float, farthest: float
) -> Water | Rejection:
    import gemmi

    position = gemmi.Position(*peak.position)
    if crystal.cell.is_special_position(position, SPECIAL_POSITION):
        return Rejection.SPECIAL_POSITION
    marks = search.find_atoms(position, "\0", radius=max(farthest, _NEIGHBOURHOOD))
    contacts = sorted(((search.dist(position, mark.pos), mark) for mark in marks), key=lambda contact: contact[0])
    if contacts and contacts[0][0] < closest:
        return Rejection.TOO_CLOSE
    bonds = [(distance, mark) for distance, mark in contacts if distance <= farthest and mark.element.name in POLAR]
    if not bonds:
        return Rejection.NOT_BOUND
    distance, mark = bonds[0]
    site = mark.to_cra(crystal[0])
    copy = nearest_copy(crystal.cell, site.atom.pos, position)
    b_factors = [near.to_cra(crystal[0]).atom.b_iso for limit, near in contacts if limit <= _NEIGHBOURHOOD]
    low, high = _B_LIMITS
    return Water(
        position=(copy.x, copy.y, copy.z),
        height=peak.height,
        b_iso=min(max(sum(b_factors) / len(b_factors), low), high),
        bound_to=f"{site.chain.name}/{site.residue.name} {site.residue.seqid}/{site.atom.name}",
        distance=distance,
    )


def _too_close(cell: gemmi.UnitCell, water: Water, taken: Sequence[Water], closest: float) -> bool:
    import gemmi

    here = gemmi.Position(*water.position)
    if cell.find_nearest_image(here, here, gemmi.Asu.Different).dist() < closest:
        return True
    others = (gemmi.Position(*other.position) for other in taken)
    return any(cell.find_nearest_image(other, here, gemmi.Asu.Any).dist() < closest for other in others)


def add_waters(structure: gemmi.Structure, waters: Sequence[Water]) -> gemmi.Structure:
    """A copy of a model with new waters, in chains of their own in its first model.

    A chain name is one letter or digit that neither a chain nor a subchain (``label_asym_id``) has, W if it is
    free; with none free it has two characters, which the PDB format can just hold. Numbers go from 1 to 9999,
    then a further chain begins.
    """
    import gemmi

    extended = structure.clone()
    if extended.cell.explicit_matrices:  # the waters are in the usual frame
        extended.standardize_crystal_frame()
    extended.setup_entities()
    first = 0
    while first < len(waters):
        name = _free_name(extended)
        new = gemmi.Chain(name)
        for number, water in enumerate(waters[first : first + _LAST_NUMBER], start=1):
            new.add_residue(_water_residue(water, number, name))
        extended[0].add_chain(new)
        _register(extended, name)
        first += _LAST_NUMBER
    extended.assign_serial_numbers()
    return extended


def _free_name(structure: gemmi.Structure) -> str:
    used = {part.name for model in structure for part in model}
    used |= {residue.subchain for model in structure for part in model for residue in part}
    names = chain(_CHAIN_NAMES, map("".join, product(_CHAIN_NAMES, repeat=2)))
    return next(name for name in names if name not in used)


def _water_residue(water: Water, number: int, subchain: str) -> gemmi.Residue:
    import gemmi

    atom = gemmi.Atom()
    atom.name, atom.element = "O", gemmi.Element("O")
    atom.pos = gemmi.Position(*water.position)
    atom.occ, atom.b_iso = 1.0, water.b_iso
    residue = gemmi.Residue()
    residue.name, residue.seqid = "HOH", gemmi.SeqId(str(number))
    residue.het_flag, residue.entity_type, residue.subchain = "H", gemmi.EntityType.Water, subchain
    residue.add_atom(atom)
    return residue


def _register(structure: gemmi.Structure, subchain: str) -> None:
    """Add a subchain to the water's entity, which is made if there is none."""
    import gemmi

    water = next((entity for entity in structure.entities if entity.entity_type == gemmi.EntityType.Water), None)
    if water is None:
        numbers = [int(entity.name) for entity in structure.entities if entity.name.isdigit()]
        water = gemmi.Entity(str(max(numbers, default=0) + 1))
        water.entity_type = gemmi.EntityType.Water
        structure.entities.append(water)
        water = structure.entities[-1]
    water.subchains = [*water.subchains, subchain]
    for residue in structure[0][-1]:
        residue.entity_id = water.name


def count_waters(structure: gemmi.Structure) -> int:
    """Number of water residues in the first model."""
    return sum(1 for part in structure[0] for residue in part if residue.is_water())
