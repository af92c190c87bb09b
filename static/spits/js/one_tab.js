/* One tab has the work screen: there the keys act, and there the hold is renewed. Another tab says
   so and can have it brought over; the tab that had it says so then. Browsers keep no locks for a
   page without encryption, apart from this computer's own: there each tab works as it is. */
import { drawAnew, isOfScreen } from "./screen.js";

const NAME = "spits-calling";
const SETTLED = 300; // milliseconds: a page that is loaded anew lets go of its own lock first
let isHere = true;
let wait = new AbortController(); // for the other tab to go

const notice = () => document.getElementById("elsewhere");

function goElsewhere() {
  isHere = false;
  document.getElementById("work").hidden = true;
  const said = document.getElementById("said-elsewhere").content.cloneNode(true);
  said.querySelector("button").addEventListener("click", takeOver);
  notice().replaceChildren(said);
  notice().querySelector("button").focus();
}

async function comeHere() {
  if (isHere) return;
  isHere = true;
  notice().replaceChildren();
  document.getElementById("work").hidden = false;
  await drawAnew();
  if (document.activeElement === document.body) document.querySelector("#who, #next")?.focus();
}

/* Have the screen until this tab goes, or until another takes it; then wait for that one to go. */
async function have(asked) {
  let isHad = false;
  setTimeout(async () => {
    // A slow computer may not have answered yet, while no other tab has it.
    const { held } = await navigator.locks.query();
    if (!isHad && isHere && held.some(({ name }) => name === NAME)) goElsewhere();
  }, SETTLED);
  try {
    await navigator.locks.request(NAME, asked, () => {
      isHad = true;
      comeHere();
      return new Promise(() => {});
    });
  } catch {
    if (asked.signal?.aborted) return; // it was taken over instead
  }
  goElsewhere();
  waitForIt();
}

function waitForIt() {
  wait = new AbortController();
  have({ signal: wait.signal });
}

function takeOver() {
  wait.abort();
  have({ steal: true });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!isHere && isOfScreen(event.detail.elt)) event.preventDefault();
});

if (navigator.locks) waitForIt();
