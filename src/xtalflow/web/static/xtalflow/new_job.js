// The form of a new job: checked while it is filled, files sent with progress, nothing typed is lost.
import { keepingFocus } from "./focus.js";

const form = document.querySelector("form.new-job");
const state = document.getElementById("state");
const summary = document.getElementById("summary");
const command = document.getElementById("command");
const fields = document.getElementById("fields");
const run = form.querySelector("button.run");
const token = form.elements.csrfmiddlewaretoken.value;
const DRAFT = `draft:${location.pathname}${location.search}`;
const WAIT_MS = 250;

const sending = new Map(); // path of a field → request that sends its file
const undrawn = new Set(); // fields to be drawn by the next answer that is not given up for a newer one
let timer = 0;
let asking = null;

// --- What is in the form -------------------------------------------------------------------------------------------

function data() {
  const sent = new FormData(form);
  for (const name of [...sent.keys()]) if (name.endsWith("@upload")) sent.delete(name);
  return sent;
}

function saved() {
  return JSON.stringify([...data()].filter(([name]) => name !== "csrfmiddlewaretoken"));
}

const untouched = saved();

function keepDraft() {
  const now = saved();
  try {
    if (now === untouched) sessionStorage.removeItem(DRAFT);
    else sessionStorage.setItem(DRAFT, now);
  } catch {
    // A browser that keeps nothing: the form works without.
  }
}

function forgetDraft() {
  sessionStorage.removeItem(DRAFT);
}

function fieldOf(element) {
  return element.closest("[data-path]");
}

function drawnAnew(field) {
  // A file shows its columns and facts; a part of a file is drawn with the file.
  const file = field?.closest('[data-control="file"]');
  return file ? file.dataset.path : null;
}

// --- Asking the server ---------------------------------------------------------------------------------------------

async function ask({ action = "", draw = [], body = data() } = {}) {
  clearTimeout(timer);
  asking?.abort();
  const mine = (asking = new AbortController());
  body.set("action", action);
  for (const path of draw) undrawn.add(path);
  for (const path of undrawn) body.append("draw", path);
  state.textContent = action === "run" ? "Making the job …" : "Checking …";
  try {
    const response = await fetch(form.dataset.check, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token },
      signal: mine.signal,
    });
    if (!response.ok || !response.headers.get("Content-Type")?.startsWith("application/json")) {
      throw new Error(`the server answered ${response.status}; what you typed is still here`);
    }
    const answer = await response.json();
    state.textContent = "";
    return answer;
  } catch (error) {
    if (error.name === "AbortError") return null;
    const unreachable = error instanceof TypeError;
    state.textContent = unreachable ? "The server does not answer; what you typed is still here." : error.message;
    return null;
  } finally {
    if (asking === mine) asking = null;
  }
}

function askSoon(draw = []) {
  clearTimeout(timer);
  timer = setTimeout(async () => show(await ask({ draw })), WAIT_MS);
}

// --- Showing what it said ------------------------------------------------------------------------------------------

function show(answer) {
  if (!answer) return;
  undrawn.clear();
  const path = fieldOf(document.activeElement)?.dataset.path ?? "";
  const control = () => form.querySelector(`[data-path="${CSS.escape(path)}"] :is(select, input:not([type=hidden]), button)`);
  keepingFocus(fields, () => {
    draw(answer.drawn);
    wake(form);
  }, control);
  showProblems(answer.problems);
  const changed = new Set(answer.changed);
  for (const field of form.querySelectorAll(".field")) field.classList.toggle("changed", changed.has(field.dataset.path));
  command.textContent = answer.command;
  keepDraft();
}

function draw(drawn) {
  for (const [path, html] of Object.entries(drawn)) {
    const made = document.createElement("template");
    made.innerHTML = html;
    if (path === "*") fields.replaceChildren(made.content);
    else form.querySelector(`[data-path="${CSS.escape(path)}"]`)?.replaceWith(made.content);
  }
}

function showProblems(problems) {
  const lists = new Map([...form.querySelectorAll("[data-problems]")].map((list) => [list.dataset.problems, list]));
  const of = Map.groupBy ? Map.groupBy(problems, (each) => each.path) : grouped(problems);
  for (const [path, list] of lists) {
    const mine = of.get(path) ?? [];
    const text = JSON.stringify(mine);
    if (list.dataset.shown === text) continue;
    list.dataset.shown = text;
    list.replaceChildren(...mine.map(problemItem));
    const field = fieldOf(list);
    const wrong = mine.some((each) => each.severity === "error");
    field.classList.toggle("wrong", wrong);
    const control = document.getElementById(list.id.replace(/^problems-/, ""));
    if (control && wrong) control.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
    if (wrong) field.closest("details")?.setAttribute("open", "");
  }
  showSummary(problems);
}

