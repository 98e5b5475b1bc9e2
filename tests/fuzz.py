"""Changes bytes of small files at random and gives them to the readers, which may only refuse them with a sentence.

    python tests/fuzz.py [--count 10000] [--seed 1] [READER ...]

Each case is made from its number and the seed alone. What a reader raises that is none of the project's errors, each
warning, and a case that takes longer than five seconds or more than 4 GB, are printed with the number of the case,
which is kept as a file; then the exit code is 1. Archives are unpacked, and nothing may be written beside.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import shutil
import sqlite3
import stat
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from xtalflow.data import CBoolean, CContainer, CDataFile, CFloat, CInt, CList, CString, CUnknown
from xtalflow.errors import InvalidInput, StoreUnavailable
from xtalflow.formats import (
    from_json,
    from_phil,
    json_schema,
    read_definition,
    read_params,
    read_phil_definition,
    read_phil_parameters,
    write_definition,
    write_params,
    write_phil_parameters,
)
from xtalflow.formats.ccp4i2 import (
    DATABASE_NAME,
    I2Dialect,
    as_held,
    open_archive,
    projects_in_sqlite,
    read_legacy_sqlite,
    read_record,
    write_record,
)
from xtalflow.xtal import CCell, CObsDataFile, CPdbDataFile, CSpaceGroup, parse_selection

LONGEST_S = 5.0
MOST_BYTES = 4 * 2**30

ONE, TWO, THREE, FOUR = (f"{number:032x}" for number in range(1, 5))
I2_TABLES = (
    f"<projectTable><project projectid='{ONE}' projectname='gamma' projectcreated='1734166313.065283' lastjobnumber='1'"
    f" projectdirectory='/data/gamma'/></projectTable><jobTable><job jobid='{TWO}' jobnumber='1' creationtime='173416'"
    f" finishtime='1734166438.4' status='6' useragent='1' projectid='{ONE}' taskname='refmac' title='a'/><job"
    f" jobid='{THREE}' jobnumber='1.1' status='5' parentjobid='{TWO}' taskname='refmac' evaluation='2'/></jobTable>"
    f"<fileTable><file fileid='{FOUR}' filename='a.pdb' jobid='{TWO}' jobparamname='XYZOUT' filetypeid='2' pathflag='1'"
    f" filesubtype='1'/></fileTable><fileuseTable><fileuse fileid='{FOUR}' jobid='{THREE}' roleid='1'"
    f" jobparamname='XYZIN'/></fileuseTable><importfileTable><importfile importid='{ONE}' fileid='{FOUR}' checksum='ab'"
    f" sourcefilename='/x'/></importfileTable><xdataTable><xdata xdataclass='C' jobid='{TWO}' xdataxml='&lt;a/>'/>"
    f"</xdataTable><commentTable><comment jobid='{TWO}' comment='good' timeofcomment='1'/></commentTable>"
    f"<jobkeyvalueTable><jobkeyvalue jobid='{TWO}' keytypeid='1' value='0.2'/><jobkeycharvalue jobid='{TWO}'"
    f" keytypeid='4' value='P 1'/></jobkeyvalueTable><fileassociationTable><fileassociation fileassociationid='{ONE}'/>"
    f"</fileassociationTable><fileassociationmemberTable><fileassociationmember fileassociationid='{ONE}'"
    f" fileid='{FOUR}'/></fileassociationmemberTable><tagTable><tag tagid='1' text='a'/><tag tagid='2' text='b'"
    f" parenttagid='1'/></tagTable><projecttagTable><projecttag tagid='2' projectid='{ONE}'/></projecttagTable>"
    f"<projectexportTable><projectexport projectexporttime='1734795588.6691'/></projectexportTable>"
)
I2_RECORDS = (
    f"<database><ccp4i2_header><projectId>{ONE}</projectId></ccp4i2_header><ccp4i2_body>{I2_TABLES}</ccp4i2_body></database>".encode(),
    "<?xml version='1.0' encoding='ASCII'?><ccp4:ccp4i2 xmlns:ccp4='http://www.ccp4.ac.uk/ccp4ns'><ccp4i2_header>"
    f"<hostName>box</hostName></ccp4i2_header><ccp4i2_body>{I2_TABLES}</ccp4i2_body></ccp4:ccp4i2>".encode(),
)
I2_NAMES = (DATABASE_NAME, "CCP4_JOBS", "job_1", "a.pdb", "A.PDB", "é", "b.mtz")
I2_HOSTILE_NAMES = ("..", "", ".", "C:", "\\", "a\n", "\x1b", "\0", "tmp", "etc", "ß", "ss", "e\u0301", "x" * 300)
I2_SQL = {
    "Projects": {"ProjectID": ONE, "ProjectName": "gamma", "ProjectCreated": 1.5, "UserID": ONE, "LastJobNumber": 1},
    "Jobs": {"JobID": TWO, "JobNumber": "1", "Status": 6, "ProjectID": ONE, "TaskName": "refmac", "UserId": ONE},
    "Files": {"FileID": FOUR, "Filename": "a.pdb", "FiletypeID": 2, "JobID": TWO, "PathFlag": 1},
    "FileUses": {"FileID": FOUR, "JobID": TWO, "RoleID": 1, "JobParamName": "XYZIN"},
    "JobKeyValues": {"JobID": TWO, "KeyTypeID": 1, "Value": 0.2},
    "Tags": {"TagID": THREE, "Text": "kinase"},
    "ProjectTags": {"TagID": THREE, "ProjectID": ONE},
    "Comments": {"CommentID": ONE, "JobID": TWO, "TimeOfComment": 1.0, "Comment": "good"},
    "Users": {"UserID": ONE, "UserName": "ann"},
}

PARAMS = b"""<?xml version='1.0' encoding='UTF-8'?>
<ccp4:ccp4i2 xmlns:ccp4="http://www.ccp4.ac.uk/ccp4ns"><ccp4i2_header><function>PARAMS</function><pluginName>t</pluginName>
<creationTime>23:30 30/Apr/26</creationTime></ccp4i2_header><ccp4i2_body id="t"><inputData><F><project>x</project>
<baseName>a.mtz</baseName><relPath>CCP4_JOBS/job_1</relPath><contentFlag>4</contentFlag></F><MODELS><CPdbDataFile>
<baseName>m.pdb</baseName><selection><text>A/1-9</text></selection></CPdbDataFile></MODELS></inputData><controlParameters>
<NUMBER>3</NUMBER><REAL>2.5e-1</REAL><YES>True</YES><TEXT> a &amp; b </TEXT><CELL><a>10.</a><b>20</b></CELL>
<GROUP>P 21 21 21</GROUP><UNKNOWN n="1">x<y>z</y></UNKNOWN></controlParameters></ccp4i2_body></ccp4:ccp4i2>"""

DEFINITION = b"""<?xml version='1.0'?>
<ns0:ccp4i2 xmlns:ns0="http://www.ccp4.ac.uk/ccp4ns"><ccp4i2_header><function>DEF</function><pluginName>t</pluginName>
</ccp4i2_header><ccp4i2_body id="t"><container id="inputData"><content id="F"><className>CObsDataFile</className>
<qualifiers><mustExist>True</mustExist><requiredContentFlag>1,2</requiredContentFlag><contentFlag><default>4</default></contentFlag>
</qualifiers></content><content id="L"><className>CList</className><qualifiers><listMinLength>1</listMinLength>
</qualifiers><subItem><className>CPdbDataFile</className><qualifiers><ifAtomSelection>True</ifAtomSelection></qualifiers></subItem>
</content></container><container id="controlParameters"><qualifiers><guiLabel>c</guiLabel></qualifiers><content id="N">
<className>CInt</className><qualifiers><default>3</default><min>0</min><max>9</max></qualifiers></content>
<content id="S"><className>CString</className><qualifiers>
<enumerators>a,b</enumerators><menuText>A,B</menuText><onlyEnumerators>True
</onlyEnumerators><default>a</default><patternRegex>^[ab]+$</patternRegex></qualifiers></content>
<content id="C"><className>CCell</className><qualifiers><default>{'a':1.0}</default></qualifiers></content>
</container></ccp4i2_body></ns0:ccp4i2>"""

MASTER = b"""refinement {
  main { number_of_macro_cycles = 3
    .type = int(value_min=0)
    .help = "Cycles"
  }
  strategy = *xyz rigid *adp
    .type = choice(multi=True)
  model
    .multiple = True
  { file = None
      .type = path
    cell = 10 20 30
      .type = floats(size=3)
  }
}
"""
PROGRAM_PHIL = (
    b"refinement { main.number_of_macro_cycles = 5\n strategy = xyz *rigid adp\n model { file = 'a b.pdb' } }\n"
)
SELECTIONS = (
    b"A/10-20",
    b"/1/A,B/(ALA,GLY).A/CA[C]:*;q<1;b>=2.5",
    b"{A/ and not (B/12.A)} or {within 5.0 of //*/(ATP) exclude residues}",
)
TOKENS = (
    *(
        b"<",
        b">",
        b"</",
        b"/>",
        b"&amp;",
        b"&x;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"<!DOCTYPE a [",
        b"<?xml",
        b"xmlns=''",
    ),
    *(
        b"nan",
        b"inf",
        b"-1",
        b"1e999",
        b"99999999999999999999",
        b"None",
        b"True",
        b"\x00",
        b"\xff",
        b"\xc3",
        b"\xed\xb2\x80",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"(",
        b")",
        b'"',
        b"'",
        b"=",
        b",",
        b"\\",
        b"\n",
        b" ",
        b"*",
        b".type = ",
        b"state=",
        b"id=",
    ),
)


def tree() -> CContainer:
    """A task's parameters, of the kinds that the samples give."""
    root, inputs, controls = CContainer(), CContainer(), CContainer()
    inputs.add("F", CObsDataFile())
    inputs.add("OTHER", CDataFile())
    inputs.add("MODELS", CList(CPdbDataFile(ifAtomSelection=True)))
    controls.add("NUMBER", CInt(default=1, min=0))
    controls.add("REAL", CFloat(max=1.0))
    controls.add("YES", CBoolean(default=False))
    controls.add("TEXT", CString(maxLength=30))
    controls.add("CELL", CCell())
    controls.add("GROUP", CSpaceGroup())
    controls.add("UNKNOWN", CUnknown("CNobody"))
    root.add("inputData", inputs)
    root.add("controlParameters", controls)
    return root


