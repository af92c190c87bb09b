/* Nothing moves under your hands: an element with data-poll is not refreshed while its page is
   hidden, while somebody types or chooses in it, or while a menu in it is open. Give it
   hx-trigger="every 5s, page-shown from:body" to catch up at once when the page is seen again. */
function isInUse(target) {
  const active = document.activeElement;
  if (target.contains(active) && active.matches("input, select, textarea")) return true;
  return Boolean(target.querySelector("details[open], dialog[open], [aria-busy=true]"));
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (elt.hasAttribute("data-poll") && (document.hidden || isInUse(target))) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.body.dispatchEvent(new Event("page-shown"));
});
