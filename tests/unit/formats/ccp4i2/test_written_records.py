"""A record that is written and read again is the same, but for what its dialect cannot hold."""

from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from unit.formats.ccp4i2.arbitrary_records import records
from xtalflow.formats.ccp4i2 import I2Dialect, I2Job, I2Project, I2Record, as_held, read_record, write_record


@pytest.mark.parametrize("dialect", I2Dialect)
@given(record=records())
def test_a_record_written_and_read_again_is_what_its_dialect_holds_of_it(dialect, record):
    again = read_record(Path("DATABASE.db.xml"), write_record(record, dialect))

    assert again == as_held(record, dialect)
    assert as_held(again, dialect) == again


def test_ccp4i2_gets_its_own_names_of_tasks_and_ours_come_back():
    """Only its newer dialect can say which jobs ran tasks of this program."""
    jobs = [
        I2Job(id=UUID(int=number), number=str(number), task=task, status=6)
        for number, task in enumerate(["freerflag", "xtalflow.freerflag"], 1)
    ]
    record = I2Record(project=I2Project(id=UUID(int=9), name="both"), jobs=tuple(jobs))
    written = {dialect: write_record(record, dialect) for dialect in I2Dialect}

    for data in written.values():
        rows = ET.fromstring(data).findall("ccp4i2_body/jobTable/job")
        assert [row.get("taskname") for row in rows] == ["freerflag", "freerflag"]
    new = read_record(Path("DATABASE.db.xml"), written[I2Dialect.NEW])
    assert [job.task for job in new.jobs] == ["freerflag", "xtalflow.freerflag"]
