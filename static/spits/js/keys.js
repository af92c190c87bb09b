/* Shortcut keys. A button, link or field carries its key in data-key; the page's list of keys
   is made from those. While an element with data-key-scope is on the screen (an open panel),
   only its keys work, and those marked data-key-always. Characters never act inside a field. */
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

const isOn = () => localStorage.getItem(SWITCH) !== "off";
const isField = (element) => element.closest("input:not([type=radio], [type=checkbox], [type=button], [type=submit]), textarea, select, [contenteditable]");
const isShown = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
const canAct = (element) => isShown(element) && !element.disabled && element.getAttribute("aria-disabled") !== "true";

function carriers() {
  const scopes = [...document.querySelectorAll("[data-key-scope]")].filter(isShown);
  const scope = scopes.at(-1);
  const all = [...document.querySelectorAll("[data-key]")].filter(canAct);
  return scope ? all.filter((one) => scope.contains(one) || "keyAlways" in one.dataset || one.dataset.key === "?") : all;
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

function escape() {
  const close = [...document.querySelectorAll("[data-escape]")].filter(canAct).at(-1);
  close?.click();
  return Boolean(close);
}

function act(key) {
  if (going) {
    going = false;
    return go(key);
  }
  const carrier = carriers().find((one) => one.dataset.key === key);
  if (carrier) {
    press(carrier);
    return true;
  }
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
  going = key === "g";
  return going;
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (escape()) event.preventDefault();
    return;
  }
  if (event.key.length !== 1 || isField(event.target) || !isOn() || isQuiet(event.key)) return;
  if (typedAhead) typedAhead.push(event.key);
  else if (act(event.key)) lastKey = event.key;
  else return;
  event.preventDefault();
});

const isQuiet = (key) => Date.now() < quietUntil && (quietKey === null || quietKey === key);
const opensPanel = (event) => event.detail.requestConfig?.triggeringEvent?.submitter?.hasAttribute("data-opens-panel");

document.addEventListener("htmx:beforeRequest", (event) => {
  if (opensPanel(event)) typedAhead = [];
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
  if (next) act(next);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) typedAhead = null;
});

/* --- The key sheet ------------------------------------------------------------------- */
function describe(carrier) {
  if (carrier.dataset.keyLabel) return carrier.dataset.keyLabel;
  const copy = carrier.cloneNode(true);
  copy.querySelectorAll("kbd, svg, small, .badge").forEach((part) => part.remove());
  return carrier.getAttribute("aria-label") ?? copy.textContent.trim();
}

export function fillKeySheet() {
  list.replaceChildren(...carriers().filter((one) => one.dataset.key !== "?").flatMap((carrier) => {
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    key.textContent = carrier.dataset.key;
    term.append(key);
    const meaning = document.createElement("dd");
    meaning.textContent = describe(carrier);
    return [term, meaning];
  }));
}

sheet.addEventListener("toggle", () => sheet.open && fillKeySheet());
onOff.checked = isOn();
onOff.addEventListener("change", () => localStorage.setItem(SWITCH, onOff.checked ? "on" : "off"));
