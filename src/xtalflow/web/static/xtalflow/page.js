// What every page has: the switch between dark and light.
const root = document.documentElement;

function theme() {
  return root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

document.getElementById("theme")?.addEventListener("click", () => {
  root.dataset.theme = theme() === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});
