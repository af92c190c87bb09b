/* What every page does in the browser. Each part works alone, and the page works without. */
import "./answers.js";
import "./clocks.js";
import "./dialing.js";
import "./forms.js";
import "./keys.js";
import "./menus.js";
import "./palette.js";
import "./polling.js";
import "./shift.js";
import "./theme.js";

document.documentElement.classList.add("js");
