// The job table: rows that change as jobs do, branches that open in place, keys, and actions without a new page.
import { listen } from "./live.js";
import { duration, figure, progressText, shortTime, tellTimes } from "./words.js";

const ENDS = new Set(["finished", "failed", "unsatisfactory", "interrupted"]);
const RATINGS = new Set(["best", "good", "rejected"]);
const AT_ONCE_MS = 10; // the first event of many is answered at once,
const TOGETHER_MS = 100; // those of this time afterwards by one request
const MOST_AT_ONCE = 100; // rows that are asked for in one request
const MOST_ROWS = 600; // a page that is open for long grows no longer than this

const table = document.getElementById("jobs");
const body = table.tBodies[0];
const { base, columns, project } = table.dataset;
const isTree = table.dataset.tree === "yes";
const isNewestFirst = table.dataset.newest === "yes";

const rowOf = (uuid) => body.querySelector(`tr[data-job="${uuid}"]`);
const rowOfNumber = (number) => body.querySelector(`tr[data-number="${number}"]`);
const parentOf = (number) => number.split(".").slice(0, -1).join(".");
const branchOf = (number) => [...body.querySelectorAll(`tr[data-number^="${number}."]`)];

function compare(one, other) {
  const a = one.split(".").map(Number);
  const b = other.split(".").map(Number);
  for (let place = 0; place < Math.min(a.length, b.length); place += 1) {
    if (a[place] !== b[place]) return a[place] - b[place];
  }
  return a.length - b.length;
}

// ---- cells

function setText(row, field, text) {
  const cell = row.querySelector(`[data-field="${field}"]`);
  if (cell && cell.textContent !== text) cell.textContent = text;
  return cell;
}

function show(row, job) {
  row.dataset.status = job.status;
  setText(row, "status", job.status);
  setText(row, "title", job.title);
  setText(row, "duration_s", duration(job.duration_s));
  const ended = row.querySelector('[data-field="finished"]');
  if (ended.dateTime !== (job.finished ?? "")) {
    ended.dateTime = job.finished ?? "";
    ended.textContent = shortTime(job.finished);
  }
  const why = setText(row, "error", job.error ?? "");
  if (job.error) why.title = job.error;
  else why.removeAttribute("title");
  const rating = RATINGS.has(job.evaluation) ? job.evaluation : "";
  setText(row, "evaluation", rating).className = `mark ${rating}`;
  if (job.status !== "running") row.querySelector('[data-field="progress"]').replaceChildren();
  fitMenu(row);
  for (const cell of row.querySelectorAll("td[data-kpi]")) {
    const value = job.kpis[cell.dataset.kpi];
    if (value === undefined && job.status === "running") continue; // it may show what a cycle told
    cell.textContent = figure(value, headOf(cell.dataset.kpi)?.dataset.places);
    cell.classList.remove("soon");
  }
  if (job.children) showTwig(row);
}

function headOf(key) {
  return table.tHead.querySelector(`th[data-key="${CSS.escape(key)}"]`);
}

function showProgress(row, { progress, cycle, number }, isOwn) {
  if (row.dataset.status !== "running") return;
  if (isOwn && progress?.total) {
    const place = row.querySelector('[data-field="progress"]');
    if (!place.firstElementChild) {
      const bar = document.createElement("progress");
      bar.setAttribute("aria-label", `Progress of job ${number}`);
      place.replaceChildren(bar, " ", document.createElement("span"));
    }
    const bar = place.querySelector("progress");
    bar.max = progress.total;
    bar.value = progress.done;
    place.querySelector("span").textContent = progressText(progress);
  }
  for (const cell of cycle ? row.querySelectorAll("td[data-kpi]") : []) {
    const head = headOf(cell.dataset.kpi);
    const value = cycle[head?.dataset.cycle];
    if (value === undefined) continue;
    cell.textContent = figure(value, head.dataset.places);
    cell.classList.add("soon");
    cell.title = `cycle ${cycle.cycle ?? ""} of job ${number}`;
  }
}

function showTwig(row) {
  const twig = row.querySelector(".twig");
  if (!isTree || twig.hasAttribute("href")) return;
  twig.href = `?open=${row.dataset.number}`;
  twig.classList.remove("none");
}

// ---- menus: a row's is made when it is first needed, from the one of the page

const menu = document.getElementById("menu");

function menuOf(row) {
  const details = row.querySelector("td.menu details");
  if (!details.querySelector("ul")) {
    const task = encodeURIComponent(row.querySelector('[data-field="task"]').textContent);
    const list = menu.content.firstElementChild.cloneNode(true);
    const fill = (text) => text.replace("NUMBER", row.dataset.number).replace("TASK", task);
    for (const link of list.querySelectorAll("a")) link.setAttribute("href", `${base}${fill(link.dataset.to)}`);
    for (const button of list.querySelectorAll("button")) button.value = fill(button.value);
    details.append(list);
    fitMenu(row);
  }
  return details;
}

