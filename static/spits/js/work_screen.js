/* The work screen: in one tab, with or without a connection, and never an old one. */
import "./calling_unsent.js";
import "./one_tab.js";

/* Back to a screen that the browser kept: another customer may be held by now. */
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
