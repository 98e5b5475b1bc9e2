"""The pipeline: import, free-R set, refinement, waters, refinement, validation, maps."""

from ._task import RefinePipeline

__all__ = ["RefinePipeline"]
