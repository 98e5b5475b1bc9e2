"""Statistics of merged intensities: Wilson plot and twinning."""

from ._observations import Intensities, Shell, mean_intensities, resolution_shells
from ._twinning import TwinLaw, TwinTests, expected_l, twinning_tests
from ._wilson import WilsonPlot, wilson_plot

__all__ = [
    "Intensities",
    "Shell",
    "TwinLaw",
    "TwinTests",
    "WilsonPlot",
    "expected_l",
    "mean_intensities",
    "resolution_shells",
    "twinning_tests",
    "wilson_plot",
]
