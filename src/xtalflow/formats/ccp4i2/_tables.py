"""The tables of a record: what their rows are called in archives and in SQLite, and what each column is here.

The names are those of CCP4i2's database schema 0.1.22, in small letters, and of what its Django generation adds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ._kinds import (
    FILE_NAME,
    FILE_TYPE,
    ID,
    JOB_NUMBER,
    KEY_TYPE,
    REAL,
    TEXT,
    TIME,
    WHOLE,
    Kind,
    one_of,
)
from ._records import (
    NATIVE,
    I2Comment,
    I2File,
    I2FileExport,
    I2FileImport,
    I2FileUse,
    I2Job,
    I2Project,
    I2ServerJob,
    I2Value,
    I2XData,
)


class Need(Enum):
    """What is to be made of a row without the value of a column."""

    OPTIONAL = 0
    EXPECTED = 1
    """The row is kept, and it is told."""
    KEY = 2
    """The row is left out, and it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column, and the field that it fills.

    Attributes
    ----------
    absent
        What the field is without a value, where its class does not say it.
    limit
        The longest text that CCP4i2 3.0.1 takes.
    asked
        What CCP4i2 3.0.1 is given where there is no value, since it fails without; None if it does not.
    new_name
        The name in the newer dialect, if it is another.
    unsaid
        With what a text may begin that CCP4i2 is not told.
    """

    name: str
    field: str
    kind: Kind
    need: Need = Need.OPTIONAL
    others: tuple[str, ...] = ()
    absent: Any = None
    limit: int | None = None
    asked: str | None = None
    new_name: str = ""
    unsaid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: the element of a row and of the table in an archive, its name in SQLite, its columns.

    Attributes
    ----------
    unkept
        Columns that mean nothing outside the database that they are of.
    """

    row: str
    group: str
    sqlite: str
    make: Callable[..., Any]
    columns: tuple[Column, ...]
    unkept: frozenset[str] = frozenset()


STATUS = one_of("the number of a status, 0 to 10", *range(11))
EVALUATION = replace(one_of("the number of an evaluation, 0 to 3", *range(4)), write=lambda value: str(value or ""))
PATH_FLAG = one_of("1 (the folder of the job) or 2 (that of imported files)", 1, 2)
ROLE = one_of("the number of a role, 0 to 2", *range(3))
KEY = Need.KEY
EXPECTED = Need.EXPECTED

