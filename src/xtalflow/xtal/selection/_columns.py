"""Atoms and residues of a model as columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ._residue_classes import classify_residues
from ._tree import Names

if TYPE_CHECKING:
    import gemmi

    from ._neighbours import Mask, Points

_NO_NUMBER = -(2**31)


class Labels:
    """A column of texts, kept as numbers of the different ones."""

    def __init__(self, values: Sequence[str]) -> None:
        import numpy as np

        numbers: dict[str, int] = {}
        column = (numbers.setdefault(value, len(numbers)) for value in values)
        self._column = np.fromiter(column, dtype=int, count=len(values))
        self.different = list(numbers)

    def mask(self, wanted: Names) -> Mask:
        """Which of the texts are meant."""
        import numpy as np

        names = set(wanted.names)
        meant = np.array([(name in names) != wanted.excluded for name in self.different], dtype=bool)
        mask: Mask = meant[self._column]
        return mask


class Columns:
    """A structure as columns of residues and of atoms, each made when it is first asked for."""

    def __init__(self, structure: gemmi.Structure) -> None:
        import numpy as np

        self.structure = structure
        self.residues = [residue for model in structure for chain in model for residue in chain]
        counts = np.array([len(residue) for residue in self.residues], dtype=int)
        self.owner = np.repeat(np.arange(len(counts)), counts)
        """Index of the residue of each atom."""

    def of_atoms(self, residues: Mask) -> Mask:
        """Truths about residues as truths about their atoms."""
        mask: Mask = residues[self.owner]
        return mask

    def whole_residues(self, atoms: Mask) -> Mask:
        """All atoms of residues that have one of these."""
        import numpy as np

        touched = np.zeros(len(self.residues), dtype=bool)
        touched[self.owner[atoms]] = True
        return self.of_atoms(touched)

    # Residues.

    @cached_property
    def models(self) -> Any:
        """Numbers of models."""
        import numpy as np

        return np.array([model.num for model in self.structure for chain in model for _ in chain], dtype=int)

    @cached_property
    def chains(self) -> Labels:
        return Labels([chain.name for model in self.structure for chain in model for _ in chain])

    @cached_property
    def numbers(self) -> Any:
        import numpy as np

        numbers = [residue.seqid.num for residue in self.residues]
        return np.array([_NO_NUMBER if number is None else number for number in numbers], dtype=int)

    @cached_property
    def insertion_codes(self) -> Any:
        """As numbers of characters; a blank for none."""
        import numpy as np

        return np.array([ord(residue.seqid.icode) for residue in self.residues], dtype=int)

    @cached_property
    def residue_names(self) -> Labels:
        return Labels([residue.name for residue in self.residues])

    @cached_property
    def entity_types(self) -> Labels:
        return Labels([residue.entity_type.name for residue in self.residues])

    @cached_property
    def records(self) -> Labels:
        """``H`` for HETATM, ``A`` for ATOM."""
        return Labels([residue.het_flag for residue in self.residues])

    @cached_property
    def classes(self) -> Labels:
        return Labels(classify_residues(self.structure))

    # Atoms.

    @cached_property
    def atom_names(self) -> Labels:
        return Labels([atom.name for residue in self.residues for atom in residue])

    @cached_property
    def elements(self) -> Labels:
        return Labels([atom.element.name for residue in self.residues for atom in residue])

    @cached_property
    def altlocs(self) -> Labels:
        return Labels([atom.altloc.strip("\0 ") for residue in self.residues for atom in residue])

    @cached_property
    def occupancies(self) -> Any:
        import numpy as np

        return np.array([atom.occ for residue in self.residues for atom in residue], dtype=np.float32)

    @cached_property
    def b_factors(self) -> Any:
        """Isotropic, Å²."""
        import numpy as np

        return np.array([atom.b_iso for residue in self.residues for atom in residue], dtype=np.float32)

    @cached_property
    def positions(self) -> Points:
        """Å, shape (n, 3)."""
        import numpy as np

        positions = [atom.pos.tolist() for residue in self.residues for atom in residue]
        return np.array(positions, dtype=float).reshape(-1, 3)
