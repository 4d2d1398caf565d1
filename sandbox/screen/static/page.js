// The page's own life: it shows what the server draws, carries what people do back to it, and moves about in Slack.
import { draw } from "./draw.js";
import { act } from "./hands.js";

let live;

/** Show what the server draws for whoever looks, from now on. */
function follow() {
  live?.close();
  live = new EventSource(`/live?${document.body.dataset.query}`);
  live.addEventListener("message", ({ data }) => {
    const { region, html } = JSON.parse(data);
    for (const place of document.querySelectorAll(`[data-region="${region}"]`)) draw(place, html);
    if (region === "modal") attend();
    document.body.dataset.live = "yes";
  });
  live.addEventListener("error", () => (document.body.dataset.live = "no"));
  for (const list of document.querySelectorAll("[data-stick]")) list.scrollTop = list.scrollHeight;
}

/** While a form is open the rest of Slack waits, and the keyboard is in the form. */
function attend() {
  const sides = document.querySelector(".slack-sides");
  const sheet = document.querySelector(".sheet");
  if (sides.inert === Boolean(sheet)) return;
  sides.inert = Boolean(sheet);
  const first = sheet?.querySelector("input:not([type=hidden]), select, textarea, footer button");
  (first ?? document.querySelector("#composer")).focus();
}

/** Look at another channel or thread, or as somebody else. The customer's phone and the world stay as they are. */
async function go(to) {
  const answer = await fetch(`/${to}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("#slack").replaceWith(fresh.querySelector("#slack"));
  document.body.dataset.query = fresh.body.dataset.query;
  document.title = fresh.title;
  follow();
}

function visit(event, to) {
  event.preventDefault();
  history.pushState(null, "", to);
  go(to);
}

document.addEventListener("click", (event) => {
  if (event.target.closest('[target="phone"] button, a[target="phone"]')) {
    document.querySelector("iframe[name=phone]").scrollIntoView({ block: "nearest" });
  }
  const link = event.target.closest('#slack a[href^="?"]');
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) visit(event, link.getAttribute("href"));
});
document.addEventListener("change", (event) => event.target.matches("#who") && visit(event, event.target.value));
addEventListener("popstate", () => go(location.search));
follow();
act();
