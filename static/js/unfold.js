/* A field that the browser refuses opens the part that it is folded into: the browser shows what is wrong beside it. */

document.addEventListener("invalid", (event) => {
  const folded = event.target.closest("details:not([open])");
  if (folded) folded.open = true;
}, true);
