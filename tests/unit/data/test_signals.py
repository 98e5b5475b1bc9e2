"""Signals: order, one-off listeners, errors told, coroutines awaited or refused."""

import functools
import gc

import pytest

from xtalflow.data import CComposite, CContainer, CDataFile, CFloat, Change, CInt, CList, Signal
from xtalflow.errors import InvalidValue


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


def test_a_weak_listener_is_heard_no_longer_than_others_hold_it():
    class Window:
        heard: list[int] = []

        def show(self, value):
            self.heard.append(value)

    signal: Signal[int] = Signal()
    window = Window()
    connection = signal.connect(window.show, weak=True)
    signal.emit(1)
    del window
    gc.collect()
    signal.emit(2)

    assert Window.heard == [1]
    assert connection.listener is None


def test_a_method_that_nobody_can_hold_is_refused_as_a_weak_listener():
    with pytest.raises(TypeError, match="held weakly"):
        Signal[int]().connect([].append, weak=True)


def test_a_weak_function_is_heard_while_it_is_held():
    heard: list[int] = []

    def listener(value):
        heard.append(value)

    signal: Signal[int] = Signal()
    signal.connect(listener, weak=True)
    signal.connect(lambda value: heard.append(-value), weak=True)  # nobody holds it
    gc.collect()
    signal.emit(1)

    assert heard == [1]


def test_each_listener_hears_values_in_the_order_in_which_they_were_emitted():
    heard: list[int] = []
    signal: Signal[int] = Signal()
    signal.connect(lambda value: signal.emit(value + 1) if value < 3 else None)
    signal.connect(heard.append)
    signal.emit(1)

    assert heard == [1, 2, 3]


def test_listeners_that_answer_each_other_without_end_are_stopped():
    signal: Signal[int] = Signal()
    signal.connect(lambda value: signal.emit(value + 1))
    with pytest.raises(RecursionError):
        signal.emit(1)
    tree = Controls()
    tree.FRAC.changed.connect(lambda change: setattr(tree, "FRAC", change.new + 1))

    with pytest.raises(RecursionError):
        tree.FRAC = 1.0
    tree.LIMITS = [1]
    assert tree.LIMITS[0].value == 1


def listen(item):
    heard: list[tuple[str, object, object]] = []
    item.changed.connect(lambda change: heard.append((change.path, change.old, change.new)))
    return heard


class Cell(CComposite):
    a = CFloat()
    b = CFloat(default=2.0)


class Inputs(CContainer):
    NUMBER = CInt(default=1)
    FILE = CDataFile()
    CELL = Cell()
    CELLS = CList(Cell())


def make_tree():
    root = CContainer()
    root.add("inputData", Inputs())
    return root, root["inputData"]


def test_what_is_above_hears_of_changes_below():
    root, inputs = make_tree()
    at_root, at_inputs, at_number = listen(root), listen(inputs), listen(inputs.NUMBER)
    inputs.NUMBER = 5

    assert at_root == at_inputs == at_number == [("inputData.NUMBER", 1, 5)]


def test_a_file_and_a_composite_change_as_one_value():
    root, inputs = make_tree()
    heard, part = listen(root), listen(inputs.CELL.b)
    inputs.FILE = "/data/x.mtz"
    inputs.FILE = "/data/x.mtz"
    inputs.FILE.annotation = "native"
    inputs.CELL = {"a": 1.0, "b": 3.0}

    assert heard[:2] == [
        ("inputData.FILE", "", "/data/x.mtz"),
        ("inputData.FILE.annotation", None, "native"),
    ]
    path, old, new = heard[2]
    assert (path, old.a.value, old.b.value, new.a.value, new.b.value) == ("inputData.CELL", None, 2.0, 1.0, 3.0)
    assert len(heard) == 3
    assert part == [("inputData.CELL.b", 2.0, 3.0)]


def test_a_part_hears_of_a_composite_only_when_all_of_it_is_set():
    _, inputs = make_tree()
    seen = []
    inputs.CELL.a.changed.connect(lambda _: seen.append(inputs.CELL.b.value))
    inputs.CELL = {"a": 1.0, "b": 3.0}

    assert seen == [3.0]


