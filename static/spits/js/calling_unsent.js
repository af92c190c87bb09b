/* The work screen without a connection. A button that may wait for one says so in data-waits:
   "on" where the next customer follows, "stay" where this one stays. The panels that need no answer
   first stand in <template id="without-connection">, which comes with the sides of a customer. */
import { free } from "./forms.js";
import { labelOf } from "./keys.js";
import { say, show, unsay } from "./messages.js";
import { drawAnew, isOfScreen } from "./screen.js";
import { keep, send, takeBack, waits } from "./unsent.js";
import { isUnasked } from "./waiting.js";

const outcome = () => document.getElementById("outcome");
const parts = () => [...outcome().children].filter((part) => !part.matches(".card-footer"));
const customer = () => document.getElementById("call").action;
const submitterOf = (config) => config.triggeringEvent?.submitter;
let results = null;

/* Show something in the place of the results; what was there comes back by `bringBack`. */
function putInPlace(shown) {
  bringBack();
  for (const part of parts()) part.hidden = true;
  shown.dataset.inPlace = "";
  outcome().prepend(shown);
}

function bringBack() {
  outcome().querySelector("[data-in-place]")?.remove();
  for (const part of outcome().children) part.hidden = false;
}

/* The results of this customer, for who goes back to them from a panel. */
function keepResults() {
  const shown = outcome()?.querySelector(":scope > .card-body > .results");
  if (shown) results = { of: customer(), part: shown.parentElement };
  else if (results?.of !== document.getElementById("call")?.action) results = null;
}

function goBackToResults() {
  if (results?.of !== customer()) return false;
  const part = results.part.cloneNode(true);
  part.hidden = false;
  part.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  putInPlace(part);
  document.getElementById("who").focus();
  return true;
}

/* Back to the results: those beneath, or the kept ones where a panel was opened with a connection. */
function goBack() {
  bringBack();
  if (outcome().matches(".is-open") && goBackToResults()) return;
  document.getElementById("who").focus();
}

function prepared(name) {
  const found = document.getElementById("without-connection")?.content.querySelector(`[data-prepared="${name}"]`);
  return found?.firstElementChild.cloneNode(true);
}

function openPrepared(name) {
  const panel = prepared(name);
  if (!panel) return false;
  panel.querySelector("[data-escape]").addEventListener("click", goBack);
  putInPlace(panel);
  panel.querySelector("h2").focus();
  return true;
}

function sayWhatWaits(name) {
  const note = document.getElementById("waits-for-connection").content.firstElementChild.cloneNode(true);
  note.querySelector("strong").textContent = name;
  note.querySelector("button").addEventListener("click", () => {
    const written = takeBack();
    if (written === null) return;
    goBack();
    document.getElementById("note").value = written;
    if (!waits()) unsay("unsent");
  });
  putInPlace(note);
  outcome().querySelector(".card-footer").hidden = true;
  note.focus();
}

/* Whether the press that `config` tells of can go on without a connection; it does so then. */
function goOnWithout(config, why) {
  const submitter = submitterOf(config);
  if (config.elt.id !== "call" || !submitter) return false;
  free(config.elt);
  if ("opensPanel" in submitter.dataset) return openPrepared(submitter.value);
  if ("escape" in submitter.dataset) return goBackToResults();
  if (!submitter.dataset.waits) return false;
  const name = labelOf(submitter) || document.getElementById("outcome-title").textContent;
  keep({ path: config.path, parameters: config.formData ?? config.parameters, name });
  document.getElementById("note").value = ""; // it waits along
  say(why, undefined, "unsent");
  if (submitter.dataset.waits === "on") sayWhatWaits(name);
  else submitter.setAttribute("aria-pressed", "true");
  return true;
}

document.addEventListener("not-sent", (event) => {
  if (goOnWithout(event.detail.requestConfig, event.detail.why)) event.preventDefault();
});

/* Nothing overtakes what waits. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (!waits() || !isOfScreen(elt) || isUnasked(elt)) return;
  event.preventDefault();
  if (goOnWithout(requestConfig, "unsent")) return;
  if (elt.matches("form")) free(elt);
  say(submitterOf(requestConfig)?.dataset.offline ?? "offline", undefined, "offline");
  send();
}, { capture: true });

document.addEventListener("all-sent", async (event) => {
  event.preventDefault();
  await drawAnew();
  show(event.detail);
});

keepResults();
document.addEventListener("htmx:afterSettle", keepResults);
