"""Single values: exact states, and nothing bad inside."""

import math

import numpy as np
import pytest

from xtalflow.data import (
    CUUID,
    CBoolean,
    CContainer,
    CFloat,
    CInt,
    COneWord,
    CPerformanceIndicator,
    CString,
    ValueState,
)
from xtalflow.errors import InvalidValue


class Controls(CContainer):
    FRAC = CFloat(default=0.05, min=0.0, max=1.0)
    NCYCLES = CInt(min=0)
    TWIN = CBoolean()
    SOURCE = CString(default="xray", enumerators=["xray", "electron", "neutron"], onlyEnumerators=True)
    NOTE = CString()


def test_a_declared_default_has_the_state_default():
    controls = Controls()

    assert controls.FRAC.value == 0.05
    assert controls.FRAC.getValueState() is ValueState.DEFAULT
    assert controls.FRAC.isSet()
    assert not controls.FRAC.isSet(allowDefault=False)


def test_an_explicit_value_equal_to_the_default_is_explicit():
    controls = Controls()
    controls.FRAC = 0.05

    assert controls.FRAC.getValueState() is ValueState.EXPLICITLY_SET


@pytest.mark.parametrize(("name", "value"), [("TWIN", False), ("NCYCLES", 0), ("NOTE", "")])
def test_an_explicit_false_zero_or_empty_text_is_a_value(name, value):
    controls = Controls()
    controls[name].set(value)

    assert controls[name].value == value
    assert controls[name].value is not None
    assert controls[name].getValueState() is ValueState.EXPLICITLY_SET


def test_unset_leaves_no_value_not_even_the_default():
    controls = Controls()
    controls.FRAC.unSet()

    assert controls.FRAC.value is None
    assert controls.FRAC.getValueState() is ValueState.NOT_SET


@pytest.mark.parametrize(
    "calculate", [lambda x: x + 1, lambda x: 2 * x, float, int, lambda x: x < 3, abs, lambda x: -x]
)
def test_an_unset_number_refuses_arithmetic_and_names_itself(calculate):
    controls = Controls()

    with pytest.raises(InvalidValue, match=r"NCYCLES.*set before it is calculated with"):
        calculate(controls.NCYCLES)


def test_numbers_calculate_by_value():
    n, x = CInt(7), CFloat(2.0)

    assert (n + x, n - 1, 1 - n, 3 * x, n / x, 7 // n, n % 4, 2**n, x**2) == (9.0, 6, -6, 6.0, 3.5, 1, 3, 128, 4.0)
    assert n > x
    assert x <= 2
    assert abs(-n) == 7
    assert list(range(9))[n] == 7


@pytest.mark.parametrize(
    ("item", "value"),
    [
        (CInt(), 2.5),
        (CInt(), 2.0),
        (CInt(), True),
        (CInt(), "1_000"),
        (CInt(), "ten"),
        (CInt(), "9" * 5000),
        (CInt(), 2**63),
        (CInt(min=1), 0),
        (CInt(max=3), "4"),
        (CFloat(), True),
        (CFloat(), "1_0"),
        (CFloat(), "x"),
        (CFloat(), math.nan),
        (CFloat(), "inf"),
        (CFloat(), 10**400),
        (CFloat(), [1.0]),
        (CFloat(max=1.0), 1.5),
        (CBoolean(), 2),
        (CBoolean(), "maybe"),
        (CBoolean(), 1.0),
        (CString(), 5),
        (CString(), b"x"),
        (CString(), "a\0b"),
        (CString(), "\ud800"),
        (CString(minLength=2), "a"),
        (CString(maxLength=2), "abc"),
        (CString(patternRegex="^[a-z]+$"), "A"),
        (CString(enumerators=["a", "b"], onlyEnumerators=True), "c"),
        (COneWord(), "two words"),
        (COneWord(), "line\n"),
        (CUUID(), "not-a-uuid"),
        (CInt(), CString("x")),
        (CInt(), CContainer()),
    ],
)
def test_a_bad_value_never_gets_in(item, value):
    before = item.copy()
    with pytest.raises(InvalidValue):
        item.set(value)

    assert item == before


def test_a_refusal_names_path_value_and_what_is_allowed():
    root = CContainer()
    root.add("controlParameters", Controls())

    with pytest.raises(InvalidValue, match=r"controlParameters\.FRAC = 1\.5 .*at least 0\.0 and at most 1\.0"):
        root["controlParameters"].FRAC = 1.5


def test_texts_of_a_command_line_are_understood():
    assert CInt(" 12 ").value == 12
    assert CInt("12\x1f").value == 12
    assert CFloat("1e-3").value == 1e-3
    assert CBoolean("yes").value is True
    assert CBoolean("0").value is False


def test_enumerators_without_obligation_are_advice():
    advised = CString(enumerators=["a"])
    advised.set("b")

    assert advised.value == "b"


def test_a_bad_default_is_refused_where_it_is_declared():
    with pytest.raises(InvalidValue):
        CInt(default=5, max=3)


def test_none_unsets():
    controls = Controls()
    controls.FRAC = None

    assert controls.FRAC.getValueState() is ValueState.NOT_SET


def test_assigning_copies_value_and_state():
    one, other = Controls(), Controls()
    one.NCYCLES = 3
    other.NCYCLES = one.NCYCLES
    other.FRAC = one.FRAC
    one.NCYCLES = 4

    assert other.NCYCLES.value == 3
    assert other.NCYCLES is not one.NCYCLES
    assert other.FRAC.getValueState() is ValueState.DEFAULT


def test_a_default_copied_to_where_it_is_not_the_default_is_explicit():
    ten, twenty = CInt(default=10), CInt(default=20)
    twenty.set(ten)

    assert twenty.value == 10
    assert twenty.getValueState() is ValueState.EXPLICITLY_SET


def test_equality_is_by_value_and_state_between_parameters_and_by_value_with_others():
    explicit, by_default = CInt(5), CInt(default=5)

    assert explicit == 5
    assert by_default == 5
    assert explicit != by_default
    assert explicit == CInt(5)
    assert CFloat(5.0) != explicit


def test_an_unset_number_counts_as_false_like_zero():
    assert not CInt()
    assert not CFloat(0.0)
    assert CFloat(0.1)


def test_an_indicator_may_report_what_is_not_finite_and_still_equals_itself():
    class Performance(CPerformanceIndicator):
        R = CFloat()

    one = Performance()
    one.R = math.nan
    other = Performance()
    other.from_dict(one.to_dict())

    assert math.isnan(other.R.value or 0.0)
    assert one == other
    assert one == one.copy()


def test_a_value_is_not_a_declaration():
    with pytest.raises((TypeError, RuntimeError)):

        class Wrong(CContainer):
            N = CInt(20)


def test_one_declaration_does_not_serve_two_names():
    with pytest.raises((TypeError, RuntimeError)):

        class Wrong(CContainer):
            A = B = CInt()


def test_an_unknown_qualifier_is_refused():
    with pytest.raises(TypeError, match="mni"):
        CInt(mni=3)  # type: ignore[call-arg]


def test_state_and_value_that_disagree_are_refused():
    number = CInt()

    for data in ({"state": "not_set", "value": 3}, {"state": "default"}, {"state": "?", "value": 3}, {}, [], None):
        with pytest.raises(InvalidValue):
            number.from_dict(data)


def test_truths_of_numpy_are_truths():
    flag = CBoolean(np.bool_(True))

    assert flag.value is True
    flag.set(np.array([1.0, 0.0])[1] > 0.5)
    assert flag.value is False
    with pytest.raises(InvalidValue):
        flag.set(np.array(2))
