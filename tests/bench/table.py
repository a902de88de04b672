"""Figures as a table: what was measured, beside its target and the last run's."""


def table(rows: list[dict]) -> str:
    """Rows of `what`, `measured`, `target` and `reached` in columns; with `figure` and `last` also their difference."""
    names = ["what", "measured", *(["since last"] if any("last" in row for row in rows) else []), "target", "reached"]
    shown = [{name: name for name in names}]
    for row in rows:
        change = "new" if row.get("last") is None else f"{row['figure'] - row['last']:+.4g}"
        shown.append({**row, "since last": change, "reached": "yes" if row["reached"] else "NO"})
    widths = {name: max(len(str(row[name])) for row in shown) for name in names}
    lines = ["  ".join(str(row[name]).ljust(widths[name]) for name in names).rstrip() for row in shown]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
