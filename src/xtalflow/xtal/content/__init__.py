"""Contents of files as they are read: text, CIF and XML, with bounds and without surprises."""

from ._i2_xml import i2_document, read_i2_time, write_i2_time, written_here
from ._reading import (
    MAX_UNPACKED,
    binary_kind,
    is_number,
    looks_like_cif,
    parse_cif,
    printable,
    read_content,
    read_text,
)
from ._xml import parse_xml, xml_root

__all__ = [
    "MAX_UNPACKED",
    "binary_kind",
    "i2_document",
    "is_number",
    "looks_like_cif",
    "parse_cif",
    "parse_xml",
    "printable",
    "read_content",
    "read_i2_time",
    "read_text",
    "write_i2_time",
    "written_here",
    "xml_root",
]
