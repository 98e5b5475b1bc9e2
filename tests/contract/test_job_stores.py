"""The contract of `JobStore`, on each store that there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from contract.job_store_contract import JobStoreContract
from xtalflow.db import AsyncDatabaseHandler, job_detail
from xtalflow.engine import JOURNAL, FileId, JobId, JournalReader, JournalStore, JournalWriter, ProjectId
from xtalflow.testing import InMemoryStore

pytestmark = pytest.mark.usefixtures("loop_stays_free")


class TestInMemoryStore(JobStoreContract):
    """The store for tests of tasks."""

    async def uses(self, store: InMemoryStore, job: JobId) -> list[tuple[FileId, str]]:
        return [(use.file, use.param_name) for use in store.uses_of(job)]

    @pytest.fixture
    def store(self, tmp_path: Path) -> InMemoryStore:
        return InMemoryStore(tmp_path)


class TestJournalStore(JobStoreContract):
    """The store of a runner."""

    async def uses(self, store: JournalStore, job: JobId) -> list[tuple[FileId, str]]:
        return [(use.file, use.param_name) for use in store._uses[job]]

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[JournalStore]:
        writer = JournalWriter(tmp_path / JOURNAL, epoch=1)
        yield JournalStore(writer, project=ProjectId(uuid4()), project_name="gamma", project_directory=tmp_path)
        writer.close()
        seqs = [line.seq for line in JournalReader(tmp_path / JOURNAL).read()]
        assert seqs == list(range(1, len(seqs) + 1))


class TestDatabaseHandler(JobStoreContract):
    """The store of whoever owns the database."""

    async def uses(self, store: AsyncDatabaseHandler, job: JobId) -> list[tuple[FileId, str]]:
        return [(use.file.id, use.param_name) for use in (await job_detail(store.project, job)).inputs]

    @pytest.fixture
    def store(self, handler: AsyncDatabaseHandler) -> AsyncDatabaseHandler:
        return handler
