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

export function clear() {
  place().replaceChildren();
}
