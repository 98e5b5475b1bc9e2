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

  function open() {
    clearTimeout(waiting);
    if (stream || document.hidden) return;
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
  return close;
}

function tell(state) {
  for (const mark of document.querySelectorAll("[data-live]")) {
    mark.hidden = false;
    mark.dataset.live = state;
    mark.textContent = state === "on" ? "live" : "not connected, trying again";
  }
}
