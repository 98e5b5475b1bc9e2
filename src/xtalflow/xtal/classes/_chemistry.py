"""Elements, and monomers as the monomer library lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from xtalflow.data import CComposite, CInt, COneWord, CString

_SYMBOLS = """
H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc
Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi
Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
"""


class CElement(COneWord):
    """A chemical element by its symbol."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"enumerators": tuple(_SYMBOLS.split())}


class CAnomalousScatteringElement(CElement):
    """An element that scatters anomalously."""

    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"enumerators": ("Br", "Fe", "Pt", "Se")}


class CChemComp(CComposite):
    """A monomer, as the monomer library lists it."""

    id = COneWord()
    three_letter_code = COneWord()
    name_ = CString()
    group = CString()
    number_atoms_all = CInt()
    number_atoms_nh = CInt(toolTip="Atoms other than hydrogen")
    desc_level = CInt()
