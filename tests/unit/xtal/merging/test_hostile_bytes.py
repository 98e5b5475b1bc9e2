"""Whatever bytes a file of reflections has, it is read or refused with a sentence."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xtalflow.errors import InvalidInput
from xtalflow.xtal import examine_reflections, merge, merging_statistics, read_reflection_header, read_unmerged

from .observation_files import (
    CELL,
    UNMERGED_XDS,
    cif_text,
    observe,
    scalepack_text,
    shelx_text,
    write_mtz,
    xds_rows,
    xds_text,
)

FEW = observe(d_min=12.0, multiplicity=2)
FORMATS = ("mtz", "sf-mmcif", "xds", "sca", "shelx")


@cache
def original(file_format: str) -> bytes:
    """A small file of a format."""
    if file_format == "mtz":
        with TemporaryDirectory() as folder:
            return write_mtz(Path(folder) / "a.mtz", FEW).read_bytes()
    texts = {
        "sf-mmcif": cif_text(FEW),
        "xds": xds_text(xds_rows(FEW), first=UNMERGED_XDS),
        "sca": scalepack_text(FEW),
        "shelx": shelx_text(FEW),
    }
    return texts[file_format].encode()


changes = st.lists(
    st.tuples(
        st.floats(0.0, 1.0),
        st.integers(0, 100),
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from(
                [b"nan", b"1e999", b"-2147483649", b"99999999999", b"********", b"\n", b"\xff\xff\xff\x7f"]
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("file_format", FORMATS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes, cut=st.one_of(st.none(), st.floats(0.0, 1.0)))
def test_changed_bytes_are_read_or_refused(
    tmp_path: Path,
    file_format: str,
    changes: list[tuple[float, int, bytes]],
    cut: float | None,
) -> None:
    """Anything else than the project's errors fails this test."""
    content = original(file_format)
    for place, length, new in changes:
        start = int(place * len(content))
        content = content[:start] + new + content[start + length :]
    path = tmp_path / "data"
    path.write_bytes(content if cut is None else content[: int(cut * len(content))])

    for step in (_examine, _head, _merge):
        with suppress(InvalidInput):
            step(path)


def _examine(path: Path) -> None:
    json.dumps(examine_reflections(path).facts, allow_nan=False)


def _head(path: Path) -> None:
    read_reflection_header(path)


def _merge(path: Path) -> None:
    data = read_unmerged(path, cell=CELL, space_group="P 21 21 21")
    merge(data)
    merging_statistics(data)
