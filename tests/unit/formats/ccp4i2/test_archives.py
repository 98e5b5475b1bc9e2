"""Archives of projects are unpacked whole or not at all, and hostile ones are refused with the name of a member."""

import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from xtalflow.errors import InvalidInput, RefusedArchive, StoreUnavailable, UnreadableFile
from xtalflow.formats.ccp4i2 import DATABASE_NAME, Member, open_archive, read_record
from xtalflow.formats.ccp4i2 import _archive as archive_module
from xtalflow.formats.ccp4i2 import _members as members_module
from xtalflow.formats.ccp4i2 import _zip as zip_module

RECORD = b"""<database><ccp4i2_header/><ccp4i2_body><projectTable>
<project projectid="000000000000000000000000000000aa" projectname="gamma"/></projectTable></ccp4i2_body></database>"""
JOB = "CCP4_JOBS/job_1/"


def write_zip(path, *members, record=RECORD):
    """A zip file of names, or of pairs of a name (or its `ZipInfo`) and bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if record is not None:
            archive.writestr(DATABASE_NAME, record)
        for member in members:
            archive.writestr(*(member if isinstance(member, tuple) else (member, b"x")))
    return path


def info(name, *, mode=0, flags=0):
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    made.flag_bits = flags
    return made


def files_in(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_archive_gives_its_record_and_its_files(tmp_path):
    path = write_zip(tmp_path / "a.zip", (JOB, b""), (f"{JOB}deep/er/a.txt", b"hello"), ("__MACOSX/x", b""))

    with open_archive(path) as archive:
        record = archive.record()
        archive.extract_to(tmp_path / "out")

    assert record.project.name == "gamma"
    assert files_in(tmp_path / "out") == {DATABASE_NAME: RECORD, f"{JOB}deep/er/a.txt": b"hello"}
    assert archive.left_out == (("__MACOSX/x", "is not of a project"),)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "out"]


def test_what_is_unpacked_is_below_the_folder_from_the_beginning(tmp_path):
    """Whoever is killed meanwhile leaves nothing under a name that nobody knows."""
    seen = set()
    with open_archive(write_zip(tmp_path / "a.zip", f"{JOB}a.txt")) as archive:
        archive.extract_to(
            tmp_path / "out", on_bytes=lambda written: seen.update(path.name for path in tmp_path.iterdir())
        )

    assert seen == {"a.zip", "out"}


def test_a_folder_is_an_archive_too(tmp_path):
    """It gives what the zip file of it gives; links and pipes are left out and told."""
    with open_archive(write_zip(tmp_path / "a.zip", f"{JOB}a.txt")) as archive:
        archive.extract_to(tmp_path / "project")
    (tmp_path / "project" / JOB / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "project" / JOB / "pipe")
    (tmp_path / "project" / "notes.txt").write_text("mine")

    with open_archive(tmp_path / "project") as folder:
        record = folder.record()
        folder.extract_to(tmp_path / "copy")

    assert record == read_record(tmp_path / "project" / DATABASE_NAME)
    assert files_in(tmp_path / "copy") == {DATABASE_NAME: RECORD, f"{JOB}a.txt": b"x"}
    assert dict(folder.left_out) == {
        f"{JOB}link": "is a link",
        f"{JOB}pipe": "is no file",
        "notes.txt": "is not of a project",
    }


def test_a_folder_in_which_a_file_becomes_a_link_is_not_copied(tmp_path):
    with open_archive(write_zip(tmp_path / "a.zip", f"{JOB}a.txt")) as archive:
        archive.extract_to(tmp_path / "project")
    with open_archive(tmp_path / "project") as folder:
        (tmp_path / "project" / JOB / "a.txt").unlink()
        (tmp_path / "project" / JOB / "a.txt").symlink_to("/etc/passwd")
        with pytest.raises(RefusedArchive, match=r"a\.txt cannot be read"):
            folder.extract_to(tmp_path / "copy")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "project"]


NAMES = {
    "out of the folder": [f"{JOB}../../../x", "../x", "CCP4_JOBS/..", "other/../../x"],
    "absolute": ["/etc/cron.d/x", "//host/x"],
    "drive": ["C:/x", "c:x"],
    "backslash": ["CCP4_JOBS\\..\\x", "\\\\host\\x"],
    "empty part": ["CCP4_JOBS//x", "./CCP4_JOBS/x", "CCP4_JOBS/./x"],
    "character": ["CCP4_JOBS/a\nb", "CCP4_JOBS/\x1b[2J", "CCP4_JOBS/\x7f"],
    "too long": ["CCP4_JOBS/" + "x" * 300, "CCP4_JOBS/" + "x/" * 100 + "x", "CCP4_JOBS/" + "é" * 200],
}


@pytest.mark.parametrize(("words", "name"), [(words, name) for words, names in NAMES.items() for name in names])
def test_a_name_that_leads_elsewhere_is_refused(words, name, tmp_path):
    with pytest.raises(RefusedArchive, match=words) as raised:
        open_archive(write_zip(tmp_path / "a.zip", name))

    assert raised.value.member == name


def test_a_name_with_a_null_is_refused(tmp_path):
    path = write_zip(tmp_path / "a.zip", "CCP4_JOBS/aXb")
    path.write_bytes(path.read_bytes().replace(b"aXb", b"a\0b"))

    with pytest.raises(RefusedArchive, match="no name may have") as raised:
        open_archive(path)

    assert raised.value.member == "CCP4_JOBS/a\0b"


@pytest.mark.parametrize(
    ("words", "mode"),
    [
        ("is a link", stat.S_IFLNK | 0o777),
        ("neither", stat.S_IFCHR),
        ("neither", stat.S_IFBLK),
        ("neither", stat.S_IFIFO),
        ("neither", stat.S_IFSOCK),
        ("neither", stat.S_IFDIR),
    ],
)
def test_a_member_that_is_no_plain_file_is_refused(words, mode, tmp_path):
    path = write_zip(tmp_path / "a.zip", (info(f"{JOB}a", mode=mode), b"/etc/passwd"))

    with pytest.raises(RefusedArchive, match=words) as raised:
        open_archive(path)

    assert raised.value.member == f"{JOB}a"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("CCP4_JOBS/a", "CCP4_JOBS/a"),
        ("CCP4_JOBS/a", "CCP4_JOBS/A"),
        ("CCP4_JOBS/é", "CCP4_JOBS/e\u0301"),
        ("CCP4_JOBS/ß", "CCP4_JOBS/ss"),
        ("CCP4_JOBS/a", "CCP4_JOBS/a/"),
        ("CCP4_JOBS/a", "CCP4_JOBS/a/b"),
        ("CCP4_JOBS/a/b", "CCP4_JOBS/a"),
        ("CCP4_JOBS/a/b", "CCP4_JOBS/A/c"),
        ("CCP4_JOBS/a/", "CCP4_JOBS/A/"),
        (DATABASE_NAME, "database.DB.xml"),
    ],
)
def test_two_members_of_one_place_are_refused(first, second, tmp_path):
    """Also where only some disks take them for the same: capitals, accents written in two ways, a file as a folder."""
    path = write_zip(tmp_path / "a.zip", (first, b""), (second, b""), record=None)

    with pytest.raises(RefusedArchive, match=r"twice|below"):
        open_archive(path)


def test_a_folder_may_be_listed_twice(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write_zip(tmp_path / "a.zip", ("CCP4_JOBS/", b""), ("CCP4_JOBS/", b""), "CCP4_JOBS/a")

    with open_archive(path) as archive:
        assert [member.name for member in archive.members] == [DATABASE_NAME, "CCP4_JOBS", "CCP4_JOBS/a"]


def test_an_encrypted_member_is_refused(tmp_path):
    path = write_zip(tmp_path / "a.zip", f"{JOB}a")
    path.write_bytes(with_flags(path.read_bytes(), f"{JOB}a", 1))

    with pytest.raises(RefusedArchive, match="job_1/a is encrypted"):
        open_archive(path)


def with_flags(data, name, flags):
    """The directory says of a member that it has these flags."""
    at = data.rindex(name.encode()) - 46
    assert data[at : at + 4] == b"PK\1\2"
    return data[: at + 8] + struct.pack("<H", flags) + data[at + 10 :]


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_way_of_packing_that_ccp4i2_does_not_use_is_refused(kind, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", kind) as archive:
        archive.writestr(f"{JOB}a", b"x")

    with pytest.raises(RefusedArchive, match="packed in a way"):
        open_archive(tmp_path / "a.zip")


def damaged(path, name, change):
    """Change the packed bytes of a member."""
    with zipfile.ZipFile(path) as archive:
        one = archive.getinfo(name)
    data = bytearray(path.read_bytes())
    start = one.header_offset + 30 + len(name)
    data[start : start + one.compress_size] = change(data[start : start + one.compress_size])
    path.write_bytes(data)


@pytest.mark.parametrize(
    "change",
    [lambda data: data[:4] + b"\xff" + data[5:], lambda data: bytes(len(data)), lambda data: b"\xff" * len(data)],
)
def test_a_damaged_member_is_named_and_nothing_is_left(change, tmp_path):
    path = write_zip(tmp_path / "a.zip", f"{JOB}first", (f"{JOB}a", b"some text " * 20))
    damaged(path, f"{JOB}a", change)

    with open_archive(path) as archive, pytest.raises(RefusedArchive, match="job_1/a is damaged"):
        archive.extract_to(tmp_path / "out")

    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


def test_a_damaged_record_is_named(tmp_path):
    path = write_zip(tmp_path / "a.zip", f"{JOB}a")
    damaged(path, DATABASE_NAME, lambda data: data[:4] + b"\xff" + data[5:])

    with open_archive(path) as archive, pytest.raises(RefusedArchive, match="DATABASE"):
        archive.record()


@pytest.mark.parametrize("keep", [0, 1, 21, 22, 100, -1, -30])
def test_a_zip_file_that_is_cut_is_refused(keep, tmp_path):
    path = write_zip(tmp_path / "a.zip", f"{JOB}a")
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises((UnreadableFile, RefusedArchive), match=r"a\.zip"):
        open_archive(path)


def test_an_archive_without_a_record_is_no_project(tmp_path):
    path = write_zip(tmp_path / "a.zip", f"{JOB}a", record=None)

    with open_archive(path) as archive, pytest.raises(RefusedArchive, match="is missing"):
        archive.record()


def test_a_large_member_that_is_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_module, "LARGE", 2**20)
    path = write_zip(tmp_path / "a.zip", (f"{JOB}map", bytes(2**20 + 1)))

    with pytest.raises(RefusedArchive, match="job_1/map would be more than 200 times larger"):
        open_archive(path)


def test_many_small_members_that_are_a_bomb_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_module, "LARGE", 2**20)
    path = write_zip(tmp_path / "a.zip", *((f"{JOB}{number}", bytes(2**20)) for number in range(20)))

    with pytest.raises(RefusedArchive, match=r"a\.zip: would be more than 200 times larger"):
        open_archive(path)


def test_a_small_member_may_be_much_smaller_in_the_archive(tmp_path):
    with open_archive(write_zip(tmp_path / "a.zip", (f"{JOB}map", bytes(2**22)))) as archive:
        archive.extract_to(tmp_path / "out")

    assert (tmp_path / "out" / JOB / "map").stat().st_size == 2**22


def test_members_that_share_bytes_are_refused(tmp_path):
    """The directory lists one piece of the file as two members: a bomb without a large ratio of any."""
    path = write_zip(tmp_path / "a.zip", f"{JOB}a", f"{JOB}b")
    data = bytearray(path.read_bytes())
    first, second = (data.rindex(f"{JOB}{name}".encode()) - 46 for name in "ab")
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)

    with pytest.raises(RefusedArchive, match="shares its bytes"):
        open_archive(path)


def test_more_members_than_there_can_be_are_refused_before_they_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_module, "MAX_MEMBERS", 5)
    path = write_zip(tmp_path / "a.zip", *(f"{JOB}{number}" for number in range(6)))
    monkeypatch.setattr(zipfile.ZipFile, "__init__", None)

    with pytest.raises(RefusedArchive, match="more than 5 members"):
        open_archive(path)


def test_more_bytes_than_there_can_be_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(members_module, "MAX_BYTES", 1000)
    with pytest.raises(RefusedArchive, match="is larger than"):
        open_archive(write_zip(tmp_path / "a.zip", (f"{JOB}a", bytes(2000))))


def test_a_member_of_another_size_than_it_says_is_refused(tmp_path):
    """As one is whose directory lies: what comes is counted while it is written."""
    path = write_zip(tmp_path / "a.zip", f"{JOB}a")
    with open_archive(path) as archive:
        archive.members = (Member(name=f"{JOB}a", size=0),)
        with pytest.raises(RefusedArchive, match="job_1/a is larger"):
            archive.extract_to(tmp_path / "out")
        archive.members = (Member(name=f"{JOB}a", size=2),)
        with pytest.raises(RefusedArchive, match="job_1/a is smaller"):
            archive.extract_to(tmp_path / "out")

    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


def test_a_directory_that_lies_about_a_size_is_refused(tmp_path):
    path = write_zip(tmp_path / "a.zip", (f"{JOB}a", b"text " * 100))
    data = bytearray(path.read_bytes())
    at = data.rindex(f"{JOB}a".encode()) - 46
    data[at + 24 : at + 28] = struct.pack("<L", 50)
    path.write_bytes(data)

    with open_archive(path) as archive, pytest.raises(RefusedArchive, match="job_1/a is"):
        archive.extract_to(tmp_path / "out")

    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


def test_nothing_is_written_where_something_is(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    with open_archive(write_zip(tmp_path / "a.zip")) as archive:
        for name in ("out", "link"):
            with pytest.raises(InvalidInput, match="is there already"):
                archive.extract_to(tmp_path / name)


def test_too_little_room_is_told_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_module, "_SPARE", 2**62)
    with open_archive(write_zip(tmp_path / "a.zip")) as archive, pytest.raises(StoreUnavailable, match="are free"):
        archive.extract_to(tmp_path / "out")

    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


def test_unpacking_can_be_ended(tmp_path):
    """What `on_bytes` raises comes out, and nothing is left."""

    class EndedError(Exception):
        pass

    def end(written):
        raise EndedError

    with open_archive(write_zip(tmp_path / "a.zip")) as archive, pytest.raises(EndedError):
        archive.extract_to(tmp_path / "out", on_bytes=end)

    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


def test_a_zip64_archive_is_read(tmp_path):
    """As archives of tens of GB are; members of more than 4 GiB are in it in the same way."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DATABASE_NAME, RECORD)
        with archive.open(f"{JOB}a", "w", force_zip64=True) as member:
            member.write(b"large")
    data = (tmp_path / "a.zip").read_bytes()
    end = data.rindex(b"PK\5\6")
    count, length, start = struct.unpack("<HLL", data[end + 10 : end + 20])
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (tmp_path / "a.zip").write_bytes(data[:end] + record + locator + last)

    with open_archive(tmp_path / "a.zip") as archive:
        archive.extract_to(tmp_path / "out")

    assert (tmp_path / "out" / JOB / "a").read_bytes() == b"large"


def test_a_file_that_is_no_zip_file_is_said_to_be_none(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"text" * 100)
    with pytest.raises(UnreadableFile, match="no zip file"):
        open_archive(tmp_path / "a.zip")
    with pytest.raises(UnreadableFile, match="no such file"):
        open_archive(Path(tmp_path, "none.zip"))
