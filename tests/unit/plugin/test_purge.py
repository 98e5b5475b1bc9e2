"""Which files go when: CCP4i2's codes and contexts."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from xtalflow.plugin import PurgeCode, PurgeContext, load_task, task_names


@pytest.mark.parametrize(
    ("context", "codes"),
    [
        ("temporary", {1, 2, 4}),
        ("intermediate", {1, 2, 4, 5}),
        ("extended_intermediate", {1, 2, 5, 7}),
        ("project_complete", {1, 2, 3, 4, 5, 6}),
    ],
)
def test_a_context_removes_the_codes_that_it_removes_in_ccp4i2(context: str, codes: set[int]) -> None:
    assert {code.value for code in PurgeContext(context).codes} == codes


@pytest.mark.parametrize("name", [name for name in task_names() if load_task(name).PURGESEARCHLIST])
def test_what_a_shipped_task_gives_up_is_in_the_folder_of_its_job(name: str) -> None:
    """Its patterns neither leave the folder nor take all of it, and its codes are known."""
    for pattern, code in load_task(name).PURGESEARCHLIST:
        parts = PurePosixPath(pattern).parts
        assert parts
        assert not {"..", "/", "*", "**"}.intersection(parts)
        assert PurgeCode(code) is not PurgeCode.KEEP
