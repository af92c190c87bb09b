/* Notifications of the browser, for when nobody looks at the page. Another person may see the
   screen: they name no customer and no number. */
let isBroken = false; // some telephones have notifications that a page itself cannot show

/* "default" (not asked yet), "granted", "denied" or "none" (this browser cannot). */
export const notifyingState = () => (isBroken || !globalThis.Notification ? "none" : Notification.permission);

/* To be called while something is being pressed, after it was said what for. */
export async function ask() {
  await Notification.requestPermission();
}

export function notify(words, { tag, url }) {
  if (notifyingState() !== "granted") return;
  try {
    const shown = new Notification("Spits", { body: words, tag });
    shown.addEventListener("click", () => {
      globalThis.focus();
      if (url) location.assign(url);
      shown.close();
    });
  } catch {
    isBroken = true;
  }
}
