"""A record that is written and read again is the same, but for what its dialect cannot hold."""

from pathlib import Path

import pytest
from hypothesis import given

from unit.formats.ccp4i2.arbitrary_records import records
from xtalflow.formats.ccp4i2 import I2Dialect, as_held, read_record, write_record


@pytest.mark.parametrize("dialect", I2Dialect)
@given(record=records())
def test_a_record_written_and_read_again_is_what_its_dialect_holds_of_it(dialect, record):
    again = read_record(Path("DATABASE.db.xml"), write_record(record, dialect))

    assert again == as_held(record, dialect)
    assert as_held(again, dialect) == again
