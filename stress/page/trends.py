"""A card for each configuration: its runs as three trends above each other, and as a table."""

import statistics

from charts import Point, trend
from elements import element, table
from results import many, when

BEFORE = 10  # So many runs before the newest say what is usual.


def trends(results):
    if not results.runs:
        return element("p", "No run yet. A run is what ", element("code", "run.json"), " tells of.", class_="none")
    cards = [
        card(results.runs_of(name), index, name) for index, name in enumerate(results.configurations(results.runs))
    ]
    note = (
        "A point is a run, the oldest left; a run with failures is red. Runs stand side by side, however much time lies "
        "between; a line joins those of one kernel, number of threads and profile."
    )
    return [element("p", note), element("div", cards, class_="cards")]


def card(runs, index, name):
    first, newest = runs[0], runs[-1]
    pairs = f"{missed(newest):,} of {len(newest['pairs']):,}"
    charts = [
        figure(f"throughput-{index}", "Operations a second", name, runs, speed, f"{speed(newest):,.0f}", usual(runs)),
        figure(f"failures-{index}", "Failures", name, runs, failed, failed(newest), bars=True),
        figure(f"missed-{index}", "Pairs that did not overlap", name, runs, missed, pairs),
    ]
    ends = [element("span", when(run)) for run in ([first, newest] if len(runs) > 1 else runs)]
    alternative = element("details", element("summary", "As a table"), runs_table(name, runs))
    heading = element("h3", name, element("small", many(len(runs), "run")))
    return element("article", heading, charts, element("p", ends, class_="axis"), alternative, class_="card")


def figure(identifier, title, configuration, runs, value, newest, note=None, bars=False):
    """value: a function of a run."""
    heading = [element("span", title), element("b", newest), element("small", note) if note else None]
    values = [value(run) for run in runs]
    description = (
        f"{many(len(runs), 'run')} from {when(runs[0])} to {when(runs[-1])}: newest {values[-1]:,.0f}, "
        f"least {min(values):,.0f}, most {max(values):,.0f}."
    )
    points = [
        Point(value(run), f"{title}: {value(run):,.0f}\n{about(run)}", failed(run) > 0, like(run)) for run in runs
    ]
    chart = trend(identifier, f"{title}, {configuration}", description, points, bars)
    return element("figure", element("figcaption", heading), chart)


def speed(run):
    return run["operations_per_second"]


def failed(run):
    return len(run["failures"])


def missed(run):
    return sum(pair["overlaps"] == 0 for pair in run["pairs"])


def about(run):
    threads, failures = many(run["threads"], "thread"), many(failed(run), "failure")
    return f"{when(run)}, seed {run['seed']}, {run['kernel']}, {threads}, {failures}"


def like(run):
    """Returns: what two runs have in common whose numbers can be compared."""
    return run["kernel"], run["threads"], str(run.get("profile"))


def usual(runs):
    """Returns: how the newest run compares with what is usual for its like, in words."""
    newest = runs[-1]
    before = [speed(run) for run in runs[:-1] if like(run) == like(newest)][-BEFORE:]
    middle = statistics.median(before) if before else 0
    if not middle:
        return "the first of its kind"
    return f"{speed(newest) / middle - 1:+.0%} against the median of the {len(before)} before".replace("-", "−")


def runs_table(name, runs):
    columns = {
        "began": when,
        "operations/s": speed,
        "failures": failed,
        "pairs missed": missed,
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
