// Every page of a job: its keys, copying, and its head and report as they change while it runs.
import { keepingFocus } from "./focus.js";
import { useKeys } from "./keys.js";
import { isLost, listen, tellAgain } from "./live.js";
import { tellTimes } from "./words.js";

const head = () => document.getElementById("job-head");
const page = () => document.getElementById("job-page");
const tab = page().className;
const LIVE = new Set(["pending", "queued", "running"]);
const REFRESH_MS = 700;

function go(selector) {
  const link = document.querySelector(selector);
  if (link) location.assign(link.href);
}
const showKeys = useKeys([
  ["l", "log", () => go('[data-tab="log"]')],
  ["o", "files", () => go('[data-tab="files"]')],
  ["p", "parameters", () => go('[data-tab="parameters"]')],
  ["g", "graph", () => go('[data-tab="graph"]')],
  ["h", "history", () => go('[data-tab="history"]')],
  ["s", "structure", () => go('[data-tab="structure"]')],
  ["j", "report", () => go('[data-tab="report"]')],
  ["r", "clone", () => head().dataset.clone && location.assign(head().dataset.clone)],
  ["[", "previous job", () => go("#before")],
  ["]", "next job", () => go("#after")],
]);

// What a new head or report needs: buttons that only a script answers to, and times that go on.
function ready() {
  const button = document.getElementById("keys-button");
  if (button) {
    button.hidden = false;
    button.onclick = showKeys;
  }
  for (const copy of document.querySelectorAll("[data-copy]")) {
    copy.hidden = !navigator.clipboard;
    copy.onclick = async () => {
      await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
      document.getElementById("copied").textContent = "copied";
    };
  }
  tellTimes();
  tellAgain();
  tick();
}

function tick() {
  if (isLost()) return; // nobody knows whether it still runs
  for (const time of document.querySelectorAll("time[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since)) / 1000));
    if (Number.isNaN(seconds)) continue;
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    time.textContent =
      hours ? `${hours} h ${minutes} min` : minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
  }
}

// Put what the server sent in the place of what is shown; what was opened stays open.
function swap(old, fresh) {
  if (!old || !fresh) return;
  const kept = new Map([...old.querySelectorAll("details[data-kept]")].map((each) => [each.dataset.kept, each.open]));
  for (const each of fresh.querySelectorAll("details[data-kept]")) {
    if (kept.has(each.dataset.kept)) each.open = kept.get(each.dataset.kept);
  }
  keepingFocus(old, () => {
    old.replaceWith(document.adoptNode(fresh));
    if (old.classList.contains("report")) document.dispatchEvent(new CustomEvent("report-changed"));
  });
}

function isBusy(element) {
  return element.querySelector("details.menu[open]") !== null || element.querySelector("form :focus") !== null;
}

async function read(address) {
  const answer = await fetch(address, { cache: "no-store" });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

let shown = head().dataset.status;

async function refresh() {
  const document_ = await read(`${head().dataset.home}?part=live&tab=${tab}`);
  if (!document_) return;
  const fresh = document_.getElementById("job-head");
  const status = fresh.dataset.status;
  if (!isBusy(head())) swap(head(), fresh);
  if (tab === "report") {
    swap(page(), document_.getElementById("job-page"));
  } else if (status !== shown && !["log", "delete", "graph"].includes(tab)) {
    swap(page(), (await read(location.href))?.getElementById("job-page"));
  }
  shown = status;
  ready();
  if (!LIVE.has(status)) stop?.();
}

let waiting = false;
let again = false;
async function refreshSoon() {
  if (waiting) {
    again = true;
    return;
  }
  waiting = true;
  do {
    again = false;
    await refresh().catch(() => {});  // the server is away; the stream comes back with it
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  } while (again);
  waiting = false;
}

// A job that has ended does not change but by hand, so its page need not listen.
let stop = null;
if (LIVE.has(shown)) {
  const number = location.pathname.split("/jobs/")[1].split("/")[0];
  const heard = ({ job, row }) => {
    if (head().dataset.family.split(" ").includes(job) || row?.number?.startsWith(`${number}.`)) refreshSoon();
  };
  stop = listen(head().dataset.project, heard, heard);
  refreshSoon();
}
setInterval(tick, 1000);
ready();
