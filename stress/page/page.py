#!/usr/bin/env python3
"""Makes one HTML page of what stress runs found, night after night: docs/TESTING.md, The nightly run."""

import argparse
import os
import sys

sys.dont_write_bytecode = True  # The modules are in the tree.
import bazel_results
import history
import report
import results
from errors import InputError, check_regular, one_line

USAGE = """./bazelw run //stress/page -- [--history=FILE] [--out=FILE] [--tests_max=N] [--failures_max=N] [RESULT...]

RESULT is a run.json, or a folder of Bazel's test results, as bazel-out/k8-opt-tsan/testlogs/stress; without one, those of
every configuration in bazel-out. What they tell is added to the history, once, and the page shows all of the history.

  --history=FILE      where runs are kept, a line each       (stress-history.jsonl)
  --out=FILE          the page                               (stress.html)
  --tests_max=N       so many are drawn, the newest          (90)
  --failures_max=N    so many failures are told, the newest  (100)

Paths begin where you stand. Exit code 0: the page is written, whatever it tells; 2: it is not, and one line says why."""

TRY_HELP = "Try ./bazelw run //stress/page -- --help"


class Words(argparse.ArgumentParser):
    def error(self, message):
        raise InputError("words", message, TRY_HELP)


def parse(words):
    parser = Words(add_help=False, allow_abbrev=False)
    parser.add_argument("results", nargs="*")
    parser.add_argument("--history", default="stress-history.jsonl")
    parser.add_argument("--out", default="stress.html")
    parser.add_argument("--tests_max", type=int, default=90)
    parser.add_argument("--failures_max", type=int, default=100)
    parser.add_argument("--help", action="store_true")
    options = parser.parse_args(words)
    for flag, least in (("tests_max", 1), ("failures_max", 0)):
        if getattr(options, flag) < least:
            raise InputError("words", f"--{flag}={getattr(options, flag)} is less than {least}", TRY_HELP)
    for flag in ("history", "out"):
        if not getattr(options, flag):
            raise InputError("words", f"--{flag} names no file", TRY_HELP)
    return options


def from_where_the_user_stands(path):
    """Bazel runs programs elsewhere."""
    return os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), path)


def default_results():
    """Returns: the records of Bazel's stress targets, in every configuration."""
    tree = os.environ.get("BUILD_WORKSPACE_DIRECTORY", "")
    top = os.path.join(tree, "bazel-out")
    try:
        configurations = sorted(os.listdir(top))
    except OSError:
        configurations = []
    found = [bazel_results.read_folder(os.path.join(top, name, "testlogs", "stress")) for name in configurations]
    return [record for runs, tests in found for record in runs + tests]


def named_results(paths):
    """Returns: the records in files and folders that the user named, of which each must have some."""
    found = []
    for path in paths:
        if os.path.isdir(path):
            runs, tests = bazel_results.read_folder(path)
            if not runs and not tests:
                raise InputError(
                    path,
                    "no run.json and no test.xml is below this folder",
                    "Run ./bazelw test //stress/... first, or name another",
                )
            found += runs + tests
        else:
            found.append(bazel_results.read_run(path))
    return found


def is_same(one, other):
    """Whether two names are of one file, which need not be there."""
    if os.path.exists(one) and os.path.exists(other):
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other)


def check_out(out, inputs):
    """Fails: if the page cannot take that place. Then nothing has been added to the history."""
    mend = "Name another file with --out=FILE"
    check_regular(out, mend)
    for path in inputs:
        if is_same(out, path):
            raise InputError(out, "the page would take the place of what it is made of", mend)


def write_page(options):
    """Returns: what was done, in a line; and a message or None."""
    where = from_where_the_user_stands(options.history)
    named = [from_where_the_user_stands(path) for path in options.results]
    out = from_where_the_user_stands(options.out)
    check_out(out, [where, where + ".lock", *named])
    given = named_results(named) if named else default_results()
    if not given and not os.path.exists(where):
        raise InputError(
            "bazel-out",
            "there are no results of stress tests, and no history",
            "Run ./bazelw test //stress/... first, or name a run.json",
        )
    everything, added, message = history.add(where, given)
    # Bazel runs it through a link with nothing beside it.
    with open(os.path.join(os.path.dirname(os.path.realpath(__file__)), "page.css"), encoding="utf-8") as file:
        style = file.read()
    try:
        history.replace(out, report.page(everything, style, options.tests_max, options.failures_max))
    except OSError as error:
        raise InputError(
            out, f"the page cannot be written ({error.strerror})", "Name another file with --out=FILE"
        ) from None
    runs = sum(record["kind"] == "run" for record in everything)
    told = f"{results.many(runs, 'run')} and {results.many(len(everything) - runs, 'result')} of targets"
    done = f"{one_line(out)}: {told}, {added} of them new"
    return done, message


def say(text):
    """Returns: the exit code."""
    try:
        print(text, flush=True)
        return 0
    except OSError as error:
        print(f"page: standard output: cannot be written ({error.strerror}). Send it somewhere else", file=sys.stderr)
        # Or Python tries once more when it ends, and complains itself.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def main(words):
    try:
        options = parse(words)
        if options.help:
            return say(USAGE)
        done, message = write_page(options)
    except InputError as error:
        print(f"page: {error}", file=sys.stderr)
        return 2
    if message:
        print(f"page: {message}", file=sys.stderr)
    return say(done)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
