"""Changes bytes of small files at random and gives them to the readers, which may only refuse them with a sentence.

    python tests/fuzz.py [--count 10000] [--seed 1] [READER ...]

Each case is made from its number and the seed alone. What a reader raises that is none of the project's errors, each
warning, and a case that takes longer than five seconds, are printed with the number of the case, which is kept as a
file; then the exit code is 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from xtalflow.data import CBoolean, CContainer, CDataFile, CFloat, CInt, CList, CString, CUnknown
from xtalflow.errors import InvalidInput
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
from xtalflow.xtal import CCell, CObsDataFile, CPdbDataFile, CSpaceGroup, parse_selection

LONGEST_S = 5.0

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


def text_of(path: Path) -> str:
    return path.read_bytes().decode(errors="surrogateescape")


def samples() -> dict[str, tuple[Callable[[Path], None], Sequence[bytes]]]:
    """The readers by name, and what each is given before it is changed."""
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
    known = samples()
    if unknown := sorted(set(arguments.readers) - set(known)):
        parser.error(f"there is no reader {unknown[0]!r}; there are {', '.join(known)}")
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        run = partial(fuzz, arguments, Path(folder, "x.xml"))
        return max(run(name, *known[name]) for name in arguments.readers or known)


def fuzz(
    arguments: argparse.Namespace, path: Path, name: str, reader: Callable[[Path], None], contents: Sequence[bytes]
) -> int:
    read = failed = 0
    for number in range(arguments.first, arguments.first + arguments.count):
        rng = random.Random(f"{arguments.seed} {name} {number}")
        content = changed(rng.choice(contents), rng)
        path.write_bytes(content)
        began = time.perf_counter()
        try:
            reader(path)
            read += 1
        except InvalidInput:
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
