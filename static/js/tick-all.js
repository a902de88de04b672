/* One box that ticks, or clears, all boxes of a list: <label hidden><input type="checkbox" data-ticks="ID of the list"></label>. */

for (const one of document.querySelectorAll("[data-ticks]")) {
  const boxes = [...document.getElementById(one.dataset.ticks).querySelectorAll("input[type=checkbox]")];
  const show = () => (one.checked = boxes.every((box) => box.checked));
  one.closest("[hidden]").hidden = false;
  one.addEventListener("change", () => boxes.forEach((box) => (box.checked = one.checked)));
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
