"""Every exception of xtalflow.

* XtalflowError
  x InvalidInput            the request is wrong; asking again will not help
    + InvalidValue          a value that a parameter cannot take
    + UnknownTask           no task has this name
    + UnknownParameter      no parameter, or several, answer to this name
    + UnknownProject
    + UnknownJob
    + UnknownFile           a project has no such file, or has it no more
    + CopiedProject         what is to come has the jobs or files of a project that is here
    + UnreadableFile        missing, a folder, no permission, empty, truncated, broken
    + RefusedArchive        an archive that cannot, or must not, be unpacked
    + UnsuitableContent     readable, but not what is asked for
    + InvalidSelection      a text that is no atom selection
    + NothingSelected       an atom selection that no atom of the model answers to
    + ValidationFailed      findings of a whole tree, all at once
    + UploadTooLarge        a file that somebody sends is larger than the site allows
    + RequestRefused        a server refuses what a program asks, and says why
    + NotEquipped           a program or library that the task needs is not there
  x JobError                one job went wrong; the others go on
    + TaskFailed            a task says that it cannot go on, and why
    + ProgramFailed         a program could not start, failed, was killed, ran out of time
    + LimitReached          a job took longer, or used more memory, than it may
    + IllegalTransition     the job's present status does not allow it
    + NotTracked            a plugin was executed with nobody to keep its record
  x StoreUnavailable        the surroundings are wrong; asking again may help
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID


class XtalflowError(Exception):
    """Anything that xtalflow itself reports; its text is a sentence for the user."""


class InvalidInput(XtalflowError):
    """The request is wrong; asking again will not help."""


class InvalidValue(InvalidInput, ValueError):
    """A value that a parameter cannot take.

    Attributes
    ----------
    path
        Path of the parameter in its tree, such as ``controlParameters.NCYCLES``.
    value
        The value refused.
    allowed
        What is allowed, as words that follow "must be".
    code
        CCP4i2's number of the error in the class of the parameter; 0 if it has none, as for a value of another type.
    """

    def __init__(self, path: str, value: object, allowed: str, *, code: int = 0) -> None:
        super().__init__(f"{path or 'value'} = {value!r} is refused: it must be {allowed}")
        self.path, self.value, self.allowed, self.code = path, value, allowed, code


def _hint(close: Sequence[str]) -> str:
    return f"; did you mean {' or '.join(close)}?" if close else ""


class UnknownTask(InvalidInput, LookupError):
    """No registered task has this name."""

    def __init__(self, name: str, *, close: Sequence[str] = ()) -> None:
        hint = _hint(close) or "; the command `xtalflow tasks` lists all"
        super().__init__(f"no task is called {name!r}{hint}")
        self.name, self.close = name, tuple(close)


class UnknownParameter(InvalidInput, LookupError):
    """No parameter answers to this name, or more than one does."""

    def __init__(self, name: str, *, close: Sequence[str] = (), ambiguous: bool = False, listed_by: str = "") -> None:
        if ambiguous:
            text = f"{name!r} could be any of {', '.join(close)}; write more of the path"
        else:
            hint = _hint(close) or (f"; {listed_by} lists all" if listed_by else "")
            text = f"there is no parameter {name!r}{hint}"
        super().__init__(text)
        self.name, self.close, self.ambiguous = name, tuple(close), ambiguous


class UnknownProject(InvalidInput, LookupError):
    """No project has this name or uuid."""

    def __init__(self, name: str, *, close: Sequence[str] = ()) -> None:
        super().__init__(f"there is no project {name!r}{_hint(close)}")
        self.name, self.close = name, tuple(close)


class UnknownJob(InvalidInput, LookupError):
    """No job has this number or uuid."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no job {name}")
        self.name = name


class UnknownFile(InvalidInput, LookupError):
    """A project has no such file, or has it no more."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} {reason}")
        self.name, self.reason = name, reason


class CopiedProject(InvalidInput):
    """A project that is to come has the jobs or files of another that is here, which both cannot have.

    Attributes
    ----------
    project, name
        The one that is here. Whoever may not read it must not be told of it: they get `untold`.
    """

    untold = (
        "this project is a copy of one that is here: the ids of its jobs are those of that one, and can be here "
        "once; import it where that one is not"
    )

    def __init__(self, project: UUID, name: str) -> None:
        super().__init__(
            f"this project is a copy of {name!r}, which is here: the ids of its jobs are those of that one, and can be "
            "here once; import it into a home of its own, with XTALFLOW_HOME and XTALFLOW_PROJECTS, or delete "
            f"{name!r} first"
        )
        self.project, self.name = project, name


class UnreadableFile(InvalidInput):
    """A file that is missing, a folder, not permitted, empty, truncated or broken."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = Path(path), reason