def test_items_of_a_list_tell_once_they_are_in_it():
    root, inputs = make_tree()
    heard = listen(root)
    inputs.CELLS.append({"a": 1.0})
    inputs.CELLS[0].a = 2.0
    inputs.CELLS = [{"a": 5.0}]
    gone = inputs.CELLS.pop()
    gone.a = 7.0

    assert heard == [
        ("inputData.CELLS", 0, 1),
        ("inputData.CELLS[0].a", 1.0, 2.0),
        ("inputData.CELLS", 1, 1),
        ("inputData.CELLS", 1, 0),
    ]


def test_a_batch_tells_once_of_each_object_from_its_first_value_to_its_last():
    root, inputs = make_tree()
    heard, at_number = listen(root), listen(inputs.NUMBER)
    with root.batch():
        inputs.NUMBER = 5
        inputs.CELL.a = 1.0
        inputs.NUMBER = 7
        assert heard == at_number == []

    assert heard == [("inputData.NUMBER", 1, 7), ("inputData.CELL.a", None, 1.0)]
    assert at_number == [("inputData.NUMBER", 1, 7)]


def test_a_batch_in_a_batch_is_told_with_the_outer_one():
    root, inputs = make_tree()
    heard = listen(root)
    with root.batch():
        with inputs.batch():
            inputs.NUMBER = 5
        inputs.CELL = {"a": 1.0}
        assert heard == []
        inputs.NUMBER = 6

    assert [path for path, _, _ in heard] == ["inputData.NUMBER", "inputData.CELL"]
    assert heard[0][1:] == (1, 6)


def test_what_is_as_before_at_the_end_of_a_batch_is_not_told():
    root, inputs = make_tree()
    heard = listen(root)
    with root.batch():
        inputs.NUMBER = 5
        inputs.NUMBER.restore()
        inputs.CELLS = [{"a": 1.0}]
        inputs.CELLS.unSet()

    assert heard == [("inputData.CELLS", 0, 0)]


def test_a_batch_that_fails_tells_what_was_done():
    root, inputs = make_tree()
    heard = listen(root)

    def do():
        with root.batch():
            inputs.NUMBER = 5
            inputs.NUMBER = "five"

    with pytest.raises(InvalidValue):
        do()

    assert heard == [("inputData.NUMBER", 1, 5)]


def test_a_file_of_which_something_else_than_the_path_changed_in_a_batch_is_told():
    root, inputs = make_tree()
    inputs.FILE = "/x/a.mtz"
    heard = listen(root)
    with root.batch():
        inputs.FILE.set(inputs.FILE.copy())
    with root.batch():
        inputs.FILE.set({"relPath": "/x", "baseName": "a.mtz", "subType": 2})

    assert heard == [("inputData.FILE", "/x/a.mtz", "/x/a.mtz")]


def test_all_changes_of_a_batch_are_told_even_if_a_listener_fails():
    root, inputs = make_tree()
    inputs.NUMBER.changed.connect(lambda change: 1 / 0)
    heard = listen(root)

    def do():
        with root.batch():
            inputs.NUMBER = 5
            inputs.FILE = "/x/a.mtz"

    with pytest.raises(ExceptionGroup):
        do()

    assert [path for path, _, _ in heard] == ["inputData.NUMBER", "inputData.FILE"]


def test_changes_made_by_listeners_are_heard_in_the_order_in_which_they_happened():
    root, inputs = make_tree()
    inputs.NUMBER.changed.connect(lambda change: setattr(inputs, "CELL", {"a": float(change.new)}))
    heard = listen(root)
    inputs.NUMBER = 5

    assert [path for path, _, _ in heard] == ["inputData.NUMBER", "inputData.CELL"]


def test_errors_of_listeners_at_every_level_come_out_together():
    root, inputs = make_tree()

    def fail(change):
        raise ValueError(change.path)

    root.changed.connect(fail)
    inputs.NUMBER.changed.connect(fail)
    with pytest.raises(ExceptionGroup) as caught:
        inputs.NUMBER = 5

    assert len(caught.value.exceptions) == 2
    assert inputs.NUMBER.value == 5
