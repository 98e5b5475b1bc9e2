"""Jobs as a Workflow Run RO-Crate, which others can read and check without xtalflow."""

from ._export import ExportedCrate, export_crate

__all__ = ["ExportedCrate", "export_crate"]
