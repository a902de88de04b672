/* A button that opens the browser's own way to print; without this script there is none, and its menu does the same. */

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
