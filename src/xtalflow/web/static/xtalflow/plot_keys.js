// A plot by keys: from point to point, nearer and farther; and names of lines that show and hide them.
const PLOT_KEYS = "arrow keys go from point to point, + and - show fewer or more, 0 shows all";

export function useKeysOfPlot(chart, title, open = null) {
  const { over, root } = chart;
  const legend = root.querySelector(".u-legend");
  over.tabIndex = 0;
  over.setAttribute("role", "application");
  over.setAttribute("aria-label", `${title}: ${PLOT_KEYS}${open ? ", Enter opens the job" : ""}`);
  over.addEventListener("focus", () => over.matches(":focus-visible") && legend.setAttribute("aria-live", "polite"));
  over.addEventListener("blur", () => legend.removeAttribute("aria-live"));

  const last = () => chart.data[0].length - 1;
  const at = () => chart.cursor.idx ?? null;
  const go = (wanted) => {
    const place = Math.min(Math.max(wanted, 0), last());
    const x = chart.data[0][place];
    if (x < chart.scales.x.min || x > chart.scales.x.max) show(place, visible());
    chart.setCursor({ left: chart.valToPos(x, "x"), top: over.clientHeight / 2 });
  };
  const visible = () => chart.data[0].filter((x) => x >= chart.scales.x.min && x <= chart.scales.x.max).length;
  // In a batch, which ends with the new scale in use; without one it would be only after this event.
  const show = (middle, wanted) => chart.batch(() => {
    const count = Math.max(wanted, 2);
    if (count > last()) return chart.setData(chart.data);
    const least = Math.max(0, Math.min(middle - (count >> 1), last() + 1 - count));
    chart.setScale("x", { min: chart.data[0][least], max: chart.data[0][least + count - 1] });
  });
  const zoom = (count) => {
    const here = at() ?? last() >> 1;
    show(here, count);
    go(here);
  };
  const acts = {
    ArrowLeft: () => go((at() ?? 1) - 1),
    ArrowRight: () => go((at() ?? last() - 1) + 1),
    Home: () => go(0),
    End: () => go(last()),
    "+": () => zoom(visible() >> 1),
    "-": () => zoom(visible() * 2),
    0: () => zoom(Infinity),
    Enter: () => open && at() !== null && open(at()),
  };
  over.addEventListener("keydown", (event) => {
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });

  for (const row of [...legend.querySelectorAll(".u-series")].slice(1)) {
    const label = row.querySelector(".u-label");
    const tell = () => label.setAttribute("aria-pressed", String(!row.classList.contains("u-off")));
    label.tabIndex = 0;
    label.setAttribute("role", "button");
    tell();
    label.addEventListener("keydown", (event) => {
      if (![" ", "Enter"].includes(event.key)) return;
      event.preventDefault();
      label.click();
    });
    new MutationObserver(tell).observe(row, { attributeFilter: ["class"] });
  }
}
