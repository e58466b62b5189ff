"""Where the boxes of a graph stand.

Rows first: a node stands in the row above the highest of its users, so that
data flow downwards, to the last node in row 0. An edge that passes rows gets
a place of its own in each, and so goes around the boxes. Then, in a few
sweeps down and up, the stops of a row take the order and, as far as there is
room, the places of what they are connected with.
"""

from itertools import pairwise
from statistics import fmean

GAP = 18  # between two neighbours in a row
SWEEPS = 9  # the last goes down: users stand below what they use


def layout(widths, edges):
    """{stop: its row}, {stop: x of its middle}, the stops of each edge.

    `edges` are pairs (user, used) of numbers, the user's larger. A stop is a
    node's number, or (an edge's number, a row that it passes).
    """
    row = dict(enumerate(heights(len(widths), edges)))
    routes = [route(n, *edge, row) for n, edge in enumerate(edges)]
    row |= {stop: stop[1] for way in routes for stop in way[1:-1]}
    rows = [
        [stop for stop in row if row[stop] == n]
        for n in range(max(row.values()) + 1)
    ]
    x = {stop: place for stops in rows for place, stop in enumerate(stops)}
    above, below = neighbours(routes)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for stops in rows[::-1] if down else rows:
            settle(stops, above if down else below, x, widths)
    return row, x, routes


def heights(count, edges):
    """Of each node: its longest way to the last one, in edges."""
    height = [0] * count
    for user, used in sorted(edges, reverse=True):
        height[used] = max(height[used], height[user] + 1)
    return height


def route(number, user, used, row):
    """The stops of an edge on its way down, one in each row."""
    passed = range(row[used] - 1, row[user], -1)
    return [used, *((number, r) for r in passed), user]


def neighbours(routes):
    """{stop: the stops before it}, {stop: the stops after it}."""
    above, below = {}, {}
    for way in routes:
        for upper, lower in pairwise(way):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def settle(stops, connected, x, widths):
    """Move each stop of a row to its neighbours' mean, or near if crowded."""
    wanted = {
        stop: fmean(x[other] for other in connected.get(stop, [stop]))
        for stop in stops
    }
    stops.sort(key=wanted.get)
    free = float("-inf")
    for stop in stops:
        half = 0 if isinstance(stop, tuple) else widths[stop] / 2
        x[stop] = max(wanted[stop], free + half)
        free = x[stop] + half + GAP
    shift = fmean(x[stop] - wanted[stop] for stop in stops)
    for stop in stops:
        x[stop] -= shift
