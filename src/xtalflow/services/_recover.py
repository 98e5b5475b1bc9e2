"""Rebuilds the record of projects from their folders."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xtalflow import db
from xtalflow.errors import InvalidInput
from xtalflow.formats.ccp4i2 import DATABASE_NAME

from ._housing import out_of_trash
from ._staging import is_staged
from ._takeover import settle_abandoned
from ._trash import settle_trash

if TYPE_CHECKING:
    from xtalflow.db import Recovery

    from ._open import Client


async def recover_projects(folders: Sequence[Path], *, client: Client = "python") -> list[Recovery]:
    """Give projects their rows from their folders, and unfinished jobs their end if nothing runs them any more.

    Parameters
    ----------
    folders
        Folders of projects, or folders that such are in. What is in the trash for projects is taken out of it.

    Raises
    ------
    InvalidInput
        A folder is none of a project, and has none in it; nothing is done then. Or it is a copy of a known project's.
    """
    found = await asyncio.to_thread(lambda: [project for folder in folders for project in _projects_in(folder)])
    folders = [await asyncio.to_thread(out_of_trash, folder) for folder in dict.fromkeys(found)]
    recovered = [await db.recover_project(folder) for folder in folders]
    for each in recovered:
        await settle_trash(each.project, client=client)
    await settle_abandoned(client)
    return recovered


def _projects_in(folder: Path) -> list[Path]:
    """The folder itself if it is a project's, else those in it that are."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  without "..", links as they are
    if (folder / db.PROJECT_FILE).is_file():
        return [folder]
    found = sorted(file.parent for file in folder.glob(f"*/{db.PROJECT_FILE}") if not is_staged(file.parent.name))
    if not found:
        if (folder / DATABASE_NAME).is_file():
            raise InvalidInput(
                f"{folder}: this is a project of CCP4i2: send its archive by the form for archives on the page of "
                f"projects, or type `xtalflow import archive {shlex.quote(str(folder))}`"
            )
        raise InvalidInput(f"{folder}: this is no folder of a project, nor one of projects: there is no project.json")
    return found