PROJECT = Table(
    row="project",
    group="projectTable",
    sqlite="Projects",
    make=I2Project,
    columns=(
        Column(name="projectid", field="id", kind=ID, need=KEY),
        Column(name="projectname", field="name", kind=TEXT, need=KEY, limit=100, asked="unknown"),
        Column(name="projectcreated", field="created", kind=TIME, asked="0"),
        Column(name="lastjobnumber", field="last_job_number", kind=WHOLE, asked="0"),
        Column(name="projectdirectory", field="directory", kind=TEXT, asked="unknown"),
        Column(name="username", field="user", kind=TEXT),
        Column(name="lastaccess", field="last_access", kind=TIME),
        Column(name="followfromjobid", field="follow_from_job", kind=ID),
        Column(name="parentprojectid", field="parent", kind=ID, others=("parentid",)),
        Column(name="i1projectname", field="i1_name", kind=TEXT),
        Column(name="i1projectdirectory", field="i1_directory", kind=TEXT),
        Column(name="description", field="description", kind=TEXT),
    ),
    unkept=frozenset({"userid", "lastcleanuptime"}),
)
JOB = Table(
    row="job",
    group="jobTable",
    sqlite="Jobs",
    make=I2Job,
    columns=(
        Column(name="jobid", field="id", kind=ID, need=KEY),
        Column(name="jobnumber", field="number", kind=JOB_NUMBER, need=KEY),
        Column(name="creationtime", field="created", kind=TIME, asked="0"),
        Column(name="finishtime", field="finished", kind=TIME),
        Column(name="status", field="status", kind=STATUS, need=EXPECTED, absent=0),
        Column(name="evaluation", field="evaluation", kind=EVALUATION),
        Column(name="userid", field="user", kind=TEXT),
        Column(name="useragent", field="user_agent", kind=WHOLE),
        Column(name="jobtitle", field="title", kind=TEXT, others=("title",), limit=255, new_name="title"),
        Column(
            name="taskname",
            field="task",
            kind=TEXT,
            need=EXPECTED,
            absent="",
            limit=100,
            asked="unknown",
            unsaid=NATIVE,
        ),
        Column(name="taskversion", field="task_version", kind=TEXT),
        Column(name="parentjobid", field="parent", kind=ID),
        Column(name="preceedingjobid", field="preceding", kind=ID),
        Column(name="processid", field="process_id", kind=WHOLE),
        Column(name="comments", field="comments", kind=TEXT),
    ),
    unkept=frozenset({"projectid", "treeleft", "treeright"}),
)
FILE = Table(
    row="file",
    group="fileTable",
    sqlite="Files",
    make=I2File,
    columns=(
        Column(name="fileid", field="id", kind=ID, need=KEY),
        Column(name="filename", field="name", kind=FILE_NAME, need=KEY),
        Column(name="jobid", field="job", kind=ID),
        Column(name="jobparamname", field="param", kind=TEXT, limit=32, asked=""),
        Column(name="filetypeid", field="type", kind=FILE_TYPE, need=EXPECTED, absent=FILE_TYPE.read("0")),
        Column(name="annotation", field="annotation", kind=TEXT),
        Column(name="filesubtype", field="sub_type", kind=WHOLE),
        Column(name="filecontent", field="content", kind=WHOLE),
        Column(name="pathflag", field="path_flag", kind=PATH_FLAG),
        Column(name="filepath", field="path", kind=FILE_NAME),
    ),
)
USE = Table(
    row="fileuse",
    group="fileuseTable",
    sqlite="FileUses",
    make=I2FileUse,
    columns=(
        Column(name="fileid", field="file", kind=ID, need=KEY),
        Column(name="jobid", field="job", kind=ID, need=KEY),
        Column(name="roleid", field="role", kind=ROLE, need=KEY),
        Column(name="jobparamname", field="param", kind=TEXT, limit=32, asked=""),
    ),
)
IMPORT = Table(
    row="importfile",
    group="importfileTable",
    sqlite="ImportFiles",
    make=I2FileImport,
    columns=(
        Column(name="importid", field="id", kind=ID),
        Column(name="fileid", field="file", kind=ID, need=KEY),
        Column(name="creationtime", field="created", kind=TIME, asked="0"),
        Column(name="lastmodifiedtime", field="last_modified", kind=TIME),
        Column(name="checksum", field="checksum", kind=TEXT, limit=32, asked="unknown"),
        Column(name="sourcefilename", field="source", kind=TEXT, asked="unknown"),
        Column(name="sourcefileid", field="source_file", kind=ID),
        Column(name="exportfileid", field="export_file", kind=ID),
        Column(name="annotation", field="annotation", kind=TEXT),
        Column(name="importnumber", field="number", kind=WHOLE),
        Column(name="reference", field="reference", kind=TEXT),
    ),
)
EXPORT = Table(
    row="exportfile",
    group="exportfileTable",
    sqlite="ExportFiles",
    make=I2FileExport,
    columns=(
        Column(name="exportid", field="id", kind=ID),
        Column(name="fileid", field="file", kind=ID, need=KEY),
        Column(name="exportfilename", field="name", kind=TEXT),
        Column(name="annotation", field="annotation", kind=TEXT),
        Column(name="creationtime", field="created", kind=TIME),
    ),
)
XDATA = Table(
    row="xdata",
    group="xdataTable",
    sqlite="XData",
    make=I2XData,
    columns=(
        Column(name="xdataid", field="id", kind=ID),
        Column(name="xdataclass", field="data_class", kind=TEXT, need=KEY),
        Column(name="jobid", field="job", kind=ID, need=KEY),
        Column(name="xdataxml", field="xml", kind=TEXT, need=EXPECTED, absent=""),
    ),
)
COMMENT = Table(
    row="comment",
    group="commentTable",
    sqlite="Comments",
    make=I2Comment,
    columns=(
        Column(name="commentid", field="id", kind=ID),
        Column(name="jobid", field="job", kind=ID, need=KEY),
        Column(name="userid", field="user", kind=TEXT),
        Column(name="timeofcomment", field="time", kind=TIME),
        Column(name="comment", field="text", kind=TEXT, need=EXPECTED, absent=""),
    ),
)
PROJECT_COMMENT = Table(
    row="projectcomment",
    group="projectcommentTable",
    sqlite="ProjectComments",
    make=I2Comment,
    columns=(
        Column(name="projectcommentid", field="id", kind=ID),
        Column(name="userid", field="user", kind=TEXT),
        Column(name="timeofcomment", field="time", kind=TIME),
        Column(name="comment", field="text", kind=TEXT, need=EXPECTED, absent=""),
    ),
    unkept=frozenset({"projectid"}),
)
NUMBER = Table(
    row="jobkeyvalue",
    group="jobkeyvalueTable",
    sqlite="JobKeyValues",
    make=I2Value,
    columns=(
        Column(name="jobid", field="job", kind=ID, need=KEY),
        Column(name="keytypeid", field="key", kind=KEY_TYPE, need=KEY),
        Column(name="value", field="value", kind=REAL, need=KEY),
    ),
)
WORD = Table(
    row="jobkeycharvalue",
    group="jobkeycharvalueTable",
    sqlite="JobKeyCharValues",
    make=I2Value,
    columns=(
        Column(name="jobid", field="job", kind=ID, need=KEY),
        Column(name="keytypeid", field="key", kind=KEY_TYPE, need=KEY),
        Column(name="value", field="value", kind=TEXT, need=EXPECTED, absent="", limit=255, asked=""),
    ),
)
SERVER_JOB = Table(
    row="serverjob",
    group="serverjobTable",
    sqlite="ServerJobs",
    make=I2ServerJob,
    columns=(
        Column(name="jobid", field="job", kind=ID, need=KEY),
        Column(name="serverprocessid", field="process_id", kind=WHOLE),
        Column(name="machine", field="machine", kind=TEXT),
        Column(name="username", field="user", kind=TEXT),
        Column(name="mechanism", field="mechanism", kind=TEXT),
        Column(name="remotepath", field="remote_path", kind=TEXT),
        Column(name="customcodefile", field="custom_code_file", kind=TEXT),
        Column(name="validate", field="validate", kind=TEXT),
        Column(name="keyfilename", field="key_file", kind=TEXT),
        Column(name="servergroup", field="group", kind=TEXT),
    ),
)
ASSOCIATION = Table(
    row="fileassociation",
    group="fileassociationTable",
    sqlite="FileAssociations",
    make=dict,
    columns=(
        Column(name="fileassociationid", field="id", kind=ID, need=KEY),
        Column(name="fileassociationtypeid", field="type", kind=WHOLE),
        Column(name="fileassociationname", field="name", kind=TEXT),
    ),
)
MEMBER = Table(
    row="fileassociationmember",
    group="fileassociationmemberTable",
    sqlite="FileAssociationMembers",
    make=dict,
    columns=(
        Column(name="fileassociationid", field="id", kind=ID, need=KEY),
        Column(name="fileid", field="file", kind=ID, need=KEY),
        Column(name="fileassociationroleid", field="role", kind=WHOLE, absent=0),
    ),
)
TAG = Table(
    row="tag",
    group="tagTable",
    sqlite="Tags",
    make=dict,
    columns=(
        Column(name="tagid", field="id", kind=TEXT, need=KEY),
        Column(name="parenttagid", field="parent", kind=TEXT, absent=""),
        Column(name="text", field="text", kind=TEXT, need=KEY, limit=50, asked="unknown"),
    ),
)
PROJECT_TAG = Table(
    row="projecttag",
    group="projecttagTable",
    sqlite="ProjectTags",
    make=dict,
    columns=(Column(name="tagid", field="id", kind=TEXT, need=KEY),),
    unkept=frozenset({"projectid"}),
)
PROJECT_EXPORT = Table(
    row="projectexport",
    group="projectexportTable",
    sqlite="ProjectExports",
    make=dict,
    columns=(Column(name="projectexporttime", field="time", kind=TIME, need=KEY),),
    unkept=frozenset({"projectexportid", "projectid", "projectexportafter"}),
)
PROJECT_IMPORT = Table(
    row="projectimport",
    group="projectimportTable",
    sqlite="ProjectImports",
    make=dict,
    columns=(Column(name="projectimporttime", field="time", kind=TIME, need=KEY),),
    unkept=frozenset(
        {
            "projectimportid",
            "projectid",
            "projectexportid",
            "projectexportdatabaseid",
            "projectexporttime",
            "projectexportafter",
        }
    ),
)
DATABASE = Table(
    row="database",
    group="databaseTable",
    sqlite="Databases",
    make=dict,
    columns=(Column(name="creationhostname", field="host", kind=TEXT, absent=""),),
    unkept=frozenset({"databaseid", "creationtime", "creationusername", "schemaversion", "schemadate", "thisisme"}),
)

TABLES = (
    DATABASE,
    PROJECT,
    JOB,
    FILE,
    USE,
    IMPORT,
    EXPORT,
    XDATA,
    COMMENT,
    PROJECT_COMMENT,
    NUMBER,
    WORD,
    MEMBER,
    ASSOCIATION,
    PROJECT_TAG,
    TAG,
    PROJECT_EXPORT,
    PROJECT_IMPORT,
    SERVER_JOB,
)
"""In the order of an archive."""
