#!/usr/bin/env python3
"""Tests docs/style_checker.py: plants each violation in a small tree and expects it to be named, and nothing else.

A check that cannot fail is worth nothing, so a row of NEVER_INCLUDES without a case here is reported too.
"""

import os
import subprocess
import sys
import tempfile
import unittest

STYLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "style_checker.py")

HEAD = "// What this is.\n// And why.\n"
IN_NAMESPACE = HEAD + "namespace rmap::inline KSYNC_BACKEND {\n%s\n}  // namespace rmap::inline KSYNC_BACKEND\n"


def function(lines, head="void F(int a) {"):
    return "\n".join([head] + ["  g();"] * (lines - 2) + ["}"]) + "\n"


# (path, text, what the report must contain)
VIOLATIONS = [
    ("cli/a.cc", HEAD + "// " + "x" * 98 + "\n", "cli/a.cc:3: 101 columns"),
    ("cli/a.cc", HEAD + "int a;\n" * 599, "cli/a.cc:601: 601 lines"),
    ("cli/a.cc", "// One line only.\nint a;\n", "cli/a.cc:1: begins without a comment"),
    ("cli/a.cc", HEAD + "// FIXME: later\n", "cli/a.cc:3: FIXME"),
    ("cli/a.cc", HEAD + "// XXX\n", "cli/a.cc:3: XXX"),
    ("cli/BUILD", "# TODO: later\n", "cli/BUILD:1: TODO"),
    # Functions, where a naive count of braces goes wrong.
    ("cli/a.cc", HEAD + function(71), "cli/a.cc:3: function of 71 lines"),
    ("cli/a.cc", HEAD + "namespace a {\nclass B {\n public:\n" + function(71) + "};\n}\n", ":6: function of 71"),
    ("cli/a.cc", HEAD + function(71, 'TEST(A, B) {  // {'), "function of 71"),
    ("cli/a.cc", HEAD + function(71, "A::A(int b) : b_{b}, c_(R\"({)\") {"), "function of 71"),
    ("cli/a.cc", HEAD + "const int k[] = {1, '{'};\n#define M \\\n  {\n" + function(71), "a.cc:6: function of 71"),
    ("cli/a.cc", HEAD + function(71, "template <class T>\nstatic T F(T a = {}) {"), "a.cc:3: function of 72"),
    ("cli/a.cc", HEAD + 'class CAPABILITY("mutex") M {\n' + function(71) + "};\n", "a.cc:4: function of 71"),
    # Includes.
    *[("core/mm/a.cc", IN_NAMESPACE % "" + f"#include <{name}>\n", f"must not include <{name}>")
      for name in ("atomic", "mutex", "thread", "shared_mutex", "condition_variable", "absl/synchronization/mutex.h")],
    *[("core/sync/a.h", HEAD + f'#include "{folder}/a.h"\n', f"core/ must not include {folder}/a.h")
      for folder in ("models", "stress", "litmus", "cli")],
    ("core/sync/a.h", HEAD + '#include "core/mm/a.h"\n', "core/sync must not include core/mm/a.h"),
    ("core/ksm/a.h", IN_NAMESPACE % "" + '#include "core/spf/a.h"\n', "core/ksm must not include core/spf/a.h"),
    ("core/vmops/a.h", IN_NAMESPACE % "" + '#include "core/scenarios/a.h"\n', "core/vmops must not include core/scenarios"),
    *[(f"models/{folder}/a.cc", HEAD + '#include "core/sync/sync.h"\n', "the engine must not include core/sync/sync.h")
      for folder in ("graph", "memory_model", "scheduler", "exploration", "report")],
    ("models/graph/a.h", HEAD + '#include "models/report/a.h"\n', "models/graph/ must not include"),
    ("models/memory_model/a.h", HEAD + '#include "models/scheduler/a.h"\n', "models/memory_model/ must not include"),
    ("models/scheduler/a.h", HEAD + '#include "models/exploration/a.h"\n', "models/scheduler/ must not include"),
    ("models/report/a.h", HEAD + '#include "models/memory_model/a.h"\n', "models/report/ must not include"),
    ("stress/a.cc", HEAD + '#include "models/check.h"\n', "stress/ must not include models/check.h"),
    ("litmus/a.cc", HEAD + '#include "core/rmap/a.h"\n', "litmus/ must not include core/rmap/a.h"),
    *[("examples/a.cc", HEAD + f'#include "{folder}/a.h"\n', f"examples/ must not include {folder}/a.h")
      for folder in ("core", "models", "stress", "litmus", "cli")],
    ("cli/a.cc", HEAD + '#include "models/testing/a.h"\n', "only tests may include models/testing/a.h"),
    # The two back ends.
    ("core/rmap/a.h", HEAD + "namespace rmap {\n}\n", "core/rmap/a.h:3: the namespace must be"),
    ("core/scenarios/a.cc", HEAD + "namespace rmap {\n}\n", "core/scenarios/a.cc:3: the namespace must be"),
    ("core/scripts/a.h", HEAD + "namespace rmap {\n}\n", "core/scripts/a.h:3: the namespace must be"),
    ("core/scripts/script_run.h", HEAD + "namespace rmap {\n}\n", "core/scripts/script_run.h:3: the namespace must be"),
    ("core/scripts/script.h", HEAD + '#include "core/mm/mm.h"\n', "one for both back ends must not include core/mm/mm.h"),
    ("core/scripts/oracle.cc", HEAD + '#include "core/scripts/run_script.h"\n', "must not include core/scripts/run_script"),
    ("core/scripts/oracle.cc", HEAD + '#include "core/sync/sync.h"\n', "must not include core/sync/sync.h"),
    ("core/vmops/a.h", HEAD + "namespace vmops::inline KSYNC_BACKEND {\n}\n", "core/vmops/a.h:3: the namespace must"),
    ("core/mm/a.h", IN_NAMESPACE % "class A {};" + "class B {};\n", "core/mm/a.h:6: a type outside"),
]

