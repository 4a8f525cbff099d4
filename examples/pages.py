#!/usr/bin/env python3
"""Keeps docs/examples true: what stands there of the programs' output is what they print.

    examples/pages.py FILE_AT_THE_ROOT PROGRAM...            compares; exit code 1 if a page tells something else
    ./bazelw run //examples:write_pages                      writes what is true into the pages

A page has blocks between `<!-- WHAT NAME... -->` and `<!-- end -->`, where WHAT is
  output      of a program that is wrong: the failing execution, without the time it took;
  difference  between the sources of two programs, without their comments at the top;
  table       of all programs. Times are those of the machine that wrote the page, and not compared.
A program that clang built prints other lines in places, so that of it only the blocks' existence is checked.
"""

import difflib
import glob
import os
import re
import subprocess
import sys

BLOCK = re.compile(r"(<!-- (output|difference|table)((?: \w+)*) -->\n).*?(<!-- end -->)", re.DOTALL)
HEAD = re.compile(
    r"\w+: (?P<verdict>\w+), (?P<executions>\d+) executions, (?P<blocked>\d+) blocked, "
    r"(?P<exhaustive>not exhaustive|exhaustive), (?P<seconds>[\d.]+) s\n(?:(?P<failure>[\w ]+):)?"
)


class Examples:
    """The programs, and where their sources are."""

    def __init__(self, root, programs):
        self.sources = os.path.join(root, "examples")
        self.programs = {os.path.basename(program): program for program in programs}

    def run(self, name):
        """Returns: what the program prints."""
        environment = dict(os.environ, RMAPCHECK_FLAGS="")
        run = subprocess.run([self.programs[name]], env=environment, capture_output=True, text=True)
        return run.stdout

    def output(self, name):
        text = re.sub(r", [\d.]+ s\n", "\n", self.run(name), count=1)
        return f"```\n{text}```\n"

    def difference(self, right, wrong):
        before, after = self.code(right), self.code(wrong)
        lines = list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]
        changes = "\n".join("..." if line.startswith("@@") else line for line in lines)
        return f"```diff\n{changes}\n```\n"

    def code(self, name):
        """Returns: the lines of a source behind its first comment."""
        (path, ) = glob.glob(os.path.join(self.sources, name + ".c*"))
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        while lines[0].startswith("//"):
            lines.pop(0)
        return lines

    def table(self):
        rows = ["| program | verdict | failure | executions | blocked | seconds |", "|---|---|---|---|---|---|"]
        for name in sorted(self.programs):
            told = HEAD.match(self.run(name))
            rows.append(
                f"| `{name}` | {told['verdict']} | {told['failure'] or ''} | {int(told['executions']):,} "
                f"| {told['blocked']} | {told['seconds']} |"
            )
        return "\n".join(rows) + "\n"

    def built_by_clang(self):
        with open(next(iter(self.programs.values())), "rb") as file:
            return b"clang version" in file.read()


def true_text(text, examples):
    """Returns: the page's text with its blocks as they should be."""

    def block(match):
        make = getattr(examples, match[2])
        return match[1] + make(*match[3].split()) + match[4]

    return BLOCK.sub(block, text)


def without_times(text):
    return re.sub(r"\| [\d.]+ \|$", "| |", text, flags=re.MULTILINE)


def untold(programs, pages):
    """Returns: the programs of which no page of a structure tells."""
    told = " ".join(read(page) for page in pages if os.path.basename(page) != "README.md")
    return sorted(name for name in programs if not re.search(rf"\b{name}\b", told))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    writes = sys.argv[1] == "--write"
    arguments = sys.argv[2:] if writes else sys.argv[1:]
    # Under Bazel the file is a link from the runfiles into the tree.
    root = os.path.dirname(os.path.realpath(arguments[0]))
    examples = Examples(root, arguments[1:])
    pages = sorted(glob.glob(os.path.join(root, "docs", "examples", "*.md")))
    wrong = [f"no page tells of {name}" for name in untold(examples.programs, pages)]
    for page in pages if not examples.built_by_clang() else []:
        before = read(page)
        after = true_text(before, examples)
        if writes:
            with open(page, "w", encoding="utf-8") as file:
                file.write(after)
        elif without_times(before) != without_times(after):
            difference = difflib.unified_diff(before.split("\n"), after.split("\n"), "page", "true", lineterm="")
            wrong.append(f"{page} is not true:\n" + "\n".join(difference))
    if wrong:
        sys.exit("\n".join(wrong + ["To mend the pages: ./bazelw run //examples:write_pages"]))


if __name__ == "__main__":
    main()