def definition(path: Path) -> None:
    read = read_definition(path)
    json_schema(read.container, title="t")
    write_definition(read.container, path, task="t")
    assert read_definition(path).container == read.container


def params(path: Path) -> None:
    root, again = tree(), tree()
    header = read_params(path, root, keep_refused=True)
    write_params(root, header, path)
    read_params(path, again, keep_refused=True)
    assert again == root


def json_text(path: Path) -> None:
    from_json(text_of(path), tree())


def phil_of_tree(path: Path) -> None:
    from_phil(text_of(path), tree())


def phil_of_program(path: Path) -> None:
    container = read_phil_definition(MASTER.decode()).container
    read_phil_parameters(text_of(path), container)
    write_phil_parameters(container)


def phil_master(path: Path) -> None:
    write_phil_parameters(read_phil_definition(text_of(path)).container)


def selection(path: Path) -> None:
    assert parse_selection(str(parse_selection(text_of(path)))) is not None


def i2_record(path: Path) -> None:
    record = read_record(path)
    for dialect in I2Dialect:
        assert read_record(path, write_record(record, dialect)) == as_held(record, dialect)


def i2_archive(path: Path) -> None:
    """Unpack an archive some folders down, and look for what is beside."""
    inside = path.parent / "in" / "side"
    inside.mkdir(parents=True, exist_ok=True)
    try:
        with open_archive(path) as archive:
            try:
                archive.record()
            finally:
                archive.extract_to(inside / "out")
        assert {path.name for path in (inside / "out").iterdir()} <= {DATABASE_NAME, "CCP4_JOBS"}
    finally:
        links = [
            each for each in (inside / "out").rglob("*") if not each.is_dir() and not stat.S_ISREG(each.lstat().st_mode)
        ]
        shutil.rmtree(inside / "out", ignore_errors=True)
        beside = [*inside.iterdir(), *(each for each in path.parent.iterdir() if each.name not in {"in", path.name})]
        assert not links + beside, f"written: {links + beside}"


