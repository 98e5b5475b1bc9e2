// Parts of a page are drawn anew while it is used: where the keyboard is, it stays.
const TELLING = ["id", "href", "name", "value", "class", "aria-label", "data-send", "data-path-of", "data-stop"];

function wordsFor(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const words = TELLING.filter((name) => element.hasAttribute(name)).map((name) => `[${name}="${CSS.escape(element.getAttribute(name))}"]`);
  const kept = element.matches("summary") ? element.parentElement.dataset.kept : undefined;
  const around = kept === undefined ? "" : `details[data-kept="${CSS.escape(kept)}"] > `;
  return `${around}${element.localName}${words.join("")}`;
}

// Makes a change; what had the focus in that part has it afterwards, or what is there in its place, or what `otherwise` gives.
export function keepingFocus(part, change, otherwise = () => null) {
  const was = document.activeElement;
  if (!part.contains(was)) return change();
  const words = wordsFor(was);
  const place = [...document.querySelectorAll(words)].indexOf(was);
  change();
  const same = was.isConnected ? was : document.querySelectorAll(words)[place];
  const next = same?.checkVisibility() ? same : otherwise();
  if (next && next !== document.activeElement) next.focus({ preventScroll: true });
}
