// Brings a region to what the server has drawn, leaving alone what did not change and what people have typed.

const drawn = new WeakMap();

/** Bring `place` to `html`. Children with a data-key are kept as long as the server draws them the same. */
export function draw(place, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
  const old = new Map([...place.children].map((child) => [child.dataset.key, child]));
  const next = [...fresh.content.children].map((child) => kept(old.get(child.dataset.key), child));
  for (const child of [...place.children]) if (!next.includes(child)) replace(child, next);
  next.forEach((child, at) => place.children[at] === child || place.insertBefore(child, place.children[at] ?? null));
  if ("stick" in place.dataset && atEnd) place.scrollTop = place.scrollHeight;
}

/** The old child where nothing changed, otherwise the fresh one with what people did in the old one. */
function kept(old, fresh) {
  const source = fresh.outerHTML;
  if (old && (drawn.get(old) ?? old.outerHTML) === source) return old;
  if (old) takeOver(old, fresh);
  drawn.set(fresh, source);
  return fresh;
}

/** Slack's rule: what was typed stays where block and action ids stay; and the reader loses no place. */
function takeOver(old, fresh) {
  for (const field of fresh.querySelectorAll("[data-keeps] [name]:not([type=hidden])")) {
    const before = old.querySelector(`[name="${CSS.escape(field.name)}"][type="${field.type}"], :is(select, textarea)[name="${CSS.escape(field.name)}"]`);
    if (!before) continue;
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = [...old.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)].some((one) => one.checked && one.value === field.value);
    } else if (field.tagName !== "SELECT" || [...field.options].some((one) => one.value === before.value)) {
      field.value = before.value;
    }
  }
  for (const one of fresh.querySelectorAll("details[id]")) one.open = old.querySelector(`#${CSS.escape(one.id)}`)?.open ?? one.open;
}

/** Take a child away; when the keyboard was in it, put the keyboard where it was in the new one. */
function replace(child, next) {
  const active = child.contains(document.activeElement) ? document.activeElement : null;
  const scrolled = child.querySelector(".content")?.scrollTop;
  const heir = next.find((one) => one.dataset.key === child.dataset.key);
  if (!heir) return child.remove();
  child.replaceWith(heir);
  if (scrolled) heir.querySelector(".content").scrollTop = scrolled;
  if (!active) return;
  const again = active.name ? heir.querySelector(`[name="${CSS.escape(active.name)}"]:not([type=hidden])`) : null;
  (again ?? heir.querySelector("input:not([type=hidden]), select, textarea, button"))?.focus();
  if (again?.setSelectionRange && active.selectionStart !== null) again.setSelectionRange(active.selectionStart, active.selectionEnd);
}