def i2_sqlite(path: Path) -> None:
    before = path.read_bytes()
    try:
        projects_in_sqlite(path)
        read_legacy_sqlite(path)
    finally:
        assert path.read_bytes() == before
        assert [each.name for each in path.parent.iterdir() if each.name != "in"] == [path.name]


def any_archive(rng: random.Random) -> bytes:
    """An archive of names, kinds and ways of packing that are mostly what they should be."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(DATABASE_NAME, rng.choice(I2_RECORDS), rng.choice((0, 8)))
            hostile = rng.choice((0.0, 0.0, 0.05, 0.3))
            for number in range(rng.randint(0, 6)):
                pick = [I2_HOSTILE_NAMES if rng.random() < hostile else I2_NAMES for _ in range(rng.randint(1, 4))]
                parts = [rng.choice(names) for names in pick]
                parts[-1] += str(number) if rng.random() < 0.9 else ""
                info = zipfile.ZipInfo("/".join(("CCP4_JOBS", *parts) if rng.random() >= hostile else parts) or "a")
                kinds = (0, stat.S_IFREG, stat.S_IFREG, stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO)
                info.external_attr = (rng.choice(kinds) if rng.random() < hostile else 0) << 16
                info.compress_type = rng.choice((0, 8, 8, 8, 12, 14)) if rng.random() < hostile else rng.choice((0, 8))
                archive.writestr(info, rng.choice((b"", b"x", b"/etc/passwd", bytes(100_000), rng.randbytes(300))))
    content = buffer.getvalue()
    return rng.choice((changed, with_odd_directory, with_odd_directory, lambda whole, _: whole))(content, rng)


def with_odd_directory(content: bytes, rng: random.Random) -> bytes:
    """Other numbers in the directory of an archive: flags, sizes, places, counts."""
    data = bytearray(content)
    marks = [at for mark in (b"PK\1\2", b"PK\5\6", b"PK\3\4") for at in found(content, mark)]
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        at = rng.choice(marks) + rng.randrange(4, 46)
        data[at : at + 2] = rng.choice((b"\0\0", b"\1\0", b"\xff\xff", b"\0\x80", rng.randbytes(2)))
    return bytes(data)


def found(content: bytes, mark: bytes) -> list[int]:
    places, at = [], -1
    while (at := content.find(mark, at + 1)) >= 0:
        places.append(at)
    return places


def any_sqlite(rng: random.Random) -> bytes:
    """A database of CCP4i2 with a few values, columns and tables that are not as they should be."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"PRAGMA page_size = {rng.choice((512, 1024))}")
    for table, row in I2_SQL.items():
        if rng.random() < 0.02:
            continue
        columns = [name for name in row if rng.random() < 0.99]
        connection.execute(f"CREATE TABLE {table} ({', '.join(columns) or 'a'})")
        for _ in range(rng.choice((1, 1, 1, 2))):
            odd = (None, "", b"\xff", -1, 10**15, 1e300, "x" * 2000, "../x", ONE, TWO, THREE)
            values = [row[name] if rng.random() < 0.95 else rng.choice(odd) for name in columns]
            if columns:
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)
    connection.commit()
    content = connection.serialize()
    connection.close()
    return content if rng.random() < 0.3 else changed(content, rng)


