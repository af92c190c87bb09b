/* What an agent recorded without a connection waits in this tab and is sent in order, each once:
   the server knows every press by its id. Kept are addresses and codes alone, of nobody's name or
   number; what was typed along stays in this page, and the browser asks before it closes. */
import { goesOnInSpits } from "./leaving.js";
import { fillIn, sayAlso, show, unsay } from "./messages.js";
import { askToSignIn, drawnFor, freshToken, isSignIn } from "./signing_in.js";

const KEPT = "spits-unsent";
const CODES = ["action_id", "seen", "panel", "result", "moment", "reason", "happened"];
const TRIED_EVERY = 2000; // milliseconds
const LONGEST = 20000;
const SERVER_IS_AWAY = [408, 429];
const typed = new Map(); // all the fields of what waits, by its number
const named = new Map(); // and what it was, in words
let isSending = false;
let nextTry = null;
let answered = []; // what the server said of what was sent

const everything = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
const mine = () => everything().filter((one) => one.by === drawnFor);
const isWords = ([name, value]) => value && !CODES.includes(name) && name !== "csrfmiddlewaretoken";
const hasWords = (one) => (typed.get(one.number) ?? []).some(isWords);
const nameOf = (one) => named.get(one.number) ?? document.getElementById("unsent").dataset.outcome;
const isSame = (one, other) => one.path === other.path && JSON.stringify(one.codes) === JSON.stringify(other.codes);

export const waits = () => mine().length > 0;

function write(entries) {
  if (entries.length) sessionStorage.setItem(KEPT, JSON.stringify(entries));
  else sessionStorage.removeItem(KEPT);
  draw();
}

function draw() {
  const bar = document.getElementById("unsent");
  if (!bar) return;
  const entries = mine();
  bar.hidden = !entries.length;
  bar.querySelector("span").textContent = entries.length ? bar.dataset.waits.replace("#", entries.map(nameOf).join(", ")) : "";
}

/* Keep a press for later. `parameters` are the fields of its form, `name` is its words. */
export function keep({ path, parameters, name }) {
  const fields = [...parameters].filter(([, value]) => typeof value === "string");
  const codes = Object.fromEntries(fields.filter(([field, value]) => value && CODES.includes(field)));
  const number = Math.max(0, ...everything().map((one) => one.number)) + 1;
  const entry = { number, by: drawnFor, path, codes };
  if (!fields.some(isWords) && mine().some((one) => isSame(one, entry))) return; // pressed twice
  typed.set(number, fields);
  named.set(number, name);
  write([...everything(), entry]);
  nextTry ??= setTimeout(send, TRIED_EVERY);
}

const noteOf = (one) => typed.get(one.number)?.find(([name]) => name === "note")?.[1] ?? "";

/* Take back the last press and return its note; null while it is on its way. */
export function takeBack() {
  if (isSending || !waits()) return null;
  const last = mine().at(-1);
  const note = noteOf(last);
  forget(last);
  return note;
}

function forget(entry) {
  typed.delete(entry.number);
  named.delete(entry.number);
  write(everything().filter((one) => one.number !== entry.number));
}

function refuse(entry, page) {
  const words = page.querySelector('[hx-swap-oob="innerHTML:#messages"] .message-text, .error-summary li, .invalid-feedback')?.textContent.trim();
  sayAlso("unsent-refused", (message) => {
    fillIn(message, [nameOf(entry), words, noteOf(entry)].filter(Boolean).join(" · "));
    message.querySelector("a").href = entry.path.replace(/^\/bellen\/(\d+)\/.*/, "/leads/$1/");
  });
}

/* Send the first of them; whether to go on with the next. */
async function sendFirst() {
  const entry = mine()[0];
  const body = new URLSearchParams(typed.get(entry.number) ?? Object.entries(entry.codes));
  body.set("csrfmiddlewaretoken", freshToken() ?? "");
  const headers = { "HX-Request": "true", "X-Spits-User": drawnFor };
  const answer = await fetch(entry.path, { method: "POST", body, headers, signal: AbortSignal.timeout(LONGEST) });
  if (isSignIn(answer.status, answer.url)) {
    await askToSignIn();
    return true;
  }
  if (answer.headers.get("HX-Refresh")) {
    location.reload(); // somebody else signed in: it waits for who pressed it
    return false;
  }
  if (answer.status >= 500 || SERVER_IS_AWAY.includes(answer.status)) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.ok) answered = [...page.querySelectorAll('[hx-swap-oob="innerHTML:#messages"] > *')];
  else refuse(entry, page);
  forget(entry);
  return true;
}

export async function send() {
  if (isSending || !waits()) return;
  clearTimeout(nextTry);
  isSending = true;
  try {
    while (waits() && (await sendFirst()));
  } catch {
    // no connection yet
  }
  isSending = false;
  nextTry = waits() ? setTimeout(send, TRIED_EVERY) : null;
  if (waits()) return;
  unsay("unsent");
  const said = answered;
  answered = [];
  if (document.dispatchEvent(new CustomEvent("all-sent", { cancelable: true, detail: said }))) show(said);
}

if (drawnFor && document.getElementById("unsent")) {
  addEventListener("online", send);
  addEventListener("beforeunload", (event) => {
    if (mine().some(hasWords) || (waits() && !goesOnInSpits())) event.preventDefault();
  });
  draw();
  send();
}
