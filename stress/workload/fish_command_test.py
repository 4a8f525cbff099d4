#!/usr/bin/env python3
"""Tests the words, the table and the ends of fish.py, with a tree whose programs say what is written for them.

That real programs say something, fish_test.cc tests; that Bazel builds them, whoever makes the table of docs/TESTING.md.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

FISH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fish.py")

# Notes its words. "info" says where the program of this net is; a net that is in `broken` is not built.
BAZELW = """#!/bin/sh
echo "$*" >> bazelw.log
case "$*" in *--config=*) net="${2#--config=}" ;; *) net=plain ;; esac
if [ "$1" = info ]; then echo "$PWD/bin-$net"; exit; fi
echo "text of the build"
! grep -qs "$net" broken
"""

# Notes its words, and fails as failures.json says: the net and the repair that is out, "-" if none is.
PROGRAM = """#!{python}
import json, os, signal, sys
with open("{folder}/programs.log", "a") as file:
    file.write(os.path.basename(sys.argv[0]) + " " + " ".join(sys.argv[1:]) + "\\n")
without = [word.partition("=")[2] for word in sys.argv if word.startswith("--without=")]
with open("{folder}/failures.json") as file:
    failure = json.load(file).get(os.path.basename(sys.argv[0]) + " " + (without or ["-"])[0])
if failure == "refused":
    sys.exit(2)
if isinstance(failure, str) and failure.startswith("SIG"):
    os.kill(os.getppid(), getattr(signal, failure))
    while True:
        signal.pause()
