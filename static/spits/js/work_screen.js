/* The work screen: in one tab, with or without a connection, and never an old one. */
import "./calling_unsent.js";
import "./one_tab.js";

/* Back to a screen that the browser kept: another customer may be held by now. */
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/* What has the focus cannot go without all being laid out, at a moment when the customer before
   and the next one both stand there: so it goes first, and the answer says what has it then. A
   field keeps it: one types on there. */
document.addEventListener("htmx:beforeSwap", ({ detail: { target, shouldSwap, requestConfig } }) => {
  const active = document.activeElement;
  if (!shouldSwap || requestConfig.verb === "get" || !target.matches("#call, #work") || !target.contains(active)) return;
  if (!active.matches("input, select, textarea")) active.blur();
});

/* The sides are asked for once the customer is painted. */
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const sides = target.querySelector?.(":scope > #sides");
  if (sides) requestAnimationFrame(() => requestAnimationFrame(() => htmx.trigger(sides, "painted")));
});

/* A panel that closes gives the focus back to where it was: to its button, or to the name. */
let openedBy = "";

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const button = detail.requestConfig.triggeringEvent?.submitter;
  if (button?.matches("[data-opens-panel]")) openedBy = document.activeElement === button ? button.value : "";
});

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "outcome" || document.activeElement !== document.body) return;
  (target.querySelector(`[data-opens-panel][value="${openedBy}"]`) ?? document.getElementById("who")).focus();
});
