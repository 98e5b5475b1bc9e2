"""Jobs as a Workflow Run RO-Crate, which others can read and check without xtalflow."""

from ._content import all_jobs
from ._equipment import can_make_crates
from ._export import ExportedCrate, PlannedCrate, export_crate, plan_crate

__all__ = ["ExportedCrate", "PlannedCrate", "all_jobs", "can_make_crates", "export_crate", "plan_crate"]
