"""A synthetic crystal to show and to test the main job on: data, a model to refine, and the truth."""

from ._comparison import CoordinateError, coordinate_error
from ._crystal import DemoCrystal, make_demo_crystal
from ._monomer_library import write_monomer_library

__all__ = ["CoordinateError", "DemoCrystal", "coordinate_error", "make_demo_crystal", "write_monomer_library"]
