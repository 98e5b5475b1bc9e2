"""Gathers what a validation finds while it reads the files that the parameters name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xtalflow.data import CData, CDataFile, Finding, Severity
from xtalflow.errors import InvalidInput

CONTENT = 300
"""Code of what is wrong with the content of a file, or with two files together."""


class Findings(list[Finding]):
    """The findings of a tree, to which checks of content are added."""

    @contextmanager
    def of(self, parameter: CData) -> Iterator[None]:
        """Turn a refusal of what is done here into a finding of this parameter."""
        try:
            yield
        except InvalidInput as exc:
            self.add(parameter, str(exc))

    def add(self, parameter: CData, message: str, severity: Severity = Severity.ERROR) -> None:
        """Add a finding of this parameter."""
        path, name = parameter.object_path(), type(parameter).__name__
        self.append(Finding(path=path, severity=severity, code=CONTENT, message=message, class_name=name))

    def path_of(self, file: CDataFile) -> Path | None:
        """Where a file is, if it is set and nothing is wrong with it so far."""
        if not file.isSet():
            return None
        own = file.object_path()
        wrong = any(one.path == own and one.severity >= Severity.ERROR for one in self)
        return None if wrong else file.path
