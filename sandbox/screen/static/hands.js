// What people press and type, carried to the server. The answer is seen when the server draws it.

let typing = 0;

/** Listen to the whole page; regions come and go under it. */
export function act() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("input", onInput);
  document.addEventListener("keydown", onKey);
}

function onSubmit(event) {
  const form = event.target;
  if (form.method === "dialog" || form.target) return;
  const hand = form.dataset.hand;
  if (!hand) return event.preventDefault();
  event.preventDefault();
  const sent = new FormData(form, event.submitter);
  if (form.dataset.target) sent.set("target", form.dataset.target);
  send(hand, sent, event.submitter);
  if (form.classList.contains("composer")) form.reset();
}

async function onClick({ target }) {
  for (const menu of document.querySelectorAll("details.overflow[open]")) {
    if (!menu.contains(target) || target.closest("menu")) menu.open = false;
  }
  const closing = target.closest("[data-close]");
  if (closing) return close(closing.form, closing.dataset.close, closing);
  const pressed = target.closest("button[data-press], a[data-press]");
  if (pressed && (await confirmed(pressed))) press(pressed);
}

function onChange({ target }) {
  if (target.matches("[data-tells]")) press(target);
  if (target.form?.matches("[data-auto]")) target.form.requestSubmit();
}

function onInput({ target }) {
  const form = target.form;
  if (!form?.matches("[data-keeps]") || target.matches("[data-tells]")) return;
  clearTimeout(typing);
  typing = setTimeout(() => form.isConnected && send("typed", filled(form)), 200);
}

function onKey(event) {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.overflow[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  const form = document.querySelector(".sheet form");
  if (form && !document.querySelector("dialog[open]")) close(form, "0");
}

function press(element) {
  const form = element.closest("form");
  const sent = form.matches("[data-keeps]") ? filled(form) : new FormData();
  sent.set("target", form.dataset.target);
  sent.set("pressed", element.dataset.press);
  send("press", sent, element.matches("button") ? element : null);
}

function close(form, everything, button) {
  const sent = new FormData();
  sent.set("target", form.dataset.target);
  sent.set("everything", everything);
  send("close", sent, button);
}

function filled(form) {
  clearTimeout(typing);
  const sent = new FormData(form);
  sent.set("target", form.dataset.target);
  return sent;
}

async function send(hand, body, button) {
  if (button?.ariaBusy) return; // pressed twice; disabling it instead would take the keyboard away from it
  say("");
  button?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`/do/${hand}?${document.body.dataset.query}`, { method: "POST", body, headers: { "X-Sandbox": "page" } });
    if (!answer.ok) say(await answer.text());
  } catch {
    say("The sandbox does not answer. Is `make demo` still running?");
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

function say(words) {
  const place = document.querySelector("#trouble");
  place.textContent = words;
  place.hidden = !words;
}

/** Slack's own confirmation, where a block asks for one. */
function confirmed(element) {
  if (!element.dataset.confirm) return true;
  const asked = JSON.parse(element.dataset.confirm);
  const dialog = document.querySelector("#confirm");
  const [no, yes] = dialog.querySelectorAll("button");
  dialog.querySelector("h3").textContent = asked.title.text;
  dialog.querySelector("p").textContent = asked.text.text;
  no.textContent = asked.deny.text;
  yes.textContent = asked.confirm.text;
  yes.className = asked.style ?? "primary";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => answered(dialog.returnValue === "yes"), { once: true });
  });
}