class RefusedArchive(InvalidInput):
    """An archive that cannot or must not be unpacked; `member` is the one that is wrong, empty if it is the whole."""

    def __init__(self, path: Path | str, member: str, reason: str) -> None:
        shown = member if member.isprintable() and len(member) <= _WHOLE else repr(member[:_WHOLE])
        super().__init__(f"{path}: {f'{shown} ' if member else ''}{reason}")
        self.path, self.member, self.reason = Path(path), member, reason


class UnsuitableContent(InvalidInput):
    """A readable file whose content is not what is asked for."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = Path(path), reason


class InvalidSelection(InvalidInput):
    """A text that is no atom selection; the message ends with it and a caret under the spot.

    Attributes
    ----------
    text
        The whole text.
    position
        Index of the character at which the reading ended.
    expected
        What should be there, as words.
    shown
        The text around the spot, and the caret: two lines.
    """

    def __init__(self, text: str, position: int, expected: str) -> None:
        self.text, self.position, self.expected = text, position, expected
        self.shown = _with_caret(text, position)
        super().__init__(f"this is no atom selection: expected {expected}\n{self.shown}")


_WHOLE, _BEFORE, _AFTER = 120, 70, 40
"""Characters of a text that is shown whole; of a longer one, what is shown before and after the spot."""


def _with_caret(text: str, position: int) -> str:
    """A text, or what of a long one is around the spot, and below it a caret under the spot."""
    start, stop = (0, len(text)) if len(text) <= _WHOLE else (max(position - _BEFORE, 0), position + _AFTER)
    head, tail = "…" * (start > 0), "…" * (stop < len(text))
    line = "".join(character if character.isprintable() else " " for character in text[start:stop])
    return f"{head}{line}{tail}\n{' ' * (len(head) + position - start)}^"


class NothingSelected(InvalidInput):
    """An atom selection that no atom of the model answers to."""


class Problem(Protocol):
    """One finding of a validation, as `ValidationFailed` needs to know it."""

    @property
    def path(self) -> str:
        """Path of the object in its tree."""

    @property
    def message(self) -> str:
        """What is wrong, as a sentence without the path."""


class ValidationFailed(InvalidInput):
    """A tree of parameters that cannot be run; `findings` has all that is wrong with it."""

    def __init__(self, findings: Sequence[Problem]) -> None:
        super().__init__("\n".join(f"{finding.path}: {finding.message}" for finding in findings))
        self.findings = tuple(findings)


class UploadTooLarge(InvalidInput):
    """A file that somebody sends is larger than the site allows."""


class RequestRefused(InvalidInput):
    """A server refuses what a program asks of it.

    Attributes
    ----------
    code
        What it is, such as ``unknown-project``, ``not-allowed`` or ``invalid-parameters``.
    status
        The status of the answer.
    findings
        Of ``invalid-parameters``: paths of parameters, and what is wrong with them.
    """

    def __init__(self, detail: str, *, code: str, status: int, findings: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.code, self.status, self.findings = code, status, tuple(findings)


class NotEquipped(InvalidInput):
    """A program, a library or a dictionary that the task needs is not there."""


class JobError(XtalflowError):
    """One job went wrong; the others go on."""


class TaskFailed(JobError):
    """A task cannot go on.

    Attributes
    ----------
    code
        Number of the error in the task's own table, for programs; 0 when it has none.
    details
        More for the curious, such as the last lines of a log.
    """

    def __init__(self, message: str, *, code: int = 0, details: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.details = message, code, details


class ProgramFailed(TaskFailed):
    """A program could not start, ended with a code, was killed, or ran out of time."""


class LimitReached(TaskFailed):
    """A job took longer, or used more memory, than it may."""


class IllegalTransition(JobError):
    """The present status of a job does not allow the change asked for."""


class NotTracked(JobError):
    """A plugin was executed without a host that keeps its record."""


class StoreUnavailable(XtalflowError):
    """The database or the disk cannot be used now; asking again may help."""
