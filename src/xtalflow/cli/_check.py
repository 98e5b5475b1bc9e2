"""``xtalflow check``: compare database and disk."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ._exit import NO_PROJECTS
from ._parser import SubParsers, add_command, add_project_option

if TYPE_CHECKING:
    from xtalflow.engine import Settings
    from xtalflow.services import ProjectCheck


def add(commands: SubParsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "check",
        _check,
        summary="compare database and disk: missing, changed, orphaned, unfinished",
        description="Compare database and disk: missing, changed (by checksum), orphaned, unfinished. Nothing is "
        "changed. Exit code 1 tells that something is amiss.",
    )
    add_project_option(parser, "only this one; without it that of this folder, else all")


def _check(arguments: argparse.Namespace) -> int:
    from ._output import print_json, print_table
    from ._session import with_store
    from ._tables import Column

    async def work(settings: Settings) -> list[ProjectCheck]:
        from xtalflow.services import check_project, find_project, list_projects, project_of_folder

        if arguments.project is not None:
            projects = [await find_project(arguments.project, Path.cwd())]
        else:
            here = await project_of_folder(Path.cwd())
            projects = [here] if here is not None else await list_projects()
        return [await check_project(project) for project in projects]

    checks = with_store(work)
    problems = [(check.project.name, problem) for check in checks for problem in check.problems]
    if arguments.json:
        print_json({"well": not problems, "projects": [check.document() for check in checks]})
        return 1 if problems else 0
    for check in checks:
        found = len(check.problems)
        verdict = "all is well" if not found else f"{found} problem{'s' * (found != 1)}"
        print(f"{check.project.name}: {check.jobs} jobs, {check.files} files: {verdict}")
    if not checks:
        print(NO_PROJECTS)
    if problems:
        rows = [(name, one.kind.value, one.job, one.sentence, str(one.path)) for name, one in problems]
        print_table(["Project", "Problem", "Job", Column("", wraps=True), Column("Path", path=True)], rows)
    return 1 if problems else 0