// Shows what can be done to a job of this status; jobs of jobs are run by those. Who is at what goes is at the menu then.
function fitMenu(row) {
  const isTop = !row.dataset.number.includes(".");
  for (const item of row.querySelectorAll("[data-when]")) {
    item.hidden = !isTop || !item.dataset.when.split(" ").includes(row.dataset.status);
    if (item.hidden && item.contains(document.activeElement)) row.querySelector("td.menu summary").focus();
  }
}

body.addEventListener("toggle", (event) => event.target.open && menuOf(event.target.closest("tr")), true);
table.dataset.menus = "yes";

// ---- rows that come and go

const asked = new Set();
let asking = 0;
let askedLast = 0;

function ask(uuid) {
  asked.add(uuid);
  const isBusy = performance.now() - askedLast < TOGETHER_MS;
  if (!asking) asking = setTimeout(askForRows, isBusy ? TOGETHER_MS : AT_ONCE_MS);
}

async function askForRows() {
  asking = 0;
  askedLast = performance.now();
  const some = [...asked].slice(0, MOST_AT_ONCE);
  for (const uuid of some) asked.delete(uuid);
  if (asked.size) asking = setTimeout(askForRows, TOGETHER_MS);
  const query = new URLSearchParams(location.search);
  for (const name of ["cursor", "kpi", "open"]) query.delete(name);
  for (const uuid of some) query.append("job", uuid);
  for (const row of await fetchRows(`${base}rows/?${query}&${columns}`)) place(row);
}

async function fetchRows(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return [];
  const sheet = document.createElement("template");
  sheet.innerHTML = `<table><tbody>${await answer.text()}</tbody></table>`;
  const rows = [...sheet.content.querySelectorAll("tr")];
  tellTimes(sheet.content);
  return rows;
}

// Put a row where it belongs; one that is there already is brought up to date by events, and left.
function place(row) {
  if (rowOf(row.dataset.job)) return;
  const number = row.dataset.number;
  const parent = parentOf(number);
  row.classList.add("fresh");
  if (isTree && parent) {
    const rows = [rowOfNumber(parent), ...branchOf(parent)];
    if (!rows[0] || rows[0].querySelector(".twig").ariaExpanded !== "true") return;
    rows.filter((each) => compare(each.dataset.number, number) < 0).at(-1).after(row);
  } else {
    const others = [...body.rows].filter((each) => !isTree || !each.dataset.number.includes("."));
    const next = others.find((each) => compare(each.dataset.number, number) < 0);
    if (!next && document.querySelector("a[rel=next]")) return; // it is on a later page
    if (next) next.before(row);
    else body.append(row);
    count(1);
  }
  document.querySelector("[data-empty]")?.remove();
}

function remove(uuid) {
  const row = rowOf(uuid);
  if (!row) return;
  if (!isTree || !row.dataset.number.includes(".")) count(-1);
  const gone = [row, ...(isTree ? branchOf(row.dataset.number) : [])];
  const isHere = gone.some((each) => each.contains(document.activeElement));
  const neighbour = gone.at(-1).nextElementSibling ?? row.previousElementSibling;
  for (const each of gone) each.remove();
  if (isHere) (neighbour?.querySelector("a.number") ?? document.getElementById("content")).focus();
}

function count(difference) {
  const total = document.querySelector("[data-total]");
  if (total) total.textContent = String(Number(total.textContent) + difference);
}

function belongsHere(job) {
  if (body.rows.length >= MOST_ROWS) return false;
  if (isTree && job.parent) return rowOfNumber(job.parent)?.querySelector(".twig").ariaExpanded === "true";
  return isNewestFirst;
}

// ---- what happens

const ended = [];
let announcing = 0;

function announce(job) {
  ended.push(`Job ${job.number} ${job.status === "finished" ? "has finished" : `is ${job.status}`}.`);
  if (announcing) return;
  announcing = setTimeout(() => {
    announcing = 0;
    const text = ended.length > 3 ? `${ended.length} jobs have ended.` : ended.join(" ");
    ended.length = 0;
    document.querySelector("[data-announce]").textContent = text;
  }, 1000);
}

function onChange({ kind, job: uuid, row: job }) {
  if (!uuid) return;
  if (kind === "deleted" && !job) return remove(uuid);
  if (!job) return;
  const row = rowOf(uuid);
  if (isTree && job.parent) {
    const parent = rowOfNumber(job.parent);
    if (parent) showTwig(parent);
  }
  if (!row) {
    if (belongsHere(job)) ask(uuid);
    return;
  }
  if (ENDS.has(job.status) && row.dataset.status !== job.status && !job.parent) announce(job);
  show(row, job);
}

function onProgress(message) {
  const own = rowOf(message.job);
  if (own) showProgress(own, message, true);
  const top = message.number.includes(".") ? rowOfNumber(message.number.split(".")[0]) : null;
  if (top) showProgress(top, message, false);
}

listen(project, onChange, onProgress);

// ---- branches

