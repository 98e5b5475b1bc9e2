"""The page reads the server's maps as UglyMol does, and as they are."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import xtalflow
from conftest import missing
from unit.xtal.maps.crystals import CRYSTALS, write_coefficients
from xtalflow.xtal import read_cell_density

STATIC = Path(xtalflow.__file__).parent / "web" / "static"
READER = STATIC / "xtalflow" / "ccp4_map.js"
UGLYMOL = STATIC / "vendor" / "uglymol.js"
COMPARE = """
import { readFile } from "node:fs/promises";
import vm from "node:vm";
const [uglymol, reader, map, whole] = process.argv.slice(2);
const UM = {};
vm.runInThisContext(`(function (exports, module) {${await readFile(uglymol, "utf8")}\\n})`)(UM, {});
const { readMap } = await import(reader);
const bufferOf = async (path) => new Uint8Array(await readFile(path)).buffer;
const buffer = await bufferOf(map);
const ours = readMap(UM, buffer);
const theirs = new UM.ElMap();
theirs.from_ccp4(buffer, true);
const truth = new Float32Array(await bufferOf(whole));
const worst = (a, b) => a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index])), 0);
console.log(JSON.stringify({
  sizes: [ours.grid.values.length, theirs.grid.values.length, truth.length],
  fromTheirs: worst(ours.grid.values, theirs.grid.values),
  fromTruth: worst(ours.grid.values, truth),
  stats: [ours.stats, theirs.stats],
  cells: [ours.unit_cell.parameters, theirs.unit_cell.parameters],
}));
"""


@pytest.mark.parametrize("group", CRYSTALS)
def test_the_page_spreads_a_map_as_uglymol_does(tmp_path: Path, group: str) -> None:
    """Our reader, which is faster, and UglyMol's give the same whole cell, and that is the map."""
    node = shutil.which("node")
    if node is None or not UGLYMOL.is_file():
        missing("there is no node, or the assets were not made (make assets)")
    density = read_cell_density(write_coefficients(tmp_path / "map.mtz", group))
    (tmp_path / "map.ccp4").write_bytes(density.asymmetric_unit())
    whole = np.clip(density.grid.array, *density.limits).astype("<f4")
    (tmp_path / "whole").write_bytes(whole.tobytes(order="C"))
    (tmp_path / "compare.mjs").write_text(COMPARE)
    shutil.copy(READER, tmp_path / "reader.mjs")
    words = [node, "compare.mjs", str(UGLYMOL), "./reader.mjs", "map.ccp4", "whole"]
    told = json.loads(subprocess.run(words, cwd=tmp_path, check=True, capture_output=True).stdout)

    assert len(set(told["sizes"])) == 1
    assert told["fromTheirs"] < 1e-6
    assert told["fromTruth"] <= 0.501 * density.step
    assert told["stats"][0] == told["stats"][1]
    assert told["cells"][0] == told["cells"][1]
