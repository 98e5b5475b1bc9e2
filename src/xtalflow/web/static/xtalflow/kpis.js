// The plot of indicators over jobs: drawn from the table below it.
import uPlot from "../vendor/uplot.js";
import { useKeysOfPlot } from "./plot_keys.js";

const table = document.getElementById("values");
const figure = document.getElementById("plot");
const keys = [...table.tHead.querySelectorAll("th[data-key]")].map((head) => ({ key: head.dataset.key, name: head.textContent }));
const rows = [...table.tBodies[0].rows];
const numbers = rows.map((row) => row.dataset.number);
const values = keys.map((_, index) =>
  rows.map((row) => {
    const value = row.querySelectorAll("td[data-value]")[index].dataset.value;
    return value === "" ? null : Number(value);
  }),
);

// Six colours that can be told apart on paper and on black, and by who sees no red or green: Okabe and Ito (2008), darkened on paper.
const COLOURS = {
  light: ["#0b5a78", "#b34700", "#00704f", "#8a3a75", "#7d5200", "#444444"],
  dark: ["#56b4e9", "#e69f00", "#2fc79a", "#e29ac4", "#f0e442", "#cccccc"],
};

// Indicators whose values are of one size share an axis; the second has an axis at the right, others share it.
function scaleOf(index) {
  const range = (list) => {
    const there = list.filter((value) => value !== null);
    return [Math.min(...there), Math.max(...there)];
  };
  const [low, high] = range(values[0]);
  const [least, most] = range(values[index]);
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const other = Math.max(Math.abs(least), Math.abs(most)) || 1;
  return index === 0 || (other / size < 8 && size / other < 8) ? "left" : "right";
}

let plot = null;

function draw() {
  const isDark = getComputedStyle(document.documentElement).colorScheme.includes("dark");
  const style = getComputedStyle(document.body);
  const ink = style.color;
  const line = style.getPropertyValue("--line").trim();
  const colours = COLOURS[isDark ? "dark" : "light"];
  const scales = keys.map((_, index) => scaleOf(index));
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font, labelFont: font };
  const label = (side) => keys.filter((_, index) => scales[index] === side).map((each) => each.name).join(", ");
  const axes = [
    {
      ...axis,
      label: "Job",
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      values: (_, splits) => splits.map((at) => (Number.isInteger(at) ? (numbers[at] ?? "") : "")),
    },
    { ...axis, scale: "left", label: label("left"), size: 64 },
  ];
  if (scales.includes("right")) axes.push({ ...axis, scale: "right", side: 1, label: label("right"), size: 64, grid: { show: false } });
  const series = keys.map((each, index) => ({
    label: each.name,
    scale: scales[index],
    stroke: colours[index % colours.length],
    width: 1.5,
    dash: index % 2 ? [6, 3] : undefined,
    spanGaps: true,
    points: { show: rows.length < 300, size: 6, fill: colours[index % colours.length] },
    value: (_, value) => (value === null ? "–" : String(Number(value.toPrecision(5)))),
  }));
  plot?.destroy();
  plot = new uPlot(
    {
      width: figure.clientWidth,
      height: 320,
      scales: { x: { time: false, range: (_, low, high) => [low - 0.5, high + 0.5] } },
      axes,
      series: [{ label: "Job", value: (_, at) => numbers[at] ?? "–" }, ...series],
      cursor: { points: { size: 9 }, drag: { x: true, y: false } },
    },
    [numbers.map((_, index) => index), ...values],
    figure,
  );
  const open = (at) => location.assign(`${table.dataset.base}jobs/${numbers[at]}/`);
  plot.over.addEventListener("click", () => {
    const at = plot.cursor.idx;
    if (at !== null && at !== undefined && plot.select.width === 0) open(at);
  });
  useKeysOfPlot(plot, "Plot", open);
}

draw();
new ResizeObserver(() => plot.setSize({ width: figure.clientWidth, height: 320 })).observe(figure);
document.addEventListener("themechange", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
