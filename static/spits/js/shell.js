/* What every page does in the browser. Each part works alone, and the page works without. */
import "./answers.js";
import "./clocks.js";
import "./forms.js";
import "./keys.js";
import "./leaving.js";
import "./live.js";
import "./menus.js";
import "./palette.js";
import "./polling.js";
import "./shift.js";
import "./theme.js";
import "./unsent.js";
import "./waiting.js";

document.documentElement.classList.add("js");
