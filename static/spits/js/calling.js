/* Enter on the customer's name calls, on the work screen and where one practises. */
import { isQuiet } from "./keys.js";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.repeat || !event.target.matches(".person-name")) return;
  if (isQuiet("Enter")) return; // a key that bounces calls nobody
  if (document.querySelector("details.menu[open]")) return; // a choice is being made there
  document.querySelector("[data-enter]:not(:disabled)")?.click();
});
