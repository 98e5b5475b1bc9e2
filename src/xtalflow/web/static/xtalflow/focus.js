// Parts of a page are drawn anew while it is used: where the keyboard is, it stays.
const isTelling = (name) => ["href", "name", "value"].includes(name) || name.startsWith("data-");

// What it is, however it looks and is called at the moment, and whatever is typed in it.
function wordsFor(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const isTyped = element.matches("input:not([type=radio], [type=checkbox])");
  const telling = element.getAttributeNames().filter((name) => isTelling(name) && !(isTyped && name === "value"));
  const same = (name, value) => `[${name}="${CSS.escape(value)}"]`;
  const words = (telling.length ? telling : ["class"]).map((name) => element.hasAttribute(name) ? same(name, element.getAttribute(name)) : "");
  const kept = element.matches("summary") ? element.parentElement.dataset.kept : undefined;
  const path = element.closest("[data-path]")?.dataset.path;
  const around = kept !== undefined ? `${same("data-kept", kept)} > ` : path !== undefined ? `${same("data-path", path)} ` : "";
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
