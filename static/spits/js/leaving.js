/* A hold ends when the browser goes. Only the navigation API tells a page that follows in Spits
   from a browser that goes; without it nothing is told, and the hold lapses by itself. Another
   tab that stays open hears of it and renews the hold. */
import { freshToken } from "./signing_in.js";

const leave = document.querySelector('meta[name="spits-leave"]')?.content;
const renew = document.querySelector('meta[name="spits-renew"]')?.content;
const LEFT = "spits-left"; // when a tab went; nothing of anybody
const SETTLED = 1000; // milliseconds: who went is heard first
let isFollowed = false;

export const goesOnInSpits = () => isFollowed;

function signed() {
  const form = new FormData();
  form.append("csrfmiddlewaretoken", freshToken() ?? "");
  return form;
}

if (leave && globalThis.navigation) {
  navigation.addEventListener("navigate", ({ destination }) => {
    if (destination.sameDocument) return;
    isFollowed = new URL(destination.url).origin === location.origin;
  });

  addEventListener("pagehide", () => {
    if (isFollowed) return;
    navigator.sendBeacon(leave, signed());
    localStorage.setItem(LEFT, String(Date.now()));
  });

  addEventListener("pageshow", () => (isFollowed = false));

  addEventListener("storage", ({ key }) => {
    if (key !== LEFT) return;
    setTimeout(() => fetch(renew, { method: "POST", body: signed(), headers: { "HX-Request": "true" } }), SETTLED);
  });
}
