"""Trees of every state: what a few deeds, sensible or not, make of one."""

from hypothesis import strategies as st

from xtalflow.data import CBoolean, CComposite, CContainer, CDataFile, CFloat, CInt, CList, CString
from xtalflow.errors import InvalidInput


class Item(CComposite):
    file = CDataFile()
    number = CInt(default=3, min=0)
    text = CString()


class SmallItem(Item):
    number = CInt(default=3, min=0, max=9)


class Inputs(CContainer):
    NUMBER = CInt(default=1, min=-5, max=5)
    REAL = CFloat(default=0.5)
    FLAG = CBoolean()
    TEXT = CString(default="t", maxLength=20)
    FILE = CDataFile(subType={"default": 1})
    ITEMS = CList(Item())
    NUMBERS = CList(CInt(default=7))
    PAIR = CList(Item(), listMinLength=2)
    SMALL_ITEM = SmallItem()
    OLD_FILE = CDataFile(contentFlag={"max": 2})
    ITEM = Item(default={"text": "given"})


def make_tree():
    root = CContainer()
    root.add("inputData", Inputs())
    root.add("controlParameters", Inputs())
    return root


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=25),
    st.sampled_from(["", " ", "\r\n", "1", "]]>", "<&>", "/data/x.mtz", "../x.mtz", "CCP4_JOBS/job_1/x.mtz"]),
)
items = st.fixed_dictionaries({}, optional={"file": scalars, "number": scalars, "text": scalars})
values = st.one_of(scalars, items, st.lists(st.one_of(scalars, items), max_size=3))
paths = st.sampled_from(
    [f"{s}.{n}" for s in ("inputData", "controlParameters") for n in Inputs().childNames()]
    + ["inputData.ITEMS[0]", "inputData.ITEMS[1].file", "inputData.NUMBERS[0]", "inputData.ITEM.number", "inputData"]
    + ["inputData.FILE.annotation", "inputData.FILE.contentFlag", "inputData.ITEM.file.baseName", "inputData.PAIR[1]"]
)
verbs = st.sampled_from(["set", "unSet", "restore", "copy from", "add item", "pop", "update", "batch"])
deeds = st.lists(st.tuples(verbs, paths, paths, values), max_size=12)


def do(root, deed):
    """Whether it was not refused."""
    verb, path, other, value = deed
    try:
        target = root.find(path)
        if verb == "set":
            target.set(value)
        elif verb == "copy from":
            target.set(root.find(other))
        elif verb == "add item" and isinstance(target, CList):
            target.append(value)
        elif verb == "pop" and isinstance(target, CList) and target:
            target.pop(0)
        elif verb in ("unSet", "restore"):
            getattr(target, verb)()
        elif verb == "update":
            parts = value if isinstance(value, dict) else {}
            root.update({"inputData": {"ITEM": parts, "ITEMS": [{}, {}], "TEXT": value}})
        elif verb == "batch":
            with root.batch():
                target.restore()
                target.set(value)
    except InvalidInput:
        return verb == "batch"  # of which the first half was done
    return True
