/* A call was started on the server: open the telephone with its number. */
document.addEventListener("dial", (event) => {
  if (event.detail.number) location.href = `tel:${event.detail.number}`;
});
