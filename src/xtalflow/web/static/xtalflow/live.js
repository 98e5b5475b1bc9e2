// What happens in a project, as it happens: one stream of events for a page.

const PAUSE_MS = 2000; // before a stream that ended is opened again

// Listen to a project (its uuid or name) for as long as the page is seen; what happened meanwhile is told afterwards.
//   onChange({seq, time, kind, who, job, data, row}): an event, in order, each once; `row` is the job as a list shows it, or null
//   onProgress({job, number, progress, cycle}): how far a running job is
// The page says by data-seq which event it knows already; a place marked data-live says whether the page is told.
export function listen(project, onChange, onProgress = () => {}) {
  let last = document.querySelector("[data-seq]")?.dataset.seq ?? null;
  let stream = null;
  let waiting = 0;
  let isOver = false;

  function open() {
    clearTimeout(waiting);
    if (stream || document.hidden || isOver) return;
    const after = last === null ? "" : `?after=${last}`;
    stream = new EventSource(`/api/v1/projects/${encodeURIComponent(project)}/events${after}`);
    stream.onopen = () => tell("on");
    stream.onerror = () => {
      tell("lost");
      if (stream?.readyState === EventSource.CLOSED) {
        close();
        waiting = setTimeout(open, PAUSE_MS);
      }
    };
    stream.addEventListener("change", (message) => {
      last = message.lastEventId;
      onChange(JSON.parse(message.data));
    });
    stream.addEventListener("progress", (message) => onProgress(JSON.parse(message.data)));
  }

  function close() {
    clearTimeout(waiting);
    stream?.close();
    stream = null;
  }

  // A browser has few connections to a server: a page that nobody sees gives its back, and asks again when it is seen.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
  // what ends it
  return () => {
    isOver = true;
    close();
    tell("");
  };
}

export const LOST = "not connected, trying again";
const root = document.documentElement;

// Whether the page is told of what happens: "on", "lost", or "" where nothing is awaited. Every page says it by this.
export function tell(state) {
  root.dataset.server = state;
  for (const mark of document.querySelectorAll("[data-live]")) {
    const text = state === "on" ? "live" : LOST;
    mark.hidden = !state;
    mark.dataset.live = state;
    if (mark.textContent !== text) mark.textContent = text;
  }
}

// The same once more, where a part of the page was replaced.
export function tellAgain() {
  tell(root.dataset.server ?? "");
}

export function isLost() {
  return root.dataset.server === "lost";
}
