/* Draws the work screen anew, with the customer as he is known now and the panel that is open. A
   note that is being written stays with its customer. */
const work = () => document.getElementById("work");
const customer = () => document.getElementById("call")?.action ?? "";
const note = () => document.getElementById("note");

export async function drawAnew() {
  const [whose, written] = [customer(), note()?.value ?? ""];
  await htmx.ajax("GET", location.pathname + location.search, { target: "#work", swap: "outerHTML" });
  if (written && customer() === whose && note()) note().value = written;
}

export const isOfScreen = (element) => Boolean(work()?.contains(element));
