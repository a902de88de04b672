/* What an address leads to stands open, though it lies in a part that is folded.
   A field that the browser refuses opens the part that it is folded into: the browser shows what is wrong beside it. */

document.addEventListener("invalid", (event) => {
  const folded = event.target.closest("details:not([open])");
  if (folded) folded.open = true;
}, true);

const unfoldTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  target?.scrollIntoView();
};
addEventListener("hashchange", unfoldTarget);
// Where one has been led already, the address does not change: only the tap is noticed.
document.addEventListener("click", (event) => {
  if (event.target.closest("a[href^='#']")?.hash === location.hash) unfoldTarget();
});
if (location.hash.length > 1) unfoldTarget();
