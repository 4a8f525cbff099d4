#!/usr/bin/env python3
"""Tests docs/fix_sites_checker.py: plants repairs and sites in a small tree, and expects what is wrong to be named."""

import os
import subprocess
import sys
import tempfile
import unittest

CHECKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fix_sites_checker.py")

ENUMERATION = "enum class Fix {\n  kKh01,\n  kKh22,\n};\n"
TABLE = """
    {kKh01, "KH-01", "", "one", kG0, kG0},
    {kKh22, "KH-22", "", "two", kG1,
     std::nullopt%s},
"""
BOTH = "if (machine.Has(Fix::kKh01)) F();\nif (Has(by(a) ? Fix::kKh22 : Fix::kKh01)) F();\n"
ONE = "if (machine.Has(Fix::kKh01)) F();\n"


def report(files, unshown=False):
    """Returns: the exit code and the text of the checker on a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        table = TABLE % (',\n     "Nothing here can."' if unshown else "")
        tree = {"WORKSPACE": "", "core/history/fix.h": ENUMERATION, "core/history/fix.cc": table, **files}
        for path, text in tree.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([sys.executable, CHECKER, os.path.join(root, "WORKSPACE")],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class FixSitesChecker(unittest.TestCase):

    def test_one_site_or_two_are_right(self):
        self.assertEqual(report({"core/rmap/a.cc": BOTH}), (0, ""))

    def test_no_site_is_named(self):
        self.assertEqual(report({"core/rmap/a.cc": ONE}), (1, "Fix::kKh22: nothing in core/ asks for it\n"))

    def test_a_repair_that_nothing_shows_needs_no_site(self):
        self.assertEqual(report({"core/rmap/a.cc": ONE}, unshown=True), (0, ""))

    def test_what_is_no_kernel_code_is_no_site(self):
        for path in ("core/scenarios/a.cc", "core/history/a.cc", "core/rmap/a_test.cc", "models/rmap/a.cc"):
            self.assertEqual(report({"core/rmap/a.cc": ONE, path: BOTH})[0], 1, path)

    def test_neither_comments_nor_other_calls_are_sites(self):
        for text in ("// Has(Fix::kKh22)", "Has(a) && Told(Fix::kKh22);", "/* Has(Fix::kKh22) */"):
            self.assertEqual(report({"core/rmap/a.cc": ONE + text})[0], 1, text)

    def test_a_third_site_is_named_with_the_others(self):
        code, text = report({"core/rmap/a.cc": BOTH + ONE})
        self.assertEqual(code, 1)
        self.assertIn("Fix::kKh01: 3 sites, more than 2: core/rmap/a.cc:1, core/rmap/a.cc:2, core/rmap/a.cc:3", text)


if __name__ == "__main__":
    unittest.main()
