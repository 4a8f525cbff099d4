"""What results look like: a run of the stress runner, and the outcome of one test target; dictionaries that JSON can hold.

A *run* is the runner's run.json as it is, with "kind": "run" (RUN lists its members). A *test* is what Bazel left of one
target in one configuration, all its shards together (bazel_results.py; TEST lists its members).

Everything is checked here, once, when it is read: from a user's file, and again from the history. Members that nobody
knows are kept.
"""

import datetime
import json

from errors import InputError

RUN_MEND = "Run it again with this tree's runner, or remove the file"
# More than any runner counts, and little enough to reckon with.
WHOLE_MAX = 2**64 - 1
NUMBER_MAX = 1e18
# The worst last.
STATUSES = ("passed", "flaky", "timeout", "failed")


def whole(value):
    return type(value) is int and 0 <= value <= WHOLE_MAX


def number(value):
    return type(value) in (int, float) and 0 <= value <= NUMBER_MAX


def text(value):
    return isinstance(value, str)


def name(value):
    return isinstance(value, str) and value.strip() != ""


def yes_or_no(value):
    return isinstance(value, bool)


def text_or_null(value):
    return value is None or isinstance(value, str)


def moment(value):
    try:
        there = datetime.datetime.fromisoformat(value)
        return there.tzinfo is not None and there.astimezone(datetime.timezone.utc) is not None
    except (TypeError, ValueError, OverflowError):
        return False


def counts(value):
    return isinstance(value, dict) and all(whole(count) for count in value.values())


def texts(value):
    return isinstance(value, list) and all(isinstance(member, str) for member in value)


def objects(value):
    return isinstance(value, list) and all(isinstance(member, dict) for member in value)


WANTED = {
    whole: f"a whole number from 0 to {WHOLE_MAX}",
    number: f"a number from 0 to {NUMBER_MAX:g}",
    text: "a text",
    name: "a text that is not empty",
    yes_or_no: "true or false",
    text_or_null: "a text or null",
    moment: "a time with its zone, as 2026-11-22T02:00:00Z",
    counts: "an object of whole numbers",
    texts: "a list of texts",
    objects: "a list of objects",
}

# Member -> what its value must be.
RUN = {
    "started": moment,
    "commit": text_or_null,
    "configuration": name,
    "kernel": text,
    "seed": whole,
    "seconds": number,
    "rounds": whole,
    "threads": whole,
    "operations": whole,
    "operations_per_second": number,
    "failures": objects,
    "operation_counts": counts,
    "pairs": objects,
}
FAILURE = {"seed": whole, "round": whole, "rule": text, "message": text, "script": text_or_null}
# What a run may have too: a name for its weights and sizes; whether a signal ended it; from bazel_results.py its own name in its batch.
RUN_MORE = {"profile": text, "interrupted": yes_or_no, "name": text, "batch": text}
# What a failure may have too: the command that repeats it, what its threads did last, the size it was cut down to, and
# the script that this is the size of.
FAILURE_MORE = {"command": text_or_null, "last_steps": texts, "shrunk_to": text_or_null, "script_text": text}
PAIR = {"first": name, "second": name, "overlaps": whole}
TEST = {
    "target": name,
    "configuration": name,
    "started": moment,
    "status": STATUSES.__contains__,
    "seconds": number,
    "cases": whole,
    "failed": objects,
}
CASE = {"name": text, "message": text}


class LinesDecoder(json.JSONDecoder):
    """Remembers on which line each object begins: lines[id(object)]."""

    def __init__(self):
        super().__init__(parse_constant=self.refuse)
        self.lines = {}
        read_object = self.parse_object

        def read_and_remember(text_and_position, *rest):
            value, end = read_object(text_and_position, *rest)
            self.lines[id(value)] = text_and_position[0].count("\n", 0, text_and_position[1]) + 1
            return value, end

        self.parse_object = read_and_remember
        self.scan_once = json.scanner.py_make_scanner(self)

    @staticmethod
    def refuse(constant):
        raise ValueError(f"{constant} is no JSON")


def run_of_text(content, where):
    """Returns: the run in the text of a run.json. Fails: InputError."""
    decoder = LinesDecoder()
    try:
        run = decoder.decode(content)
    except json.JSONDecodeError as error:
        raise InputError(f"{where}:{error.lineno}:{error.colno}", f"this is no JSON ({error.msg})", RUN_MEND) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}:1", f"this cannot be read ({error})", RUN_MEND) from None
    if not isinstance(run, dict):
        raise InputError(f"{where}:1", "this is no object with members", RUN_MEND)
    check_run(run, lambda value: f"{where}:{decoder.lines.get(id(value), 1)}", RUN_MEND)
    return {**run, "kind": "run"}


def check_record(record, where, mend):
    """Fails: InputError, if this line of a history is no record."""
    kind = record.get("kind") if isinstance(record, dict) else None
    if kind == "run":
        check_run(record, lambda _: where, mend)
    elif kind == "test":
        check_members(record, TEST, "", lambda _: where, mend)
        for index, case in enumerate(record["failed"]):
            check_members(case, CASE, f"failed[{index}].", lambda _: where, mend)
    else:
        raise InputError(where, 'this is no record: "kind" must be "run" or "test"', mend)


def check_run(run, where, mend):
    """where: a function of the object that is wrong."""
    check_members(run, RUN | present(RUN_MORE, run), "", where, mend)
    for index, failure in enumerate(run["failures"]):
        check_members(failure, FAILURE | present(FAILURE_MORE, failure), f"failures[{index}].", where, mend)
    seen = set()
    for index, pair in enumerate(run["pairs"]):
        check_members(pair, PAIR, f"pairs[{index}].", where, mend)
        names = pair["first"], pair["second"]
        if names[0] > names[1]:
            raise InputError(
                where(pair), f"pairs[{index}] is not in the order of the alphabet: {names[0]}, {names[1]}", mend
            )
        if names in seen:
            raise InputError(where(pair), f"pairs[{index}] is listed twice: {names[0]}, {names[1]}", mend)
        seen.add(names)


def present(members, value):
    """Returns: those of the members that the value has."""
    return {member: is_right for member, is_right in members.items() if member in value}


def check_members(value, members, prefix, where, mend):
    for member, is_right in members.items():
        if member not in value:
            raise InputError(where(value), f"{prefix}{member} is missing", mend)
        if not is_right(value[member]):
            wanted = WANTED.get(is_right, "one of " + ", ".join(STATUSES))
            given = json.dumps(value[member])
            given = given if len(given) <= 60 else given[:57] + "..."
            raise InputError(where(value), f"{prefix}{member} is {given}, and must be {wanted}", mend)


def identity(record):
    """Returns: what two records have in common exactly when they tell of the same event."""
    if record["kind"] == "test":
        return record["target"], record["configuration"], record["started"]
    # Not how it came here: the same run may be given as a file, and in a folder.
    return tuple(
        json.dumps(record[member], sort_keys=True) for member in RUN if member not in ("configuration", "failures")
    )


def started(record):
    """Returns: when it began, in UTC."""
    return datetime.datetime.fromisoformat(record["started"]).astimezone(datetime.timezone.utc)
