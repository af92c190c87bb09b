/* Clocks that run: <time data-countdown> to its datetime, <time data-ago> since or until it.
   They follow the application's time, which in the demo is not the time of this computer. */
const offset = Date.parse(document.querySelector('meta[name="spits-now"]').content) - Date.now();
export const now = () => Date.now() + offset;
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
const WARNING = 60;

function asClock(seconds) {
  const left = Math.abs(seconds);
  const pad = (part) => String(part).padStart(2, "0");
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  const text = hours ? `${hours}:${pad(minutes)}:${pad(left % 60)}` : `${minutes}:${pad(left % 60)}`;
  return seconds < 0 ? `−${text}` : text;
}

function inWords(seconds) {
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  const amount = Math.round(seconds / size);
  return words.format(amount || (seconds < 0 ? -1 : 1), unit);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const seconds = Math.trunc((Date.parse(time.dateTime) - now()) / 1000);
    write(time, asClock(seconds));
    const shown = time.closest(".countdown");
    if (!shown) continue;
    shown.classList.toggle("tone-late", seconds < 0);
    shown.classList.toggle("tone-wait", seconds >= 0 && seconds <= WARNING);
    shown.classList.toggle("tone-info", seconds > WARNING);
  }
  for (const time of document.querySelectorAll("time[data-ago]")) {
    write(time, inWords((Date.parse(time.dateTime) - now()) / 1000));
  }
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tick);

/* A page on paper says what it is and when it was printed, not when it was drawn. */
const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

addEventListener("beforeprint", () => {
  const [title, time] = ["title", "time"].map((part) => document.querySelector(`[data-print-${part}]`));
  if (!title) return;
  title.textContent = document.title;
  time.textContent = moment.format(now());
});
