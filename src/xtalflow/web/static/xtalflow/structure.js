// Structure and density of a job: UglyMol with the model and the maps that the server makes, and Mol* when asked for.
//
// The view is in the fragment of the address (#xyz=…&eye=…&up=…&zoom=…&2fofc=…&fofc=…&viewer=…), so that a link
// brings it back; ?residue=A/123 and ?xyz=1,2,3 name a place to begin at.

import { afterKey } from "./camera.js";
import { readMap } from "./ccp4_map.js";

const root = document.documentElement;
const page = document.getElementById("structure");
const maps = JSON.parse(document.getElementById("maps").textContent);
const where = document.getElementById("where");
const loading = document.getElementById("loading");
const troubles = document.getElementById("troubles");
const places = [...document.querySelectorAll(".places a")];
const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
const TRAVEL_MS = 350;
const LEVELS = { least: 0.1, most: 12 };
const BOX_RADIUS = 14; // Å of density around the centre in Mol*, which draws slower than UglyMol
const COLOURS = {
  light: {
    bg: 0xffffff, fg: 0x1c2126, map_den: 0x2f62b5, map_pos: 0x1a7f37, map_neg: 0xc03030, center: 0x8a6d00,
    H: 0x8c959f, C: 0x6b5a00, N: 0x1c51b3, O: 0xc9302c, S: 0x7a7000, P: 0xb35900, MG: 0x2e7d32, CL: 0x2e7d32,
    CA: 0x2e7d32, FE: 0xa03000, def: 0x6e7781,
  },
  dark: {
    bg: 0x101418, fg: 0xdde3e9, map_den: 0x4a86d8, map_pos: 0x3fb950, map_neg: 0xf0605a, center: 0xd9b44a,
    H: 0x8c959f, C: 0xd6c64a, N: 0x7eaafb, O: 0xff6b6b, S: 0x8ddb5c, P: 0xffc040, MG: 0x9be8a0, CL: 0xa0ff60,
    CA: 0xffffff, FE: 0xe07840, def: 0xb0b8c0,
  },
};

const address = new URLSearchParams(location.hash.slice(1));
const drawn = { at: 0, every: 30 }; // when the last picture was drawn, and how far they are apart, in ms
let viewer = null; // UglyMol's
let model = null;
let second = null; // Mol*, once it was asked for
let current = "uglymol";

// --- what is asked of the server ---

const progress = new Map();

function showProgress(name, part) {
  progress.set(name, part);
  const parts = [...progress.values()];
  loading.querySelector("progress").value = parts.reduce((sum, each) => sum + each, 0) / parts.length;
  const waiting = [...progress].filter(([, done]) => done < 1).map(([each]) => each);
  loading.querySelector("span").textContent = waiting.length ? `Loading ${waiting.join(", ")}` : "Drawing";
}

function trouble(sentence) {
  const item = document.createElement("p");
  item.textContent = sentence;
  troubles.append(item);
}

// The bytes of an answer as they come; an answer that is none is thrown as the server's sentence.
async function ask(url, name) {
  showProgress(name, 0);
  let answer;
  try {
    answer = await fetch(url);
  } catch {
    throw new Error(`the server does not answer, so there is no ${name}`);
  }
  if (!answer.ok) {
    const isSentence = answer.headers.get("Content-Type")?.startsWith("text/plain");
    throw new Error(isSentence ? await answer.text() : `the server refused the ${name} (${answer.status})`);
  }
  const total = Number(answer.headers.get("Content-Length"));
  const parts = [];
  let size = 0;
  const reader = answer.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    parts.push(piece.value);
    size += piece.value.length;
    showProgress(name, total ? Math.min((0.9 * size) / total, 0.9) : 0.5);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.buffer;
}

