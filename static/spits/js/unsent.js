/* What an agent recorded without a connection waits in this tab and is sent in order, each once:
   the server knows every press by its id. Kept are addresses and codes alone, of nobody's name or
   number; what was typed along stays in this page, and the browser asks before it closes. */
import { goesOnInSpits } from "./leaving.js";
import { fillIn, sayAlso, unsay } from "./messages.js";
import { askToSignIn, drawnFor, freshToken, isSignIn } from "./signing_in.js";

const KEPT = "spits-unsent";
const CODES = ["action_id", "seen", "panel", "result", "moment", "reason", "happened"];
const TRIED_EVERY = 2000; // milliseconds
const LONGEST = 20000;
const SERVER_IS_AWAY = [408, 429];
const typed = new Map(); // all that a press sent, by its id and address
const named = new Map(); // and what it was, in words
let isSending = false;
let nextTry = null;
let answered = []; // what the server said of what was sent

const everything = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
const mine = () => everything().filter((one) => one.by === drawnFor);
const key = (one) => `${one.codes.action_id} ${one.path}`;
const hasWords = (one) => [...(typed.get(key(one)) ?? [])].some(([name, value]) => value && !CODES.includes(name) && name !== "csrfmiddlewaretoken");
const nameOf = (one) => named.get(key(one)) ?? document.getElementById("unsent").dataset.outcome;

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
  const entry = { by: drawnFor, path, codes };
  typed.set(key(entry), fields);
  named.set(key(entry), name);
  write([...everything(), entry]);
  nextTry ??= setTimeout(send, TRIED_EVERY);
}

const noteOf = (one) => typed.get(key(one))?.find(([name]) => name === "note")?.[1] ?? "";

/* Take back the last press and return its note; null while it is on its way. */
export function takeBack() {
  if (isSending || !waits()) return null;
  const last = mine().at(-1);
  const note = noteOf(last);
  forget(last);
  return note;
}

function forget(entry) {
  const entries = everything();
  entries.splice(entries.findIndex((one) => key(one) === key(entry) && one.by === entry.by), 1);
  typed.delete(key(entry));
  write(entries);
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
  const body = new URLSearchParams(typed.get(key(entry)) ?? Object.entries(entry.codes));
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
  document.dispatchEvent(new CustomEvent("all-sent", { detail: answered }));
  answered = [];
}

if (drawnFor && document.getElementById("unsent")) {
  addEventListener("online", send);
  addEventListener("beforeunload", (event) => {
    if (mine().some(hasWords) || (waits() && !goesOnInSpits())) event.preventDefault();
  });
  draw();
  send();
}
