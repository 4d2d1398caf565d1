// The page's own life: it shows what the server draws, and carries what people do back to it.
import { draw } from "./draw.js";
import { act } from "./hands.js";

const query = document.body.dataset.query;

const live = new EventSource(`/live?${query}`);
live.addEventListener("message", ({ data }) => {
  const { region, html } = JSON.parse(data);
  for (const place of document.querySelectorAll(`[data-region="${region}"]`)) draw(place, html);
  if (region === "modal") attend();
  document.body.dataset.live = "";
});
live.addEventListener("error", () => delete document.body.dataset.live);

document.querySelector("#who").addEventListener("change", ({ target }) => location.assign(target.value));
for (const list of document.querySelectorAll("[data-stick]")) list.scrollTop = list.scrollHeight;
act(query);

/** While a form is open the rest of Slack waits, and the keyboard is in the form. */
function attend() {
  const sides = document.querySelector(".slack-sides");
  const sheet = document.querySelector(".sheet");
  if (sides.inert === Boolean(sheet)) return;
  sides.inert = Boolean(sheet);
  const first = sheet?.querySelector("input:not([type=hidden]), select, textarea, footer button");
  (first ?? document.querySelector("#composer")).focus();
}
