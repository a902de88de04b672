/* On a patient's page, j leads to the next patient of the list and k to the one before.

   Markup it reads: <a data-key="j" href> and <a data-key="k" href>. The keys are turned off where they are in the queue
   (WCAG 2.1.4), for this browser. */

const KEYS = "queue-keys";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(KEYS) === "off") return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  if (!["j", "k"].includes(event.key)) return;
  document.querySelector(`a[data-key="${event.key}"]`)?.click();
});
