"""How an operation says what it answers, and which problems: a router of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ninja import Router

from ._problems import ProblemKind

F = TypeVar("F", bound=Callable[..., Any])
PROBLEMS = "x-problems"
"""Where the description of an operation keeps its problems until they are written out."""


class Room(Router):
    """Operations of one subject; each names the problems that only it has."""

    def asks(
        self,
        method: str,
        path: str,
        answer: Any,
        *problems: ProblemKind,
        status: int = 200,
        extra: dict[str, Any] | None = None,
        operation_id: str | None = None,
    ) -> Callable[[F], F]:
        """An operation.

        Parameters
        ----------
        answer
            The kind of its document; None of one without.
        problems
            Those that it has beyond what its address and method tell.
        extra
            More of its description.
        """
        return self.api_operation(
            [method],
            path,
            response={status: answer},
            exclude_unset=True,
            by_alias=True,
            operation_id=operation_id,
            openapi_extra={PROBLEMS: list(problems), **(extra or {})},
        )
