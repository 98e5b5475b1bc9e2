"""Jobs as a Workflow Run RO-Crate, which others can read and check without xtalflow."""

from ._content import all_jobs
from ._export import ExportedCrate, PlannedCrate, export_crate, plan_crate

__all__ = ["ExportedCrate", "PlannedCrate", "all_jobs", "export_crate", "plan_crate"]
