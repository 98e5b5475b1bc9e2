// Finds tasks while their name is typed; Enter opens the only or first one.
const box = document.getElementById("search");
const found = document.getElementById("found");
const tasks = [...document.querySelectorAll("[data-task]")];

for (const each of document.querySelectorAll("[data-without-script]")) each.hidden = true;

function show() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const task of tasks) {
    const text = task.dataset.task.toLowerCase();
    task.hidden = !words.every((word) => text.includes(word));
    count += task.hidden ? 0 : 1;
  }
  for (const category of document.querySelectorAll(".category")) {
    category.hidden = !category.querySelector("[data-task]:not([hidden])");
  }
  found.textContent = words.length ? `${count} of ${tasks.length}` : "";
}

box.addEventListener("input", show);
box.form.addEventListener("submit", (event) => {
  const first = document.querySelector("[data-task]:not([hidden]) a");
  if (!first) return;
  event.preventDefault();
  first.click();
});
if (box.value) show();