print(json.dumps({{"failures": [failure] if failure else []}}))
sys.exit(1 if failure else 0)
"""


def failure(rule, seconds, rounds):
    return {"rule": rule, "message": f"{rule} is broken", "after_seconds": seconds, "after_rounds": rounds}


class FishTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.write("WORKSPACE", "")
        self.write("fish.txt", "# Words.\nKH-01 G5 lifetime --weights=move:0\nKH-15 G9 scarce # More.\n")
        self.write("bazelw", BAZELW, executable=True)
        for net in ("plain", "tsan", "asan"):
            program = PROGRAM.format(python=sys.executable, folder=self.folder)
            self.write(f"bin-{net}/stress/rmap_stress", program, executable=True)
        self.fails({})

    def write(self, name, text, executable=False):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        if executable:
            os.chmod(path, 0o755)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def fails(self, failures):
        self.write("failures.json", json.dumps(failures))

    def fish(self, *words, stdout=subprocess.PIPE):
        """The user stands in the tree; the program runs elsewhere, as Bazel does it."""
        paths = [os.path.join(self.folder, name) for name in ("fish.txt", "WORKSPACE")]
        environment = dict(os.environ, BUILD_WORKING_DIRECTORY=self.folder)
        return subprocess.run([FISH, *paths, *words], cwd="/", env=environment, stdout=stdout, stderr=subprocess.PIPE,
                              text=True)

    def rows(self, *words):
        done = self.fish(*words)
        self.assertEqual(done.returncode, 0, done)
        return [line for line in done.stdout.splitlines() if line.startswith("| KH")]

    def expect_refused(self, *words, part):
        done = self.fish(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertRegex(done.stderr, r"\Afish: [^\n]+\. [^\n]+\n\Z")
        self.assertIn(part, done.stderr)

    def test_each_net_is_built_and_tried(self):
        self.fails({"plain KH-15": failure("leak", 0.12, 1234), "asan KH-15": failure("use after free", 3.0, 1)})
        self.assertEqual(
            self.rows(),
            [
                "| KH-01 | G5 | lifetime | not within 60 s | not within 60 s | not within 60 s |",
                "| KH-15 | G9 | scarce | leak, 0.1 s, 1,234 rounds | not within 60 s | use after free, 3.0 s, 1 round |",
            ],
        )
        builds = [line for line in self.read("bazelw.log").splitlines() if line.startswith("build")]
        target = "//stress:rmap_stress"
        self.assertEqual(builds, [f"build {target}", f"build --config=tsan {target}", f"build --config=asan {target}"])

    def test_what_fails_with_the_repair_as_well_is_no_catch(self):
        self.fails({"plain KH-15": failure("I3", 4, 9), "plain -": failure("I1", 1, 2)})
        done = self.fish("--nets=plain")
        self.assertIn("| KH-15 | G9 | scarce | I3, but with the repair as well |", done.stdout)
        self.assertIn("\n0 of 2 mistakes were caught: seed 1, at most 60 s a cell", done.stdout)

    def test_a_control_that_fails_in_one_net_speaks_for_all(self):
        broken = failure("I3", 4, 9)
        self.fails({"plain KH-15": broken, "plain -": broken, "asan KH-15": broken, "tsan KH-01": broken})
        self.assertIn("\n1 of 2 mistakes were caught", self.fish().stdout)

    def test_the_control_runs_the_same_programs_and_more(self):
        self.fails({"plain KH-01": failure("I3", 4, 9)})
        self.rows("--nets=plain", "--only=KH-01", "--seconds=20", "--seed=5")
        first, control = self.read("programs.log").splitlines()
        more = first.replace("--seconds=20", "--rounds=118 --seconds=86400")
        self.assertEqual(more.replace(" --without=KH-01", ""), control)
        for word in ("--seed=5", "--profile=lifetime", "--weights=move:0", "--generation=G5", "--failures_max=1"):
            self.assertIn(word, control)

    def test_the_output_says_the_command(self):
        self.assertEqual(
            self.fish("--only=KH-15", "--nets=tsan,tsan", "--seconds=0.5").stdout.splitlines()[:4],
            [
                "`./bazelw run //stress:fish -- --only=KH-15 --nets=tsan,tsan --seconds=0.5`",
                "",
                "| repair | kernel, with all others | profile | ThreadSanitizer |",
                "|---|---|---|---|",
            ],
        )

    def test_json_begins_where_the_user_stands(self):
        self.fails({"plain KH-15": failure("I3", 4, 9)})
        self.rows("--nets=plain", "--json=fish.json", "--only=KH-15")
        (record,) = json.loads(self.read("fish.json"))
        self.assertEqual((record["repair"], record["nets"]["plain"]["rounds"]), ("KH-15", 9))

    def test_what_was_measured_is_kept_however_it_ends(self):
        for name, code in (("SIGINT", 130), ("SIGTERM", 143), ("refused", 2)):
            self.fails({"plain KH-01": failure("I3", 4, 9), "plain KH-15": name})
            self.write("fish.json", "[" * 9999)  # Of an earlier day.
            done = self.fish("--nets=plain", "--json=fish.json")
            self.assertEqual((done.returncode, done.stdout.count("| KH-")), (code, 1), done)
            (record,) = json.loads(self.read("fish.json"))
            self.assertEqual(record["repair"], "KH-01")

    def test_standard_output_is_lost(self):
        self.fails({})
        for words in (["--nets=plain", "--json=fish.json"], ["--help"]):
            with open("/dev/full", "w") as full:
                done = self.fish(*words, stdout=full)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, r"fish: standard output: No space left on device. Name another\n\Z")
        self.assertEqual(json.loads(self.read("fish.json")), [])

    def test_an_old_file_is_not_lost_by_a_mistake(self):
        self.write("fish.json", "old")
        self.expect_refused("--json=fish.json", "--nets=msan", part="msan")
        self.assertEqual(self.read("fish.json"), "old")

    def test_wrong_words_are_one_line_before_anything_is_built(self):
        for word in ("--seconds=0", "--seconds=0.001", "--seconds=99999999", "--seconds=nan", "--seconds=inf",
                     "--seconds=x", "--seed=-1", "--seed=x", "--nets=", "--nets=msan", "--only=", "--only=KH-99", "--json=", "--json=/nowhere/file", "--sec=1", "x\ny"):
            with self.subTest(word=word):
                self.expect_refused(word, part=word.rpartition("=")[2].split("\n")[0])
        self.assertFalse(os.path.exists(os.path.join(self.folder, "bazelw.log")))

    def test_help(self):
        done = self.fish("--help", "--nonsense")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("./bazelw run //stress:fish -- [--seconds=N]", done.stdout)

    def test_a_net_that_is_not_built_says_how_to_see_why(self):
        self.write("broken", "tsan")
        done = self.fish()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        last = done.stderr.splitlines()[-1]
        self.assertEqual(last, "fish: //stress:rmap_stress was not built for tsan. "
                               "Try ./bazelw build --config=tsan //stress:rmap_stress")

    def test_a_program_that_refuses_its_words_ends_the_table(self):
        self.fails({"plain KH-15": "refused"})
        done = self.fish("--nets=plain")
        self.assertEqual(done.returncode, 2)
        self.assertIn("fish: KH-15: ", done.stderr.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
