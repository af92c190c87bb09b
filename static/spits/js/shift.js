/* A shift in the browser. The press that begins it unlocks sound, and while it lasts the screen
   stays on, and what calls for the person is heard. Where the browser refuses any of it the shift
   begins all the same, and the menu says what there is. Elements marked data-when are shown while
   one of the states that they name is so. */
import { lookWhatIsNew } from "./alerts.js";
import { ask, notify, notifyingState } from "./notifying.js";
import { isWanted, ring, soundState, unlock, want } from "./sound.js";
import { stayAwake, wakingState } from "./waking.js";

const EXPLAINED = "spits-notifications-explained";
const FOLLOWED = "#shift, #alerts, #ringing, [data-when], [data-alert]";
const shift = () => document.getElementById("shift")?.dataset.shift; // available, pause or away
let before = shift();
let isExplaining = false;

function draw() {
  const states = [`sound-${soundState()}`, `notifying-${notifyingState()}`, `waking-${wakingState()}`];
  if (isExplaining && notifyingState() === "default") states.push("explaining");
  for (const one of document.querySelectorAll("[data-when]")) {
    one.hidden = !one.dataset.when.split(" ").some((state) => states.includes(state));
  }
  document.querySelector("[data-sound-switch]")?.setAttribute("aria-pressed", String(isWanted()));
  for (const part of document.querySelectorAll("#alerts, #ringing")) {
    part.toggleAttribute("data-unseen", shift() === "available"); // asks when nobody looks, too
  }
}

function openMenu(isSo) {
  const menu = document.getElementById("shift-menu");
  if (menu) menu.open = isSo;
}

function explain(isSo) {
  isExplaining = isSo;
  if (isSo) openMenu(false);
  if (!isSo) localStorage.setItem(EXPLAINED, "yes");
  draw();
}

/* Since the bar may have been drawn anew. */
function follow() {
  const now = shift();
  if (now === undefined) return;
  if (now !== before) stayAwake(now === "available", draw);
  if (now !== "available") document.getElementById("alerts").replaceChildren();
  const begins = before === "away" && now === "available";
  before = now;
  if (begins && !localStorage.getItem(EXPLAINED)) explain(true);
  else draw();
  if (now === "available") lookWhatIsNew();
}

const says = ({ target, submitter }) => new FormData(target, submitter).get("say");

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-shift-form]") || says(event) !== "available") return;
  const isFirst = shift() === "away"; // going on after a pause makes no sound
  unlock().then(() => {
    if (isFirst) ring();
    draw();
  });
}, { capture: true });

const presses = {
  async "[data-sound-switch]"() {
    want(!isWanted());
    await unlock();
    ring();
  },
  async "[data-sound-test]"() {
    await unlock();
    ring();
  },
  "[data-explains]"() {
    explain(true);
    document.querySelector("[data-asks]").focus();
  },
  "[data-explained]": () => explain(false),
  async "[data-asks]"() {
    await ask();
    explain(false);
  },
  "[data-notify-test]": ({ dataset }) => notify(dataset.words, { tag: "test" }),
  "[data-opens-shift]"() {
    openMenu(true);
    document.getElementById("shift-state").focus();
  },
};

document.addEventListener("click", async (event) => {
  for (const [selector, press] of Object.entries(presses)) {
    const pressed = event.target.closest(selector);
    if (!pressed) continue;
    await press(pressed);
    draw();
  }
});

/* On a new page the sound is locked again, until the first press. */
for (const press of ["pointerdown", "keydown"]) {
  document.addEventListener(press, () => shift() === "available" && soundState() === "locked" && unlock().then(draw), { capture: true });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "alerts" && shift() !== "available") event.preventDefault();
});

document.addEventListener("visibilitychange", () => stayAwake(shift() === "available", draw));
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.matches(FOLLOWED) || target.querySelector(FOLLOWED)) follow();
});

if (shift() !== undefined) {
  if (shift() === "available") {
    unlock().then(draw); // browsers remember that something was pressed on the page before
    stayAwake(true, draw);
    lookWhatIsNew();
  }
  draw();
}
