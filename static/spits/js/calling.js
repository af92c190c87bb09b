/* The work screen: Enter on the customer's name calls. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.repeat || !event.target.matches(".person-name")) return;
  document.querySelector("[data-enter]:not(:disabled)")?.click();
});
