"""The Python script that would make a job."""

from __future__ import annotations

from collections.abc import Iterator

from xtalflow.data import CCollection, CData, CDataFile, CList, CScalar
from xtalflow.plugin import CPluginScript

from ._command_line import is_said, needs_clearing, parts_to_say
from ._parameters import parameters

_SCRIPT = """\
import asyncio
from pathlib import Path

from xtalflow.plugin import make_task
from xtalflow.services import JobOptions, JobRun, check_job, find_or_make_project, new_job, open_store

task = make_task({task!r})
given = task.container
{assignments}


async def main() -> None:
    async with open_store() as settings:
        await check_job(task)
        project = await find_or_make_project({project!r}, Path.cwd(), client="python")
        job = await JobRun(project, new_job(task, JobOptions(title={title!r})), settings).run()
        print(f"{{project.name}}/{{job.number}} {{job.status.key}}")


if __name__ == "__main__":
    asyncio.run(main())
"""


def python_script(plugin: CPluginScript, project: str, *, title: str = "") -> str:
    """A script that runs a filled task: what is as declared is left out."""
    lines = "\n".join(python_assignments(plugin))
    title = "" if title == plugin.TASKTITLE else title
    return _SCRIPT.format(task=plugin.TASKNAME, assignments=lines, project=project, title=title).rstrip("\n")


def python_assignments(plugin: CPluginScript) -> list[str]:
    """The lines that fill ``given``, the container of the task."""
    return [line for item in parameters(plugin) for line in _lines(item)]


def _lines(item: CData) -> Iterator[str]:
    if not is_said(item):
        return
    found = f"given.find({item.object_path()!r})"
    if isinstance(item, CScalar):
        yield f"{found}.set({_literal(item)})"
    elif isinstance(item, CDataFile):
        yield f"{found}.set({str(item)!r})"
        for part in parts_to_say(item):
            yield from _lines(part)
    elif isinstance(item, CList):
        yield from _lines_of_list(item, found)
    else:
        for part in item.children():
            yield from _lines(part)


def _lines_of_list(items: CList[CData], found: str) -> Iterator[str]:
    if all(isinstance(each, CScalar) and each.value is not None for each in items):
        yield f"{found}.set([{', '.join(_literal(each) for each in items if isinstance(each, CScalar))}])"
        return
    if needs_clearing(items):
        yield f"{found}.clear()"
    have = 0 if needs_clearing(items) else items.qualifier("listMinLength") or 0
    for each in list(items)[:have]:
        yield from _lines(each)
    for each in list(items)[have:]:
        yield f"{found}.addItem()"
        yield from _lines(each)


def _literal(item: CScalar[object]) -> str:
    """The value as Python has it, of plain types."""
    return repr(item.to_dict()["value"] if isinstance(item, CCollection) else item.value)
