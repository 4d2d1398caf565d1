// What people press and type, carried to the server. The answer is seen when the server draws it.

let typing = 0;

/** Listen to the whole page; regions come and go under it. */
export function act() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("input", onInput);
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", ({ target }) => target.matches("[data-searches]") && search(target));
  new ResizeObserver(makeRoom).observe(document.querySelector("#trouble"));
}

/** The page moves down by as much as the sentence above it takes: it covers nothing that can be pressed. */
function makeRoom([{ target }]) {
  document.body.style.setProperty("--trouble", `${target.offsetHeight}px`);
}

async function onSubmit(event) {
  const form = event.target;
  if (form.method === "dialog" || form.target) return;
  event.preventDefault();
  if (!form.dataset.hand) return;
  const sent = filled(form, event.submitter);
  const box = form.matches(".composer") && form.elements.text;
  if (box) box.value = ""; // at once: what is typed while the answer is under way is the next message
  const done = await send(form.dataset.hand, sent, event.submitter);
  if (!box) return;
  if (!done) {
    box.value ||= sent.get("text");
    return;
  }
  const list = form.parentElement.querySelector("[data-stick]"); // the answer comes at its end
  list.scrollTop = list.scrollHeight;
}

async function onClick({ target }) {
  for (const menu of document.querySelectorAll("details.overflow[open]")) {
    if (!menu.contains(target) || target.closest("menu")) menu.open = false;
  }
  const closing = target.closest("[data-close]");
  if (closing) return close(closing.form, closing.dataset.close, closing);
  const shortcut = target.closest("[data-shortcut]");
  if (shortcut) return choose(shortcut);
  const pressed = target.closest("button[data-press], a[data-press]");
  if (pressed) press(pressed);
}

function onChange({ target }) {
  if (target.matches("[data-tells]")) press(target);
  if (target.form?.matches("[data-auto]")) target.form.requestSubmit();
}

function onInput({ target }) {
  const form = target.form;
  if (target.matches("[data-searches]")) return found(target) ? press(target) : search(target);
  if (!form?.matches(".sheet form") || target.matches("[data-tells]")) return;
  clearTimeout(typing);
  typing = setTimeout(() => form.isConnected && send("typed", filled(form)), 200);
}

/** Whether a searching field holds one of the things that were found. */
function found({ list, value }) {
  return [...list.options].some((one) => one.value === value);
}

/** Ask the app what a searching field offers; the answer is drawn into its list. */
function search(field) {
  clearTimeout(typing);
  typing = setTimeout(() => {
    if (!field.isConnected) return;
    const sent = filled(field.form);
    sent.set("searched", field.dataset.searches);
    send("search", sent);
  }, 200);
}

function onKey(event) {
  if (event.key === "Enter" && event.target.matches("[data-enter]")) {
    event.preventDefault();
    press(event.target);
  }
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const menu = document.querySelector("details.overflow[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  const form = document.querySelector(".sheet form");
  if (form) close(form, "0");
}

/** What goes to the server is what stood there at the click; while a question is open the message may change. */
async function press(element) {
  const sent = filled(element.closest("form"));
  sent.set("pressed", element.dataset.press);
  if (await confirmed(element)) send("press", sent, element.matches("button") ? element : null);
}

/** A shortcut of the app, of a message if one is named. */
function choose(shortcut) {
  const sent = new FormData();
  sent.set("shortcut", shortcut.dataset.shortcut);
  sent.set("target", shortcut.dataset.message ?? "");
  send("shortcut", sent, shortcut);
}

function close(form, everything, button) {
  const sent = filled(form);
  sent.set("everything", everything);
  send("close", sent, button);
}

function filled(form, button) {
  if (form.matches(".sheet form")) clearTimeout(typing);
  const sent = new FormData(form, button);
  if (form.dataset.target) sent.set("target", form.dataset.target);
  return sent;
}

/** Whether the server took it; if not, its sentence is shown. */
async function send(hand, body, button) {
  say("");
  button?.setAttribute("aria-busy", "true");
  try {
    const address = `/do/${hand}?${document.body.dataset.query}`;
    const answer = await fetch(address, { method: "POST", body, headers: { "X-Sandbox": "page" } });
    if (!answer.ok) say(await answer.text());
    return answer.ok;
  } catch {
    say("The sandbox does not answer. Is `make demo` still running?");
    return false;
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

/** Tell whoever looks; no words, and nothing is shown. */
export function say(words) {
  const place = document.querySelector("#trouble");
  place.textContent = words;
  place.hidden = !words;
}

/** Slack's own confirmation, where a block asks for one; its HTML is the server's. */
function confirmed(element) {
  if (!element.dataset.confirm) return true;
  const asked = JSON.parse(element.dataset.confirm);
  const dialog = document.querySelector("#confirm");
  const [no, yes] = dialog.querySelectorAll("button");
  dialog.querySelector("h3").innerHTML = asked.title;
  dialog.querySelector("p").innerHTML = asked.text;
  no.innerHTML = asked.deny;
  yes.innerHTML = asked.confirm;
  yes.className = asked.style;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => answered(dialog.returnValue === "yes"), { once: true });
  });
}
