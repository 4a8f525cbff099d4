"""The page: what is in a history, as one HTML document that needs nothing but itself.

It has no script, and its policy (Content-Security-Policy) forbids whatever it could load, so nothing that a result says can act.
It is a function of the records: the same history is the same page, byte by byte.

What it does not do: judge. A run failed if the runner says so, a target if Bazel does.
"""

import shlex
import statistics
from collections import Counter, defaultdict

import records
from charts import Point, matrix, trend
from elements import document, element

CONFIGURATIONS = ("plain", "tsan", "asan", "ubsan")  # First, and in this order.
BEFORE = 10  # So many runs before the newest say what is usual.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
MARKS = {"passed": "✓", "flaky": "≈", "timeout": "⧗", "failed": "✗"}


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

    def newest_tests(self):
        """Returns: (target, configuration) -> its tests, oldest first."""
        found = defaultdict(list)
        for test in self.tests:
            found[test["target"], test["configuration"]].append(test)
        return found


def page(everything, style, failures_max):
    """Returns: the text of the page. At most so many failures are told, the newest."""
    results = Results(everything)
    head = element(
        "head", element("meta", charset="utf-8"), element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="color-scheme", content="light dark"), element("title", "Stress runs of rmapcheck"), element("style", style)
    )
    parts = [
        element("header", element("h1", "Stress runs"), summary(results), totals(results)),
        section("trends", "Trends", trends(results)),
        section("failures", "Failures", failures(results, failures_max)),
        section("pairs", "Pairs of operations", pairs(results)),
        section("targets", "Test targets", targets(results)),
        section("operations", "Operations", operations(results))
    ]
    body = element("body", element("main", parts), element("footer", element("p", "Made by ", code("./bazelw run //stress/page"), ".")))
    return document(element("html", head, body, lang="en"))


def section(identifier, title, children):
    return element("section", element("h2", title), children, id=identifier)


def code(text):
    return element("code", text)


def when(record):
    return records.started(record).strftime("%Y-%m-%d %H:%M")


def many(count, noun, nouns=None):
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def table(caption, heads, rows, class_=None):
    """Returns: a table that scrolls sideways where it is too wide. A row is a list of cells; numbers stand to the right.

    Requires: there is a row, and all are alike.
    """

    def cell(value):
        if isinstance(value, (int, float)):
            return element("td", f"{value:,}" if isinstance(value, int) else f"{value:,.{1 if value < 1000 else 0}f}", class_="number")
        return element("td", value)

    kinds = ["number" if isinstance(value, (int, float)) else None for value in rows[0]]
    head = element("tr", [element("th", text, scope="col", class_=kind) for text, kind in zip(heads, kinds)])
    body = [element("tr", element("th", row[0], scope="row"), [cell(value) for value in row[1:]]) for row in rows]
    made = element("table", element("caption", caption), element("thead", head), element("tbody", body), class_=class_)
    return element("div", made, class_="wide", tabindex="0", role="region", aria_label=f"{caption}, scrolls sideways")


# The top.


def summary(results):
    if not results.runs and not results.tests:
        return element("p", "There is no result yet.", class_="lead")
    chips = []
    for name in results.configurations(results.runs):
        newest = results.runs_of(name)[-1]
        count = len(newest["failures"])
        chips.append(element(
            "li", element("b", name), f" {many(count, 'failure')}" if count else " no failure", element("small", when(newest)),
            class_="bad" if count else "good"
        ))
    latest = [tests[-1] for tests in results.newest_tests().values()]
    bad = sum(test["status"] in ("failed", "timeout") for test in latest)
    if latest:
        text = f" {bad} of {len(latest)} failed" if bad else f" all {len(latest)} passed"
        chips.append(element("li", element("b", "targets"), text, element("small", when(results.tests[-1])), class_="bad" if bad else "good"))
    return [element("p", "The newest run of each configuration:", class_="lead"), element("ul", chips, class_="chips")]


def totals(results):
    runs = results.runs
    facts = [("runs", len(runs)), ("rounds", sum(run["rounds"] for run in runs)), ("operations", sum(run["operations"] for run in runs)),
             ("failures", sum(len(run["failures"]) for run in runs))]
    shown = [(name, in_words(value), f"{value:,}") for name, value in facts]
    shown.insert(1, ("under load", duration(sum(run["seconds"] for run in runs)), None))
    overlapped = len(results.overlaps) - len(results.never)
    shown.append(("pairs overlapped", f"{overlapped:,} of {len(results.overlaps):,}", None))
    return element("dl", [element("div", element("dt", name), element("dd", value, title=exact)) for name, value, exact in shown], class_="totals")


def in_words(value):
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{value / size:,.1f} {name}"
    return f"{value:,}"


def duration(seconds):
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


# Trends.


def trends(results):
    if not results.runs:
        return element("p", "No run yet. A run is what ", code("run.json"), " tells of.", class_="none")
    cards = [card(results, index, name) for index, name in enumerate(results.configurations(results.runs))]
    return [
        element("p", "A point is a run, the oldest left; a run with failures is red. Runs stand side by side, however much time lies between; "
                "a line joins those of one kernel, number of threads and profile."),
        element("div", cards, class_="cards")
    ]


