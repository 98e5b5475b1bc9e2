"""Files and texts that hold trees: each a read/write pair that round-trips."""

from xtalflow.xtal import parse_xml

from ._atomic import write_atomically
from ._definition import Definition, Note, read_definition, write_definition
from ._json import from_json, to_json
from ._json_schema import expert_level, json_schema
from ._params import read_params, read_params_header, write_params
from ._params_header import ParamsHeader
from ._unknown import UnknownElement
from .phil import from_phil, read_phil_definition, read_phil_parameters, to_phil, write_phil_parameters

__all__ = [
    "Definition",
    "Note",
    "ParamsHeader",
    "UnknownElement",
    "expert_level",
    "from_json",
    "from_phil",
    "json_schema",
    "parse_xml",
    "read_definition",
    "read_params",
    "read_params_header",
    "read_phil_definition",
    "read_phil_parameters",
    "to_json",
    "to_phil",
    "write_atomically",
    "write_definition",
    "write_params",
    "write_phil_parameters",
]