function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${url} cannot be loaded`));
    document.head.append(script);
  });
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// --- the model ---

// The server shortens names that PDB cannot hold, and says so in remarks; UglyMol is given the names back.
function readModel(UM, text) {
  const [first] = UM.modelsFromPDB(text);
  const names = { CHAIN: new Map(), RESIDUE: new Map() };
  for (const [, what, short, name] of text.matchAll(/^REMARK 999 (CHAIN|RESIDUE) (\S+) FOR (.+)$/gm)) {
    names[what].set(short, name);
  }
  for (const atom of first.atoms) {
    atom.chain = names.CHAIN.get(atom.chain) ?? atom.chain;
    atom.resname = names.RESIDUE.get(atom.resname) ?? atom.resname;
    if (/^[A-Za-z]/.test(atom.seqid)) atom.seqid = fromHybrid36(atom.seqid);
  }
  return first;
}

// Numbers of four places in hybrid-36, which go on from 9999 with A000.
function fromHybrid36(text) {
  const digits = text.slice(0, 4);
  const isUpper = digits === digits.toUpperCase();
  const value = parseInt(digits, 36) - 10 * 36 ** 3 + 10 ** 4 + (isUpper ? 0 : 26 * 36 ** 3);
  return `${value}${text.slice(4)}`;
}

function nameOf(atom) {
  return `${atom.chain}/${atom.seqid}`;
}

// The atom that stands for a residue: Cα, P, or the one that comes first.
function findResidue(name) {
  const slash = name.lastIndexOf("/");
  const chain = name.slice(0, slash).trim();
  const number = name.slice(slash + 1).trim();
  const atoms = model.get_residues()[`${number}/${chain}`];
  return atoms?.find((atom) => atom.name === "CA" || atom.name === "P") ?? atoms?.[0] ?? null;
}

// --- UglyMol ---

function theme() {
  return root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function makeViewer(UM) {
  const schemes = {};
  for (const [name, colours] of Object.entries(COLOURS)) {
    schemes[name] = Object.fromEntries(Object.entries(colours).map(([key, value]) => [key, new UM.Color(value)]));
  }
  UM.Viewer.prototype.ColorSchemes = schemes;
  const made = new UM.Viewer({ viewer: "uglymol", hud: null, help: null, focusable: true, color_scheme: theme() });
  if (made.renderer === null) {
    throw new Error("this browser has no WebGL, without which neither structure nor density can be drawn");
  }
  made.hud = (text) => text && tell(text.replace(/<[^>]*>/g, ""));
  made.initial_hud_html = "";

  const resize = made.resize.bind(made);
  made.resize = () => {
    if (current !== "uglymol") return;
    resize();
    const box = made.container.getBoundingClientRect(); // it looks only at the nearest positioned element
    made.window_offset[0] = box.left + scrollX;
    made.window_offset[1] = box.top + scrollY;
  };
  made.resize();
  new ResizeObserver(() => made.resize()).observe(made.container);
  addEventListener("scroll", made.resize, { passive: true });

  made.change_isolevel_by = (index, delta) => {
    if (index < made.map_bags.length) setLevel(made.map_bags[index].name, made.map_bags[index].isolevel + delta);
  };
  const select = made.select_atom.bind(made);
  made.select_atom = (pick) => {
    select(pick, { steps: steps() });
    tellAtom(pick.atom);
  };
  const render = made.render.bind(made);
  made.render = () => {
    const wasMoving = made.controls.is_moving();
    const now = performance.now();
    if (wasMoving && now - drawn.at < 1000) drawn.every = 0.5 * drawn.every + 0.5 * (now - drawn.at);
    drawn.at = now;
    render();
    if (model && !made.controls.is_moving()) keepAddress();
  };
  const canvas = made.renderer.domElement;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "Model and density; keys are listed beside it");
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) event.stopImmediatePropagation();
    else if ([" ", "Home", "End"].includes(event.key)) event.preventDefault(); // they would scroll the page
    else if (moveView(event)) event.stopImmediatePropagation();
  }, { capture: true });
  return made;
}

function coordinates({ x, y, z }) {
  return [x, y, z];
}

// Arrow keys, which UglyMol does not know.
function moveView(event) {
  const { camera, target } = viewer;
  const view = afterKey({ position: coordinates(camera.position), target: coordinates(target), up: coordinates(camera.up) }, event);
  if (view === null) return false;
  event.preventDefault();
  camera.position.fromArray(view.position);
  target.fromArray(view.target);
  camera.up.fromArray(view.up);
  viewer.controls.update();
  viewer.update_camera();
  if (event.shiftKey) {
    viewer.redraw_center();
    viewer.redraw_maps();
    tell(`${view.target.map((value) => value.toFixed(1)).join(", ")} Å`);
  }
  viewer.request_render();
  return true;
}

// How many pictures it takes to go somewhere: a third of a second of them, however long each takes.
function steps() {
  return isStill ? 1 : Math.min(Math.max(Math.round(TRAVEL_MS / drawn.every), 1), 30);
}

function numbers(text, count) {
  const values = (text ?? "").split(",").map(Number);
  return values.length === count && values.every(Number.isFinite) ? values : null;
}

// Where to begin: the view of the fragment, the place of the query, or the residue in the middle of the model.
function setFirstView() {
  const query = new URLSearchParams(location.search);
  const xyz = numbers(address.get("xyz"), 3) ?? numbers(query.get("xyz"), 3);
  const wanted = query.get("residue");
  const residue = xyz || !wanted ? null : findResidue(wanted);
  if (wanted && !xyz && !residue) trouble(`the model has no residue ${wanted}`);
  const [x, y, z] = model.get_center();
  const middle = () => model.atoms.reduce((best, atom) => (distance(atom.xyz, [x, y, z]) < distance(best.xyz, [x, y, z]) ? atom : best));
  const atom = residue ?? (xyz ? null : findResidue(nameOf(middle())));
  const target = xyz ?? atom.xyz;
  const eye = numbers(address.get("eye"), 3);
  const up = numbers(address.get("up"), 3);
  viewer.target.fromArray(target);
  viewer.camera.position.fromArray(eye ?? [target[0], target[1], target[2] + 100]);
  if (up) viewer.camera.up.fromArray(up);
  const zoom = Number(address.get("zoom"));
  viewer.camera.zoom = zoom > 0 ? zoom : viewer.camera.right / 22;
  viewer.controls.update();
  viewer.update_camera();
  if (atom) {
    viewer.selected.atom = atom;
    viewer.toggle_label(viewer.selected, true);
    tellAtom(atom);
  } else {
    tell(`${target.map((value) => value.toFixed(1)).join(", ")} Å`);
  }
  mark(residue ? nameOf(residue) : null, xyz?.join(","));
}

function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function addMap(UM, kind, buffer) {
  const map = readMap(UM, buffer);
  viewer.add_map(map, kind === "fofc");
  const bag = viewer.map_bags.at(-1);
  bag.name = kind;
  const level = Number(address.get(kind));
  const fieldset = fieldsetOf(kind);
  fieldset.disabled = false;
  setLevel(kind, level > 0 ? level : Number(fieldset.elements.level.value));
}

// --- levels ---

function fieldsetOf(kind) {
  return document.querySelector(`#levels [data-map="${kind}"]`);
}

