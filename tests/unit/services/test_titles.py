"""Titles of jobs, which stand in parameter files and tables."""

from __future__ import annotations

from typing import Any

import pytest

from xtalflow.errors import InvalidInput
from xtalflow.plugin import make_task
from xtalflow.services import check_title, submit_job


@pytest.mark.parametrize(
    "title", ["a\x07b", "a\nb", "a\x00", "a\x85b", "a\u2028b", "caf\udce9", "a\uffff", "\u202eevil"]
)
def test_a_title_that_is_no_line_of_text_is_refused(title: str) -> None:
    with pytest.raises(InvalidInput, match="it must be one line without control characters"):
        check_title(title)


@pytest.mark.parametrize(
    "title", ["", "5 \u00c5 at 100\u00a0K", "\u7d50\u6676\u3000\u4e00", "\U0001f469\u200d\U0001f52c"]
)
def test_any_blank_and_any_script_can_stand_in_a_title(title: str) -> None:
    """No-break and ideographic spaces too, and pictures that are joined of several."""
    check_title(title)


async def test_the_title_that_a_plugin_has_already_is_checked_before_anything_is_made() -> None:
    plugin = make_task("freerflag")
    plugin.title = "a\x07b"
    nowhere: Any = None  # no project is asked for anything

    with pytest.raises(InvalidInput, match="the title"):
        await submit_job(nowhere, plugin)
