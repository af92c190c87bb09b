/* A call was started on the server: a telephone dials its number at once. On a computer the
   number is a link, since many have no program that calls, and the browser would ask first. */
const isPhone = matchMedia("(pointer: coarse)");

document.addEventListener("dial", (event) => {
  if (event.detail.number && isPhone.matches) location.href = `tel:${event.detail.number}`;
});
