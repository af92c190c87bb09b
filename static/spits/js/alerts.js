/* What calls for somebody who is at work: whatever on the page is marked data-alert, such as
   "call_back-12". It sounds once, in one tab, whether it came by asking or by itself; when the page
   is not seen a notification says it in the words of data-words. */
import { notify } from "./notifying.js";
import { ring } from "./sound.js";

const KNOWN = "spits-alerts"; // what was told on this device, and when
const KEPT = 86_400_000;
const OTHER_TAB = 1_000; // a tab that is seen goes first

function known() {
  try {
    return JSON.parse(localStorage.getItem(KNOWN)) ?? {};
  } catch {
    return {};
  }
}

function fresh() {
  const told = known();
  return [...document.querySelectorAll("[data-alert]")].filter((one) => !(one.dataset.alert in told));
}

function remember(alerts) {
  const since = Date.now() - KEPT;
  const told = Object.entries(known()).filter(([, at]) => at > since);
  const now = alerts.map((one) => [one.dataset.alert, Date.now()]);
  localStorage.setItem(KNOWN, JSON.stringify(Object.fromEntries([...told, ...now])));
}

export function tellWhatIsNew() {
  const alerts = fresh();
  if (!alerts.length) return;
  remember(alerts);
  ring();
  if (!document.hidden) return;
  for (const { dataset } of alerts) notify(dataset.words, { tag: dataset.alert, url: dataset.url });
}

export function lookWhatIsNew() {
  if (fresh().length) setTimeout(tellWhatIsNew, document.hidden ? OTHER_TAB : 0);
}
