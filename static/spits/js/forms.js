/* A form marked data-once is sent once: no second press, no held key. */
const once = (element) => element.closest?.("form[data-once]");

function free(form) {
  form.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = once(event.target);
  if (!form) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.setAttribute("aria-busy", "true");
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

/* The line on top while something that the person asked for takes long. */
let waiting = 0;
const asked = (event) => !event.detail.elt.matches("[data-poll], [data-unasked]");
function count(change) {
  waiting = Math.max(0, waiting + change);
  document.body.classList.toggle("waiting", waiting > 0);
}
document.addEventListener("htmx:beforeSend", (event) => asked(event) && count(1));
document.addEventListener("htmx:afterRequest", (event) => asked(event) && count(-1));
