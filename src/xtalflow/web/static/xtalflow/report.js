// Plots of a report that answer to the pointer, in the place of the drawings that came with the page.
import { useKeysOfPlot } from "./plot_keys.js";

let uPlot = null;
const charts = new Map();
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [1, 3]];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The lines of a plot on a common x; uPlot wants one array of x, and gaps where a line has no point.
function aligned(series) {
  const xs = [...new Set(series.flatMap((line) => line.x.filter((x) => x !== null)))].sort((a, b) => a - b);
  return [
    xs,
    ...series.map((line) => {
      const at = new Map(line.x.map((x, place) => [x, line.y[place]]));
      return xs.map((x) => at.get(x) ?? null);
    }),
  ];
}

// Decimal places that multiples of a step need.
function places(step) {
  return (String(Number(step.toPrecision(6))).split(".")[1] ?? "").length;
}

function told(value) {
  if (value === null || value === undefined) return "–";
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 2 ? value.toFixed(4) : Math.abs(value) < 1000 ? value.toFixed(2) : value.toFixed(0);
}

function atX(data, x) {
  if (x === null || x === undefined) return "–";
  return data.resolution ? `${(1 / Math.sqrt(x)).toFixed(2)} Å` : told(x);
}

function options(data, width) {
  const [ink, soft, line] = ["--ink", "--soft", "--line"].map(colour);
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "11px system-ui", labelFont: "11px system-ui", labelSize: 18 };
  return {
    width,
    height: Math.round(width * 0.56),
    scales: { x: { time: false } },
    cursor: { points: { size: 6 } },
    legend: { markers: { width: 2, fill: "transparent", dash: (_, place) => (DASHES[(place - 1) % DASHES.length]?.length ? "dashed" : "solid") } },
    axes: [
      { ...axis, size: 34, label: data.xLabel, values: (_, ticks) => ticks.map((x) => data.resolution ? (x > 0 ? (1 / Math.sqrt(x)).toFixed(2) : "") : String(+x.toFixed(6))) },
      { ...axis, size: 50, label: data.yLabel, values: (_chart, ticks, _axis, _space, step) => ticks.map((y) => y.toFixed(places(step))) },
    ],
    series: [
      { label: data.resolution ? "d" : data.xLabel.replace(/ \(.*/, ""), value: (chart, x, place, at) => atX(data, at === null ? chart.data[0].at(-1) : x) },
      ...data.series.map((one, place) => ({
        label: one.name,
        stroke: colour(`--s${(place % DASHES.length) + 1}`) || ink,
        dash: DASHES[place % DASHES.length],
        width: 1.8,
        points: { show: one.x.length < 3 },
        value: (chart, y, line, at) => told(at === null ? chart.data[line].at(-1) : y),
      })),
    ],
  };
}

function draw(figure) {
  const text = figure.querySelector('script[type="application/json"]')?.textContent;
  if (!text) return;
  const data = JSON.parse(text);
  const drawing = figure.querySelector(".drawing");
  const names = data.series.map((one) => one.name).join("\n");
  const known = charts.get(figure.dataset.plot);
  if (known && known.names === names) {
    known.data = data;
    known.chart.setData(aligned(data.series));
    drawing.after(known.chart.root);
  } else {
    known?.chart.destroy();
    const chart = new uPlot(options(data, Math.max(260, figure.clientWidth)), aligned(data.series));
    drawing.after(chart.root);
    useKeysOfPlot(chart, figure.querySelector("figcaption").textContent);
    charts.set(figure.dataset.plot, { chart, names, data });
  }
  drawing.hidden = true;
}

function drawAll() {
  for (const figure of document.querySelectorAll("figure[data-plot]:not([data-scatter])")) {
    if (figure.offsetParent !== null) draw(figure);  // what is folded is drawn when it opens
  }
}

function drawAnew() {
  for (const { chart } of charts.values()) chart.destroy();
  charts.clear();
  drawAll();
}

try {
  ({ default: uPlot } = await import("../vendor/uplot.js"));
} catch {
  uPlot = null;  // the drawings stay
}
if (uPlot) {
  drawAll();
  document.addEventListener("report-changed", drawAll);
  document.addEventListener("toggle", drawAll, true);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAnew);
  new MutationObserver(drawAnew).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  addEventListener("beforeprint", () => {
    for (const { chart } of charts.values()) {
      chart.root.previousElementSibling.hidden = false;
      chart.root.remove();
    }
    charts.clear();
  });
}
