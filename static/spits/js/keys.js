/* Shortcut keys. A button, link or field carries its key in data-key; the page's list of keys
   is made from those. The keys of every page stand in the key sheet (bdc/shortcuts.py). While an
   element with data-key-scope is on the screen (an open panel), only its keys work, and those
   marked data-key-always. Characters never act inside a field. */
const QUIET_AFTER_CHANGE = 250; // a held key must not decide about the next customer
const SWITCH = "spits-keys";
const list = document.querySelector("[data-keys-of-page]");
const sheet = document.getElementById("keys");
const onOff = document.querySelector("[data-keys-on]");
let quietUntil = 0;
let quietKey = null; // the only key that is quiet; null is every key
let lastKey = null;
let typedAhead = null; // keys pressed while a panel is on its way, which are meant for the panel
let going = false;
const GO_LASTS = 4000;
let goEnds = null;

/* The key of every page that goes by this name. */
export const keyOf = (name) => sheet.querySelector(`[data-key-name="${name}"]`).dataset.keyIs;

const isOn = () => localStorage.getItem(SWITCH) !== "off";
const isField = (element) => element.closest("input:not([type=radio], [type=checkbox], [type=button], [type=submit]), textarea, select, [contenteditable]");
const isShown = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
const canAct = (element) => isShown(element) && !element.disabled && element.getAttribute("aria-disabled") !== "true";

function carriers() {
  const scopes = [...document.querySelectorAll("[data-key-scope]")].filter(isShown);
  const scope = scopes.at(-1);
  const all = [...document.querySelectorAll("[data-key]")].filter(canAct);
  return scope ? all.filter((one) => scope.contains(one) || "keyAlways" in one.dataset || one.dataset.key === keyOf("sheet")) : all;
}

function press(element) {
  if (element.matches("input:not([type=radio], [type=checkbox], [type=submit]), textarea, select")) element.focus();
  else element.click();
}

function move(step) {
  const rows = [...document.querySelectorAll(".row-link, [data-row]")].filter(isShown);
  if (!rows.length) return false;
  const here = rows.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + step));
  rows[next].focus();
  return true;
}

function go(key) {
  const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  link?.click();
  return Boolean(link);
}

/* After g the places stand on the screen until the next key. */
function setGoing(isGoing) {
  going = isGoing;
  clearTimeout(goEnds);
  const places = document.getElementById("go-places").content.cloneNode(true);
  document.getElementById("go-menu").replaceChildren(...(going ? places.childNodes : []));
  if (going) goEnds = setTimeout(() => setGoing(false), GO_LASTS);
  return going;
}

function escape() {
  if (going) return !setGoing(false);
  const close = [...document.querySelectorAll("[data-escape]")].filter(canAct).at(-1);
  close?.click();
  return Boolean(close);
}

function act(key) {
  if (going) {
    setGoing(false);
    return go(key);
  }
  const carrier = carriers().find((one) => one.dataset.key === key);
  if (carrier) {
    press(carrier);
    return true;
  }
  if (key === keyOf("next") || key === keyOf("previous")) return move(key === keyOf("next") ? 1 : -1);
  return key === keyOf("go") && setGoing(true);
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === keyOf("close")) {
    if (escape()) event.preventDefault();
    return;
  }
  if (event.key.length !== 1 || isField(event.target) || !isOn() || isQuiet(event.key)) return;
  if (typedAhead) typedAhead.push(event.key);
  else if (act(event.key)) lastKey = event.key;
  else return;
  event.preventDefault();
});

export const isQuiet = (key) => Date.now() < quietUntil && (quietKey === null || quietKey === key);
const opensPanel = (event) => event.detail.requestConfig?.triggeringEvent?.submitter?.hasAttribute("data-opens-panel");

document.addEventListener("htmx:beforeRequest", (event) => {
  if (opensPanel(event) && !event.defaultPrevented) typedAhead = [];
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.verb === "get") return;
  quietUntil = Date.now() + QUIET_AFTER_CHANGE;
  quietKey = opensPanel(event) ? lastKey : null;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!typedAhead || !opensPanel(event)) return;
  const next = typedAhead.find((key) => key !== lastKey);
  typedAhead = null;
  if (next) setTimeout(act, 0, next); // once the form that asked is free
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) typedAhead = null;
});

/* --- The key sheet ------------------------------------------------------------------- */
/* What a button or field does, in the words that stand on it. */
export function labelOf(carrier) {
  if (carrier.dataset.keyLabel) return carrier.dataset.keyLabel;
  const copy = carrier.cloneNode(true);
  copy.querySelectorAll("kbd, svg, small, .badge, .option-sub").forEach((part) => part.remove());
  return carrier.getAttribute("aria-label") ?? copy.textContent.trim();
}

/* What can be done by a key on this screen alone. */
export function commandsHere() {
  const everywhere = [...sheet.querySelectorAll("[data-key-is]")].map((one) => one.dataset.keyIs);
  const own = carriers().filter((one) => !everywhere.includes(one.dataset.key));
  return own.map((carrier) => ({ key: carrier.dataset.key, label: labelOf(carrier) }));
}

export const pressKey = (key) => act(key);

export function fillKeySheet() {
  list.replaceChildren(...commandsHere().flatMap(({ key, label }) => {
    const term = document.createElement("dt");
    term.append(document.createElement("kbd"));
    term.firstChild.textContent = key;
    const meaning = document.createElement("dd");
    meaning.textContent = label;
    return [term, meaning];
  }));
}

sheet.addEventListener("toggle", () => sheet.open && fillKeySheet());
onOff.checked = isOn();
onOff.addEventListener("change", () => localStorage.setItem(SWITCH, onOff.checked ? "on" : "off"));
