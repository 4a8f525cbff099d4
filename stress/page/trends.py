"""A card for each configuration: its runs as three trends above each other, and as a table."""

import statistics

from charts import Point, trend
from elements import element, table
from results import many, when

BEFORE = 10  # So many runs before the newest say what is usual.


def trends(results, tests_max):
    """The newest so many tests of each configuration, with all runs that each made."""
    if not results.runs:
        return element("p", "No run yet. A run is what ", element("code", "run.json"), " tells of.", class_="none")
    names = results.configurations(results.runs)
    cards = [card(results.batches_of(name), index, name, tests_max) for index, name in enumerate(names)]
    note = (
        "The oldest is left; what failed is red. A point is a run, and those that one test made stand above each other; a "
        "line joins runs of one kind. Failures, and pairs that did not overlap, are counted over all runs of a test."
    )
    return [element("p", note), element("div", cards, class_="cards")]


def card(batches, index, name, tests_max):
    left_out = max(len(batches) - tests_max, 0)
    batches = batches[left_out:]
    newest, runs = batches[-1], sum(batches, [])
    missing, pairs = missed(newest), len(pairs_of(newest))
    alone = [[run] for run in runs]
    slots = [slot for slot, batch in enumerate(batches) for _ in batch]
    charts = [
        figure(
            f"throughput-{index}",
            "Operations a second",
            name,
            alone,
            slots,
            speed,
            f"{speed(newest):,.0f}",
            usual(batches),
        ),
        figure(f"failures-{index}", "Failures", name, batches, range(len(batches)), failed, failed(newest), bars=True),
        figure(
            f"missed-{index}",
            "Pairs that did not overlap",
            name,
            batches,
            range(len(batches)),
            missed,
            f"{missing:,} of {pairs:,}",
        ),
    ]
    ends = [element("span", when(batch[0])) for batch in (batches[:1] + batches[1:][-1:])]
    alternative = element("details", element("summary", "As a table"), runs_table(name, runs))
    count = many(len(runs), "run") + (f" of {many(len(batches), 'test')}" if len(batches) < len(runs) else "")
    if left_out:
        count += f"; {left_out:,} older are not shown (--tests_max)"
    heading = element("h3", name, element("small", count))
    return element("article", heading, charts, element("p", ends, class_="axis"), alternative, class_="card")


def figure(identifier, title, configuration, batches, slots, value, newest, note=None, bars=False):
    """value: a function of a batch."""
    heading = [element("span", title), element("b", newest), element("small", note) if note else None]
    values = [value(batch) for batch in batches]
    description = (
        f"{many(len(batches), 'point')} from {when(batches[0][0])} to {when(batches[-1][0])}: newest {values[-1]:,.0f}, "
        f"least {min(values):,.0f}, most {max(values):,.0f}."
    )
    points = [
        Point(amount, f"{title}: {amount:,.0f}\n{about(batch)}", failed(batch) > 0, slot, like(batch))
        for amount, batch, slot in zip(values, batches, slots)
    ]
    chart = trend(identifier, f"{title}, {configuration}", description, points, slots[-1] + 1, bars)
    return element("figure", element("figcaption", heading), chart)


# What is said of a batch: the runs that one test made, or a single one.


def speed(batch):
    if len(batch) == 1:
        return batch[0]["operations_per_second"]
    return sum(run["operations"] for run in batch) / (sum(run["seconds"] for run in batch) or 1)


def failed(batch):
    return sum(len(run["failures"]) for run in batch)


def pairs_of(batch):
    """Returns: pair -> whether it overlapped in any run."""
    found = {}
    for run in batch:
        for pair in run["pairs"]:
            names = pair["first"], pair["second"]
            found[names] = found.get(names, False) or pair["overlaps"] > 0
    return found


def missed(batch):
    return sum(not met for met in pairs_of(batch).values())


def about(batch):
    failures = many(failed(batch), "failure")
    if len(batch) > 1:
        return f"{when(batch[0])}, {many(len(batch), 'run')}, {failures}"
    (run,) = batch
    name = f"{run['name']}, " if run.get("name") else ""
    return f"{when(run)}, {name}seed {run['seed']}, {run['kernel']}, {many(run['threads'], 'thread')}, {failures}"


def like(batch):
    """Returns: what two batches have in common whose numbers can be compared."""
    return tuple(
        sorted((run["kernel"], run["threads"], *(str(run.get(of)) for of in ("profile", "name"))) for run in batch)
    )


def usual(batches):
    """Returns: how the newest batch compares with what is usual for its like, in words."""
    newest = batches[-1]
    before = [speed(batch) for batch in batches[:-1] if like(batch) == like(newest)][-BEFORE:]
    middle = statistics.median(before) if before else 0
    if not middle:
        return "the first of its kind"
    return f"{speed(newest) / middle - 1:+.0%} against the median of the {len(before)} before".replace("-", "−")


def runs_table(name, runs):
    columns = {
        "began": when,
        "run": lambda run: run.get("name", ""),
        "operations/s": lambda run: speed([run]),
        "failures": lambda run: failed([run]),
        "pairs missed": lambda run: missed([run]),
        "pairs": lambda run: len(run["pairs"]),
        "rounds": "rounds",
        "operations": "operations",
        "seconds": "seconds",
        "threads": "threads",
        "kernel": "kernel",
        "seed": lambda run: str(run["seed"]),
        "commit": lambda run: (run["commit"] or "")[:12],
    }
    rows = [[run[of] if isinstance(of, str) else of(run) for of in columns.values()] for run in reversed(runs)]
    return table(f"Runs, {name}", columns, rows)
