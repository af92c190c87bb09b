/* A page on paper says what it is and when it was printed, not when it was drawn. */
import { now } from "./clocks.js";

const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

addEventListener("beforeprint", () => {
  const [title, time] = ["title", "time"].map((part) => document.querySelector(`[data-print-${part}]`));
  if (!title) return;
  title.textContent = document.title;
  time.textContent = moment.format(now());
});
