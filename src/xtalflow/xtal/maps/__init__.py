"""Maps: facts, coefficients, density at a point, peaks and waters."""

from ._density import DensityMap, read_density_map
from ._facts import MapFigures, MapHeader, map_facts, read_map_figures, read_map_header
from ._maps import WrittenMap, write_ccp4_map
from ._peaks import NearPeak, Peak, difference_peaks, find_peaks
from ._viewer_maps import MOST_MAP_POINTS, CellDensity, read_cell_density
from ._waters import Rejection, Water, WaterSearch, add_waters, count_waters, pick_waters

__all__ = [
    "MOST_MAP_POINTS",
    "CellDensity",
    "DensityMap",
    "MapFigures",
    "MapHeader",
    "NearPeak",
    "Peak",
    "Rejection",
    "Water",
    "WaterSearch",
    "WrittenMap",
    "add_waters",
    "count_waters",
    "difference_peaks",
    "find_peaks",
    "map_facts",
    "pick_waters",
    "read_cell_density",
    "read_density_map",
    "read_map_figures",
    "read_map_header",
    "write_ccp4_map",
]
