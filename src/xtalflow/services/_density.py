"""What a viewer shows of a job: its model, its maps, and the places in them that its reports speak of."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow import db
from xtalflow.engine import Absence, path_below
from xtalflow.errors import InvalidInput, UnreadableFile
from xtalflow.xtal import MOST_MAP_POINTS, read_cell_density, read_model, viewer_cif, viewer_pdb

from ._documents import Document, file_document
from ._jobs import FoundJob, read_report

if TYPE_CHECKING:
    from xtalflow.db import JobDetail, UsedFile
    from xtalflow.engine import FileRecord

_MODEL = "chemical/x-pdb"
_COEFFICIENTS = "application/CCP4-mtz-map"
_ANY_MTZ = "application/CCP4-mtz"
_MOST_BYTES = 64 * 1024 * 1024
_AT_ONCE = 2
"""Maps and models that are made side by side: a map of a large cell takes hundreds of megabytes meanwhile."""
_MOST_PLACES = 50
_VERSION = 1
"""Of what is made of a file: it is in the tag, so that no browser shows what an earlier xtalflow made."""
_ATOM = re.compile(r"(?P<chain>[^/\s]+)/(?P<name>[^/\s]+) (?P<number>-?\d+[A-Za-z]?)(/\S+)?")
_RESIDUE = re.compile(r"(?P<name>\S+) (?P<number>-?\d+[A-Za-z]?)")


class MapKind(StrEnum):
    """Maps that are shown of a refinement."""

    NORMAL = "2fofc"
    DIFFERENCE = "fofc"

    @property
    def words(self) -> str:
        """As crystallographers write it."""
        return "2mFo-DFc" if self is MapKind.NORMAL else "mFo-DFc"


_SUB_TYPES = {1: MapKind.NORMAL, 2: MapKind.DIFFERENCE}
_LABELS = {
    MapKind.NORMAL: (("FWT", "PHWT"), ("2FOFCWT", "PH2FOFCWT"), ("FWT", "PHIWT")),
    MapKind.DIFFERENCE: (("DELFWT", "PHDELWT"), ("FOFCWT", "PHFOFCWT"), ("DELFWT", "PHIDELWT")),
}
"""Of files that have both, as Refmac, Phenix and Buster call them."""


class ModelFormat(StrEnum):
    """Formats in which a model is given to a viewer."""

    PDB = "pdb"
    CIF = "cif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a map: the centre in orthogonal coordinates, and how far it reaches from there, in Å."""

    centre: tuple[float, float, float]
    radius: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file of which a viewer shows something; `columns` are labels where it has several pairs."""

    file: FileRecord
    directory: Path
    columns: str = ""

    def readable_path(self) -> Path:
        """Where it is read; `UnreadableFile` if a symbolic link leads out of the project."""
        return path_below(self.directory, self.file.path)

    def tag(self, made: str) -> str:
        """A name for what is made of the file: the same as long as both are."""
        return sha256(f"{_VERSION} {self.file.checksum} {self.columns} {made}".encode()).hexdigest()[:32]

    def check(self) -> None:
        """Refuse a file that is no longer there."""
        if absence := self.file.absence:
            ways = {
                Absence.PURGED: "to see it, restart the job or clone it and run the clone",
                Absence.NOT_IMPORTED: (
                    "to see it, delete this project and import it again with its files, if you can do without the jobs "
                    "that were made here since: they go with the project"
                ),
            }
            raise UnreadableFile(Path(self.file.path), f"{absence.sentence}; {ways[absence]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStructure:
    """What there is to show of a job."""

    found: FoundJob
    model: ShownFile | None = None
    maps: Mapping[MapKind, ShownFile] = field(default_factory=dict)

    def the_model(self) -> ShownFile:
        """The model, or a sentence that there is none."""
        if self.model is None:
            raise InvalidInput(f"{self.found.name} has no model to show")
        self.model.check()
        return self.model

    def the_map(self, kind: MapKind) -> ShownFile:
        """The coefficients of a map, or a sentence that there are none."""
        if kind not in self.maps:
            raise InvalidInput(f"{self.found.name} has no coefficients of a {kind.words} map to show")
        self.maps[kind].check()
        return self.maps[kind]

    def model_tag(self, form: ModelFormat) -> str:
        """A name for the text of the model, the same as long as that is."""
        return self.the_model().tag(f"model {form}")

    def map_tag(self, kind: MapKind, box: Box | None = None) -> str:
        """A name for the bytes of a map, the same as long as these are."""
        return self.the_map(kind).tag("asymmetric unit" if box is None else f"box {box.centre} {box.radius}")


async def prepare_density() -> None:
    """Load what maps are made with, so that the first page does not wait for it."""
    await asyncio.to_thread(lambda: (import_module("numpy.fft"), import_module("gemmi")))


async def find_structure(found: FoundJob) -> ShownStructure:
    """The model and the map coefficients that a job made; where it made none, those that it read.

    Of a job that has one map only, the other one is that of the job that made it.
    """
    detail = await db.job_detail(found.project.id, found.job.id)
    used = [*detail.outputs, *detail.inputs]
    makers = {one.file.job for one in used if one.file.file_type == _COEFFICIENTS} - {found.job.id, None}
    for maker in makers:
        assert maker is not None
        used += (await db.job_detail(found.project.id, maker)).outputs

    def shown(file: FileRecord, columns: str = "") -> ShownFile:
        return ShownFile(file=file, directory=found.project.directory, columns=columns)

    models = [one.file for one in used if one.file.file_type == _MODEL]
    model = next((file for file in models if file.available), models[0] if models else None)
    maps = {}
    for kind in MapKind:
        found_maps = list(_coefficients(used, kind))
        if chosen := next((one for one in found_maps if one[0].available), next(iter(found_maps), None)):
            maps[kind] = shown(*chosen)
    return ShownStructure(found=found, model=shown(model) if model else None, maps=maps)


def _coefficients(used: Sequence[UsedFile], kind: MapKind) -> Iterator[tuple[FileRecord, str]]:
    """Files with coefficients of a map of this kind, the best first, and the columns where there are several."""
    for one in used:
        if one.file.file_type == _COEFFICIENTS and _kind_of(one) is kind:
            yield one.file, ""
    for one in used:
        if one.file.file_type in (_COEFFICIENTS, _ANY_MTZ):
            labels = {column["label"] for column in one.file.facts.get("columns", ())}
            for pair in _LABELS[kind]:
                if labels.issuperset(pair):
                    yield one.file, ",".join(pair)


def _kind_of(used: UsedFile) -> MapKind | None:
    """What map a file of one pair of columns has: by its sub-type, and where an import has none, by its parameter."""
    if used.file.sub_type:
        return _SUB_TYPES.get(used.file.sub_type)
    pairs = [group for group in used.file.facts.get("groups", ()) if group["kind"] == "FPHI"]
    if len(pairs) > 1:
        return None
    return MapKind.DIFFERENCE if used.param_name.upper().startswith("DIFF") else MapKind.NORMAL


async def structure_document(structure: ShownStructure) -> Document:
    """What a page needs to know before it shows a structure: files, and places to go to.

    A model and maps whose files are not there are under ``absent``, with a sentence of each.
    """
    found = structure.found
    all_of_it = {"Model": structure.model} | {f"{kind.words} map": one for kind, one in structure.maps.items()}
    absent = []
    for title, one in all_of_it.items():
        try:
            if one is not None:
                one.check()
        except UnreadableFile as exc:
            absent.append({"title": title, "sentence": str(exc)})

    def document(shown: ShownFile | None) -> Document | None:
        if shown is None or not shown.file.available:
            return None
        return file_document(shown.file, shown.directory) | {"columns": shown.columns}

    model, maps = structure.model, structure.maps
    return {
        "job": found.name,
        "model": document(model),
        "maps": [
            {"kind": kind.value, "title": kind.words, "file": document(maps[kind])}
            for kind in MapKind
            if kind in maps and maps[kind].file.available
        ],
        "absent": absent,
        "places": await list_places(found),
    }


async def model_text(structure: ShownStructure, form: ModelFormat) -> bytes:
    """The model as a viewer reads it.

    Raises
    ------
    InvalidInput
        There is none, it is not there, or it cannot be read.
    """
    shown = structure.the_model()
    write = {ModelFormat.PDB: viewer_pdb, ModelFormat.CIF: viewer_cif}[form]
    return await _made.get(structure.model_tag(form), lambda: write(read_model(shown.readable_path())).encode())


async def map_bytes(structure: ShownStructure, kind: MapKind, box: Box | None = None) -> bytes:
    """A CCP4 map of one byte a point: the asymmetric unit, or a box without symmetry.

    Raises
    ------
    InvalidInput
        There are no such coefficients, they are not there, cannot be read or shown; or the box is none.
    """
    shown = structure.the_map(kind)

    def make() -> bytes:
        if box is not None:
            return read_cell_density(shown.readable_path(), shown.columns).box(box.centre, box.radius)
        whole = read_cell_density(shown.readable_path(), shown.columns, most_points=MOST_MAP_POINTS)
        return whole.asymmetric_unit()

    return await _made.get(structure.map_tag(kind, box), make)


class _Made:
    """The latest things made, up to a number of bytes; what two ask for at once is made once."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._making: dict[str, asyncio.Task[bytes]] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def get(self, tag: str, make: Callable[[], bytes]) -> bytes:
        if tag in self._kept:
            self._kept.move_to_end(tag)
            return self._kept[tag]
        return await asyncio.shield(self._task(tag, make))  # another one may be waiting for it too

    def _task(self, tag: str, make: Callable[[], bytes]) -> asyncio.Task[bytes]:
        task = self._making.get(tag)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._making[tag] = asyncio.create_task(self._make(make))
            task.add_done_callback(lambda done: self._keep(tag, done))
        return task

    async def _make(self, make: Callable[[], bytes]) -> bytes:
        async with self._room:
            return await asyncio.to_thread(make)

    def _keep(self, tag: str, done: asyncio.Task[bytes]) -> None:
        self._making.pop(tag, None)
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[tag] = done.result()
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._most_bytes:
            self._kept.popitem(last=False)


