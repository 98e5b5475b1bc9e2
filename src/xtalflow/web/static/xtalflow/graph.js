// The drawing of a job's provenance: jobs and files, the data going from left to right.
const STEP = 60; // pixels that an arrow key moves it
const holder = document.getElementById("graph");
const elements = JSON.parse(document.getElementById("graph-elements").textContent);

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const pen = document.createElement("canvas").getContext("2d");
pen.font = "bold 11px system-ui, sans-serif";

function width(label) {
  return Math.ceil(pen.measureText(label).width) + 4;
}

function style() {
  const [paper, ink, soft, line, shade, link, bad] =
    ["--paper", "--ink", "--soft", "--line", "--shade", "--link", "--bad"].map(colour);
  return [
    { selector: "node", style: { label: "data(label)", color: ink, "font-size": 11, "font-family": "system-ui, sans-serif", "text-valign": "center", "text-halign": "center", width: (node) => width(node.data("label")), height: 22, padding: "6px", shape: "round-rectangle", "background-color": shade, "border-width": 1, "border-color": soft } },
    { selector: 'node[kind = "job"]', style: { shape: "rectangle", "background-color": paper, "border-color": link, "border-width": 1.5 } },
    { selector: 'node[status = "failed"]', style: { "border-color": bad, "border-style": "dashed" } },
    { selector: "node[?here]", style: { "background-color": link, color: paper, "font-weight": "bold" } },
    { selector: "node[?imported]", style: { "border-style": "double", "border-width": 3 } },
    { selector: "edge", style: { width: 1.2, "line-color": soft, "target-arrow-color": soft, "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier" } },
    { selector: 'edge[kind = "copy"]', style: { "line-style": "dashed" } },
    { selector: "node:active", style: { "overlay-opacity": 0.1 } },
  ];
}

async function draw() {
  // Cytoscape would add a style of its own, which our pages do not allow; job.css has what it says.
  const mark = document.createElement("template");
  mark.id = "__________cytoscape_stylesheet";
  document.head.append(mark);
  const [{ default: cytoscape }, { default: dagre }] =
    await Promise.all([import("../vendor/cytoscape.js"), import("../vendor/cytoscape-dagre.js")]);
  cytoscape.use(dagre);
  const graph = cytoscape({
    container: holder,
    elements,
    style: style(),
    layout: { name: "dagre", rankDir: "LR", nodeSep: 12, rankSep: 46, edgeSep: 6 },
    userZoomingEnabled: false,
    minZoom: 0.1,
    maxZoom: 2,
    autoungrabify: true,
  });
  const here = graph.nodes("[?here]");
  const showAll = () => graph.fit(undefined, 12);
  const begin = () => {
    showAll();
    if (graph.zoom() > 1) graph.zoom(1), graph.center();
    else if (graph.zoom() < 0.4 && here.length) graph.zoom(0.8), graph.center(here);
  };
  begin();
  graph.on("tap", "node", (event) => location.assign(event.target.data("href")));
  graph.on("mouseover", "node", () => { holder.style.cursor = "pointer"; });
  graph.on("mouseout", "node", () => { holder.style.cursor = ""; });
  document.getElementById("graph-fit").addEventListener("click", showAll);
  holder.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = holder.getBoundingClientRect();
    const renderedPosition = { x: event.clientX - box.left, y: event.clientY - box.top };
    graph.zoom({ level: graph.zoom() * Math.exp(-event.deltaY / 300), renderedPosition });
  }, { passive: false });
  const moves = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
  const zooms = { "+": 1.25, "-": 0.8 };
  holder.tabIndex = 0;
  holder.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [move, factor] = [moves[event.key], zooms[event.key]];
    const middle = { x: holder.clientWidth / 2, y: holder.clientHeight / 2 };
    if (move) graph.panBy({ x: move[0], y: move[1] });
    else if (factor) graph.zoom({ level: graph.zoom() * factor, renderedPosition: middle });
    else if (event.key === "0") showAll();
    else return;
    event.preventDefault();
  });
  const repaint = () => graph.style(style());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

draw().catch(() => {
  holder.hidden = true;  // the lists tell the same
  document.getElementById("graph-help").hidden = true;
});
