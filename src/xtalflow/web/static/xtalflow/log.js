// The log of a job: at its end when the page opens, and going on while the job runs.
import { LOST } from "./live.js";

const POLL_MS = 1000;
const MOST_CHARACTERS = 4_000_000;
const log = document.getElementById("log");
const state = document.getElementById("log-state");

function isAtEnd() {
  return log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
}

function append(text) {
  const follows = isAtEnd();
  log.append(text);
  while (log.textContent.length > MOST_CHARACTERS && log.childNodes.length > 1) log.firstChild.remove();
  if (follows) log.scrollTop = log.scrollHeight;
}

async function follow() {
  let end = Number(log.dataset.end);
  let silent = 0;
  while (silent < 2) {
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5 * POLL_MS : POLL_MS));
    try {
      const answer = await fetch(`${log.dataset.since}?from=${end}`, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      if (answer.status === 200) {
        if (Number(answer.headers.get("X-Log-Start")) < end) log.textContent = "";  // the job began again
        append(await answer.text());
      }
      end = Number(answer.headers.get("X-Log-End") ?? end);
      for (const id of ["log-end", "log-size"]) {
        const place = document.getElementById(id);
        if (place) place.textContent = end;
      }
      const runs = ["running", "queued", "pending"].includes(answer.headers.get("X-Job-Status"));
      silent = runs || answer.status === 200 ? 0 : silent + 1;
      state.textContent = "follows";
      state.classList.remove("error");
    } catch {
      state.textContent = LOST;
      state.classList.add("error");
    }
  }
  state.textContent = "complete";
}

// The log of a pipeline is that of the child job that writes: when that is complete, another one may begin.
async function awaitAnother() {
  const live = ["running", "queued", "pending"];
  while (live.includes(document.getElementById("job-head").dataset.status)) {
    await new Promise((resolve) => setTimeout(resolve, 3 * POLL_MS));
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("log");
    if (fresh && fresh.dataset.since !== log?.dataset.since) location.reload();
  }
}

if (log) {
  const place = new URLSearchParams(location.search);
  log.scrollTop = place.has("from") ? 0 : log.scrollHeight;
  if (log.dataset.follows) await follow();
  if (isAtEnd() && !location.search) awaitAnother();
} else {
  awaitAnother();
}
