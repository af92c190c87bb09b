/* The work screen: Enter on the customer's name calls, and a hold ends when the browser goes. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.repeat || !event.target.matches(".person-name")) return;
  if (document.querySelector("details.menu[open]")) return; // a choice is being made there
  document.querySelector("[data-enter]:not(:disabled)")?.click();
});

/* Only the navigation API tells a page that follows in Spits from a browser that goes. Without
   it nothing is told, and the hold lapses by itself. */
let isFollowed = false;

globalThis.navigation?.addEventListener("navigate", ({ destination }) => {
  if (destination.sameDocument) return;
  isFollowed = new URL(destination.url).origin === location.origin;
});

globalThis.addEventListener("pagehide", () => {
  const held = document.querySelector("form[data-leave]");
  if (!held || isFollowed || !globalThis.navigation) return;
  const token = new FormData();
  token.append("csrfmiddlewaretoken", held.elements.csrfmiddlewaretoken.value);
  navigator.sendBeacon(held.dataset.leave, token);
});

globalThis.addEventListener("pageshow", (event) => {
  isFollowed = false;
  if (event.persisted) document.body.dispatchEvent(new Event("page-shown"));
});
