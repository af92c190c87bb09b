/* The one place for feedback: the bar below. What was done or went wrong stands in #messages
   until the next action is answered; what is going on stands beside it, in #going-on, and replaces
   nothing. The sentences come translated with the page, as <template id="said-...">. */
const place = () => document.getElementById("messages");
const goingOn = () => document.getElementById("going-on");

function drawn(sentence, fill, as = sentence) {
  const message = document.getElementById(`said-${sentence}`).content.cloneNode(true);
  message.firstElementChild.dataset.said = as;
  fill(message.firstElementChild);
  return message;
}

/* Say a sentence in the place of what stands there; `as` is the name by which it is unsaid. */
export function say(sentence, fill = () => {}, as = sentence) {
  place().replaceChildren(drawn(sentence, fill, as));
}

export function sayAlso(sentence, fill) {
  place().append(drawn(sentence, fill));
}

export const isSaid = () => place().childElementCount > 0;

export function unsay(sentence) {
  place().querySelector(`[data-said="${sentence}"]`)?.remove();
}

/* What can be undone by a key can be so for a short while: later the key would surprise. */
function endInTime(where) {
  for (const action of where.querySelectorAll?.("[data-lasts]") ?? []) {
    setTimeout(() => action.remove(), 1000 * action.dataset.lasts);
  }
}

document.addEventListener("htmx:oobAfterSwap", ({ target }) => endInTime(target));

/* Show messages that the server drew. */
export function show(messages) {
  place().prepend(...messages);
  htmx.process(place());
  endInTime(place());
}

export const messages = () => [...place().children];

export function sayGoingOn(sentence, fill = () => {}) {
  goingOn().replaceChildren(drawn(sentence, fill));
}

export function endGoingOn() {
  goingOn().replaceChildren();
}

/* Words of a sentence in which the page left a place open. */
export function fillIn(message, words) {
  const text = message.querySelector(".message-text");
  text.textContent = text.textContent.replace("#", words);
}

/* The bars below grow with what is said in them; what sticks above them keeps above them. */
const bars = document.querySelector(".bars");

new ResizeObserver(() => {
  document.documentElement.style.setProperty("--h-bars", `${bars.offsetHeight}px`);
}).observe(bars);
