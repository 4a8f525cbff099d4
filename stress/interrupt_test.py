#!/usr/bin/env python3
"""Ctrl-C, and its like from a script: rmap_stress and all its workers get the signal at once, at many moments.

Whenever it comes, the run ends, tells what is known in text and JSON, and dies by that signal; what the workers do is
never told as a failure of theirs. Delays here are what is tested; that the run has begun is seen by its worker.
"""

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rmap_stress")
MOMENTS = 16
LONGEST_DELAY = 0.4  # In seconds: workers come and go, so rounds are at every stage.
# One that fails at once, and is then made smaller.
FAILING = ["--generation=G5", "--with=all", "--without=KH-01", "--profile=lifetime", "--shrink_seconds=600"]


def worker_of(process):
    """Returns: the first worker's number, as soon as there is one; then the program listens."""
    while process.poll() is None:
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            children = file.read().split()
        if children:
            return int(children[0])
    raise AssertionError("it ended without a worker")


class InterruptTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # SIGQUIT would leave one.

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))

    def interrupted(self, name, delay, words):
        """Returns: exit code, text, JSON."""
        path = os.path.join(self.folder, "run.json")
        command = [PROGRAM, "--seconds=600", f"--json={path}", f"--scripts={self.folder}", *words]
        # A group of its own, as a shell makes.
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
            worker_of(process)
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                pass
            os.killpg(process.pid, getattr(signal, name))
            text = process.communicate()[0]
        with open(path, encoding="utf-8") as file:
            return process.returncode, text, json.load(file)

    def check(self, name, words):
        for moment in range(MOMENTS):
            code, text, run = self.interrupted(name, LONGEST_DELAY * moment / MOMENTS, words)
            with self.subTest(signal=name, moment=moment):
                self.assertEqual(code, -getattr(signal, name))
                self.assertIs(run["interrupted"], True)
                self.assertIn("; interrupted\n", text)
                self.assertIn(f"{run['rounds']} rounds", text)
                told = [failure["rule"] for failure in run["failures"]]
                self.assertFalse([rule for rule in told if rule.startswith("crash")], text)
                if not words:
                    self.assertEqual(told, [])

    def test_ctrl_c(self):
        self.check("SIGINT", [])

    def test_an_end_that_a_script_asks_for(self):
        self.check("SIGTERM", [])

    def test_while_a_failure_is_made_smaller(self):
        self.check("SIGINT", FAILING)

    def test_no_worker_outlives_who_watches(self):
        """Ctrl-\\ and a terminal that goes away are not listened for; workers end with the program."""
        for name in ("SIGQUIT", "SIGHUP"):
            with subprocess.Popen([PROGRAM, "--seconds=600"], start_new_session=True) as process:
                worker = worker_of(process)
                os.killpg(process.pid, getattr(signal, name))
                self.assertEqual(process.wait(), -getattr(signal, name))
            self.wait_until_gone(worker)

    @staticmethod
    def wait_until_gone(process):
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            return
        with contextlib.closing(os.fdopen(descriptor)):
            select.select([descriptor], [], [])  # If it never ends, the test does not either.


if __name__ == "__main__":
    sys.exit(unittest.main())
