"""What a refusal or a finding says: CCP4i2's numbers, and the order of items and ends."""

import pytest

from xtalflow.data import CComposite, CContainer, CFloat, CFloatRange, CInt, CIntRange, CList, COneWord, CString
from xtalflow.errors import InvalidValue


class Controls(CContainer):
    N = CInt(min=1, max=9)
    R = CFloat(min=0.5, enumerators=(1.0, 2.0), onlyEnumerators=True)
    T = CString(minLength=2, maxLength=4, enumerators=("one", "two", "xxx", "four5"), onlyEnumerators=True)
    W = COneWord()
    P = CString(patternRegex=r"\Aa+\Z")
    RISING = CList(CInt(), listCompare=1)
    FALLING = CList(CFloat(), listCompare=-1)
    SHELLS = CList(CFloatRange(), listCompare=1)
    BATCHES = CIntRange(compare=1)
    RESOLUTION = CFloatRange(compare=-1)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("N", 0, 101),
        ("N", 10, 102),
        ("N", "x", 0),
        ("R", 0.1, 101),
        ("R", 1.5, 103),
        ("T", "x", 101),
        ("T", "xxxxx", 102),
        ("T", "four", 103),
        ("W", "two words", 105),
        ("P", "b", 105),
    ],
)
def test_a_refused_value_has_the_number_of_ccp4i2(name, value, code):
    controls = Controls()
    with pytest.raises(InvalidValue) as caught:
        controls.find(name).set(value)

    assert (caught.value.path, caught.value.code) == (name, code)
    assert code == 0 or code in controls.find(name).get_merged_metadata("error_codes")


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("RISING", [1, 2, 2, 5], None),
        ("RISING", [1, None, 2], None),
        ("RISING", [1, 3, None, 2], "is not in order: [3] must be at least [1]"),
        ("FALLING", [3.0, 1.0], None),
        ("FALLING", [1.0, 3.0], "is not in order: [1] must be at most [0]"),
        ("SHELLS", [{"start": 1.0, "end": 2.0}, {"start": 2.0}], None),
        ("SHELLS", [{"start": 2.0, "end": 2.5}, {"start": 1.0}], "is not in order: [1] must be at least [0]"),
    ],
)
def test_items_that_must_be_in_order_are_told_when_they_are_not(name, values, message):
    controls = Controls()
    controls.find(name).set(values)

    found = [(finding.path, finding.code, finding.message) for finding in controls.validity()]
    assert found == ([] if message is None else [(name, 103, message)])


@pytest.mark.parametrize(
    ("name", "start", "end", "message"),
    [
        ("BATCHES", 1, 20, None),
        ("BATCHES", 5, 5, None),
        ("BATCHES", 20, 1, "ends at 1, which is below its start at 20"),
        ("RESOLUTION", 50.0, 1.8, None),
        ("RESOLUTION", 1.8, 50.0, "ends at 50.0, which is above its start at 1.8"),
    ],
)
def test_the_ends_of_a_range_must_be_in_order(name, start, end, message):
    controls = Controls()
    controls.find(name).set({"start": start, "end": end})

    found = [(finding.path, finding.code, finding.message) for finding in controls.validity()]
    assert found == ([] if message is None else [(name, 101, message)])


def test_what_is_in_no_order_has_none():
    class Pair(CComposite):
        a = CInt()

    class Other(CContainer):
        PAIRS = CList(Pair(), listCompare=1)

    other = Other()
    other.PAIRS = [{"a": 2}, {"a": 1}]

    assert other.validity() == []
