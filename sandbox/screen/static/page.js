// The page's own life: it shows what the server draws, carries what people do back to it, and moves about in Slack.
import { draw } from "./draw.js";
import { act, say } from "./hands.js";

let live;
let leaving;
let shown = location.search;
let sheetShown;
const unsent = new Map();

/** Show what the server draws for whoever looks, from now on. */
function follow() {
  live?.close();
  live = new EventSource(`/live?${document.body.dataset.query}`);
  live.addEventListener("open", () => (document.body.dataset.live = "yes"));
  live.addEventListener("error", () => (document.body.dataset.live = "no"));
  live.addEventListener("message", ({ data }) => {
    const { region, html } = JSON.parse(data);
    for (const place of document.querySelectorAll(`[data-region="${region}"]`)) draw(place, html);
    if (region === "modal") attend();
  });
}

/** While a form is open the rest of Slack waits, and the keyboard is in the form. */
function attend() {
  const sheet = document.querySelector(".sheet");
  document.querySelector(".slack-sides").inert = Boolean(sheet);
  if (sheet?.dataset.key === sheetShown) return;
  const before = sheetShown;
  sheetShown = sheet?.dataset.key;
  const first = sheet?.querySelector("[autofocus]") ?? sheet?.querySelector("input:not([type=hidden]), select, textarea, footer button");
  if (first) first.focus();
  else if (before) document.querySelector("#composer").focus();
}

/** Look at another channel or thread, or as somebody else. The customer's phone and the world stay as they are. */
async function go() {
  leaving?.abort();
  leaving = new AbortController();
  for (const box of document.querySelectorAll(".composer [name=text]")) unsent.set(`${shown} ${box.id}`, box.value);
  try {
    const answer = await fetch(`/${location.search}`, { signal: leaving.signal });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("#slack").replaceWith(fresh.querySelector("#slack"));
    document.body.dataset.query = fresh.body.dataset.query;
    document.title = fresh.title;
  } catch (problem) {
    if (problem.name !== "AbortError") say("The sandbox does not answer. Is `make demo` still running?");
    return;
  }
  shown = location.search;
  sheetShown = undefined;
  arrive();
  (document.querySelector("#reply") ?? document.querySelector("#composer")).focus({ preventScroll: true });
}

function arrive() {
  for (const list of document.querySelectorAll("[data-stick]")) list.scrollTop = list.scrollHeight;
  for (const box of document.querySelectorAll(".composer [name=text]")) box.value = unsent.get(`${shown} ${box.id}`) ?? "";
  follow();
}

function visit(event, to) {
  event.preventDefault();
  history.pushState(null, "", to);
  go();
}

document.addEventListener("click", (event) => {
  const frame = event.target.closest("a[target], form[target] button")?.closest("[target]").target;
  document.querySelector(`iframe[name="${CSS.escape(frame ?? "")}"]`)?.scrollIntoView({ block: "nearest" });
  const link = event.target.closest('#slack a[href^="?"]');
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) visit(event, link.getAttribute("href"));
});
document.addEventListener("change", (event) => event.target.matches("#who") && visit(event, event.target.value));
addEventListener("popstate", () => location.search !== shown && go()); // also fires for #fragments
// A browser keeps six connections to one server: a window that nobody sees gives its own back.
document.addEventListener("visibilitychange", () => (document.hidden ? live.close() : follow()));
arrive();
act();
