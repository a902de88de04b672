/* Where sending a log takes long, what its answers ask for is said meanwhile, if it cannot wait: by <phone-advice data-facts>
   (advice.js). All that needs is fetched as the log is begun: an emergency must not be silent because the network is. The page of the result takes its place. */

const LONG = 1500; // ms

const advice = document.querySelector("phone-advice[data-facts]");
const form = document.querySelector("form.log");

import("./advice.js").then(() => advice.read(), () => undefined);

form?.addEventListener("submit", (event) => {
  const isToFill = event.submitter?.name === "fill"; // nothing is sent to be saved
  const fields = [...new FormData(form)];
  const [, day] = fields.find(([name]) => name === "day") ?? [];
  setTimeout(async () => {
    if (event.defaultPrevented || isToFill || !day) return;
    await import("./advice.js");
    await advice.show(JSON.parse(advice.dataset.facts), Number(day), fields, { onlyUrgent: true });
  }, LONG);
});

window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) advice.hidden = true; // back from the browser's memory: that was said of what was sent
});
