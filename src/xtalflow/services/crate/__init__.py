"""Jobs as a Workflow Run RO-Crate, which others can read and check without xtalflow."""

from ._export import ExportedCrate, export_crate
from ._graph import all_jobs

__all__ = ["ExportedCrate", "all_jobs", "export_crate"]
