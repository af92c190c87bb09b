/* What takes long is said beside the messages: that it goes on, and after a while a way out. */
import { endGoingOn, sayGoingOn } from "./messages.js";
import { isUnasked } from "./polling.js";

const IS_LONG = 1000; // milliseconds
const IS_TOO_LONG = 5000;
const underWay = new Map(); // the request of each element that somebody waits for

function end(xhr) {
  const timers = underWay.get(xhr);
  if (!timers) return;
  timers.forEach(clearTimeout);
  underWay.delete(xhr);
  if (!underWay.size) endGoingOn();
}

/* Say at once that something is under way: a press that came meanwhile does nothing. */
export const sayBusy = () => sayGoingOn("busy");

function offerWayOut(elt) {
  sayGoingOn("slow", (message) => {
    message.querySelector("button").addEventListener("click", () => htmx.trigger(elt, "htmx:abort"));
  });
}

document.addEventListener("htmx:beforeSend", (event) => {
  if (isUnasked(event.detail.elt)) return;
  const { elt, xhr } = event.detail;
  underWay.set(xhr, [setTimeout(sayBusy, IS_LONG), setTimeout(() => offerWayOut(elt), IS_TOO_LONG)]);
  document.body.classList.add("waiting");
});

document.addEventListener("htmx:afterRequest", (event) => {
  end(event.detail.xhr);
  document.body.classList.toggle("waiting", underWay.size > 0);
});
