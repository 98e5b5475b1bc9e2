"""Files and texts that hold trees: each a read/write pair that round-trips."""

from xtalflow.xtal import local_name, parse_xml

from ._atomic import write_atomically
from ._definition import Definition, Note, read_definition, write_definition
from ._json import from_json, to_json
from ._params import read_params, read_params_header, write_params
from ._params_header import ParamsHeader
from ._unknown import UnknownElement

__all__ = [
    "Definition",
    "Note",
    "ParamsHeader",
    "UnknownElement",
    "from_json",
    "local_name",
    "parse_xml",
    "read_definition",
    "read_params",
    "read_params_header",
    "to_json",
    "write_atomically",
    "write_definition",
    "write_params",
]
