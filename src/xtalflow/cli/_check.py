"""``xtalflow check``: compare database and disk."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow.figures import counted

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
        description="Compare database and disk: missing, changed (by checksum), orphaned, unfinished. Nothing is\n"
        "changed without --repair. Exit code 1 tells that something is amiss.",
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help="mend what is safe: copy lost or changed files back from where their bytes are, move strays to the trash",
    )
    add_project_option(parser, "only this one; without it that of this folder, else all")


def _check(arguments: argparse.Namespace) -> int:
    from ._output import print_json, print_table
    from ._session import with_store
    from ._tables import Column

    async def work(settings: Settings) -> list[tuple[ProjectCheck, list[str]]]:
        from xtalflow.services import check_project, find_project, list_projects, project_of_folder, repair_project

        if arguments.project is not None:
            projects = [await find_project(arguments.project, Path.cwd())]
        else:
            here = await project_of_folder(Path.cwd())
            projects = [here] if here is not None else await list_projects()
        if arguments.repair:
            return [await repair_project(project) for project in projects]
        return [(await check_project(project), []) for project in projects]

    results = with_store(work)
    checks = [check for check, _ in results]
    problems = [(check.project.name, problem) for check in checks for problem in check.problems]
    if arguments.json:
        documents = [check.document() | ({"mended": mended} if arguments.repair else {}) for check, mended in results]
        print_json({"well": not problems, "projects": documents})
        return 1 if problems else 0
    for check, mended in results:
        for sentence in mended:
            print(f"{check.project.name}: {sentence}")
        found = len(check.problems)
        verdict = "all is well" if not found else counted(found, "problem")
        remark = f"; {check.remark}" if check.remark else ""
        counts = f"{counted(check.jobs, 'job')}, {counted(check.files, 'file')}"
        print(f"{check.project.name}: {counts}: {verdict}{remark}")
    if not checks:
        print(NO_PROJECTS)
    if problems:
        rows = [(name, one.kind.value, one.job, one.sentence, str(one.path)) for name, one in problems]
        print_table(["Project", "Problem", "Job", Column("", wraps=True), Column("Path", path=True)], rows)
    return 1 if problems else 0
