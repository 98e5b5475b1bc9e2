// Reads the maps that the server makes, for UglyMol.

// A map as the server writes it (columns, rows and sections are x, y and z; a byte a point), spread over the cell by the
// operations in its header. UglyMol's own reader takes any map, and four times as long for this one.
export function readMap(UM, buffer) {
  const ints = new Int32Array(buffer, 0, 256);
  const floats = new Float32Array(buffer, 0, 256);
  if (ints[52] !== 0x2050414d || ints[3] !== 0 || ints[39] !== -128) throw new Error("what came is no map");
  const [nu, nv, nw] = ints.subarray(0, 3);
  const start = ints.subarray(4, 7);
  const size = [...ints.subarray(7, 10)];
  const operations = new TextDecoder("ascii").decode(new Uint8Array(buffer, 1024, ints[23])).match(/.{80}/g) ?? ["x,y,z"];
  const points = new Int8Array(buffer, 1024 + ints[23]);
  const [lowest, highest] = floats.subarray(19, 21);
  const values = Float32Array.from({ length: 256 }, (_, byte) => lowest + ((highest - lowest) * byte) / 255);
  const map = new UM.ElMap();
  map.unit_cell = new UM.UnitCell(...floats.subarray(10, 16));
  map.stats = { mean: floats[21], rms: floats[54] };
  map.grid = new UM.GridArray(size);
  // The cell has its points along z one after the other, the file those along x: lines along z are made first, then
  // laid where each operation wants them, as they are or, where z runs backwards, mirrored.
  const lines = new Float32Array(nu * nv * nw);
  for (let w = 0, point = 0; w < nw; w++) {
    for (let line = 0; line < nu * nv; line++, point++) lines[line * nw + w] = values[points[point] + 128];
  }
  const wrap = (value, count) => ((value % count) + count) % count;
  let mirrored = null;
  for (const operation of operations) {
    const [rx, ry, rz] = operation.trim().split(",").map((text, axis) => rowOf(text, size[axis]));
    const isAlongZ = rx[2] === 0 && ry[2] === 0;
    if (isAlongZ && rz[2] < 0) mirrored ??= mirror(lines, nw);
    for (let v = 0; v < nv; v++) {
      for (let u = 0; u < nu; u++) {
        const at = (row, count) => wrap(row[0] * (start[0] + u) + row[1] * (start[1] + v) + row[2] * start[2] + row[3], count);
        const place = [at(rx, size[0]), at(ry, size[1]), at(rz, size[2])];
        const line = (v * nu + u) * nw;
        if (!isAlongZ) {
          layPoints(map.grid, lines, line, nw, place, [rx[2], ry[2], rz[2]]);
        } else if (rz[2] > 0) {
          layLine(map.grid, lines, line, nw, place[0], place[1], place[2]);
        } else {
          layLine(map.grid, mirrored, line, nw, place[0], place[1], wrap(place[2] - nw + 1, size[2]));
        }
      }
    }
  }
  return map;
}

function mirror(lines, count) {
  const mirrored = lines.slice();
  for (let line = 0; line < lines.length; line += count) mirrored.subarray(line, line + count).reverse();
  return mirrored;
}

// Lays a line along z from a point of the cell on; what reaches beyond the cell begins at its other end.
function layLine(grid, lines, line, count, x, y, z) {
  const base = (x * grid.dim[1] + y) * grid.dim[2];
  const first = Math.min(count, grid.dim[2] - z);
  grid.values.set(lines.subarray(line, line + first), base + z);
  if (first < count) grid.values.set(lines.subarray(line + first, line + count), base);
}

// Lays a line along another direction, point by point, as cubic symmetry wants it.
function layPoints(grid, lines, line, count, place, step) {
  for (let w = 0; w < count; w++) {
    grid.set_grid_value(place[0] + w * step[0], place[1] + w * step[1], place[2] + w * step[2], lines[line + w]);
  }
}

// One row of an operation such as -x+y or z+1/2: factors of x, y and z, and the shift in grid points.
function rowOf(text, count) {
  const row = [0, 0, 0, 0];
  for (const [, sign, axis, above, below] of text.matchAll(/([-+]?)(?:([xyz])|(\d+)\/(\d+))/g)) {
    const factor = sign === "-" ? -1 : 1;
    if (axis) row["xyz".indexOf(axis)] = factor;
    else row[3] += Math.round((factor * count * Number(above)) / Number(below));
  }
  return row;
}
