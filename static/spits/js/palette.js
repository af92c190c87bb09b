/* The palette: one field that finds customers, leads and commands. A combobox with a list, as in
   the ARIA Authoring Practices: the focus stays in the field, and the arrows move the choice.
   The server searches; what this screen can do is added from its keys. Nothing is kept. */
import { commandsHere, keyOf, pressKey } from "./keys.js";

const MOST_ROWS = 8;
const MOST_HERE = 4;
const dialog = document.getElementById("palette");
const field = document.getElementById("palette-q");
const list = document.getElementById("palette-rows");
const count = document.getElementById("palette-count");
const opener = document.querySelector("[data-opens-palette]");
let here = []; // what the keys of this screen do, as they were when the palette was opened
let cameFrom = null;
let shownFor = null; // the text that the rows belong to
let isAwaited = false; // Enter was pressed before the rows came

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const wordsOf = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
const typed = () => field.value.trim();
const rows = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(row) {
  chosen()?.setAttribute("aria-selected", "false");
  row?.setAttribute("aria-selected", "true");
  row?.scrollIntoView({ block: "nearest" });
  if (row) field.setAttribute("aria-activedescendant", row.id);
  else field.removeAttribute("aria-activedescendant");
}

function move(step) {
  const all = rows();
  if (all.length) choose(all.at((all.indexOf(chosen()) + step) % all.length));
}

function carryOut(row) {
  const { key, sent, url } = row.dataset;
  if (sent !== undefined) {
    const form = document.getElementById("palette-send");
    form.action = url;
    form.submit();
  } else if (url) {
    location.assign(url);
  }
  dialog.close();
  if (key) pressKey(key);
}

/* --- What this screen can do ------------------------------------------------------------- */
function rowOf({ key, label }) {
  const row = document.createElement("div");
  row.className = "palette-row";
  row.setAttribute("role", "option");
  row.dataset.key = key;
  const words = document.createElement("span");
  words.className = "palette-text clip";
  words.textContent = label;
  const keys = document.createElement("span");
  keys.className = "palette-keys";
  keys.append(document.createElement("kbd"));
  keys.firstChild.textContent = key;
  row.append(words, keys);
  return row;
}

function addWhatIsHere() {
  const asked = wordsOf(field.value);
  const isAsked = ({ label }) => asked.every((word) => wordsOf(label).some((own) => own.startsWith(word)));
  const found = asked.length || !typed() ? here.filter(isAsked).slice(0, MOST_HERE) : [];
  if (!found.length) return;
  const labels = new Set(found.map((one) => one.label));
  const doubles = rows().filter((row) => labels.has(row.querySelector(".palette-text").textContent.trim()));
  doubles.forEach((row) => row.remove());
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", dialog.dataset.here);
  const title = document.createElement("div");
  title.className = "palette-title";
  title.setAttribute("aria-hidden", "true");
  title.textContent = dialog.dataset.here;
  group.append(title, ...found.map(rowOf));
  list.insertBefore(group, list.querySelector("[data-commands]"));
}

/* --- Rows that came ------------------------------------------------------------------------ */
function show() {
  addWhatIsHere();
  const commands = [...list.querySelectorAll("[data-commands] [role=option]")];
  while (rows().length > MOST_ROWS && commands.length) commands.pop().remove();
  list.querySelectorAll("[role=group]").forEach((group) => {
    if (!group.querySelector("[role=option]")) group.remove();
  });
  const all = rows();
  all.forEach((row, place) => (row.id = `palette-row-${place}`));
  list.hidden = !all.length;
  field.setAttribute("aria-expanded", String(Boolean(all.length)));
  choose(typed() ? all[0] : null); // Enter alone must not record a result
  const { none, one, many } = dialog.dataset;
  count.textContent = all.length > 1 ? many.replace("#", all.length) : all.length ? one : none;
}

function clear() {
  field.value = "";
  list.replaceChildren();
  list.hidden = true;
  count.replaceChildren();
  field.setAttribute("aria-expanded", "false");
  choose(null);
  shownFor = null;
  isAwaited = false;
}

function open() {
  here = commandsHere();
  cameFrom = document.activeElement;
  clear();
  dialog.showModal();
  field.focus();
  htmx.trigger(field, "look-up");
}

function begin() {
  opener.addEventListener("click", open);

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.key !== keyOf("palette-with-ctrl")) return;
    event.preventDefault(); // the browser has its own search there
    if (!event.repeat && !document.querySelector("dialog[open]")) open();
  });

  field.addEventListener("input", () => (isAwaited = false));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : chosen() ? -1 : 0);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (event.repeat) return;
      if (shownFor !== typed()) {
        isAwaited = true;
        htmx.trigger(field, "look-up");
      } else if (chosen()) {
        carryOut(chosen());
      }
    }
  });

  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) carryOut(row);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays

  list.addEventListener("htmx:afterSwap", (event) => {
    if (!dialog.open) return clear();
    shownFor = (event.detail.requestConfig.parameters.q ?? "").trim();
    show();
    if (isAwaited && shownFor === typed() && chosen()) carryOut(chosen());
    if (shownFor === typed()) isAwaited = false;
  });

  // What went wrong is said in the bar below, which the dialog covers: say it here too.
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:beforeSwap"]) {
    document.addEventListener(failure, (event) => {
      if (event.detail.elt !== field || event.detail.shouldSwap) return;
      isAwaited = false;
      const said = document.querySelector("#messages .message");
      if (said) count.replaceChildren(said.cloneNode(true));
    });
  }

  dialog.addEventListener("close", () => {
    clear();
    if (document.activeElement === document.body) (cameFrom?.isConnected ? cameFrom : opener).focus();
  });
}

if (dialog && opener) begin(); // a page of the entrance has no button for it
