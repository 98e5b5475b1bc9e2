"""Projects of CCP4i2: their records in archives and databases, read and written, and the archives themselves."""

from ._archive import Archive, open_archive
from ._members import DATABASE_NAME, FOLDERS, Member
from ._numbered import FILETYPELIST, KEYTYPELIST, file_type_of, key_type_of, type_name
from ._reading import read_record
from ._records import (
    NATIVE,
    I2Association,
    I2Comment,
    I2File,
    I2FileExport,
    I2FileImport,
    I2FileUse,
    I2Job,
    I2Project,
    I2Record,
    I2ServerJob,
    I2Tag,
    I2Value,
    I2XData,
    Oddity,
)
from ._sqlite import I2Database, projects_in_sqlite, read_legacy_sqlite
from ._writing import NOT_HELD, I2Dialect, as_held, write_record

__all__ = [
    "DATABASE_NAME",
    "FILETYPELIST",
    "FOLDERS",
    "KEYTYPELIST",
    "NATIVE",
    "NOT_HELD",
    "Archive",
    "I2Association",
    "I2Comment",
    "I2Database",
    "I2Dialect",
    "I2File",
    "I2FileExport",
    "I2FileImport",
    "I2FileUse",
    "I2Job",
    "I2Project",
    "I2Record",
    "I2ServerJob",
    "I2Tag",
    "I2Value",
    "I2XData",
    "Member",
    "Oddity",
    "as_held",
    "file_type_of",
    "key_type_of",
    "open_archive",
    "projects_in_sqlite",
    "read_legacy_sqlite",
    "read_record",
    "type_name",
    "write_record",
]