function bagOf(kind) {
  return viewer?.map_bags.find((bag) => bag.name === kind);
}

function setLevel(kind, wanted) {
  const bag = bagOf(kind);
  if (!bag || !Number.isFinite(wanted)) return;
  const level = Math.min(Math.max(wanted, LEVELS.least), LEVELS.most);
  if (level !== bag.isolevel) {
    bag.isolevel = level;
    viewer.clear_el_objects(bag);
    viewer.add_el_objects(bag);
    viewer.request_render();
    second?.setLevel(kind, level);
  }
  const fieldset = fieldsetOf(kind);
  const field = fieldset.elements.level;
  if (document.activeElement !== field) field.value = level.toFixed(1);
  const sign = kind === "fofc" ? "±" : "";
  fieldset.querySelector("output").textContent = `${sign}${bag.map.abs_level(level).toFixed(3)} e/Å³`;
}

function setShown(kind, isShown) {
  const bag = bagOf(kind);
  if (bag && bag.visible !== isShown) viewer.toggle_map_visibility(bag);
  second?.setShown(kind, isShown);
}

for (const { kind } of maps) {
  const fieldset = fieldsetOf(kind);
  fieldset.elements.level.addEventListener("input", () => setLevel(kind, fieldset.elements.level.valueAsNumber));
  fieldset.elements.level.addEventListener("change", (event) => {
    event.target.value = bagOf(kind).isolevel.toFixed(1);
  });
  fieldset.elements.shown.addEventListener("change", (event) => setShown(kind, event.target.checked));
  for (const button of fieldset.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => setLevel(kind, bagOf(kind).isolevel + Number(button.dataset.step)));
  }
}
document.getElementById("levels").addEventListener("submit", (event) => event.preventDefault());

