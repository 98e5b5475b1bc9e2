// How the scripts of pages write what documents hold: as the server does.

// A value of an indicator; `places` is the number of decimals that its column has, if it is always the same.
export function figure(value, places) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number") return String(value);
  if (places !== undefined && places !== "") return value.toFixed(Number(places));
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toPrecision(3);
  return value.toFixed(size < 2 ? 4 : size < 1000 ? 2 : 1);
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const two = (count) => String(count).padStart(2, "0");
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

// A time by the clock of whoever looks; of today without the date.
export function shortTime(text) {
  if (!text) return "";
  const time = new Date(text);
  const two = (count) => String(count).padStart(2, "0");
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.toDateString() === new Date().toDateString()) return clock;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}

// The progress of a job in words: "cycle 4 of 10", or "refinement, 1 of 5".
export function progressText({ done, total, text }) {
  const of = `${done} of ${total}`;
  if (/^cycle \d/.test(text ?? "")) return `cycle ${of}`;
  return text ? `${text}, ${of}` : of;
}

// Times of a part of the page by the clock of whoever looks.
export function tellTimes(part = document) {
  for (const time of part.querySelectorAll("time[datetime]")) time.textContent = shortTime(time.dateTime);
}
