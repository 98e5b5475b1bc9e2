"""PHIL, the parameter language of cctbx: trees as PHIL, and the parameters of programs that take PHIL."""

from ._definition import read_phil_definition
from ._parameters import write_phil_parameters
from ._reading import read_phil_parameters
from ._trees import from_phil, to_phil

__all__ = [
    "from_phil",
    "read_phil_definition",
    "read_phil_parameters",
    "to_phil",
    "write_phil_parameters",
]
