"""What the results of a job depend on, and how it is told that something has changed."""

from __future__ import annotations

import pytest

from xtalflow.data import CContainer, CFloat, CInt
from xtalflow.engine._fingerprint import Fingerprint, Used, changes_since, differences, fingerprint_of
from xtalflow.plugin import CPluginScript

ASKED = Fingerprint(
    task="refine",
    version="1.0",
    parameters={"controlParameters.NCYCLES": 10, "controlParameters.TITLE": ""},
    inputs={"inputData.XYZIN": "aa", "inputData.F_SIGF": "bb"},
)


class Scale(CPluginScript):
    TASKNAME, TASKVERSION, NO_EFFECT = "scale", "2.0", ("controlParameters.NPROC",)

    class Controls(CContainer):
        FACTOR = CFloat(default=2.0)
        NPROC = CInt(default=1)
        LIMIT = CFloat()

    controlParameters = Controls()


def test_values_in_force_count_whether_given_or_by_default() -> None:
    by_default, given = Scale(), Scale()
    given.controlParameters.FACTOR = 2.0

    assert fingerprint_of(given, []).digest == fingerprint_of(by_default, []).digest
    assert fingerprint_of(by_default, []).parameters == {"controlParameters.FACTOR": 2.0}


def test_a_parameter_without_effect_does_not_count_and_any_other_does() -> None:
    plugin, digest = Scale(), fingerprint_of(Scale(), []).digest
    plugin.controlParameters.NPROC = 8
    assert fingerprint_of(plugin, []).digest == digest

    plugin.controlParameters.LIMIT = 1.5
    assert fingerprint_of(plugin, []).digest != digest


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"version": "1.1"}, ["the version of the task was 1.0, is 1.1"]),
        ({"parameters": {"controlParameters.NCYCLES": 5}}, ["NCYCLES was 10, is 5"]),
        ({"inputs": {"inputData.XYZIN": "cc", "inputData.F_SIGF": "bb"}}, ["XYZIN has other content"]),
        ({"inputs": {"inputData.F_SIGF": "bb"}}, ["XYZIN was given"]),
        ({"inputs": {**ASKED.inputs, "inputData.SEQIN": "dd"}}, ["SEQIN was not given"]),
        ({}, []),
    ],
)
def test_a_difference_is_told_by_its_name(now: dict[str, object], said: list[str]) -> None:
    values = {"task": "refine", "version": "1.0", "parameters": ASKED.parameters, "inputs": ASKED.inputs} | now
    values["parameters"] = {"controlParameters.TITLE": "", **values["parameters"]}  # type: ignore[dict-item]

    assert differences(ASKED, Fingerprint(**values)) == said  # type: ignore[arg-type]


def test_programs_tasks_and_library_that_are_not_the_same_any_more_are_told() -> None:
    used = Used(programs={"servalcat": "0.4.141", "gemmi": "0.7.5"}, tasks={"refine": "1.0"}, library={"ALA": "a"})
    present = Used(programs={"servalcat": "0.4.142", "gemmi": "0.7.5"}, library={"ALA": "b", "GLY": "c"})

    assert changes_since(used, used) == []
    assert changes_since(used, present) == [
        "servalcat was 0.4.141, is 0.4.142",
        "refine was 1.0, is not set",
        "the monomer library has another ALA",
    ]
