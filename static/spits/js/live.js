/* The stream of news: one for all tabs of a browser, since a browser opens but few connections.
   The tab that has the lock opens it and passes on what comes; when it goes, the next one takes
   over, and a tab that is shown takes it from one that is hidden, which the browser may have put
   to sleep. Without locks (plain http) each tab has a stream of its own while it is seen. */
import { leadChanged, notice, runs } from "./notices.js";
import { anythingChanged, changed, newsComes } from "./polling.js";

const NAME = "spits-live";
const PLACE = "spits-live-after"; // of the newest news, for the tab that opens the stream next
const ANSWER = 300; // ms in which the tab that has the stream says so
const SILENCE = 40_000; // longer than two signs of life
const RECONNECTING = 3_000; // for so long nothing is done about a stream that is away
const SAID_AFTER = 20_000;
const CROWDED = 600_000;
const KEPT = 60_000; // for how long what came is kept for tabs that were being loaded

const url = document.querySelector('meta[name="spits-live"]')?.content;
const channel = url && navigator.locks ? new BroadcastChannel(NAME) : null;
const now = () => performance.now();

let source = null; // in the tab that has the stream
let isLeading = false;
let again = null;
let passed = [];

let isUp = false; // as far as this tab knows
let downSince = now();
let heardAt = now();
let running = null; // the build that the server runs
let newest = "0-0";
let isLedInSight = false;

/* --- What came, over the stream or from the tab that has it ------------------------------- */
function isNewer(one, other) {
  const [moment, count] = one.split("-").map(Number);
  const [than, many] = other.split("-").map(Number);
  return moment > than || (moment === than && count > many);
}

const takes = {
  state(message) {
    if (isUp && !message.isUp) downSince = now();
    ({ isUp, running } = message);
    isLedInSight = !message.isHidden;
    if (running) runs(running);
    look();
  },
  changes({ id, news }) {
    if (!isNewer(id, newest)) return;
    newest = id;
    changed(new Set(news.map(([name]) => name)));
    for (const [name, about, version] of news) if (name === "lead") leadChanged(about, version);
  },
  missed: anythingChanged,
  /* A tab that is new or shown again asks who has the stream, and what came since it was asked
     for: its page may be older than that. */
  join({ age }) {
    if (!isLeading) return;
    channel.postMessage(state());
    const since = now() - age;
    for (const { at, message } of passed) if (at > since) channel.postMessage(message);
  },
};

function take(message) {
  heardAt = now();
  takes[message.kind](message);
}

/* --- The tab that has the stream ------------------------------------------------------------ */
const state = () => ({ kind: "state", isUp, running, isHidden: document.hidden });

function pass(message) {
  if (message.kind !== "state") passed.push({ at: now(), message });
  passed = passed.filter(({ at }) => at > now() - KEPT);
  channel?.postMessage(message);
  take(message);
}

function keep(id) {
  if (id) localStorage.setItem(PLACE, id);
}

function open() {
  clearTimeout(again);
  source?.close();
  heardAt = now();
  const after = localStorage.getItem(PLACE);
  source = new EventSource(after ? `${url}?after=${encodeURIComponent(after)}` : url);
  source.addEventListener("hello", ({ data }) => {
    pass({ ...state(), isUp: true, running: JSON.parse(data).build });
    if (!after) pass({ kind: "missed" }); // nobody knows what came since this page was drawn
  });
  source.addEventListener("changes", ({ data, lastEventId }) => {
    keep(lastEventId);
    pass({ kind: "changes", id: lastEventId, news: JSON.parse(data) });
  });
  source.addEventListener("missed", ({ lastEventId }) => {
    keep(lastEventId);
    pass({ kind: "missed" });
  });
  source.addEventListener("ping", ({ lastEventId }) => {
    keep(lastEventId);
    pass(state());
  });
  source.addEventListener("crowded", () => reopenIn(CROWDED));
  source.addEventListener("error", lose);
}

function lose() {
  const away = isUp ? 0 : now() - downSince;
  reopenIn(Math.min(60_000, Math.max(500, away / 8)) + Math.random() * 1_000);
}

function reopenIn(wait) {
  close();
  pass({ ...state(), isUp: false });
  again = setTimeout(open, wait);
}

function close() {
  clearTimeout(again);
  source?.close();
  source = null;
}

/* --- Which tab that is ----------------------------------------------------------------------- */
function lead() {
  isLeading = true;
  open();
  return new Promise(() => {}); // the lock is kept until the tab goes or another one takes it
}

function follow() {
  isLeading = false;
  close();
}

function loseLead() {
  follow();
  standInLine();
}

const standInLine = () => navigator.locks.request(NAME, lead).catch(loseLead);
const takeOver = () => navigator.locks.request(NAME, { steal: true }, lead).catch(follow);

function leadOrFollow() {
  const orNot = (lock) => {
    if (lock) return lead();
    standInLine();
    lookForStream(now());
  };
  navigator.locks.request(NAME, { ifAvailable: true }, orNot).catch(loseLead);
}

function lookForStream(age) {
  isLedInSight = false;
  channel.postMessage({ kind: "join", age });
  setTimeout(() => {
    if (!isLeading && !isLedInSight && !document.hidden) takeOver();
  }, ANSWER);
}

/* --- From second to second --------------------------------------------------------------------- */
function look() {
  const away = isUp ? 0 : now() - downSince;
  newsComes(away < RECONNECTING);
  notice("live-off", away > SAID_AFTER);
}

function tick() {
  look();
  if (now() - heardAt < SILENCE) return;
  if (isLeading && source) lose();
  else if (!isLeading && channel && !document.hidden) {
    heardAt = now();
    takeOver();
  }
}

function begin() {
  setInterval(tick, 1_000);
  addEventListener("online", () => isLeading && open());
  addEventListener("pagehide", close);
  if (channel) {
    channel.addEventListener("message", ({ data }) => take(data));
    leadOrFollow();
    addEventListener("pageshow", ({ persisted }) => persisted && isLeading && open());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && !isLeading) lookForStream(0);
    });
    // A page that is shown again, or of which the session is back, waits no longer.
    document.body.addEventListener("page-shown", () => isLeading && !isUp && open());
  } else {
    const seen = () => (document.hidden ? follow() : lead());
    document.addEventListener("visibilitychange", seen);
    seen();
  }
}

if (url) begin();
