"""A whole day by keyboard alone: how many keys it takes, and whether the focus is always in sight."""

from playwright.sync_api import Page

MOST = 40
MOST_TRIED = 120
# Whether what has the focus is seen: on the screen, and not below the bar at the bottom.
IN_SIGHT = """() => {
  const focused = document.activeElement, shown = focused.closest("label") ?? focused;
  const { top, bottom, width, height } = shown.getBoundingClientRect();
  const bar = document.querySelector(".dock").getBoundingClientRect();
  const floor = focused.closest(".dock") ? innerHeight : bar.top;
  return width > 0 && height > 0 && top >= 0 && bottom <= floor + 1;
}"""
FOCUSED = """() => {
  const { id, dataset, type, className, tagName } = document.activeElement;
  return { id, fill: dataset.fill ?? "", type: type ?? "", tag: tagName, isSave: className.includes("block") };
}"""


def rows(page: Page) -> list[dict]:
    """Keys from opening the log of an ordinary day to its verdict: none of the signs, none for the rest, save."""
    page.goto("/log/")
    keys, out_of_sight = 0, []
    to_do = ["none_right_now", "nothing_new", "none", "save"]
    while to_do:
        assert keys < MOST_TRIED, f"still to do: {to_do}"
        focused = page.evaluate(FOCUSED)
        is_save = focused["isSave"] and focused["type"] == "submit"
        if to_do[0] in (focused["id"], focused["fill"], "save" if is_save else None):
            page.keyboard.press("Enter" if is_save else "Space")
            to_do.pop(0)
        else:
            page.keyboard.press("Tab")
            if not page.evaluate(IN_SIGHT):
                out_of_sight.append(page.evaluate(FOCUSED)["id"] or focused["tag"])
        keys += 1
    page.get_by_role("heading", name="As expected on day 5").wait_for()
    hidden = f", out of sight: {', '.join(out_of_sight)}" if out_of_sight else ""
    reached = keys <= MOST and not out_of_sight
    return [{"what": "keys for a whole day", "measured": f"{keys}{hidden}", "target": f"<= {MOST}", "reached": reached}]
