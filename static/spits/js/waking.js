/* The screen stays on while somebody is at work and looks at the page. The browser gives that up
   by itself when the page is hidden, so it is asked again when the page is seen. */
let lock = null;
let isAsked = false;
let hasNone = false;

/* "on", "off" or "none" (this browser cannot, or does not now). */
export const wakingState = () => (hasNone ? "none" : lock && !lock.released ? "on" : "off");

export async function stayAwake(isSo, changed) {
  isAsked = isSo;
  if (!isSo || document.hidden) {
    await lock?.release();
    lock = null;
  } else if (!lock || lock.released) {
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", changed);
      hasNone = false;
      if (!isAsked) await lock.release(); // the shift ended meanwhile
    } catch {
      hasNone = true;
    }
  }
  changed();
}
