"""Signals: order, one-off listeners, errors told, coroutines awaited or refused."""

import functools

import pytest

from xtalflow.data import CContainer, CDataFile, CFloat, Change, CInt, CList, Signal


class Controls(CContainer):
    FRAC = CFloat(default=0.05)
    LIMITS = CList(CInt())
    FILE = CDataFile()


def test_listeners_come_by_priority_then_in_order():
    heard: list[str] = []
    signal: Signal[int] = Signal()
    signal.connect(lambda _: heard.append("first"))
    signal.connect(lambda _: heard.append("second"))
    signal.connect(lambda _: heard.append("urgent"), priority=5)
    signal.emit(1)

    assert heard == ["urgent", "first", "second"]


def test_a_listener_connected_once_hears_once_even_if_it_emits():
    heard: list[int] = []
    signal: Signal[int] = Signal()

    def listener(value):
        heard.append(value)
        signal.emit(value + 1)

    signal.connect(listener, once=True)
    signal.emit(1)

    assert heard == [1]


def test_a_handle_disconnects_as_often_as_one_likes_even_while_values_are_told():
    heard: list[int] = []
    signal: Signal[int] = Signal()
    signal.connect(lambda _: late.disconnect())
    late = signal.connect(heard.append)
    signal.emit(1)
    late.disconnect()

    assert heard == []


def test_all_listeners_hear_and_errors_are_reported_together():
    heard: list[int] = []
    signal: Signal[int] = Signal()

    def fail(value):
        raise ValueError(f"no {value}")

    signal.connect(fail)
    signal.connect(heard.append)
    signal.connect(fail)

    with pytest.raises(ExceptionGroup) as caught:
        signal.emit(3)
    assert heard == [3]
    assert [str(exc) for exc in caught.value.exceptions] == ["no 3", "no 3"]


async def _wait(value):
    return None


class _Callable:
    async def __call__(self, value):
        return None


@pytest.mark.parametrize("listener", [_wait, functools.partial(_wait), _Callable()])
def test_a_plain_signal_refuses_coroutines(listener):
    controls = Controls()

    with pytest.raises(TypeError, match="coroutine"):
        controls.FRAC.changed.connect(listener)


def test_a_coroutine_is_not_lost_when_nobody_waits():
    signal: Signal[int] = Signal()
    signal.connect(_wait)
    with pytest.raises(TypeError, match="emit_async"):
        signal.emit(1)

    other: Signal[int] = Signal(plain=True)
    other.connect(lambda _: _wait(1))
    with pytest.raises(ExceptionGroup) as caught:
        other.emit(1)
    assert isinstance(caught.value.exceptions[0], TypeError)


async def test_emit_async_awaits_coroutines_in_order():
    heard: list[str] = []
    signal: Signal[str] = Signal()

    async def slow(value):
        heard.append(f"slow {value}")

    signal.connect(slow)
    signal.connect(lambda value: heard.append(f"plain {value}"))
    await signal.emit_async("x")

    assert heard == ["slow x", "plain x"]


async def test_emit_async_reports_errors_after_all_were_told():
    heard: list[int] = []
    signal: Signal[int] = Signal()

    async def fail(value):
        raise RuntimeError("no")

    signal.connect(fail)
    signal.connect(heard.append)
    with pytest.raises(ExceptionGroup):
        await signal.emit_async(1)

    assert heard == [1]


def test_setters_tell_old_and_new_value():
    controls = Controls()
    heard: list[Change] = []
    controls.FRAC.changed.connect(heard.append)
    controls.FRAC = 0.1
    controls.FRAC = 0.1
    controls.FRAC.unSet()

    assert heard == [Change(path="FRAC", old=0.05, new=0.1), Change(path="FRAC", old=0.1, new=None)]


def test_becoming_explicit_is_a_change():
    controls = Controls()
    heard: list[Change] = []
    controls.FRAC.changed.connect(heard.append)
    controls.FRAC = 0.05

    assert len(heard) == 1


def test_files_and_lists_tell_too():
    controls = Controls()
    heard: list[object] = []
    controls.FILE.changed.connect(lambda change: heard.append(change.new))
    controls.LIMITS.changed.connect(lambda change: heard.append(change.new))
    controls.FILE = "/data/x.mtz"
    controls.LIMITS.append(3)

    assert heard == ["/data/x.mtz", 1]
