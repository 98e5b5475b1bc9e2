"""Takes the selected atoms of a model, or says why there are none."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from xtalflow.errors import NothingSelected

from ._evaluation import atom_mask
from ._grammar import WORDS
from ._partial_models import keep_atoms
from ._tree import Atoms, Selection, parts_of

if TYPE_CHECKING:
    import gemmi

_MOST_LISTED = 8


def select_atoms(structure: gemmi.Structure, selection: Selection) -> gemmi.Structure:
    """A copy of a structure with the atoms selected.

    What is said of the others goes with them: links, cis-peptides, helices, sheets, modified residues and entities
    that name them. What is said of the whole model goes, too: assemblies, statistics of the refinement but for the
    resolution, TLS groups, remarks of a PDB file. If all atoms are selected, all of this stays.

    Raises
    ------
    NothingSelected
        No atom is selected; the sentence tells what the model has.
    """
    mask = atom_mask(structure, selection)
    if not mask.any():
        words = [word for word in unknown_chains(structure, selection).values() if word]
        also = f"; is {' or '.join(words)} meant?" if words else ""
        raise NothingSelected(f"{selection} selects no atom: the model has {_contents(structure)}{also}")
    return keep_atoms(structure, mask)


def unknown_chains(structure: gemmi.Structure, selection: Selection) -> dict[str, str]:
    """Names of chains in a selection that the model does not have, with the word that each may be a slip of, or ``""``.

    Examples
    --------
    >>> import gemmi
    >>> from xtalflow.xtal import parse_selection
    >>> unknown_chains(gemmi.Structure(), parse_selection("A and proteinn"))
    {'A': '', 'proteinn': 'protein'}
    """
    there = {chain.name for model in structure for chain in model}
    named = dict.fromkeys(name for part in parts_of(selection) for name in _chains_of(part))
    close = {name: get_close_matches(name.lower(), WORDS, n=1) for name in named if name and name not in there}
    return {name: words[0] if words else "" for name, words in close.items()}


def _chains_of(part: Selection) -> tuple[str, ...]:
    return part.chains.names if isinstance(part, Atoms) and part.chains is not None else ()


def _contents(structure: gemmi.Structure) -> str:
    """What a structure has, for a sentence: models if there are several, chains with their residues."""
    chains = [_chain(chain) for chain in structure[0]] if len(structure) else []
    if not chains:
        return "no chain"
    more = f" and {len(chains) - _MOST_LISTED} more" if len(chains) > _MOST_LISTED else ""
    text = f"the chain{'s' * (len(chains) > 1)} {', '.join(chains[:_MOST_LISTED])}{more}"
    numbers = [str(model.num) for model in structure]
    return f"the models {numbers[0]} to {numbers[-1]}, with {text}" if len(numbers) > 1 else text


def _chain(chain: gemmi.Chain) -> str:
    polymer = chain.get_polymer()
    inside = {str(residue.seqid) for residue in polymer}
    parts = [f"residues {polymer[0].seqid} to {polymer[-1].seqid}"] if len(polymer) else []
    others: dict[str, list[str]] = {}
    for residue in chain:
        if str(residue.seqid) not in inside:
            others.setdefault(residue.name, []).append(str(residue.seqid))
    for name, numbers in list(others.items())[:_MOST_LISTED]:
        parts.append(f"{name} {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} {name}")
    return f"{chain.name or '(blank)'} ({'; '.join(parts)})"