function grouped(problems) {
  const found = new Map();
  for (const each of problems) found.set(each.path, [...(found.get(each.path) ?? []), each]);
  return found;
}

function problemItem(problem) {
  const item = document.createElement("li");
  item.className = problem.severity;
  item.textContent = problem.message;
  return item;
}

function showSummary(problems) {
  if (!problems.length) {
    const ready = document.createElement("p");
    ready.className = "ready";
    ready.textContent = "Ready to run.";
    summary.replaceChildren(ready);
    return;
  }
  const title = document.createElement("h2");
  title.textContent = `${problems.length} remark${problems.length > 1 ? "s" : ""}`;
  const list = document.createElement("ul");
  list.className = "summary";
  for (const each of problems) {
    const item = problemItem(each);
    if (each.id) {
      const link = document.createElement("a");
      link.href = `#field-${each.id}`;
      link.textContent = each.label;
      item.prepend(link, ": ");
    }
    list.append(item);
  }
  summary.replaceChildren(title, list);
}

function goToField(event) {
  const control = document.getElementById(event.target.closest("a")?.hash.replace("#field-", ""));
  if (!control) return; // a list or a group, which the link leads to by itself
  event.preventDefault();
  control.closest("details")?.setAttribute("open", "");
  control.focus();
}

// --- Files ---------------------------------------------------------------------------------------------------------

function send(field, file) {
  const path = field.dataset.path;
  sending.get(path)?.abort();
  const box = field.querySelector(".sending");
  const bar = box.querySelector("progress");
  const text = box.querySelector("span");
  const request = new XMLHttpRequest();
  sending.set(path, request);
  box.hidden = false;
  bar.value = 0;
  text.textContent = file.name;
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = event.loaded / event.total;
    text.textContent = `${file.name}: ${Math.round((100 * event.loaded) / event.total)} % of ${size(event.total)}`;
  });
  const end = (problem) => {
    sending.delete(path);
    box.hidden = !problem;
    bar.hidden = Boolean(problem);
    if (problem) text.textContent = problem.startsWith(file.name) ? problem : `${file.name}: ${problem}`;
    text.classList.toggle("error", Boolean(problem));
    box.querySelector("[data-stop]").hidden = Boolean(problem);
  };
  request.addEventListener("load", () => {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // No JSON: an error page.
    }
    if (request.status !== 200) {
      end(answer.problem ?? `the server answered ${request.status}`);
      return;
    }
    end("");
    choose(field, answer.value, `${answer.name} (sent)`);
  });
  request.addEventListener("error", () => end("the server does not answer; try again"));
  request.addEventListener("abort", () => end(""));
  request.open("POST", form.dataset.uploads);
  request.setRequestHeader("X-CSRFToken", token);
  request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.setRequestHeader("Content-Type", "application/octet-stream");
  bar.hidden = false;
  box.querySelector("[data-stop]").hidden = false;
  text.classList.remove("error");
  request.send(file);
}

function choose(field, value, label) {
  const select = field.querySelector("select");
  const option = new Option(label, value, true, true);
  select.add(option, 1);
  select.value = value;
  const path = field.querySelector(".path");
  if (path) path.value = "";
  forgetParts(field);
  changed(select);
}

function forgetParts(field) {
  // The columns of another file are not meant.
  for (const part of field.querySelectorAll('.field[data-path$=".columnLabels"] select')) part.value = "";
}

function showPath(field, wanted) {
  const input = field.querySelector(".path");
  input.hidden = !wanted;
  field.querySelector("[data-path-of]").setAttribute("aria-expanded", String(wanted));
  if (wanted) input.focus();
}

function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let number = bytes;
  let unit = 0;
  while (number >= 1000 && unit < 3) {
    number /= 1000;
    unit += 1;
  }
  return `${unit && number < 100 ? number.toFixed(1) : number.toFixed(0)} ${units[unit]}`;
}

// --- What the user does --------------------------------------------------------------------------------------------

function changed(element) {
  keepDraft();
  const drawn = drawnAnew(fieldOf(element));
  askSoon(drawn ? [drawn] : []);
}

form.addEventListener("input", keepDraft);

form.addEventListener("change", (event) => {
  const element = event.target;
  if (element.type === "file") {
    if (element.files.length) send(fieldOf(element), element.files[0]);
    element.value = "";
    return;
  }
  const field = element.closest('[data-control="file"]');
  if (field && element === field.querySelector("select")) {
    const path = field.querySelector(".path");
    if (path) path.value = "";
    forgetParts(field);
  } else if (field && element.classList.contains("path")) {
    forgetParts(field);
  }
  changed(element);
});

