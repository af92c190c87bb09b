/* The bars below grow with what is said in them; what sticks above them keeps above them. */
const bars = document.querySelector(".bars");

new ResizeObserver(() => {
  document.documentElement.style.setProperty("--h-bars", `${bars.offsetHeight}px`);
}).observe(bars);
