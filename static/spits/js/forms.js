/* A form marked data-once is sent once: no second press, no held key. The pressed button looks
   busy meanwhile, and a press that comes too soon is answered in the bar below. */
import { sayBusy } from "./waiting.js";

const once = (element) => element.closest?.("form[data-once]");

export function free(form) {
  form.removeAttribute("aria-busy");
  form.querySelector("button[aria-busy]")?.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = once(event.target);
  if (!form) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    sayBusy();
    return;
  }
  form.setAttribute("aria-busy", "true");
  event.submitter?.setAttribute("aria-busy", "true");
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.repeat && event.key === "Enter" && once(event.target)) event.preventDefault();
}, { capture: true });

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (form.matches?.("form[data-once]")) free(form); // not for what refreshes itself inside it
});

/* Back to a page that the browser kept: its forms may be sent again. */
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-once][aria-busy]").forEach(free));