form.addEventListener("click", (event) => {
  if (summary.contains(event.target)) goToField(event);
  const button = event.target.closest("button");
  if (button?.dataset.send !== undefined) button.parentElement.querySelector("input[type=file]").click();
  if (button?.dataset.pathOf !== undefined) showPath(fieldOf(button), fieldOf(button).querySelector(".path").hidden);
  if (button?.dataset.stop !== undefined) sending.get(fieldOf(button).dataset.path)?.abort();
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input:not([type=file])")) {
    event.preventDefault(); // it would press the first button of the form
    if (event.ctrlKey || event.metaKey) run.click();
    else event.target.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const action = event.submitter?.value ?? "run";
  if (action === "run") await runJob();
  else if (/^(add|remove) /.test(action)) await changeRows(action);
  else show(await ask());
});

async function changeRows(action) {
  const [verb, path] = action.split(" ");
  const list = verb === "add" ? path : path.replace(/\[\d+\]$/, "");
  show(await ask({ action, draw: [list] }));
  const field = form.querySelector(`[data-path="${CSS.escape(list)}"]`);
  const rows = field?.querySelectorAll(":scope > .rows > li") ?? [];
  const next = verb === "add" ? rows[rows.length - 1]?.querySelector("select, input:not([type=hidden])") : null;
  (next ?? field?.querySelector(".add"))?.focus();
}

async function runJob() {
  if (sending.size) {
    state.textContent = "A file is still being sent.";
    return;
  }
  if (run.ariaDisabled === "true") return;
  run.ariaDisabled = "true"; // one that is disabled would lose the focus
  const answer = await ask({ action: "run" });
  if (answer?.job) {
    forgetDraft();
    location.assign(answer.job);
    return;
  }
  run.ariaDisabled = "false";
  show(answer);
  if (answer) summary.querySelector("a")?.focus();
}

// A file may be dropped on its field.
for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => {
    const field = event.target.closest?.('[data-control="file"]');
    if (!field || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    field.classList.add("over");
  });
}
form.addEventListener("dragleave", (event) => {
  const field = event.target.closest?.('[data-control="file"]');
  if (field && !field.contains(event.relatedTarget)) field.classList.remove("over");
});
form.addEventListener("drop", (event) => {
  const field = event.target.closest?.('[data-control="file"]');
  if (!field || !event.dataTransfer.files.length) return;
  event.preventDefault();
  field.classList.remove("over");
  send(field, event.dataTransfer.files[0]);
});

// --- Small things --------------------------------------------------------------------------------------------------

function wake(root) {
  // What works with this script only is shown, what is for browsers without it goes.
  for (const each of root.querySelectorAll("[data-without-script]")) each.hidden = true;
  for (const each of root.querySelectorAll("[data-send]")) each.hidden = false;
  for (const each of root.querySelectorAll("[data-path-of]")) {
    if (!each.hidden) continue;
    each.hidden = false;
    showPath(fieldOf(each), false);
  }
  for (const each of root.querySelectorAll(".send input[type=file]")) {
    each.hidden = true;
    each.removeAttribute("name");
  }
}

const filter = document.getElementById("filter");
if (filter) {
  filter.closest("p").hidden = false;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = [...fields.querySelectorAll(".field")].filter((field) => !field.parentElement.closest(".field"));
    let count = 0;
    for (const field of all) {
      const text = `${field.textContent} ${field.dataset.path}`.toLowerCase();
      const fits = words.every((word) => text.includes(word));
      field.classList.toggle("filtered", !fits);
      count += fits ? 1 : 0;
    }
    for (const group of fields.querySelectorAll("fieldset, details")) {
      const any = group.querySelector(".field:not(.filtered)");
      group.classList.toggle("filtered", words.length > 0 && !any);
      if (words.length && any && group.matches("details")) group.open = true;
    }
    document.getElementById("filtered").textContent = words.length ? `${count} of ${all.length}` : "";
  });
}

const copy = document.getElementById("copy");
if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(command.textContent);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });
}

document.getElementById("start-over").addEventListener("click", () => {
  forgetDraft();
  form.reset();
  location.replace(location.href);
});

async function restore() {
  let draft = null;
  try {
    draft = sessionStorage.getItem(DRAFT);
  } catch {
    return;
  }
  if (!draft || draft === untouched) return;
  const body = new FormData();
  for (const [name, value] of JSON.parse(draft)) body.append(name, value);
  for (const name of ["title", "priority"]) if (body.has(name)) form.elements[name].value = body.get(name);
  form.elements.reuse.checked = body.has("reuse");
  const answer = await ask({ draw: ["*"], body });
  show(answer);
  document.getElementById("restored").hidden = !answer;
}

wake(form);
restore();