async function toggle(row) {
  const twig = row.querySelector(".twig");
  const number = row.dataset.number;
  if (!twig.hasAttribute("href")) return;
  const isOpen = twig.ariaExpanded === "true";
  twig.ariaExpanded = String(!isOpen);
  if (isOpen) {
    for (const each of branchOf(number)) each.remove();
  } else {
    const rows = await fetchRows(`${base}branch/${number}/?${columns}`);
    if (twig.ariaExpanded === "true" && !branchOf(number).length) row.after(...rows);
  }
  const here = new URL(location);
  const open = [...body.querySelectorAll('.twig[aria-expanded="true"]')].map((each) => each.closest("tr").dataset.number);
  here.searchParams.delete("open");
  for (const each of open) here.searchParams.append("open", each);
  history.replaceState(null, "", here);
}

body.addEventListener("click", (event) => {
  const twig = event.target.closest(".twig[href]");
  if (!twig || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(twig.closest("tr"));
});

// ---- actions

const act = document.getElementById("act");
const said = document.querySelector("[data-said]");

function say(sentence, wentWell = true) {
  said.hidden = false;
  said.textContent = sentence;
  said.classList.toggle("bad", !wentWell);
}

act.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button || button.value === "delete") return;
  event.preventDefault();
  const details = button.closest("details");
  if (details) details.open = false;
  details?.querySelector("summary").focus();
  const form = new FormData();
  form.set("csrfmiddlewaretoken", act.elements.csrfmiddlewaretoken.value);
  form.set("do", button.value);
  if (button.value.startsWith("cancel ")) say(`Job ${button.value.split(" ")[1]} is told to end …`);
  try {
    const answer = await fetch(act.action, { method: "POST", body: form, headers: { "X-Asked-By-Script": "1" } });
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? (await answer.json()).text : "";
    say(told || (answer.ok ? "done" : "this was refused; load the page again"), answer.ok);
  } catch {
    say("the server does not answer; nothing was done", false);
  }
});

// ---- filters, and the columns that were chosen, which the browser keeps for the next time

const filters = document.getElementById("filters");
const chosen = filters.querySelector("[data-chosen]");
let choosing = !chosen.disabled;

filters.addEventListener("change", (event) => {
  if (event.target.name === "kpi") choosing = true;
});
filters.addEventListener("formdata", (event) => {
  const keys = event.formData.getAll("kpi").filter(Boolean);
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
  event.formData.delete("kpi");
  if (!choosing) return;
  for (const key of keys.length ? keys : [""]) event.formData.append("kpi", key);
  document.cookie = `columns=${encodeURIComponent(JSON.stringify(keys))}; path=${base}; max-age=31536000; samesite=lax`;
});

// ---- keys

const help = document.getElementById("keys");
let latest = null;

function current() {
  const row = document.activeElement?.closest?.("#jobs tbody tr") ?? latest;
  return row?.isConnected ? row : null;
}

function move(step) {
  const row = current();
  const next = row ? (step > 0 ? row.nextElementSibling : row.previousElementSibling) : body.rows[0];
  (next ?? row)?.querySelector("a.number")?.focus();
}

function follow(selector) {
  const row = current();
  const link = row && menuOf(row).querySelector(selector);
  if (link && !link.closest("[hidden]")) location.href = link.href;
}

function press(value) {
  const row = current();
  const button = row && menuOf(row).querySelector(`button[value="${value} ${row.dataset.number}"]`);
  if (button && !button.closest("[hidden]")) act.requestSubmit(button);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  Enter: () => current()?.querySelector("a.number").click(),
  ArrowRight: () => current()?.querySelector(".twig").ariaExpanded === "false" && toggle(current()),
  ArrowLeft: () => current()?.querySelector(".twig").ariaExpanded === "true" && toggle(current()),
  o: () => follow("[data-files]"),
  l: () => follow("[data-log]"),
  r: () => follow("[data-clone]"),
  c: () => (press("cancel"), press("restart")),
  b: () => press("best"),
  g: () => press("good"),
  x: () => press("rejected"),
  u: () => press("unknown"),
  s: () => current()?.querySelector(".pick input")?.click(),
  d: () => follow("[data-delete]"),
  m: () => current()?.querySelector("td.menu summary")?.click(),
  n: () => document.querySelector("[data-new]")?.click(),
  "/": () => filters.elements.q.focus(),
  "?": () => help.showModal(),
};

body.addEventListener("focusin", (event) => {
  latest?.classList.remove("here");
  latest = event.target.closest("tr");
  latest?.classList.add("here");
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
  const target = event.target;
  if (target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
  if (event.key === "Enter" && target.closest("a, button, summary, input")) return; // it does what it is
  const does = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (!does || (event.key.startsWith("Arrow") && !current())) return;
  event.preventDefault();
  does();
});

const helpButton = document.querySelector("[data-help]");
helpButton.hidden = false;
helpButton.addEventListener("click", () => help.showModal());
