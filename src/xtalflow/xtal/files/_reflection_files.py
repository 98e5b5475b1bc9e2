"""File kinds for reflections and maps, with CCP4i2's MIME types, extensions, sub-types and content flags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from xtalflow.data import CDataFile, CInt, CString, FileFacts, Finding, Severity
from xtalflow.errors import InvalidInput

from ..free_sets import count_flags
from ..maps import map_facts
from ..reflections import (
    COLUMN_KINDS,
    PREFERENCE,
    CMtzData,
    ColumnGroup,
    ObsContent,
    PhsContent,
    choose_free_flags,
    choose_group,
    choose_observations,
    convertible_contents,
    find_free_flags,
    find_groups,
    find_observations,
    mtz_content,
    read_mtz_header,
    read_reflections,
    reflection_digests,
    reflection_facts,
    reflection_format,
)
from ._same_crystal import crystal_agreement, same_crystal_partner

if TYPE_CHECKING:
    import gemmi

_MASK = 4
"""Subtype of a map that is a mask."""


class CMtzDataFile(CDataFile):
    """Reflections of any kind: MTZ, or another format of merged ones, plain or gzipped."""

    __slots__ = ()
    ERROR_CODES: ClassVar[Mapping[int, str]] = {
        111: "of another crystal than the parameter named",
        112: "the symmetry differs from that of the parameter named",
    }
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-mtz",
        "fileExtensions": ("mtz",),
        "fileContentClassName": "CMtzData",
        "guiLabel": "Experimental data",
    }

    def _required_path(self) -> Path:
        """The path; `InvalidInput` if none is set."""
        if self.path is None:
            raise InvalidInput(f"{self.object_path() or type(self).__name__} is not set")
        return self.path

    def read(self) -> gemmi.Mtz:
        """The reflections of the file; see `read_reflections`."""
        return read_reflections(self._required_path())

    def examine(self) -> FileFacts:
        path = self._required_path()
        mtz = self.read()
        self.check_content(path, mtz)
        return FileFacts(facts=reflection_facts(mtz, reflection_format(path)), digests=reflection_digests(mtz))

    def content(self) -> CMtzData:
        """Of an MTZ file only the header is read."""
        path = self._required_path()
        file_format = reflection_format(path)
        return mtz_content(read_mtz_header(path) if file_format == "mtz" else self.read(), file_format)

    def check_content(self, path: Path, mtz: gemmi.Mtz) -> None:
        """Refuse content of another kind, and set the content flag; any reflections will do here."""

    def validity(self) -> list[Finding]:
        """Also: the crystal must be that of the parameter that `sameCrystalAs` names; see `check_same_crystal`."""
        findings = super().validity()
        other = None if findings else same_crystal_partner(self)
        agreement = None if other is None else crystal_agreement(self, other)
        if other is not None and agreement is not None:
            names = f"{Path(str(self)).name} and {Path(str(other)).name}"
            if agreement.refusal:
                findings.append(self._finding(111, f"{names}: {agreement.refusal}"))
            findings += [self._finding(112, f"{names}: {remark}", Severity.WARNING) for remark in agreement.remarks]
        return findings


class CMiniMtzDataFile(CMtzDataFile):
    """One group of columns, or a choice of one (`columnLabels`) in a file of several."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-mtz-mini",
        "fileExtensions": ("mtz", "cif", "ent"),
    }

    columnLabels = CString(toolTip="Columns of a file that has several groups, such as F,SIGF")

    def choose(self, path: Path, mtz: gemmi.Mtz) -> ColumnGroup | None:
        """The columns that are meant; kinds with known content say which."""
        return None

    def possible_columns(self, path: Path) -> list[ColumnGroup]:
        """What could be chosen of a file, in its order; of an MTZ file only the header is read.

        Raises
        ------
        UnreadableFile, UnsuitableContent
            It cannot be read, or is no file of reflections.
        """
        is_mtz = reflection_format(path) == "mtz"
        mtz = read_mtz_header(path) if is_mtz else read_reflections(path)
        return [] if len(mtz.batches) > 0 else self.groups_in(mtz)

    def groups_in(self, mtz: gemmi.Mtz) -> list[ColumnGroup]:
        """Groups of columns that it can take, in the order of the file; the header is enough."""
        return [*find_groups(mtz, [kind for kind in COLUMN_KINDS if kind != "FREER"]), *find_free_flags(mtz)]

    def check_content(self, path: Path, mtz: gemmi.Mtz) -> None:
        group = self.choose(path, mtz)
        if group is not None:
            self.contentFlag.set(group.content)

    def contents_of(self, flag: int) -> tuple[int, ...]:
        """Content flags that a file with this one has or can be converted to."""
        return (flag,)

    def serves(self, flag: int) -> bool:
        """Whether a file with this content flag has or can be converted to what is required here."""
        wanted = set(self.qualifier("requiredContentFlag") or ())
        return not wanted or 0 in wanted or not wanted.isdisjoint(self.contents_of(flag))

    def validity(self) -> list[Finding]:
        """Also: the content must be one of `requiredContentFlag`, or be convertible to one; 0 stands for any."""
        findings = super().validity()
        wanted = self.qualifier("requiredContentFlag") or ()
        if not wanted or 0 in wanted or not self.isSet() or any(each.severity >= Severity.ERROR for each in findings):
            return findings
        flag = self.contentFlag.value or self._flag_of_file()
        if flag and not self.serves(flag):
            choices = " or ".join(self._words(each) for each in wanted)
            message = f"{self}: {self._words(flag)} cannot be converted to {choices}"
            findings.append(self._finding(104, message))
        return findings

    def _flag_of_file(self) -> int:
        """The content flag of the file itself; 0 if it cannot be told, which other findings say."""
        try:
            path = self._required_path()
            group = self.choose(path, self.read())
        except InvalidInput:
            return 0
        return 0 if group is None else group.content

    def _words(self, flag: int) -> str:
        """A content in words."""
        choices, names = self.contentFlag.qualifier("enumerators") or (), self.contentFlag.qualifier("menuText") or ()
        name = str(dict(zip(choices, names, strict=False)).get(flag, f"content {flag}"))
        return COLUMN_KINDS[name].words if name in COLUMN_KINDS else name


