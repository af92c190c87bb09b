/* The one place for feedback: #messages in the bar below. The sentences come translated with
   the page, as <template id="said-...">. */
const place = () => document.getElementById("messages");

export function say(sentence, fill = () => {}) {
  const template = document.getElementById(`said-${sentence}`);
  const message = template.content.cloneNode(true);
  message.firstElementChild.dataset.said = sentence;
  fill(message.firstElementChild);
  place().replaceChildren(message);
}

export function unsay(sentence) {
  place().querySelector(`[data-said="${sentence}"]`)?.remove();
}

/* What can be undone by a key can be so for a short while: later the key would surprise. */
document.addEventListener("htmx:oobAfterSwap", ({ target }) => {
  for (const action of target.querySelectorAll?.("[data-lasts]") ?? []) {
    setTimeout(() => action.remove(), 1000 * action.dataset.lasts);
  }
});

export function clear() {
  place().replaceChildren();
}
