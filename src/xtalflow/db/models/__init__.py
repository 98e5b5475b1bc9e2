"""The tables, with CCP4i2's names and numbers.

Models stay in this layer: what leaves it are frozen records.
"""

from ._files import File, FileAssociation, FileAssociationMember, FileExport, FileImport, FileType, FileUse
from ._history import Attempt, JobEvent
from ._jobs import Job, JobCharValue, JobFloatValue, JobValueKey, ServerJob
from ._people import ApiToken, Membership, User
from ._projects import Project, ProjectExport, ProjectGroup, ProjectGroupMembership, ProjectImport, ProjectTag

__all__ = [
    "ApiToken",
    "Attempt",
    "File",
    "FileAssociation",
    "FileAssociationMember",
    "FileExport",
    "FileImport",
    "FileType",
    "FileUse",
    "Job",
    "JobCharValue",
    "JobEvent",
    "JobFloatValue",
    "JobValueKey",
    "Membership",
    "Project",
    "ProjectExport",
    "ProjectGroup",
    "ProjectGroupMembership",
    "ProjectImport",
    "ProjectTag",
    "ServerJob",
    "User",
]
