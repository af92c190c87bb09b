/* What takes long is said beside the messages: that it goes on, and after a while a way out. What
   takes no longer than one notices changes nothing on the screen before its answer does: that
   would be painted for nothing, at the moment when the answer is to be quick. */
import { endGoingOn, sayGoingOn } from "./messages.js";

export const IS_NOTICED = 100; // milliseconds
const IS_LONG = 1000;
const IS_TOO_LONG = 5000;
const underWay = new Map(); // the request of each element that somebody waits for

function end(xhr) {
  const timers = underWay.get(xhr);
  if (!timers) return;
  timers.forEach(clearTimeout);
  underWay.delete(xhr);
  if (!underWay.size) endGoingOn();
}

/* Whether nobody asked for what an element sends. */
export const isUnasked = (element) => element.matches("[data-poll], [data-unasked]");

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
  underWay.set(xhr, [
    setTimeout(() => document.body.classList.add("waiting-long"), IS_NOTICED),
    setTimeout(sayBusy, IS_LONG),
    setTimeout(() => offerWayOut(elt), IS_TOO_LONG),
  ]);
  document.body.classList.add("waiting");
});

document.addEventListener("htmx:afterRequest", (event) => {
  end(event.detail.xhr);
  if (!underWay.size) document.body.classList.remove("waiting", "waiting-long");
});
