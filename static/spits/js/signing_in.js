/* The session ended while a page was open: one signs in over it, what was asked is asked again,
   and what was typed stays. When it is somebody else who signs in, the page is loaded anew, so
   that nothing of the former one's customers stays on the screen. */
import { say, unsay } from "./messages.js";

const signIn = document.querySelector('meta[name="spits-sign-in"]').content;
const dialog = document.getElementById("sign-in");
const form = dialog?.querySelector("[data-sign-in]");
const wrong = dialog?.querySelector("[role=alert]");
let again = null; // what to ask once more
let waiting = []; // who waits for the session to be back

/* Whom this page was drawn for; empty on the pages for everybody. */
export const drawnFor = document.querySelector('meta[name="spits-user"]')?.content ?? "";

export function freshToken() {
  return /(?:^|; )spits_csrf=([^;]+)/.exec(document.cookie)?.[1];
}

export function isSignIn(status, url) {
  if (status === 401) return true;
  return Boolean(url) && new URL(url, location.href).pathname === signIn && location.pathname !== signIn;
}

function open() {
  if (dialog.open) return;
  wrong.textContent = "";
  form.elements.password.value = "";
  dialog.showModal();
  form.elements.password.focus();
}

/* Ask to sign in, and then `repeat`; resolves when somebody did. */
export function askToSignIn(repeat = null) {
  again = repeat ?? again;
  if (!dialog) return location.assign(signIn);
  say("signed-out", (message) => message.querySelector("button").addEventListener("click", open));
  open();
  return new Promise((resolve) => waiting.push(resolve));
}

function words(answer) {
  const fields = Object.values(answer.form?.fields ?? {}).flatMap((field) => field.errors);
  return [...(answer.form?.errors ?? []), ...fields].join(" ");
}

async function send() {
  const own = { "X-Requested-With": "XMLHttpRequest" };
  const body = new FormData(form);
  body.set("csrfmiddlewaretoken", freshToken() ?? "");
  const answer = await fetch(signIn, { method: "POST", body, headers: own });
  if (answer.status === 400) return words(await answer.json());
  if (answer.status === 429) return dialog.dataset.tooOften;
  if (!answer.ok) return dialog.dataset.failed;
  const same = await fetch(signIn, { headers: { ...own, "X-Spits-User": drawnFor } });
  if (same.status === 409) location.reload();
  else goOn();
  return "";
}

function goOn() {
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = freshToken();
  dialog.close();
  unsay("signed-out");
  const [repeat, others] = [again, waiting];
  again = null;
  waiting = [];
  repeat?.();
  others.forEach((resolve) => resolve());
  document.body.dispatchEvent(new Event("page-shown"));
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  wrong.textContent = "";
  try {
    wrong.textContent = await send();
  } catch {
    wrong.textContent = dialog.dataset.failed;
  }
  form.removeAttribute("aria-busy");
  if (wrong.textContent) form.elements.password.select();
});
