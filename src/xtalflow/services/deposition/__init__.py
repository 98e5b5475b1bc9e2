"""A refined model as mmCIF with what a deposition asks for, as far as the record knows it."""

from ._export import ExportedModel, RefinedModel, export_mmcif, refined_mmcif
from ._record import has_refined_model

__all__ = ["ExportedModel", "RefinedModel", "export_mmcif", "has_refined_model", "refined_mmcif"]
