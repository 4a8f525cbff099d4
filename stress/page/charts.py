"""Pictures of numbers: a line or bars over runs, and a matrix of pairs. A function of the numbers and nothing else.

A trend is an SVG that holds marks alone and is stretched to whatever width there is; its words are HTML beside it, so
that they are as large on a telephone as on a desk. Strokes are not stretched, and a point is a stroke without length: so
it is round at any width.

The matrix is a table, because it is one: a cell names its pair to whoever hovers and to whoever listens.
"""

import math
from dataclasses import dataclass

from elements import element

WIDTH, HEIGHT = 1000, 100
LEVELS = 6  # Of colour, in page.css as .level1 to .level6.
MANY = 60  # Points; more are drawn smaller.
KINDS = 3  # Lines; more are drawn thinner.


@dataclass
class Point:
    value: float
    tip: str  # What whoever hovers is told.
    is_bad: bool = False
    slot: int = 0  # How far right, from 0 on.
    line: object = None  # Points of one line can be compared.


def trend(identifier, title, description, points, slots, bars=False):
    """Returns: the chart of a series, oldest first, from 0 to a round number above all. Bars need a slot each."""
    top = round_above(max((point.value for point in points), default=0))
    places = [((point.slot + 0.5) * WIDTH / slots, HEIGHT - point.value / top * HEIGHT) for point in points]
    names_of_lines = {point.line for point in points}
    if bars:
        marks = [bar(place, point, slots) for place, point in zip(places, points)]
    else:
        marks = lines(places, points), [dot(place, point) for place, point in zip(places, points)]
    classes = ["many"] * (len(points) > MANY) + ["kinds"] * (len(names_of_lines) > KINDS)
    grid = [element("path", d=f"M0 {y} H{WIDTH}", class_="grid") for y in (0, HEIGHT / 2, HEIGHT)]
    names = f"{identifier}-title", f"{identifier}-description"
    svg = element(
        "svg",
        element("title", title, id=names[0]),
        element("desc", description, id=names[1]),
        grid,
        marks,
        id=identifier,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_labelledby=" ".join(names),
        class_=" ".join(classes) or None,
    )
    return element(
        "div", element("span", short(top), class_="top"), svg, element("span", "0", class_="bottom"), class_="plot"
    )


def lines(places, points):
    of_line = {}
    for (x, y), point in zip(places, points):
        of_line.setdefault(point.line, []).append(f"{x:.1f} {y:.2f}")
    return [element("path", d="M" + " L".join(joined), class_="line") for joined in of_line.values()]


def dot(place, point):
    # A title on its own line would be hovered only where the stroke is: a wide one that nobody sees lies over it.
    d = f"M{place[0]:.1f} {place[1]:.2f} h0"
    return element(
        "g",
        element("title", point.tip),
        element("path", d=d, class_="mark"),
        element("path", d=d, class_="touch"),
        class_="point bad" if point.is_bad else "point",
    )


def bar(place, point, count):
    width = min(WIDTH / count * 0.7, WIDTH / 12)
    height = HEIGHT - place[1]
    return element(
        "g",
        element("title", point.tip),
        element(
            "rect",
            x=f"{place[0] - width / 2:.1f}",
            y=f"{place[1]:.2f}",
            width=f"{width:.1f}",
            height=f"{height:.2f}",
            class_="mark",
        ),
        element(
            "rect",
            x=f"{place[0] - WIDTH / count / 2:.1f}",
            y=0,
            width=f"{WIDTH / count:.1f}",
            height=HEIGHT,
            class_="touch",
        ),
        class_="bar bad" if point.is_bad else "bar",
    )


def round_above(value):
    """Returns: a round number that is at least the value, at least 1, and not much larger."""
    if value <= 1:
        return 1
    power = 10 ** math.floor(math.log10(value))
    return next(digit * power for digit in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15) if digit * power >= value)


def short(value):
    """Returns: the number in at most five characters or so: 950, 1.2k, 34k, 5.6M."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            scaled = value / size
            return f"{scaled:.1f}".removesuffix(".0") + letter if scaled < 10 else f"{scaled:.0f}{letter}"
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"


class Levels:
    """Colours for counts: steps of equal ratio between the least count that is not zero and the largest."""

    def __init__(self, counts):
        counts = [count for count in counts if count > 0]
        self.least, self.largest = min(counts, default=1), max(counts, default=1)

    def of(self, count):
        """Returns: 0 for none, else 1 to LEVELS."""
        return next(level for level in range(LEVELS, -1, -1) if count >= self.begin(level))

    def begin(self, level):
        """Returns: the least count of that level."""
        if level == 0:
            return 0
        return max(math.ceil(self.least * (self.largest / self.least) ** ((level - 1) / LEVELS)), 1)

    def used(self):
        """Returns: the levels that any count can have; few different counts need few."""
        return [level for level in range(1, LEVELS + 1) if level == LEVELS or self.begin(level) < self.begin(level + 1)]


def matrix(pairs, tip):
    """Returns: the lower half of the square of all names. pairs: (first, second) -> count; tip: pair -> text."""
    names = sorted({name for pair in pairs for name in pair})
    levels = Levels(pairs.values())

    def cell(pair):
        if pair not in pairs:
            return element("td", class_="absent")
        return element("td", short(pairs[pair]), class_=f"level{levels.of(pairs[pair])}", title=tip(pair))

    rows = [
        element("tr", element("th", second, scope="row"), [cell((first, second)) for first in names[: index + 1]])
        for index, second in enumerate(names)
    ]
    foot = element("tr", element("td"), [element("th", element("span", name), scope="col") for name in names])
    caption = element("caption", "How often each pair of operations overlapped", class_="spoken")
    table = element("table", caption, element("tbody", rows), element("tfoot", foot), class_="matrix")
    return element(
        "div", table, class_="wide", tabindex="0", role="region", aria_label="Matrix of pairs, scrolls sideways"
    ), legend(levels)


def legend(levels):
    steps = [
        element("li", element("span", class_=f"swatch level{level}"), f"from {short(levels.begin(level))}")
        for level in levels.used()
    ]
    return element("ul", element("li", element("span", class_="swatch level0"), "never"), steps, class_="legend")
