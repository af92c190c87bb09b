/* What to do with what the server answers: say what went wrong, keep what was typed. */
import { clear, say, unsay } from "./messages.js";

const signIn = document.querySelector('meta[name="spits-sign-in"]').content;
const changes = (request) => request.verb !== "get";

function isSignIn(xhr) {
  if (xhr.status === 401) return true;
  return Boolean(xhr.responseURL) && new URL(xhr.responseURL).pathname === signIn && location.pathname !== signIn;
}

function saySignedOut() {
  say("signed-out", (message) => {
    const here = encodeURIComponent(location.pathname + location.search);
    message.querySelector("a").href = `${signIn}?next=${here}`;
  });
}

/* Signing in again in another tab gives a new CSRF token; what is open here goes on with it. */
const CSRF_COOKIE = /(?:^|; )spits_csrf=([^;]+)/;

document.addEventListener("htmx:configRequest", (event) => {
  const fresh = CSRF_COOKIE.exec(document.cookie)?.[1];
  if (!fresh) return;
  event.detail.headers["X-CSRFToken"] = fresh;
  if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = fresh;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  // A button in the message itself would go with it before its request is sent.
  if (changes(requestConfig) && !elt.hasAttribute("data-unasked") && !elt.closest("#messages")) clear();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (isSignIn(xhr)) {
    event.detail.shouldSwap = false;
    saySignedOut();
  } else if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true; // the server says where its sentence belongs
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (isSignIn(xhr) || xhr.getResponseHeader("HX-Retarget")) return;
  if (xhr.status === 403) say("refused");
  else if (xhr.status === 404) say("gone");
  else if (xhr.status === 429) say("too-often");
  else if (xhr.status >= 500) say("not-saved");
  else say("not-understood");
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => say("offline"));
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