def text_of(path: Path) -> str:
    return path.read_bytes().decode(errors="surrogateescape")


Cases = Sequence[bytes] | Callable[[random.Random], bytes]


def samples() -> dict[str, tuple[Callable[[Path], None], Cases]]:
    """The readers by name, and what each is given before it is changed, or what makes each case."""
    from xtalflow.formats import to_json, to_phil

    given = tree()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "params.xml")
        path.write_bytes(PARAMS)
        read_params(path, given, keep_refused=True)
    return {
        "definition": (definition, (DEFINITION,)),
        "params": (params, (PARAMS,)),
        "json": (json_text, (to_json(given).encode(),)),
        "phil": (phil_of_tree, (to_phil(given).encode(),)),
        "program-phil": (phil_of_program, (PROGRAM_PHIL,)),
        "master-phil": (phil_master, (MASTER,)),
        "selection": (selection, SELECTIONS),
        "i2-record": (i2_record, I2_RECORDS),
        "i2-archive": (i2_archive, any_archive),
        "i2-sqlite": (i2_sqlite, any_sqlite),
    }


def changed(content: bytes, rng: random.Random) -> bytes:
    """One to four changes of some bytes, and sometimes an end that is missing."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        start = rng.randrange(len(content) + 1)
        length = rng.choice((0, 0, 1, 1, 2, 5, 20, 200))
        new = rng.choice(
            (
                b"",
                rng.choice(TOKENS),
                rng.randbytes(rng.randint(1, 4)),
                content[start : start + length] * 2,
                content[(other := rng.randrange(len(content) + 1)) : other + length],
            )
        )
        content = content[:start] + new + content[start + length :]
    return content if rng.random() < 0.9 else content[: rng.randrange(len(content) + 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", metavar="READER", nargs="*", help="which readers (default all)")
    parser.add_argument("--count", type=int, default=10_000, help="cases for each reader")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="folder for the files that failed")
    arguments = parser.parse_args()
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    known = samples()
    if unknown := sorted(set(arguments.readers) - set(known)):
        parser.error(f"there is no reader {unknown[0]!r}; there are {', '.join(known)}")
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        run = partial(fuzz, arguments, Path(folder, "x.xml"))
        return max(run(name, *known[name]) for name in arguments.readers or known)


def fuzz(arguments: argparse.Namespace, path: Path, name: str, reader: Callable[[Path], None], cases: Cases) -> int:
    read = failed = 0
    for number in range(arguments.first, arguments.first + arguments.count):
        rng = random.Random(f"{arguments.seed} {name} {number}")
        content = cases(rng) if callable(cases) else changed(rng.choice(cases), rng)
        path.write_bytes(content)
        began = time.perf_counter()
        try:
            reader(path)
            read += 1
        except (InvalidInput, StoreUnavailable):
            pass
        except Exception:  # noqa: BLE001  which is what is looked for
            failed += 1
            keep(arguments.keep, f"{name}-{number}", content, traceback.format_exc())
        if time.perf_counter() - began > LONGEST_S:
            failed += 1
            keep(arguments.keep, f"{name}-{number}", content, f"took {time.perf_counter() - began:.1f} s\n")
    refused = arguments.count - read - failed
    print(f"{name}: {arguments.count} cases of seed {arguments.seed}: {read} read, {refused} refused, {failed} failed")
    return 1 if failed else 0


def keep(folder: Path, name: str, content: bytes, why: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    print(f"{name}: {why}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
