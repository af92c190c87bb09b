/* Nothing moves under your hands: an element with data-poll is not refreshed while its page is
   hidden (unless it is marked data-unseen), while somebody types or chooses in it, or while a menu in it is open. Give it
   hx-trigger="every 5s, page-shown from:body" to catch up at once when the page is seen again. */
function isInUse(target) {
  const active = document.activeElement;
  if (target.contains(active) && active.matches("input, select, textarea")) return true;
  return Boolean(target.querySelector("details[open], dialog[open], [aria-busy=true]"));
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (!elt.hasAttribute("data-poll")) return;
  const isUnseen = document.hidden && !elt.hasAttribute("data-unseen");
  if (isUnseen || isInUse(target)) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.body.dispatchEvent(new Event("page-shown"));
});

/* A list that has the focus keeps its rows: what is new waits behind a button above it. Rows
   are what has an id that names them, such as lead-10482. */
const ROWS = "li[id], tr[id]";
const idsOf = (root) => [...root.querySelectorAll(ROWS)].map((row) => row.id).join(" ");

document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, target, serverResponse } = event.detail;
  if (!elt.hasAttribute("data-poll") || !target.contains(document.activeElement)) return;
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
