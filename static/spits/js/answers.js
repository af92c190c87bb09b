/* What to do with what the server answers: say what went wrong, keep what was typed. */
import { fillIn, isSaid, messages, say, unsay } from "./messages.js";
import { askToSignIn, drawnFor, freshToken, isSignIn } from "./signing_in.js";
import { IS_NOTICED, isUnasked } from "./waiting.js";

const changes = (request) => request.verb !== "get";
const isOfSignIn = (xhr) => isSignIn(xhr.status, xhr.responseURL);

/* The same press once more. What refreshes itself does so by itself. */
function repeatOf({ elt, triggeringEvent }) {
  if (isUnasked(elt)) return null;
  const submitter = triggeringEvent?.submitter;
  return () => {
    if (!elt.isConnected) return;
    if (elt.matches("form")) elt.requestSubmit(submitter?.isConnected ? submitter : null);
    else elt.click();
  };
}

/* The number by which whoever looks after Spits finds the request in the log lines. */
const NUMBER_LENGTH = 6;

function sayNotSaved(xhr) {
  const number = xhr.getResponseHeader("X-Request-ID")?.slice(0, NUMBER_LENGTH).toUpperCase();
  if (number) say("not-saved-number", (message) => fillIn(message, number));
  else say("not-saved");
}

/* Signing in again gives a new CSRF token; what is open here goes on with it. The server hears
   whom the page was drawn for: for somebody else it has the page loaded anew. */
document.addEventListener("htmx:configRequest", (event) => {
  if (drawnFor) event.detail.headers["X-Spits-User"] = drawnFor;
  const fresh = freshToken();
  if (!fresh) return;
  event.detail.headers["X-CSRFToken"] = fresh;
  if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = fresh;
});

/* What was said of the last action goes when the next one is answered, or takes long; its key acts
   no more from the press on. To open or close a panel is no action: what was done before can still
   be undone. */
const isAction = (request) => changes(request) && !request.triggeringEvent?.submitter?.matches("[data-opens-panel], [data-escape]");
let going = [];

function letGo() {
  for (const message of going) message.remove();
  going = [];
}

function letGoSoon() {
  going = messages();
  for (const message of going) message.querySelectorAll("[data-key]").forEach((one) => one.removeAttribute("data-key"));
  setTimeout(letGo, IS_NOTICED);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (event.defaultPrevented || isUnasked(elt)) return;
  // A button in the message itself would go with it before its request is sent.
  if (isAction(requestConfig) && !elt.closest("#messages")) letGoSoon();
});

for (const answered of ["htmx:beforeOnLoad", "htmx:afterRequest"]) { // the second without an answer, too
  document.addEventListener(answered, ({ detail }) => isUnasked(detail.requestConfig.elt) || letGo());
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, serverResponse } = event.detail;
  event.detail.serverResponse = serverResponse.trim(); // space around a part would stay on the page
  if (isOfSignIn(xhr)) {
    event.detail.shouldSwap = false;
    askToSignIn(repeatOf(event.detail.requestConfig));
  } else if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true; // the server says where its sentence belongs
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (isOfSignIn(xhr) || xhr.getResponseHeader("HX-Retarget")) return;
  if (xhr.status === 403) say("refused");
  else if (xhr.status === 404) say("gone");
  else if (xhr.status === 429) say("too-often");
  else if (xhr.status >= 500) sayNotSaved(xhr);
  else say("not-understood");
});

/* What did not arrive may be kept for later by the page that sent it. Else what cannot be done
   is said, by the name that its button has in data-offline. */
const WHY = { "htmx:sendError": "unsent", "htmx:timeout": "unsent-slow", "htmx:sendAbort": "unsent-slow" };

for (const [failure, why] of Object.entries(WHY)) {
  document.addEventListener(failure, (event) => {
    const { elt, requestConfig } = event.detail;
    const detail = { requestConfig, why };
    if (isUnasked(elt)) return isSaid() || failure === "htmx:sendAbort" ? null : say("offline");
    if (!document.dispatchEvent(new CustomEvent("not-sent", { cancelable: true, detail }))) return null;
    if (failure === "htmx:sendAbort") return say("broken-off");
    return say(requestConfig.triggeringEvent?.submitter?.dataset.offline ?? "offline", undefined, "offline");
  });
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) unsay("offline");
});

/* A form that came back with errors: the summary gets the focus and the title says so. */
document.addEventListener("htmx:afterSettle", (event) => {
  const summary = event.detail.elt.querySelector?.(".error-summary");
  if (!summary) return;
  summary.focus();
  const prefix = summary.dataset.title;
  if (!document.title.startsWith(prefix)) document.title = `${prefix} ${document.title}`;
});

document.querySelector(".error-summary")?.focus();

/* A call was started on the server: a telephone dials its number at once. On a computer the
   number is a link, since many have no program that calls, and the browser would ask first. */
const isPhone = matchMedia("(pointer: coarse)");

document.addEventListener("dial", (event) => {
  if (event.detail.number && isPhone.matches) location.href = `tel:${event.detail.number}`;
});
