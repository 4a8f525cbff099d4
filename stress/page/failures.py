"""What failed, and the command that repeats it: failures that runs tell of, and targets that Bazel saw fail."""

import shlex

import records
from elements import element
from results import many, when


def failures(results, failures_max):
    """Every failure of a run, and every target that failed, the newest first."""
    told = [(run, failure_of_run(run, failure)) for run in results.runs for failure in run["failures"]]
    told += [(test, failure_of_target(test)) for test in results.tests if test["status"] in ("failed", "timeout")]
    told.sort(key=lambda pair: records.started(pair[0]), reverse=True)
    if not told:
        return element("p", "None, in any run or target.", class_="none")
    rest = len(told) - failures_max
    note = (
        f"The {failures_max} newest of {len(told):,}; --failures_max shows more."
        if rest > 0
        else f"{many(len(told), 'failure')}, the newest first."
    )
    return [
        element("p", note),
        element("ol", [element("li", part) for _, part in told[:failures_max]], class_="failures"),
    ]


def failure_of_run(run, failure):
    facts = [
        ("seed", failure["seed"]),
        ("round", failure["round"]),
        ("kernel", run["kernel"]),
        ("threads", run["threads"]),
    ]
    if run.get("name"):
        facts.insert(0, ("run", run["name"]))
    if failure["script"] and "script_text" not in failure:
        facts.append(("script", failure["script"]))
    if failure.get("shrunk_to"):
        facts.append(("made smaller", failure["shrunk_to"]))
    messages = [failure["message"]]
    if failure.get("last_steps"):
        messages.append("\n".join(["What each thread did last", *failure["last_steps"]]))
    if failure.get("script_text"):
        messages.append("The script that failed, to be kept in a file\n" + failure["script_text"])
    repeat = failure.get("command") or repeat_command(run, failure)
    return article(run, element("span", failure["rule"], class_="rule"), facts, messages, repeat)


def failure_of_target(test):
    facts = [("target", test["target"]), ("seconds", f"{test['seconds']:,.1f}")]
    messages = [f"{case['name']}\n{case['message']}".strip() for case in test["failed"]]
    names = [case["name"] for case in test["failed"] if "." in case["name"]]
    filters = [f"--test_filter={':'.join(names)}"] if 0 < len(names) <= 5 else []
    command = shlex.join(["./bazelw", "test", *configuration_words(test), test["target"], *filters])
    return article(test, element("span", "target " + test["status"], class_="rule"), facts, messages, command)


def article(record, rule, facts, messages, command):
    listed = element(
        "dl", [element("div", element("dt", name), element("dd", value)) for name, value in facts], class_="facts"
    )
    heading = element("h3", rule, " ", element("b", record["configuration"]), element("small", when(record)))
    return element(
        "article",
        heading,
        listed,
        [message_part(message) for message in messages],
        element("p", element("span", "To repeat: "), element("code", command, tabindex="0"), class_="repeat"),
    )


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
    if failure["script"] and "script_text" not in failure:
        flags = [f"--script={failure['script']}"]
    else:
        flags = [f"--seed={failure['seed']}", f"--first_round={failure['round']}", "--rounds=1"]
    kernel = run["kernel"].split()
    flags += [f"--generation={name}" for name in kernel[:1]]
    flags += [f"--{word}={fix}" for word, fix in zip(kernel[1::2], kernel[2::2]) if word in ("with", "without")]
    flags += [f"--{of}={run[of]}" for of in ("profile", "threads") if of in run]
    return shlex.join(["./bazelw", "run", *configuration_words(run), "//stress:rmap_stress", "--", *flags])
