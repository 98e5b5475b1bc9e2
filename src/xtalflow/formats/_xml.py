"""Reads foreign XML safely: no entities, no document types, no network, bounded size and depth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.errors import UnreadableFile

if TYPE_CHECKING:
    from lxml import etree

MAX_BYTES = 64 * 2**20
MAX_TAGS = 2_000_000
MAX_DEPTH = 100
_NAMESPACED = "boolean(/*/*//self::*[namespace-uri()])"
_TOO_DEEP = f"boolean({'/*' * (MAX_DEPTH + 1)})"


def parse_xml(path: Path) -> etree._Element:
    """The root element of a file; a namespace that its elements have by default is left out of their tags.

    Raises
    ------
    UnreadableFile
        It cannot be read, is larger than 64 MiB, has more than two million tags, is not well-formed, is nested deeper
        than 100 levels or declares a document type.
    """
    try:
        if path.is_dir():
            raise UnreadableFile(path, "this is a folder, not a file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableFile(path, "there is no such file") from None
    except OSError as exc:
        raise UnreadableFile(path, exc.strerror or str(exc)) from exc
    if not data.strip():
        raise UnreadableFile(path, "is empty")
    if len(data) > MAX_BYTES:
        raise UnreadableFile(path, f"is larger than {MAX_BYTES // 2**20} MiB")
    if data.count(b"<") > MAX_TAGS:
        raise UnreadableFile(path, f"has more than {MAX_TAGS} tags")
    return _parsed(path, data)


def _parsed(path: Path, data: bytes) -> etree._Element:
    """The root element of what was read from a file; `path` is for the error."""
    from lxml import etree

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
        raise UnreadableFile(path, f"is not well-formed XML: {exc}") from exc
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # missing in its stubs
        raise UnreadableFile(path, "declares a document type, which a parameter file does not need")
    if root.xpath(_TOO_DEEP):
        raise UnreadableFile(path, f"is nested deeper than {MAX_DEPTH} levels")
    if root.xpath(_NAMESPACED):
        for element in root.iter("{*}*"):
            element.tag = local_name(element)
    return root


def local_name(element: etree._Element) -> str:
    """Tag of an element without its namespace."""
    tag = str(element.tag)
    return tag.rpartition("}")[2] if tag.startswith("{") else tag
