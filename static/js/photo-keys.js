/* Arrow keys lead to the photo before and after, Escape leads back: they follow the page's own links, which need no script.

   Markup: templates/photo.html, that is <a rel="prev">, <a rel="next">, <a rel="up"> */

const LINKS = { ArrowLeft: "prev", ArrowRight: "next", Escape: "up" };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = LINKS[event.key] && document.querySelector(`a[rel="${LINKS[event.key]}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});
