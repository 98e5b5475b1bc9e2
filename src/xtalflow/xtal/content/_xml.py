"""Reads foreign XML safely: no entities, no declarations, no network, bounded size and depth."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xtalflow.errors import UnreadableFile

if TYPE_CHECKING:
    from lxml import etree

MAX_BYTES = 64 * 2**20
MAX_TAGS = 2_000_000
MAX_DEPTH = 100
_NAMESPACED = "boolean(/*/*/descendant-or-self::*[namespace-uri()])"
_TOO_DEEP = f"boolean({'/*' * (MAX_DEPTH + 1)})"


def parse_xml(path: Path) -> etree._Element:
    """The root element of a file; tags are without their namespaces.

    Raises
    ------
    UnreadableFile
        It cannot be read, is larger than 64 MiB, has more than two million tags, is not well-formed, is nested deeper
        than 100 levels or declares a document type.
    """
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            size = os.fstat(file.fileno()).st_size or MAX_BYTES  # of a pipe it is 0
            data = file.read(min(size, MAX_BYTES) + 1)
    except FileNotFoundError:
        raise UnreadableFile(path, "there is no such file") from None
    except IsADirectoryError:
        raise UnreadableFile(path, "this is a folder, not a file") from None
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    if not data.strip():
        raise UnreadableFile(path, "is empty")
    return xml_root(path, data)


def _open_at_once(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to is empty, and not waited for."""
    opened = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(opened, True)
    return opened


def xml_root(path: Path, data: bytes, document_type: str = "") -> etree._Element:
    """The root element of what was read from a file, under the same limits as `parse_xml`.

    Parameters
    ----------
    path
        Where the bytes are from, for the error.
    document_type
        A document type that may be named; one that declares entities or elements itself is refused all the same.
    """
    from lxml import etree

    if len(data) > MAX_BYTES:
        raise UnreadableFile(path, f"is larger than {MAX_BYTES // 2**20} MiB")
    if data.count(b"<") > MAX_TAGS:
        raise UnreadableFile(path, f"has more than {MAX_TAGS} tags")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        reason = exc.msg if isinstance(exc, etree.XMLSyntaxError) else exc
        raise UnreadableFile(path, f"is not well-formed XML: {reason}") from exc
    _check_document_type(path, root, document_type)
    if _answers(_TOO_DEEP)(root):
        raise UnreadableFile(path, f"is nested deeper than {MAX_DEPTH} levels")
    for element in root.iter("{*}*") if _answers(_NAMESPACED)(root) else (root,):
        element.tag = element.tag.rpartition("}")[2]
    return root


@cache
def _answers(question: str) -> etree.XPath:
    from lxml import etree

    return etree.XPath(question)


def _check_document_type(path: Path, root: etree._Element, allowed: str) -> None:
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is None or (declared.name == allowed and not declared.entities() and not declared.elements()):
        return
    raise UnreadableFile(path, "declares a document type, which is not needed and not accepted")
