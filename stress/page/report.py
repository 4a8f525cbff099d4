"""The page: what is in a history, as one HTML document that needs nothing but itself.

It has no script, and its policy (Content-Security-Policy) forbids whatever it could load, so nothing that a result says
can act. It is a function of the records: the same history is the same page, byte by byte.

What it does not do: judge. A run failed if the runner says so, a target if Bazel does.
"""

from collections import Counter

from charts import matrix
from elements import document, element, table
from failures import failures
from results import Results, duration, in_words, many, when
from trends import failed, trends

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
MARKS = {"passed": "✓", "flaky": "≈", "timeout": "⧗", "failed": "✗"}


def page(everything, style, tests_max, failures_max):
    """Returns: the text of the page. At most so many tests of each configuration are drawn, and so many failures told."""
    results = Results(everything)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="color-scheme", content="light dark"),
        element("title", "Stress runs of rmapcheck"),
        element("style", style),
    )
    parts = [
        element("header", element("h1", "Stress runs"), summary(results), totals(results)),
        section("trends", "Trends", trends(results, tests_max)),
        section("failures", "Failures", failures(results, failures_max)),
        section("pairs", "Pairs of operations", pairs(results)),
        section("targets", "Test targets", targets(results)),
        section("operations", "Operations", operations(results)),
    ]
    body = element(
        "body",
        element("main", parts),
        element("footer", element("p", "Made by ", element("code", "./bazelw run //stress/page"), ".")),
    )
    return document(element("html", head, body, lang="en"))


def section(identifier, title, children):
    return element("section", element("h2", title), children, id=identifier)


# The top.


def summary(results):
    if not results.runs and not results.tests:
        return element("p", "There is no result yet.", class_="lead")
    newest = [(name, results.batches_of(name)[-1]) for name in results.configurations(results.runs)]
    chips = [chip(name, many(failed(batch), "failure"), batch[-1], failed(batch) > 0) for name, batch in newest]
    latest = [tests[-1] for tests in results.newest_tests().values()]
    bad = sum(test["status"] in ("failed", "timeout") for test in latest)
    if latest:
        chips.append(chip("targets", f"{bad} of {len(latest)} failed", results.tests[-1], bad > 0))
    return [element("p", "The newest of each configuration:", class_="lead"), element("ul", chips, class_="chips")]


def chip(name, what, record, is_bad):
    parts = element("b", name), f" {what}", element("small", when(record))
    return element("li", parts, class_="bad" if is_bad else "good")


def totals(results):
    runs = results.runs
    facts = [
        ("runs", len(runs)),
        ("rounds", sum(run["rounds"] for run in runs)),
        ("operations", sum(run["operations"] for run in runs)),
        ("failures", sum(len(run["failures"]) for run in runs)),
    ]
    shown = [(name, in_words(value), f"{value:,}") for name, value in facts]
    shown.insert(1, ("under load", duration(sum(run["seconds"] for run in runs)), None))
    overlapped = len(results.overlaps) - len(results.never)
    shown.append(("pairs overlapped", f"{overlapped:,} of {len(results.overlaps):,}", None))
    return element(
        "dl",
        [element("div", element("dt", name), element("dd", value, title=exact)) for name, value, exact in shown],
        class_="totals",
    )


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
    alternative = element(
        "details",
        element("summary", "As a table, the rarest first"),
        table("Pairs", ("pair", "overlaps", "runs"), rows, "names"),
    )
    note = (
        "How often the operation of the row and that of the column were really under way together, over all runs. "
        "Striped: never."
    )
    return [element("p", note), *matrix(results.overlaps, tip), never(results), alternative]


def never(results):
    of = many(len(results.overlaps), "pair")
    if not results.never:
        return element("p", f"Each of {of} overlapped at least once.", class_="never none")
    listed = element("ul", [element("li", f"{first} × {second}") for first, second in results.never])
    return element(
        "div", element("p", f"{len(results.never):,} of {of} never overlapped in any run:"), listed, class_="never"
    )


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
        return element(
            "span",
            f"{MARKS[test['status']]} {test['status']} ",
            element("small", f"{test['seconds']:,.1f} s"),
            class_=test["status"],
            title=tip,
        )

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
