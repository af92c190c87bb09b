/* A form marked data-once is sent once: no second press, no held key. The pressed button looks
   busy when that takes longer than one notices, and a press that comes too soon is answered in the
   bar below. */
import { IS_NOTICED, sayBusy } from "./waiting.js";

const once = (element) => element.closest?.("form[data-once]");
const busy = new WeakMap(); // the forms that are being sent, with the timer of their looks

function lookBusy(form, submitter) {
  form.setAttribute("aria-busy", "true");
  submitter?.setAttribute("aria-busy", "true");
}

/* Whether one of the forms in a part of the page is being sent. */
export const isSending = (part) => [...part.querySelectorAll("form[data-once]")].some((form) => busy.has(form));

export function free(form) {
  clearTimeout(busy.get(form));
  busy.delete(form);
  form.removeAttribute("aria-busy");
  form.querySelector("button[aria-busy]")?.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = once(event.target);
  if (!form) return;
  if (busy.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    sayBusy();
    return;
  }
  busy.set(form, setTimeout(lookBusy, IS_NOTICED, form, event.submitter));
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.repeat && event.key === "Enter" && once(event.target)) event.preventDefault();
}, { capture: true });

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.requestConfig.elt; // which may be gone by now
  if (form.matches("form[data-once]")) free(form); // not for what refreshes itself inside it
});

/* Back to a page that the browser kept: its forms may be sent again. */
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-once]").forEach(free));
