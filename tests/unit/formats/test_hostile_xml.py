"""No bytes, whatever they are, get anything out of the readers but the project's errors."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.data import CContainer, CDataFile, CInt, CList, CString, CUnknown
from xtalflow.errors import UnreadableFile
from xtalflow.formats import ParamsHeader, read_params, write_params


class Inputs(CContainer):
    FILE = CDataFile()
    NUMBER = CInt()
    TEXTS = CList(CString())
    ODD = CUnknown("COdd")


def make_tree():
    root = CContainer()
    root.add("inputData", Inputs())
    return root


names = st.sampled_from(
    ["inputData", "FILE", "baseName", "NUMBER", "TEXTS", "CString", "guiAdmin", "container", "jobTitle", "x", "ODD"]
)
attributes = st.sampled_from(["", "", " state='not_set'", " state='default'", " state='odd'", " unit='A'"])
texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="<&"), max_size=6)


def element(children):
    return st.builds(
        lambda name, said, text, inside: f"<{name}{said}>{text}{''.join(inside)}</{name}>",
        names,
        attributes,
        texts,
        st.lists(children, max_size=3),
    )


trees = st.recursive(texts, element, max_leaves=12)


@given(st.lists(trees, max_size=4))
def test_any_well_formed_file_is_read_or_refused_and_what_is_read_can_be_written_back(bodies):
    text = f"<ccp4i2><ccp4i2_header/><ccp4i2_body>{''.join(bodies)}</ccp4i2_body></ccp4i2>"
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.xml")
        path.write_text(text, encoding="utf-8")
        root, again = make_tree(), make_tree()
        try:
            header = read_params(path, root)
        except UnreadableFile:
            return
        write_params(root, header, path)
        rewritten = read_params(path, again)

    assert again == root
    assert {each.path for each in rewritten.unknown} == {each.path for each in header.unknown}


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UnreadableFile, match="pipe: is empty"):
        read_params(tmp_path / "pipe", make_tree())


WRITTEN = b"""<?xml version='1.0' encoding='UTF-8'?>
<ccp4:ccp4i2 xmlns:ccp4="http://www.ccp4.ac.uk/ccp4ns"><ccp4i2_header><function>PARAMS</function>
<creationTime>23:30 30/Apr/26</creationTime></ccp4i2_header><ccp4i2_body><inputData><FILE><baseName>x.mtz</baseName>
</FILE><NUMBER>3</NUMBER><TEXTS><CString>a</CString></TEXTS></inputData></ccp4i2_body></ccp4:ccp4i2>"""


@given(
    st.lists(st.tuples(st.integers(0, len(WRITTEN) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(WRITTEN))
)
def test_damaged_files_are_read_or_refused(damage, length):
    data = bytearray(WRITTEN)
    for position, value in damage:
        data[position] = value
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.xml")
        path.write_bytes(data if length % 2 else data[:length])
        try:
            header = read_params(path, make_tree())
        except UnreadableFile as exc:
            assert "x.xml" in str(exc)  # noqa: PT017  whichever of the two it is
        else:
            assert isinstance(header, ParamsHeader)