_made = _Made(_MOST_BYTES)


async def list_places(found: FoundJob) -> list[Document]:
    """Residues and points that the reports of a job speak of, by the tables that they are in.

    Those of the job and all below it; if these speak of none, those of the job that it is a part of. Each table is
    ``{"title", "total", "places": [{"label", "note", "residue" | None, "xyz" | None}]}``, with a
    residue such as ``A/123``; `total` counts also the places beyond the first 50, which are left out.
    """
    detail = await db.job_detail(found.project.id, found.job.id)
    places = await asyncio.to_thread(_places_below, detail, found.project.directory)
    if not places and detail.job.parent is not None:
        whole = await db.job_detail(found.project.id, detail.job.parent)
        places = await asyncio.to_thread(_places_below, whole, found.project.directory)
    return sorted(places, key=lambda table: table["places"][0]["xyz"] is None)  # peaks first: they are seen here only


def _places_below(detail: JobDetail, directory: Path) -> list[Document]:
    report: Document = {}
    with suppress(UnreadableFile):  # the page of the report says so
        report = read_report(directory, directory / detail.job.folder) or {}
    tables = [
        {"title": f"{section['title']}: {item['title']}", "total": len(places), "places": places[:_MOST_PLACES]}
        for section in report.get("sections", ())
        for item in section["items"]
        if item["kind"] == "table" and (places := list(_places(item)))
    ]
    for child in reversed(detail.children):  # what was found at last comes first
        tables += _places_below(child, directory)
    return tables


