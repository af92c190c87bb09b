/* What the stream of news has to say to a person: that it is away, that there is a new version,
   and that the lead on the screen changed. They stand beside the feedback on what was done, move
   nothing on the page, and go by themselves. */
import { isSending } from "./forms.js";

const place = document.getElementById("notices");

export function notice(name, isOn, fill = () => {}) {
  const shown = place?.querySelector(`[data-notice="${name}"]`);
  if (!place || isOn === Boolean(shown)) return;
  if (shown) {
    shown.remove();
    return;
  }
  const words = document.getElementById(`said-${name}`).content.cloneNode(true).firstElementChild;
  words.dataset.notice = name;
  fill(words);
  place.append(words);
}

/* --- A new version ------------------------------------------------------------------------------ */
const drawnBy = document.querySelector('meta[name="spits-build"]')?.content;
const SPREAD = 10_000; // so that not everybody reloads at once
let isOutdated = false;

export function runs(build) {
  if (isOutdated || !drawnBy || build === drawnBy) return;
  isOutdated = true;
  notice("new-build", true);
  setTimeout(reloadIfFree, Math.random() * SPREAD);
}

/* With whom the agent is: the form of the work screen names the customer's lead. */
const held = () => document.getElementById("call")?.getAttribute("action");

function isChanged(field) {
  if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

function isInUse() {
  if (document.querySelector("dialog[open], details.menu[open], [aria-busy=true], #unsent:not([hidden])")) return true;
  if (isSending(document)) return true;
  if (document.activeElement.matches("input:not([type=submit]), select, textarea")) return true;
  return [...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")].some(isChanged);
}

/* Only where nobody works: the work screen without a customer, or a page that nobody sees. */
function reloadIfFree() {
  if (!isOutdated || held() || isInUse()) return;
  if (document.hidden || document.getElementById("work")) location.reload();
}

document.addEventListener("visibilitychange", reloadIfFree);

let withWhom = null;
document.addEventListener("htmx:beforeSwap", () => (withWhom = held()));
document.addEventListener("htmx:afterSettle", () => {
  if (!isOutdated) return;
  if (withWhom && held() !== withWhom && !isInUse()) location.reload(); // between two customers
  else reloadIfFree();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-reloads]")) location.reload();
});

/* --- The lead on the screen: a part that names it, what it shows of it, and where there is more -- */
const versions = new Map(); // the newest that was told of each lead

export function leadChanged(lead, version) {
  versions.set(lead, Math.max(version, versions.get(lead) ?? 0));
  sayWhetherLeadChanged();
}

/* While an own action is under way its answer is about to show what it did. */
function sayWhetherLeadChanged() {
  const part = document.querySelector("[data-lead]");
  if (document.body.classList.contains("waiting")) return;
  const isOld = part && (versions.get(Number(part.dataset.lead)) ?? 0) > Number(part.dataset.seen);
  notice("lead-changed", Boolean(isOld), (words) => {
    const link = words.querySelector("a");
    link.href = part.dataset.url;
    link.setAttribute("hx-get", part.dataset.url);
    link.setAttribute("hx-target", `#${part.id}`);
    link.setAttribute("hx-swap", "outerHTML");
    htmx.process(words);
  });
}

document.addEventListener("htmx:afterSettle", sayWhetherLeadChanged);
document.addEventListener("htmx:afterRequest", () => setTimeout(sayWhetherLeadChanged));
