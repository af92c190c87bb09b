"""What the page itself keeps an eye on while somebody works in it."""

# Times are taken in the page, from the key to two frames after the new customer settled.
WATCH = """
window.ux = {keys: 0, took: [], shift: 0, slowest: 0, painted: 0, settled: 0, astray: [], mouse: 0};
{
  let pressed = 0;
  addEventListener("keydown", (event) => {
    if (!event.isTrusted) return;
    ux.keys += 1;
    pressed = event.timeStamp;
  }, true);
  addEventListener("mousedown", (event) => event.isTrusted && (ux.mouse += 1), true);
  addEventListener("htmx:afterSettle", (event) => {
    const asked = event.detail.requestConfig;
    ux.settled = performance.now();
    if (!asked || asked.verb === "get") return;
    const since = pressed;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (document.activeElement === document.body) ux.astray.push(asked.path);
      if (!["call", "work"].includes(event.detail.target.id) || !since) return;
      ux.took.push(performance.now() - since);
    }));
  });
  addEventListener("securitypolicyviolation", (event) => console.error("CSP", event.blockedURI));
  const watch = (type, see, options) => new PerformanceObserver(
    (list) => list.getEntries().forEach(see)).observe({type, buffered: true, ...options});
  watch("layout-shift", (entry) => entry.hadRecentInput || (ux.shift += entry.value));
  const slow = ({duration}) => (ux.slowest = Math.max(ux.slowest, duration));
  watch("event", slow, {durationThreshold: 16});
  watch("largest-contentful-paint", (entry) => (ux.painted = entry.startTime));
  // Opening a telephone would leave the browser waiting for an answer that nobody gives.
  addEventListener("dial", (event) => event.stopImmediatePropagation(), true);
}
"""
