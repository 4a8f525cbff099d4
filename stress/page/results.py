"""A history, sorted out for the page; and how its numbers are said."""

from collections import Counter, defaultdict

import records

CONFIGURATIONS = ("plain", "tsan", "asan", "ubsan")  # First, and in this order.


class Results:
    """A history, sorted out."""

    def __init__(self, everything):
        self.runs = [record for record in everything if record["kind"] == "run"]
        self.tests = [record for record in everything if record["kind"] == "test"]
        self.overlaps, self.runs_with_pair = Counter(), Counter()
        for run in self.runs:
            for pair in run["pairs"]:
                names = pair["first"], pair["second"]
                self.overlaps[names] += pair["overlaps"]
                self.runs_with_pair[names] += pair["overlaps"] > 0
        self.never = sorted(pair for pair, count in self.overlaps.items() if count == 0)

    def configurations(self, of):
        names = {record["configuration"] for record in of}
        return [name for name in CONFIGURATIONS if name in names] + sorted(names - set(CONFIGURATIONS))

    def runs_of(self, configuration):
        return [run for run in self.runs if run["configuration"] == configuration]

    def batches_of(self, configuration):
        """Returns: the runs of each execution of a test, the oldest first; a run that is of none is alone."""
        found = {}
        for number, run in enumerate(self.runs_of(configuration)):
            found.setdefault(run.get("batch", number), []).append(run)
        return list(found.values())

    def newest_tests(self):
        """Returns: (target, configuration) -> its tests, oldest first."""
        found = defaultdict(list)
        for test in self.tests:
            found[test["target"], test["configuration"]].append(test)
        return found


def when(record):
    return records.started(record).strftime("%Y-%m-%d %H:%M")


def many(count, noun, nouns=None):
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def in_words(value):
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{value / size:,.1f} {name}"
    return f"{value:,}"


def duration(seconds):
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"
