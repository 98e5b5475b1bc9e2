"""A job that does nothing: what a process does for the first time in it costs the next job no time.

The fork server rehearses once, before it forks: regular expressions, types of records, metadata of classes, encoders
and the parser of parameters are known to all runners then. A runner that waits for its job rehearses too if nothing
else runs: memory that it shares with the server is copied when it is first touched, and that is half of the time that
a short job takes.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from xtalflow.data import CContainer, CDataFile, CInt, CString
from xtalflow.faults import unnoticed
from xtalflow.formats import read_params
from xtalflow.plugin import Command, CPluginScript, JobContext, JobStatus, Outcome

from ._files import sha256_of
from ._imports import check_inputs, verify_inputs
from ._journal import JOURNAL, JournalWriter
from ._kept_store import JournalStore
from ._order import JobOrder, RunEnd, read_order, start_of, take_epoch, write_end, write_order
from ._papers import INPUT_PARAMS, write_input_params
from ._processes import ProcessIdentity
from ._records import IMPORT_DIR, FileId, FileRecord, JobId, JobRecord, ProjectId, job_folder

_MEMORY = "/dev/shm"  # noqa: S108  a folder with a random name is made in it


class _AnyFile(CDataFile):
    QUALIFIERS = {"mimeTypeName": "application/octet-stream", "fileExtensions": ("bin",)}


class _Nothing(CPluginScript):
    """Read a file, run a program, write a file."""

    TASKNAME, TASKTITLE, TASKVERSION = "nothing", "Nothing", "1.0"

    class Inputs(CContainer):
        FILE = _AnyFile(allowUndefined=False, mustExist=True)

    class Controls(CContainer):
        NUMBER = CInt(default=1, min=0)
        TEXT = CString()

    class Outputs(CContainer):
        FILEOUT = _AnyFile()

    inputData, controlParameters, outputData = Inputs(), Controls(), Outputs()

    def command(self) -> Command:
        return Command("true", [])

    def collect(self) -> None:
        if path := self.container["outputData"]["FILEOUT"].path:
            path.write_bytes(b"\0")


def rehearse(process: ProcessIdentity, loop: asyncio.Runner) -> Outcome | None:
    """Run a job in a folder that is gone afterwards; how it ended.

    Raises
    ------
    OSError
        There is no room for the folder.
    """
    memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None  # to make and remove folders on a disk takes longer
    with TemporaryDirectory(prefix="xtalflow-", dir=memory) as directory, unnoticed():
        project = Path(directory)
        (project / job_folder("1")).mkdir(parents=True)
        source = project / "input.bin"
        source.write_bytes(b"\0")
        file = FileRecord(
            id=FileId(uuid4()),
            project=ProjectId(uuid4()),
            job=JobId(uuid4()),
            param_name="FILE",
            path=source.name,
            directory=IMPORT_DIR,
            file_type="application/octet-stream",
            checksum=sha256_of(source),
            size=1,
        )
        return _run(project, file, process, loop)


def _run(project: Path, file: FileRecord, process: ProcessIdentity, loop: asyncio.Runner) -> Outcome | None:
    folder = project / job_folder("1")
    order = JobOrder(
        job=JobId(uuid4()),
        number="1",
        task=_Nothing.TASKNAME,
        project=file.project,
        project_name="rehearsal",
        epoch=1,
        token=f"{file.id.hex}-1",
        inputs=(file,),
    )
    write_order(folder, order)
    order = read_order(folder)
    take_epoch(folder, start_of(order, process))
    outcome = loop.run(_work(folder, project, order))
    write_end(folder, RunEnd(epoch=1, job=order.job, outcome=outcome or Outcome.FAILED))
    return outcome


async def _work(folder: Path, project: Path, order: JobOrder) -> Outcome | None:
    job = JobRecord(
        id=order.job,
        project=order.project,
        number=order.number,
        task=order.task,
        status=JobStatus.QUEUED,
        created=datetime.now(UTC),
    )
    with JournalWriter(folder / JOURNAL, epoch=1) as journal:
        store = JournalStore(
            journal,
            project=order.project,
            project_name=order.project_name,
            project_directory=project,
            job=job,
            inputs=order.inputs,
        )
        asked, plugin = _Nothing(), _Nothing()
        for each in (asked, plugin):
            each.container.project_directory = project
            each.job = JobContext(
                job=job.id,
                number=job.number,
                project=order.project,
                project_name=order.project_name,
                project_directory=project,
                folder=folder,
            )
        asked.container["inputData"]["FILE"].link(order.inputs[0])
        asked.container["controlParameters"]["TEXT"].set("text")
        write_input_params(asked)
        read_params(folder / INPUT_PARAMS, plugin.container)
        check_inputs(plugin, order.inputs, store)
        verify_inputs(order.inputs, store)
        async with store.track_job(plugin):
            return await plugin.execute()
