"""The pages answered in this process, where the statements that a view costs can be counted.

Django is set up once in a process, and tests of the database set it up without pages: tests run this as a program.

    python -m integration.web.in_process < ADDRESSES.json
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx

os.environ["DJANGO_SETTINGS_MODULE"] = "xtalflow.web.settings"


@asynccontextmanager
async def pages_in_process() -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in, of pages in this process."""
    from xtalflow.engine import Settings, user_name
    from xtalflow.services import Feed, Serving, open_store
    from xtalflow.web._application import application

    async with open_store(), Feed() as feed:
        serving = Serving(settings=Settings.load(), feed=feed, supervisor=None, local_user=user_name())
        transport = httpx.ASGITransport(app=application(serving))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", follow_redirects=True
        ) as browser:
            await browser.get("/sign-in/", params={"token": serving.tokens.make()})
            yield browser


async def statements_of(browser: httpx.AsyncClient, address: str) -> int:
    """How many statements a page costs."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from xtalflow.db import in_database

    (await browser.get(address)).raise_for_status()  # what is read once and remembered is read now
    capture = CaptureQueriesContext(connection)
    await in_database(capture.__enter__)
    try:
        (await browser.get(address)).raise_for_status()
    finally:
        await in_database(capture.__exit__, None, None, None)
    return await in_database(capture.__len__)


def fill(project: UUID, jobs: int, children: int) -> None:
    """Give a project finished jobs with children, indicators, files and their uses."""
    from django.db.models.functions import Now

    from xtalflow.db import models

    kept = models.Project.objects.get(uuid=project)
    key = models.JobValueKey.objects.get_or_create(name="RFree")[0]
    kind = models.FileType.objects.get_or_create(name="chemical/x-pdb")[0]
    for number in range(1, jobs + 1):
        known = {"project": kept, "task_name": "freerflag", "title": "free set", "status": 6, "creation_time": Now()}
        parent = models.Job.objects.create(number=str(number), **known)
        below = [
            models.Job.objects.create(number=f"{number}.{child}", parent=parent, **known)
            for child in range(1, children + 1)
        ]
        for job in (parent, *below):
            models.JobFloatValue.objects.create(project=kept, job=job, key=key, value=0.25)
            file = models.File.objects.create(
                project=kept,
                job=job,
                name="XYZOUT.pdb",
                path=f"{job.number}/XYZOUT.pdb",
                type=kind,
                job_param_name="XYZOUT",
            )
            if job is not parent:
                models.FileUse.objects.create(job=parent, file=file, job_param_name="XYZIN", role=1)
    models.Project.objects.filter(pk=kept.pk).update(last_job_number=jobs)


async def main() -> None:
    """Statements of pages, in projects of a few and of many jobs, as JSON: address, then of each project."""
    from xtalflow import db

    addresses = json.load(sys.stdin)
    async with pages_in_process() as browser:
        for name, jobs, children in (("few", 3, 2), ("many", 40, 25)):
            made = await db.create_project(name)
            await db.in_database(fill, made.id, jobs, children)
        found = {
            address: [await statements_of(browser, address.format(name)) for name in ("few", "many")]
            for address in addresses
        }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