def card(results, index, name):
    runs = results.runs_of(name)
    newest = runs[-1]
    missed = [sum(pair["overlaps"] == 0 for pair in run["pairs"]) for run in runs]
    charts = [
        figure(
            "Operations a second", f"{newest['operations_per_second']:,.0f}", usual(runs),
            trend(
                f"throughput-{index}", f"Operations a second, {name}", series(runs, [run["operations_per_second"] for run in runs]),
                [Point(run["operations_per_second"], f"{run['operations_per_second']:,.0f} operations a second\n{about(run)}", bool(run["failures"]), like(run)) for run in runs]
            )
        ),
        figure(
            "Failures", len(newest["failures"]), None,
            trend(
                f"failures-{index}", f"Failures, {name}", series(runs, [len(run["failures"]) for run in runs]),
                [Point(len(run["failures"]), f"{many(len(run['failures']), 'failure')}\n{about(run)}", True) for run in runs], bars=True
            )
        ),
        figure(
            "Pairs that did not overlap", f"{missed[-1]:,} of {len(newest['pairs']):,}", None,
            trend(
                f"missed-{index}", f"Pairs of operations that did not overlap, {name}", series(runs, missed),
                [Point(count, f"{count:,} of {many(len(run['pairs']), 'pair')} did not overlap\n{about(run)}", bool(run["failures"]), like(run)) for count, run in zip(missed, runs)]
            )
        )
    ]
    axis = element("p", element("span", when(runs[0])), element("span", when(newest)) if len(runs) > 1 else None, class_="axis")
    alternative = element("details", element("summary", "As a table"), runs_table(name, runs))
    return element("article", element("h3", name, element("small", many(len(runs), "run"))), charts, axis, alternative, class_="card")


def figure(title, newest, note, chart):
    heading = element("figcaption", element("span", title), element("b", newest), element("small", note) if note else None)
    return element("figure", heading, chart)


def series(runs, values):
    """Returns: what a chart shows, in words."""
    return f"{many(len(runs), 'run')} from {when(runs[0])} to {when(runs[-1])}: newest {values[-1]:,.0f}, least {min(values):,.0f}, most {max(values):,.0f}."


def about(run):
    return f"{when(run)}, seed {run['seed']}, {run['kernel']}, {many(run['threads'], 'thread')}, {many(len(run['failures']), 'failure')}"


def met(run):
    return f"{sum(pair['overlaps'] > 0 for pair in run['pairs']):,} of {len(run['pairs']):,}"


def like(run):
    """Returns: what two runs have in common whose numbers can be compared."""
    return run["kernel"], run["threads"], str(run.get("profile"))


def usual(runs):
    """Returns: how the newest run compares with what is usual for its like, in words."""
    newest = runs[-1]
    before = [run["operations_per_second"] for run in runs[:-1] if like(run) == like(newest)][-BEFORE:]
    middle = statistics.median(before) if before else 0
    if not middle:
        return "the first of its kind"
    return f"{newest['operations_per_second'] / middle - 1:+.0%} against the median of the {len(before)} before".replace("-", "−")


def runs_table(name, runs):
    heads = ("began", "operations/s", "failures", "pairs overlapped", "rounds", "operations", "seconds", "threads", "kernel", "seed", "commit")
    rows = [
        (when(run), run["operations_per_second"], len(run["failures"]), met(run), run["rounds"], run["operations"],
         run["seconds"], run["threads"], run["kernel"], str(run["seed"]), (run["commit"] or "")[:12]) for run in reversed(runs)
    ]
    return table(f"Runs, {name}", heads, rows)


# Failures.


def failures(results, failures_max):
    """Every failure of a run, and every target that failed, the newest first."""
    told = [(run, failure_of_run(run, failure)) for run in results.runs for failure in run["failures"]]
    told += [(test, failure_of_target(test)) for test in results.tests if test["status"] in ("failed", "timeout")]
    told.sort(key=lambda pair: records.started(pair[0]), reverse=True)
    if not told:
        return element("p", "None, in any run or target.", class_="none")
    rest = len(told) - failures_max
    note = f"The {failures_max} newest of {len(told):,}; --failures_max shows more." if rest > 0 else f"{many(len(told), 'failure')}, the newest first."
    return [element("p", note), element("ol", [element("li", part) for _, part in told[:failures_max]], class_="failures")]


def failure_of_run(run, failure):
    facts = [("seed", failure["seed"]), ("round", failure["round"]), ("kernel", run["kernel"]), ("threads", run["threads"])]
    if failure["script"]:
        facts.append(("script", failure["script"]))
    if failure.get("shrunk_to"):
        facts.append(("made smaller", failure["shrunk_to"]))
    messages = [failure["message"]]
    if failure.get("last_steps"):
        messages.append("\n".join(["What each thread did last", *failure["last_steps"]]))
    repeat = failure.get("command") or repeat_command(run, failure)
    return told(run, element("span", failure["rule"], class_="rule"), facts, messages, repeat)


