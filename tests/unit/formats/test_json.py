"""JSON keeps values and states."""

import json
import math

import pytest

from xtalflow.data import CContainer, CFloat, CInt, CList, CPerformanceIndicator, CString
from xtalflow.errors import InvalidInput
from xtalflow.formats import from_json, to_json


class Performance(CPerformanceIndicator):
    R = CFloat()


class Controls(CContainer):
    FRAC = CFloat(default=0.05)
    NOTE = CString()
    LIMITS = CList(CInt())
    PERFORMANCE = Performance()


def test_a_tree_comes_back_with_its_states():
    one, other = Controls(), Controls()
    one.NOTE = ""
    one.FRAC.unSet()
    one.LIMITS = []
    other.LIMITS = [4]
    from_json(to_json(one), other)

    assert other == one


def test_what_is_not_finite_is_still_json():
    one, other = Controls(), Controls()
    one.PERFORMANCE.R = math.inf
    text = to_json(one)
    from_json(text, other)

    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert other.PERFORMANCE.R.value == math.inf


@pytest.mark.parametrize(
    "text",
    [
        *["", "{", "[]", "5", "null", "[" * 100_000],
        *['{"children": 5}', '{"children": {"X": {}}}', '{"children": {"FRAC": {"state": "x"}}}'],
    ],
)
def test_anything_else_is_invalid_input(text):
    with pytest.raises(InvalidInput):
        from_json(text, Controls())
