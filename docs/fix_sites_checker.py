#!/usr/bin/env python3
"""Counts the places where the rmap core asks for each repair of core/history/fix.h: one readable site per repair.

    docs/fix_sites_checker.py FILE_AT_THE_ROOT    prints a line per repair whose sites are wrong; exit code 1 if there is one

A site is `Has(... Fix::kKhNN ...)` in core/ outside of history, scenarios and tests. There has to be one, and there may
be two: a repair that moves a line is asked for at both places. A repair that no scenario can show needs none; it says
so in its row of fix.cc.
"""

import os
import re
import sys

sys.dont_write_bytecode = True  # The other checker is in the tree.
from style_checker import blank_comments_and_strings, tree_files

SITES_MAX = 2
NOT_THE_KERNEL = ("core/history/", "core/scenarios/")

ENUMERATION = re.compile(r"enum class Fix\s*\{(.*?)\}", re.DOTALL)
# A row of the table whose last member, behind the generations, is a sentence.
UNSHOWN_ROW = re.compile(r"\{(kKh\d+),[^{}]*(?:kG\d+|std::nullopt),\s*\"")
HAS = re.compile(r"\bHas\(((?:[^;{}()]|\([^()]*\))*)\)")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def is_kernel_code(path):
    is_test = "/testing/" in path or os.path.splitext(path)[0].endswith("_test")
    return path.startswith("core/") and path.endswith((".h", ".cc")) and not path.startswith(NOT_THE_KERNEL) and not is_test


def sites(root):
    """Returns: for each repair that some code asks for, the places, as "path:line"."""
    found = {}
    for path in filter(is_kernel_code, tree_files(root)):
        code = blank_comments_and_strings(read(root, path))
        for call in HAS.finditer(code):
            for fix in re.finditer(r"\bFix::(kKh\d+)", call.group(1)):
                line = code.count("\n", 0, call.start(1) + fix.start()) + 1
                found.setdefault(fix.group(1), []).append(f"{path}:{line}")
    return found


def violations(root):
    """Yields one line of text per repair with too few or too many sites."""
    enumeration = ENUMERATION.search(read(root, "core/history/fix.h")).group(1)
    fixes = re.findall(r"\bkKh\d+\b", enumeration)
    unshown = set(UNSHOWN_ROW.findall(read(root, "core/history/fix.cc")))
    found = sites(root)
    for fix in fixes:
        places = found.get(fix, [])
        if not places and fix not in unshown:
            yield f"Fix::{fix}: nothing in core/ asks for it"
        if len(places) > SITES_MAX:
            yield f"Fix::{fix}: {len(places)} sites, more than {SITES_MAX}: {', '.join(places)}"


def main():
    # Under Bazel the file is a link from the runfiles into the tree.
    root = os.path.dirname(os.path.realpath(sys.argv[1]))
    found = list(violations(root))
    for violation in found:
        print(violation)
    if found:
        sys.exit(f"{len(found)} repairs without their one readable site in {root}")


if __name__ == "__main__":
    main()
