"""A row of the comparison as text."""


def table(summary):
    """The source's figures beside ours: median, lowest and highest."""
    seeds = summary["seeds"]
    yield f"{summary['name']}, {seeds} seed{'s' * (seeds > 1)}"
    width = max(map(len, summary["at"]))
    blank = [None] * len(summary["at"])
    columns = [summary["at"]]
    columns += [summary[k] or blank for k in ("source", "median")]
    columns += [summary[k] for k in ("lowest", "highest")]
    columns += [summary["inside"] or blank]
    for at, source, median, lowest, highest, inside in zip(
        *columns, strict=True
    ):
        line = f"  {at:{width}}  ours {shown(median)}"
        if lowest != highest:
            line += f", {shown(lowest)} to {shown(highest)}"
        if source is not None:
            verdict = "inside" if inside else "OUTSIDE"
            line += f"; source {shown(source)}, {verdict}"
        yield line
    if summary["notes"]:
        yield f"  {summary['notes']}"


def shown(figure):
    return figure if isinstance(figure, str) else f"{figure:.4g}"
