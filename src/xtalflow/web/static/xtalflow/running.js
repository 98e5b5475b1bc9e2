// What runs, looked up every two seconds while the page is seen; what is focused stays so.
import { keepingFocus } from "./focus.js";
import { tell } from "./live.js";

const PAUSE_MS = 2000;

const place = document.getElementById("going");
let shown = "";

function put(text) {
  // the word against forged forms is another one each time, and the same for the server
  const comparable = text.replace(/name="csrfmiddlewaretoken" value="[^"]*"/, "");
  if (comparable === shown) return;
  shown = comparable;
  keepingFocus(place, () => { place.innerHTML = text; }, () => place);
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(place.dataset.from);
      if (answer.ok && !answer.redirected) put(await answer.text());
      tell(answer.ok && !answer.redirected ? "on" : "lost");
    } catch {
      tell("lost");
    }
  }
  setTimeout(look, PAUSE_MS);
}

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (event.target.id !== "act-running" || !button) return;
  event.preventDefault();
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  button.textContent = "is told to end …";
  const form = new FormData(event.target, button);
  await fetch(button.formAction, { method: "POST", body: form, headers: { "X-Asked-By-Script": "1" } }).catch(() => tell("lost"));
});

setTimeout(look, PAUSE_MS);
