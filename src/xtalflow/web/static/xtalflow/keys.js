// Keys of a page: which there are, what they do, and a dialog that says so.
const TYPED_INTO = "input, textarea, select, [contenteditable]";

// Each key is [key, words, act]; act may be null where another script answers to it. Returns what shows the dialog.
export function useKeys(keys) {
  const acts = new Map(keys.map(([key, , act]) => [key, act]));
  const dialog = document.createElement("dialog");
  dialog.id = "keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys";
  const list = document.createElement("dl");
  list.className = "keys";
  for (const [key, words] of [...keys, ["?", "this list"]]) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const name = document.createElement("kbd");
    name.textContent = key;
    term.append(name);
    const what = document.createElement("dd");
    what.textContent = words;
    row.append(term, what);
    list.append(row);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, close);
  document.body.append(dialog);
  const show = () => dialog.open || dialog.showModal();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (dialog.open || event.target.closest?.(TYPED_INTO)) return;
    if (event.key === "?") show();
    else if (acts.get(event.key)) acts.get(event.key)(event);
    else return;
    event.preventDefault();
  });
  return show;
}
