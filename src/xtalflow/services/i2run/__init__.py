"""The command line of CCP4i2's ``i2run``: its words become a filled task, and a filled task its words."""

from ._file_uses import FileUse, parse_file_use, resolve_files
from ._giving import NamedFiles, give_options
from ._line import i2run_line
from ._options import OptionNames, option_documents
from ._request import NO_SUPERSETS, I2RunRequest, named_files, read_request, task_meant, task_word

__all__ = [
    "NO_SUPERSETS",
    "FileUse",
    "I2RunRequest",
    "NamedFiles",
    "OptionNames",
    "give_options",
    "i2run_line",
    "named_files",
    "option_documents",
    "parse_file_use",
    "read_request",
    "resolve_files",
    "task_meant",
    "task_word",
]