def failure_of_target(test):
    facts = [("target", test["target"]), ("seconds", f"{test['seconds']:,.1f}")]
    messages = [f"{case['name']}\n{case['message']}".strip() for case in test["failed"]]
    names = [case["name"] for case in test["failed"] if "." in case["name"] and "/" not in case["name"]]
    filters = [f"--test_filter={':'.join(names)}"] if 0 < len(names) <= 5 else []
    command = shlex.join(["./bazelw", "test", *configuration_words(test), test["target"], *filters])
    return told(test, element("span", "target " + test["status"], class_="rule"), facts, messages, command)


def told(record, rule, facts, messages, command):
    listed = element("dl", [element("div", element("dt", name), element("dd", value)) for name, value in facts], class_="facts")
    heading = element("h3", rule, " ", element("b", record["configuration"]), element("small", when(record)))
    return element("article", heading, listed, [message_part(message) for message in messages],
                   element("p", element("span", "To repeat: "), element("code", command, tabindex="0"), class_="repeat"))


def message_part(message):
    """Its first line; all of it, if there is more, is behind a click."""
    first, _, rest = message.strip().partition("\n")
    if not rest:
        return element("p", first, class_="message")
    return element("details", element("summary", first), element("pre", rest, tabindex="0"), class_="message")


def configuration_words(record):
    return [] if record["configuration"] == "plain" else ["--config=" + record["configuration"]]


def repeat_command(run, failure):
    """Returns: what runs that round again. The seed repeats its operations, not the schedule."""
    if failure["script"]:
        flags = [f"--script={failure['script']}"]
    else:
        flags = [f"--seed={failure['seed']}", f"--first_round={failure['round']}", "--rounds=1"]
    kernel = run["kernel"].split()
    flags += [f"--generation={name}" for name in kernel[:1]]
    flags += [f"--{word}={fix}" for word, fix in zip(kernel[1::2], kernel[2::2]) if word in ("with", "without")]
    flags.append(f"--threads={run['threads']}")
    return shlex.join(["./bazelw", "run", *configuration_words(run), "//stress:rmap_stress", "--", *flags])


# Pairs.


def pairs(results):
    if not results.overlaps:
        return element("p", "No run has told of pairs yet.", class_="none")

    def tip(pair):
        count = results.overlaps[pair]
        found = f"in {results.runs_with_pair[pair]:,} of {many(len(results.runs), 'run')}"
        return f"{pair[0]} × {pair[1]}: " + (f"{many(count, 'overlap')}, {found}" if count else "never overlapped")

    every = sorted(results.overlaps.items(), key=lambda item: (item[1], item[0]))
    rows = [(f"{first} × {second}", count, results.runs_with_pair[first, second]) for (first, second), count in every]
    alternative = element("details", element("summary", "As a table, the rarest first"), table("Pairs", ("pair", "overlaps", "runs"), rows, "names"))
    note = "How often the operation of the row and that of the column were really under way together, over all runs. Striped: never."
    return [element("p", note), *matrix(results.overlaps, tip), never(results), alternative]


def never(results):
    of = many(len(results.overlaps), "pair")
    if not results.never:
        return element("p", f"Each of {of} overlapped at least once.", class_="never none")
    listed = element("ul", [element("li", f"{first} × {second}") for first, second in results.never])
    return element("div", element("p", f"{len(results.never):,} of {of} never overlapped in any run:"), listed, class_="never")


# Targets and operations.


def targets(results):
    newest = results.newest_tests()
    if not newest:
        return element("p", "No result of a test target yet.", class_="none")
    configurations = results.configurations(results.tests)

    def cell(target, configuration):
        tests = newest.get((target, configuration))
        if not tests:
            return element("span", "–", class_="absent", title=f"{target} never ran with {configuration}")
        test, passed = tests[-1], sum(test["status"] == "passed" for test in tests)
        tip = f"{when(test)}, {many(test['cases'], 'case')}; passed {passed:,} of {many(len(tests), 'time')}"
        return element("span", f"{MARKS[test['status']]} {test['status']} ", element("small", f"{test['seconds']:,.1f} s"), class_=test["status"], title=tip)

    names = sorted({target for target, _ in newest})
    rows = [[target] + [cell(target, configuration) for configuration in configurations] for target in names]
    return table("The newest result of each target", ["target"] + configurations, rows, "names")


def operations(results):
    counts = Counter()
    for run in results.runs:
        counts.update(run["operation_counts"])
    if not counts:
        return element("p", "No run has counted its operations yet.", class_="none")
    total, most = sum(counts.values()) or 1, max(counts.values()) or 1
    rows = [
        (verb, count, f"{count / total:.1%}", element("span", class_="share", style=f"width: {160 * count // most}px"))
        for verb, count in counts.most_common()
    ]
    return table("How often each operation ran, over all runs", ("operation", "times", "share", ""), rows)
