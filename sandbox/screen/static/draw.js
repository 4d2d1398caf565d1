// Brings a region to what the server has drawn, and touches only what differs: the keyboard, half-typed letters, open
// menus and scrolled lists stay as they are.

/** Bring the children of `place` to `html`. */
export function draw(place, html) {
  const fresh = document.createElement(place.localName);
  fresh.innerHTML = html;
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const home = active?.closest("[data-key]:not(button)")?.dataset.key;
  children(place, fresh);
  if ("stick" in place.dataset && atEnd) place.scrollTop = place.scrollHeight;
  if (active && !active.isConnected) rest(place.querySelector(`[data-key="${CSS.escape(home ?? "")}"]`));
}

function children(old, fresh) {
  const pool = [...old.childNodes];
  const next = [...fresh.childNodes].map((wanted) => {
    const at = pool.findIndex((one) => one.nodeName === wanted.nodeName && keyOf(one) === keyOf(wanted));
    return at < 0 ? wanted : become(pool.splice(at, 1)[0], wanted);
  });
  for (const gone of pool) gone.remove();
  next.forEach((child, at) => old.childNodes[at] === child || old.insertBefore(child, old.childNodes[at] ?? null));
}

function become(old, wanted) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== wanted.data) old.data = wanted.data;
    return old;
  }
  attributes(old, wanted);
  children(old, wanted);
  return old;
}

/** What people have a hand in is theirs: Slack's rule is that typed text stays while block and action ids stay. */
function attributes(old, wanted) {
  const theirs = new Set(["open", "aria-busy"]);
  if (old.closest("[data-keeps]")) for (const name of ["checked", "selected"]) theirs.add(name);
  if (isTyped(old) && old.closest("[data-keeps]")) theirs.add("value");
  for (const { name } of [...old.attributes]) if (!theirs.has(name) && !wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (!theirs.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if ("checked" in old && !theirs.has("checked")) old.checked = wanted.checked;
}

/** Whether people type into it. What a button, a box or an option stands for is the server's. */
function isTyped(node) {
  return node.matches("input:not([type=hidden], [type=radio], [type=checkbox]), textarea");
}

function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  if (node.dataset.key || node.id) return node.dataset.key || node.id;
  return node.name ? `${node.name} ${/radio|checkbox|hidden|submit/.test(node.type) ? node.value : ""}` : "";
}

/** The control that had the keyboard is gone: the keyboard waits beside it, and presses nothing else. */
function rest(place) {
  if (!place) return;
  place.tabIndex = -1;
  place.focus();
}
