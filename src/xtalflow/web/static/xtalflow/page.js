// What every page has: the switch between dark and light, times by the clock of whoever looks, and menus that close.
import { tellTimes } from "./words.js";

const root = document.documentElement;

function theme() {
  return root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

document.getElementById("theme")?.addEventListener("click", () => {
  root.dataset.theme = theme() === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
  document.dispatchEvent(new Event("themechange"));
});

tellTimes();

function closeMenus(but = null) {
  for (const menu of document.querySelectorAll(".menu details[open], details.menu[open]")) {
    if (menu !== but && !menu.contains(but)) menu.open = false;
  }
}

// A small form that opens is typed into.
document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches("details.make")) target.querySelector("form input:not([type=hidden])").focus();
}, true);

document.addEventListener("click", (event) => closeMenus(event.target.closest("details")));
document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details"))); // it would hide what comes next
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details[open]");
  closeMenus();
  menu?.querySelector("summary")?.focus();
});