// --- going somewhere ---

function tell(text) {
  where.textContent = text;
}

function centre() {
  return [viewer.target.x, viewer.target.y, viewer.target.z];
}

function tellAtom(atom) {
  tell(`${atom.chain}/${atom.resname} ${atom.seqid}/${atom.name}   occupancy ${atom.occ.toFixed(2)}   B ${atom.b.toFixed(1)} Å²`);
  document.getElementById("residue").elements.residue.value = nameOf(atom);
  mark(nameOf(atom), null);
  second?.goTo(atom.xyz);
}

// Marks the places of the reports that are where one is.
function mark(residue, xyz) {
  for (const link of places) {
    const isHere = link.dataset.xyz ? link.dataset.xyz === xyz : link.dataset.residue === residue;
    if (isHere) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
}

function goToResidue(name) {
  const atom = findResidue(name);
  if (atom === null) tell(`the model has no residue ${name}; write it as A/123`);
  else viewer.select_atom({ bag: viewer.selected.bag, atom });
  viewer.request_render();
}

function goToPoint(xyz, label) {
  const target = viewer.target.clone().fromArray(xyz);
  viewer.toggle_label(viewer.selected, false);
  viewer.controls.go_to(target, null, null, steps());
  viewer.request_render();
  mark(null, xyz.join(","));
  tell(`${label}   ${xyz.map((value) => value.toFixed(2)).join(", ")} Å`);
  second?.goTo(xyz);
}

for (const link of places) {
  link.addEventListener("click", (event) => {
    if (!model || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const xyz = numbers(link.dataset.xyz, 3);
    if (xyz) goToPoint(xyz, link.textContent);
    else goToResidue(link.dataset.residue);
  });
}
const residueForm = document.getElementById("residue");
residueForm.addEventListener("submit", (event) => {
  event.preventDefault();
  if (model) goToResidue(residueForm.elements.residue.value);
});
for (const button of residueForm.querySelectorAll("[data-go]")) {
  button.addEventListener("click", () => {
    if (!model) return;
    viewer.center_next_residue(button.dataset.go === "-1");
    viewer.request_render();
  });
}

// --- the address ---

let keeping = 0;

function keepAddress() {
  clearTimeout(keeping);
  keeping = setTimeout(() => {
    const { target, camera } = viewer;
    const text = (vector, digits) => [vector.x, vector.y, vector.z].map((value) => value.toFixed(digits)).join(",");
    const parts = [
      `xyz=${text(target, 2)}`, `eye=${text(camera.position, 2)}`, `up=${text(camera.up, 3)}`, `zoom=${camera.zoom.toFixed(1)}`,
      ...viewer.map_bags.map((bag) => `${bag.name}=${bag.isolevel.toFixed(2)}`),
    ];
    if (current !== "uglymol") parts.push(`viewer=${current}`);
    history.replaceState(null, "", `${location.pathname}${location.search}#${parts.join("&")}`);
  }, 400);
}

// --- Mol* ---

async function makeSecond() {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = page.dataset[theme() === "dark" ? "molstarDark" : "molstarLight"];
  document.head.append(style);
  showProgress("Mol*", 0);
  const [{ MolstarView }, molstar] = await Promise.all([import("./molstar_view.js"), import(page.dataset.molstar)]);
  showProgress("Mol*", 1);
  const made = await MolstarView.create(molstar, document.getElementById("molstar"), {
    background: COLOURS[theme()].bg,
    colours: COLOURS[theme()],
    radius: BOX_RADIUS,
    ask,
    trouble,
  });
  await made.showModel("model?as=cif");
  const levels = Object.fromEntries(viewer.map_bags.map((bag) => [bag.name, bag.isolevel]));
  await made.showMaps(maps.map(({ kind, title }) => ({ kind, title, level: levels[kind] ?? 1.5, shown: bagOf(kind)?.visible ?? true })));
  return made;
}

async function switchTo(name) {
  if (name === current) return;
  current = name;
  for (const button of document.querySelectorAll("[data-viewer]")) {
    button.setAttribute("aria-pressed", String(button.dataset.viewer === name));
  }
  document.getElementById("uglymol").hidden = name !== "uglymol";
  document.getElementById("molstar").hidden = name !== "molstar";
  if (name === "molstar" && second === null) {
    progress.clear();
    loading.hidden = false;
    try {
      second = await makeSecond();
      await second.goTo(centre());
    } catch (error) {
      trouble(`Mol* cannot show this: ${error.message}`);
    }
    loading.hidden = true;
    root.dataset.molstar = "shown";
  } else if (name === "molstar") {
    await second.goTo(centre());
  } else {
    viewer.resize();
    viewer.request_render();
  }
  keepAddress();
}

for (const button of document.querySelectorAll("[data-viewer]")) {
  button.addEventListener("click", () => model && switchTo(button.dataset.viewer));
}

// What is known of the keys of UglyMol is known in Mol*, too.
const stage = document.getElementById("molstar");
stage.addEventListener("keydown", (event) => {
  if (event.target !== stage || second === null || event.ctrlKey || event.altKey || event.metaKey) return;
  if (second.answerTo(event)) event.preventDefault();
  else if ([" ", "+", "-", "_", "="].includes(event.key)) {
    event.preventDefault();
    viewer.keydown(event);
  }
});

// --- beginning ---

async function begin() {
  const script = loadScript(page.dataset.uglymol).then(() => {
    viewer = makeViewer(globalThis.UM); // which takes its time, while the server makes the maps
  });
  script.catch(() => {}); // told below, in its turn
  const asked = maps.map(({ kind, title }) => ({ kind, title, answer: ask(`map/${kind}`, `the ${title} map`) }));
  for (const { answer } of asked) answer.catch(() => {}); // told below, in its turn
  const text = new TextDecoder().decode(await ask("model", "the model"));
  performance.mark("model has come");
  await script;
  // Maps that come with the model are drawn with it; for those that take longer, the model is drawn first.
  await Promise.race([Promise.allSettled(asked.map(({ answer }) => answer)), pause(1000)]);
  const UM = globalThis.UM;
  model = readModel(UM, text);
  viewer.add_model(model);
  viewer.selected.bag = viewer.model_bags[0];
  setFirstView();
  showProgress("the model", 1);
  performance.mark("model is drawn");
  for (const { kind, title, answer } of asked) {
    try {
      const bytes = await answer;
      performance.mark(`${title} has come`);
      addMap(UM, kind, bytes);
      performance.mark(`${title} is drawn`);
    } catch (error) {
      trouble(`There is no ${title} map here: ${error.message}`);
    }
    showProgress(`the ${title} map`, 1);
  }
  loading.hidden = true;
  viewer.request_render();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    root.dataset.density = "shown"; // drawn, and on the screen
  }));
  if (address.get("viewer") === "molstar") await switchTo("molstar");
}

new MutationObserver(() => {
  if (!viewer) return;
  viewer.config.color_scheme = theme();
  viewer.set_colors();
  viewer.request_render();
}).observe(root, { attributes: true, attributeFilter: ["data-theme"] });

begin().catch((error) => {
  loading.hidden = true;
  trouble(`The structure cannot be shown: ${error.message}`);
  root.dataset.density = "failed";
});
