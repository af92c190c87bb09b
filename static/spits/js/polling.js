/* Parts of a page that are drawn anew by themselves: an element with data-poll, which asks when
   it is triggered by "refresh" or "page-shown".

     <div hx-get="/leads/" hx-trigger="refresh, page-shown from:body" hx-swap="morph:outerHTML"
          data-poll="15" data-live="lead mine">

   data-live names the news that concern it (docs/live.md). It asks when one of them comes; while
   the stream of news is there it asks every half minute besides, and without it every data-poll
   seconds. A part that shows something that passes by itself, marked data-passing, asks more
   often; one with data-live alone asks only when there is news. Nothing moves under your hands:
   it does not ask while its page is hidden (unless it is marked data-unseen), while somebody
   types or chooses in it, or while a menu in it is open, nor while what somebody asked for is
   under way, but right afterwards. What the answer has drawn anew is new enough for a while.

   data-renews has it ask so many seconds after it was drawn, whatever news there is. That is no
   delay of hx-trigger: with one htmx keeps all of a screen that was swapped out meanwhile. */
import { isSending } from "./forms.js";
import { isUnasked } from "./waiting.js";

const WITH_NEWS = 30_000;
const PASSING = 5_000;
/* News for one person is shown at once. What concerns everybody is asked for by all of them, so
   each page waits a moment of its own, and leaves the server alone for a while after. */
const OWN = new Set(["mine", "call", "held"]);
const PACE = { own: { spread: 50, gap: 300 }, shared: { spread: 2_000, gap: 5_000 } };

const askedAt = new WeakMap(); // when a part asked last, or was drawn
const wantedAt = new WeakMap(); // when it is to ask, since there was news
let hasNews = false;
let meanwhile = new Set(); // news that came while somebody waited for an answer

const parts = () => [...document.querySelectorAll("[data-poll], [data-live]")];
const listensTo = (part) => (part.dataset.live ?? "").split(" ");

/* waiting.js knows. */
const isSomebodyWaiting = () => document.body.classList.contains("waiting");

const isUnseen = (part) => document.hidden && !part.hasAttribute("data-unseen");

function isInUse(target) {
  const active = document.activeElement;
  if (target.contains(active) && active.matches("input, select, textarea")) return true;
  return Boolean(target.querySelector("details[open], dialog[open], [aria-busy=true]")) || isSending(target);
}

function interval(part) {
  if (part.dataset.renews !== undefined) return Number(part.dataset.renews) * 1000;
  if (part.dataset.poll === undefined) return Infinity;
  const alone = Number(part.dataset.poll) * 1000;
  const regular = hasNews && part.dataset.live !== undefined ? Math.max(WITH_NEWS, alone) : alone;
  return part.querySelector("[data-passing]") ? Math.min(regular, PASSING) : regular;
}

function askWhatIsDue() {
  if (isSomebodyWaiting()) return;
  noteWhatIsDrawn();
  hearWhatCameMeanwhile();
  const now = performance.now();
  for (const part of parts()) {
    const due = Math.min(wantedAt.get(part) ?? Infinity, askedAt.get(part) + interval(part));
    if (due > now || isUnseen(part) || isInUse(part)) continue;
    askedAt.set(part, now);
    wantedAt.delete(part);
    htmx.trigger(part, "refresh");
  }
}

function want(part, { spread, gap }) {
  const now = performance.now();
  const at = Math.max(now + Math.random() * spread, (askedAt.get(part) ?? 0) + gap);
  if (at >= (wantedAt.get(part) ?? Infinity)) return; // it will ask before that
  wantedAt.set(part, at);
  setTimeout(askWhatIsDue, at - now + 1);
}

/* There is news of these names: the parts that show it ask. */
export function changed(names) {
  if (isSomebodyWaiting()) {
    names.forEach((name) => meanwhile.add(name));
    return;
  }
  for (const part of parts()) {
    const heard = listensTo(part).filter((name) => names.has(name));
    if (heard.length) want(part, heard.some((name) => OWN.has(name)) ? PACE.own : PACE.shared);
  }
}

function hearWhatCameMeanwhile() {
  const names = meanwhile;
  meanwhile = new Set();
  changed(names);
}

/* Something may have changed that was not told: every part that listens asks. */
export function anythingChanged() {
  for (const part of parts()) if (part.dataset.live !== undefined) want(part, PACE.shared);
}

/* Whether news comes by itself now. */
export function newsComes(isSo) {
  hasNews = isSo;
}

function noteWhatIsDrawn() {
  const now = performance.now();
  for (const part of parts()) if (!askedAt.has(part)) askedAt.set(part, now);
}

setInterval(askWhatIsDue, 1000);
noteWhatIsDrawn();

document.addEventListener("htmx:afterSwap", noteWhatIsDrawn);

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (!elt.hasAttribute("data-poll")) return;
  if (isUnseen(elt) || isInUse(target)) event.preventDefault();
  else askedAt.set(elt, performance.now());
});

/* What a part asked before it was swapped out is not shown any more: htmx would draw it where
   nobody sees it, and keep that with all that is around it. */
const asking = new WeakMap(); // until there is an answer: a request knows the screen of its time

document.addEventListener("htmx:beforeSend", ({ detail: { elt, xhr } }) => {
  if (isUnasked(elt)) asking.set(elt, xhr);
});

document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => asking.delete(elt));

document.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
  const xhr = asking.get(target);
  if (xhr && xhr.readyState < XMLHttpRequest.DONE) xhr.abort();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.body.dispatchEvent(new Event("page-shown"));
});

/* A list that has the focus keeps its rows: what is new waits behind a button above it. Rows
   are what has an id that names them, such as lead-10482. */
const ROWS = "li[id], tr[id]";
const idsOf = (root) => [...root.querySelectorAll(ROWS)].map((row) => row.id).join(" ");

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, serverResponse, requestConfig } = event.detail;
  if (!requestConfig.elt.hasAttribute("data-poll")) return;
  if (isInUse(target)) { // since it asked
    event.detail.shouldSwap = false;
    return;
  }
  if (!target.contains(document.activeElement)) return;
  const fresh = new DOMParser().parseFromString(serverResponse, "text/html");
  const news = target.querySelector("[data-news]");
  if (!news || idsOf(fresh) === idsOf(target)) return;
  event.detail.shouldSwap = false;
  news.hidden = false;
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-news] button")) return;
  document.activeElement.blur();
  document.body.dispatchEvent(new Event("page-shown"));
});