class CObsDataFile(CMiniMtzDataFile):
    """Observed intensities or amplitudes, as pairs of Friedel mates or means."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-mtz-observed",
        "guiLabel": "Reflections",
    }

    subType = CInt(
        enumerators=(1, 2, 3), menuText=("observed data", "derived data", "reference data"), onlyEnumerators=True
    )
    contentFlag = CInt(min=0, max=4, enumerators=(1, 2, 3, 4), menuText=("IPAIR", "FPAIR", "IMEAN", "FMEAN"))

    def choose(self, path: Path, mtz: gemmi.Mtz) -> ColumnGroup:
        kinds = [kind for kind in PREFERENCE if self.serves(ObsContent[kind])]
        return choose_observations(path, mtz, self.columnLabels.value or "", kinds)

    def groups_in(self, mtz: gemmi.Mtz) -> list[ColumnGroup]:
        return [group for group in find_observations(mtz) if self.serves(group.content)]

    def contents_of(self, flag: int) -> tuple[int, ...]:
        return tuple(int(content) for content in convertible_contents(ObsContent(flag)))


class CFreeRDataFile(CMiniMtzDataFile):
    """Free flags."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-mtz-freerflag",
        "guiLabel": "Free R set",
    }

    contentFlag = CInt(min=0, max=1, enumerators=(1,), menuText=("FREER",))

    def choose(self, path: Path, mtz: gemmi.Mtz) -> ColumnGroup:
        group = choose_free_flags(path, mtz, self.columnLabels.value or "")
        count_flags(path, mtz, group.labels[0])
        return group

    def groups_in(self, mtz: gemmi.Mtz) -> list[ColumnGroup]:
        return find_free_flags(mtz)


class CPhsDataFile(CMiniMtzDataFile):
    """Phases: Hendrickson-Lattman coefficients, or phases with figures of merit."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-mtz-phases",
        "guiLabel": "Phases",
    }

    subType = CInt(enumerators=(1, 2), menuText=("unbiased data", "biased data"), onlyEnumerators=True)
    contentFlag = CInt(min=0, max=2, enumerators=(1, 2), menuText=("HL", "PHIFOM"))

    def choose(self, path: Path, mtz: gemmi.Mtz) -> ColumnGroup:
        return choose_group(path, mtz, ("HL", "PHIFOM"), "phases", self.columnLabels.value or "")

    def groups_in(self, mtz: gemmi.Mtz) -> list[ColumnGroup]:
        return [group for group in find_groups(mtz, ("HL", "PHIFOM")) if self.serves(group.content)]

    def contents_of(self, flag: int) -> tuple[int, ...]:
        return tuple(int(content) for content in convertible_contents(PhsContent(flag)))


class CMapCoeffsDataFile(CMiniMtzDataFile):
    """Map coefficients."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-mtz-map",
        "guiLabel": "Map coefficients",
    }

    subType = CInt(
        enumerators=(1, 2, 3),
        menuText=("normal map", "difference map", "anomalous difference map"),
        onlyEnumerators=True,
    )
    contentFlag = CInt(min=0, max=1, enumerators=(1,), menuText=("FPHI",))

    def choose(self, path: Path, mtz: gemmi.Mtz) -> ColumnGroup:
        return choose_group(path, mtz, ("FPHI",), "map coefficients", self.columnLabels.value or "")

    def groups_in(self, mtz: gemmi.Mtz) -> list[ColumnGroup]:
        return find_groups(mtz, ("FPHI",))


class CMapDataFile(CDataFile):
    """A map in CCP4 or MRC format; one of which all points are 0 or 1 is a mask."""

    __slots__ = ()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {
        "mimeTypeName": "application/CCP4-map",
        "fileExtensions": ("map", "mrc"),
        "guiLabel": "Map",
    }

    subType = CInt(
        enumerators=(1, 2, 3, 4),
        menuText=("normal map", "difference map", "anomalous difference map", "mask"),
        onlyEnumerators=True,
    )

    def examine(self) -> FileFacts:
        if self.path is None:
            raise InvalidInput(f"{self.object_path() or 'the map'} is not set")
        facts = map_facts(self.path)
        if facts["mask"] and not self.subType.isSet():
            self.subType.set(_MASK)
        return FileFacts(facts=facts)
