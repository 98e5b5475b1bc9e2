"""Reads reflections: MTZ or structure-factor mmCIF, plain or gzipped, told apart by content."""

from __future__ import annotations

import gzip
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile, UnsuitableContent

from ._columns import find_observations
from ._content import MAX_UNPACKED, binary_kind, looks_like_cif, parse_cif, read_content
from ._free_note import write_free_note

if TYPE_CHECKING:
    import gemmi

_GZIP = b"\x1f\x8b"
_HEAD = 65536
_CHUNK = 1024 * 1024
_END_OF_HEADER = b"MTZENDOFHEADERS"
_PDB_RECORDS = re.compile(rb"^(HEADER|CRYST1|ATOM  |HETATM|REMARK)", re.MULTILINE)


def read_reflections(path: Path) -> gemmi.Mtz:
    """Read an MTZ or structure-factor mmCIF file, plain or gzipped.

    Of an mmCIF file the first block with merged observations is taken; its status flags become a column
    ``FreeR_flag`` (``f`` is 0, ``o`` is 1) unless all are the same.

    Raises
    ------
    UnreadableFile
        Missing, a folder, not permitted, empty, truncated or broken.
    UnsuitableContent
        Readable, but no reflections, or reflections without cell or symmetry.
    """
    head = read_head(path)
    if head.startswith(b"MTZ "):
        with _unpacked(path) as plain:
            mtz = _read_mtz(path, plain)
    elif looks_like_cif(head):
        mtz = _read_cif(path)
    else:
        raise UnsuitableContent(path, f"this is no file of reflections but {_other_kind(head)}")
    if mtz.nreflections == 0:
        raise UnsuitableContent(path, "it holds no reflections")
    if mtz.spacegroup is None:
        raise UnsuitableContent(path, f"its space group {mtz.spacegroup_name!r} is not known")
    if not mtz.cell.is_crystal():
        raise UnsuitableContent(path, "it has no unit cell")
    return mtz


def reflection_format(path: Path) -> str:
    """``mtz`` or ``sf-mmcif``, by the first bytes; empty for anything else."""
    head = read_head(path)
    return "mtz" if head.startswith(b"MTZ ") else "sf-mmcif" if looks_like_cif(head) else ""


def read_head(path: Path) -> bytes:
    """The first bytes of a file, unpacked if it is gzipped.

    Raises
    ------
    UnreadableFile
        Missing, a folder, not permitted, empty, or broken gzip.
    """
    try:
        with path.open("rb") as source:
            head = source.read(_HEAD)
        if head.startswith(_GZIP):
            with gzip.open(path) as packed:
                head = packed.read(_HEAD)
    except (OSError, ValueError, EOFError, zlib.error):
        return read_content(path)[:_HEAD]  # says in words what is wrong
    return head if head.strip() else read_content(path)[:_HEAD]


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or a temporary copy of what is packed in it: gemmi goes by the name's ending."""
    with path.open("rb") as source:
        if source.read(2) != _GZIP:
            yield path
            return
    with tempfile.NamedTemporaryFile(suffix=".mtz") as copy:
        try:
            with gzip.open(path) as packed:
                while chunk := packed.read(_CHUNK):
                    if copy.tell() + len(chunk) > MAX_UNPACKED:
                        raise UnreadableFile(path, f"it unpacks to more than {MAX_UNPACKED // 1024**3} GiB")
                    copy.write(chunk)
        except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
            raise UnreadableFile(path, f"its gzip packing is broken or truncated ({exc})") from exc
        copy.flush()
        yield Path(copy.name)


def _read_mtz(path: Path, plain: Path) -> gemmi.Mtz:
    import gemmi

    try:
        header = gemmi.read_mtz_file(str(plain), with_data=False)
        cells = header.nreflections * len(header.columns)
        if 80 + 4 * cells > plain.stat().st_size or not _has_end(plain, 80 + 4 * cells):
            raise UnreadableFile(path, "the MTZ file is truncated")
        return gemmi.read_mtz_file(str(plain))
    except (RuntimeError, ValueError, IndexError, MemoryError) as exc:
        reason = str(exc).replace(str(plain), "").strip().rstrip(": ")
        raise UnreadableFile(path, f"the MTZ file is broken or truncated ({reason})") from exc
    except OSError as exc:
        raise UnreadableFile(path, f"it cannot be read ({exc})") from exc


def _has_end(plain: Path, after_data: int) -> bool:
    """Whether the header, which follows the data, is whole: gemmi reads one that lacks its last records."""
    with plain.open("rb") as source:
        source.seek(after_data)
        tail = b""
        while chunk := source.read(_CHUNK):
            if _END_OF_HEADER in tail + chunk:
                return True
            tail = chunk[-len(_END_OF_HEADER) :]
    return False


def _read_cif(path: Path) -> gemmi.Mtz:
    import gemmi

    document = parse_cif(path, read_content(path))
    is_model = any(block.find_loop("_atom_site.id") for block in document)
    blocks = gemmi.as_refln_blocks(document)
    candidates = [block for block in blocks if block.is_merged()] or [block for block in blocks if block.is_unmerged()]
    if not candidates:
        raise UnsuitableContent(path, f"this CIF file holds no reflections{' but an atomic model' if is_model else ''}")
    converted = [_convert(path, block) for block in candidates[:1]]
    for block in candidates[1:]:
        if find_observations(converted[-1]):
            break
        converted.append(_convert(path, block))
    return converted[-1] if find_observations(converted[-1]) else converted[0]


def _convert(path: Path, block: gemmi.ReflnBlock) -> gemmi.Mtz:
    import gemmi

    if block.spacegroup is None:
        raise UnsuitableContent(path, f"the space group of block {block.block.name} is not known")
    if not block.cell.is_crystal():
        raise UnsuitableContent(path, f"block {block.block.name} has no unit cell")
    try:
        mtz = gemmi.CifToMtz().convert_block_to_mtz(block)
    except (RuntimeError, ValueError, IndexError) as exc:
        raise UnsuitableContent(path, f"its reflections cannot be taken ({exc})") from exc
    mtz.update_reso()  # cif2mtz leaves the limits of resolution unset
    _mend_flags(mtz, block)
    return mtz


def _mend_flags(mtz: gemmi.Mtz, block: gemmi.ReflnBlock) -> None:
    """Drop flags that are all the same, and note the free value where status flags tell it."""
    import numpy as np

    flags = next((column for column in mtz.columns if column.label == "FreeR_flag"), None)
    if flags is None:
        return
    values = flags.array
    present = np.unique(values[np.isfinite(values)])
    if len(present) < 2:
        mtz.remove_column(flags.idx)
        return
    status = np.array(list(block.block.find_values("_refln.status")))
    if len(status) != len(values):
        return
    free = values[(np.char.strip(status, "'\"") == "f") & np.isfinite(values)]
    if len(free) and len(np.unique(free)) == 1:
        write_free_note(mtz, "FreeR_flag", int(free[0]))


def _other_kind(head: bytes) -> str:
    kind = binary_kind(head)
    if kind is not None:
        return kind
    if _PDB_RECORDS.search(head):
        return "an atomic model in PDB format"
    if head.startswith(b"!FORMAT=XDS_ASCII"):
        return "unmerged reflections of XDS"
    if head.lstrip().startswith(b"<"):
        return "an XML file"
    if head.lstrip().startswith(b">"):
        return "a sequence"
    return "text of another kind"