# Looks like a violation, and is none.
INNOCENT = [
    ("cli/a.cc", HEAD + "// " + "x" * 97 + "\n"),
    ("cli/a.cc", HEAD + "int a;\n" * 598),
    ("cli/a.cc", HEAD + "// TODO(docs/RMAP.md): holds for huge pages too. mktemp XXXXXX\n"),
    ("cli/a.cc", HEAD + function(70) + function(70)),
    ("cli/a.cc", HEAD + "const Row kRows[] = {\n" + "    {1, 2},\n" * 90 + "};\n"),
    ("cli/a.cc", HEAD + "class A {\n" + "  int a(int b) { return b'000 + '\"'; }\n" * 90 + "};\n"),
    ("core/sync/native.h", HEAD + "#include <atomic>\n#include <mutex>\n"),
    ("core/mm/a.h", HEAD + "// #include <mutex>\nnamespace {\nstruct A {};\n}\n" + IN_NAMESPACE % "struct B;\nvoid F() {\n}"),
    ("core/rmap/a.cc", HEAD + "namespace rmap::inline KSYNC_BACKEND::internal {\nclass A;\n}\n"),
    ("core/scenarios/a.cc", IN_NAMESPACE % "" + '#include "core/vmops/a.h"\n#include "core/ksm/a.h"\n'),
    ("core/scripts/oracle.cc", HEAD + '#include "core/scripts/script.h"\nnamespace rmap {\nclass A {};\n}\n'),
    ("core/scripts/testing/a.h", HEAD + "namespace rmap::testing {\nstruct A {};\n}\n"),
    ("core/rmap/a_test.cc", HEAD + "namespace rmap {\n}\n" + '#include "core/rmap/testing/a.h"\n'),
    ("models/graph/a.cc", HEAD + '#include "core/sync/hooks.h"\n#include "core/base/a.h"\n#include "core/sync/order.h"\n'),
    ("models/exploration/a.cc", HEAD + '#include "models/graph/a.h"\n#include "models/report/a.h"\n'),
    ("stress/a_test.cc", HEAD + '#include "core/rmap/testing/scenarios.h"\n'),
]


def report_on(path, text, readme=True):
    """Returns: exit code and report of style_checker.py on a tree that holds one file, and its README."""
    with tempfile.TemporaryDirectory() as root:
        folder = os.path.join(root, os.path.dirname(path))
        os.makedirs(folder)
        names = [("WORKSPACE", root, ""), (os.path.basename(path), folder, text)]
        for name, where, content in names + ([("README.md", folder, "")] if readme else []):
            with open(os.path.join(where, name), "w", encoding="utf-8") as file:
                file.write(content)
        run = subprocess.run([sys.executable, STYLE, os.path.join(root, "WORKSPACE")], capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr


class StyleTest(unittest.TestCase):

    def test_each_violation_is_named_and_nothing_else(self):
        for path, text, expected in VIOLATIONS:
            with self.subTest(path=path, expected=expected):
                code, report = report_on(path, text)
                self.assertIn(expected, report)
                self.assertIn("\n1 violations", report)
                self.assertEqual(code, 1)

    def test_what_only_looks_like_a_violation_passes(self):
        for path, text in INNOCENT:
            with self.subTest(path=path, text=text[:300]):
                self.assertEqual(report_on(path, text), (0, ""))

    def test_folder_without_readme(self):
        code, report = report_on("cli/a.cc", HEAD, readme=False)
        self.assertIn("cli: has no README.md", report)
        self.assertEqual(code, 1)

    def test_every_banned_include_has_a_case(self):
        sys.path.insert(0, os.path.dirname(STYLE))
        import style_checker  # pylint: disable=import-outside-toplevel
        for folder, _, _ in style_checker.NEVER_INCLUDES:
            with self.subTest(folder=folder):
                self.assertTrue(any(f"{folder} must not include" in expected for _, _, expected in VIOLATIONS))


if __name__ == "__main__":
    unittest.main()