def _places(table: Document) -> Iterator[Document]:
    columns = table["columns"]
    axes = [columns.index(name) for name in ("x (Å)", "y (Å)", "z (Å)") if name in columns]
    digits = table.get("digits") or [[None] * len(columns)] * len(table["rows"])
    for row, decimals in zip(table["rows"], digits, strict=False):
        texts = [_text(value, places) for value, places in zip(row, decimals, strict=False)]
        residue, label = _residue(columns, row)
        if len(axes) == 3:
            rest = [text for index, text in enumerate(texts) if index not in axes]
            yield {
                "label": f"{rest[0]} σ" if columns[0].endswith("(σ)") else rest[0],
                "note": ", ".join(text for text in rest[1:2] if text),
                "residue": residue,
                "xyz": [round(float(row[axis]), 2) for axis in axes],
            }
        elif residue:
            note = ", ".join(
                f"{name} {text}" for name, text in zip(columns, texts, strict=False) if text and _names_a_value(name)
            )
            yield {"label": label, "note": note, "residue": residue, "xyz": None}


def _names_a_value(column: str) -> bool:
    return column not in ("Atom", "Atoms", "Residue", "Chain", "Between symmetry mates")


def _residue(columns: Sequence[str], row: Sequence[Any]) -> tuple[str | None, str]:
    """The first residue that a row speaks of, as ``A/123``, and what to call the row by it."""
    texts = [value for value in row if isinstance(value, str)]
    whole = [value for value in texts if _ATOM.fullmatch(value)]
    if found := next(filter(None, map(_ATOM.search, whole or texts)), None):
        label = " – ".join(whole) or f"{found['chain']}/{found['name']} {found['number']}"
        return f"{found['chain']}/{found['number']}", label
    if "Chain" in columns and "Residue" in columns:
        chain, residue = row[columns.index("Chain")], str(row[columns.index("Residue")])
        if named := _RESIDUE.fullmatch(residue):
            return f"{chain}/{named['number']}", f"{chain}/{residue}"
    return None, ""


def _text(value: Any, decimals: int | None) -> str:
    if value is None:
        return ""
    return f"{value:.{decimals}f}" if isinstance(value, int | float) and decimals is not None else str(value)
