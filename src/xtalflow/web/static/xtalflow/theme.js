// Before the page is drawn: dark or light as it was chosen here, else as the system has it.
(() => {
  const chosen = localStorage.getItem("theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
