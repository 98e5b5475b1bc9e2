// What arrow keys do to a view, which is a place of the eye, a target and a direction that is up, as lists of three numbers.
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const TURN = Math.PI / 18;
const STEP = 1; // Å

const add = (a, b, factor = 1) => a.map((value, axis) => value + factor * b[axis]);
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const unit = (a) => a.map((value) => value / Math.hypot(...a));

// Rodrigues: a vector turned about an axis of length one.
function turned(vector, axis, angle) {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const along = dot(axis, vector) * (1 - cosine);
  return cross(axis, vector).map((value, place) => cosine * vector[place] + sine * value + along * axis[place]);
}

// The view after a key: an arrow turns what is seen, one with Shift moves over it; null if the key is another one.
export function afterKey({ position, target, up }, event) {
  const direction = DIRECTIONS[event.key];
  if (!direction || event.ctrlKey || event.altKey || event.metaKey) return null;
  const [x, y] = direction;
  const eye = add(position, target, -1);
  const upward = unit(up);
  const right = unit(cross(upward, eye));
  if (event.shiftKey) {
    const way = add(right.map((value) => value * x * STEP), upward, y * STEP);
    return { position: add(position, way), target: add(target, way), up };
  }
  const turn = (vector) => turned(turned(vector, upward, -x * TURN), right, y * TURN);
  return { position: add(target, turn(eye)), target, up: turn(up) };
}
