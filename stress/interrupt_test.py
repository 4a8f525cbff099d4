#!/usr/bin/env python3
"""Ctrl-C, and its like from a script: rmap_stress and all its workers get the signal at once, at many moments.

Whenever it comes, the run ends, tells what is known in text and JSON, and dies by that signal; what the workers do is
never told as a failure of theirs. Delays here are what is tested; that the run has begun is seen by its worker, and that a
failure is being made smaller by what the program tells its terminal.
"""

import contextlib
import json
import os
import pty
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
# One that fails in its first round, and is then made smaller: a second of work, or more, by hundreds of workers.
FAILING = ["--generation=G9", "--with=all", "--without=KH-19", "--profile=general", "--shrink_seconds=600"]
PATIENCE = 60  # In seconds. Who has not ended by then does not heed signals.


def worker_of(process):
    """Returns: the first worker's number, as soon as there is one; then the program listens."""
    while process.poll() is None:
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            children = file.read().split()
        if children:
            return int(children[0])
    raise AssertionError("it ended without a worker")


def after(seconds):
    """Returns: waits so long after the first worker, if the program does."""

    def wait(process):
        worker_of(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)

    return wait


def when_told(terminal, programs_side, words, times):
    """Returns: waits until the terminal has been told the words so often."""

    def wait(_process):
        os.close(programs_side)  # The program alone has it now.
        told = b""
        while told.count(words) < times:
            told += os.read(terminal, 4096)  # OSError: the program has ended.

    return wait


class InterruptTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # SIGQUIT would leave one.

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))

    def interrupted(self, name, wait, words, stderr=None):
        """Returns: exit code, text, JSON."""
        path = os.path.join(self.folder, "run.json")
        command = [PROGRAM, "--seconds=600", f"--json={path}", f"--scripts={self.folder}", *words]
        # A group of its own, as a shell makes.
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True
        ) as process:
            try:
                wait(process)
                os.killpg(process.pid, getattr(signal, name))
                text = process.communicate(timeout=PATIENCE)[0]
            finally:
                process.kill()  # Unless it has ended.
        with open(path, encoding="utf-8") as file:
            return process.returncode, text, json.load(file)

    def check_end(self, name, code, text, run):
        """Whatever it was at."""
        self.assertEqual(code, -getattr(signal, name))
        self.assertIs(run["interrupted"], True)
        self.assertIn("; interrupted\n", text)
        self.assertIn(f"{run['rounds']} rounds", text)

    def check(self, name):
        for moment in range(MOMENTS):
            with self.subTest(signal=name, moment=moment):
                code, text, run = self.interrupted(name, after(LONGEST_DELAY * moment / MOMENTS), [])
                self.check_end(name, code, text, run)
                self.assertEqual(run["failures"], [])

    def test_ctrl_c(self):
        self.check("SIGINT")

    def test_an_end_that_a_script_asks_for(self):
        self.check("SIGTERM")

    def test_while_a_failure_is_made_smaller(self):
        for moment in range(MOMENTS):
            with self.subTest(moment=moment):
                ours, programs = pty.openpty()  # Progress is told to terminals only.
                with open(ours, "rb", 0):
                    wait = when_told(ours, programs, b"shrinking: ", 1 + 2 * moment)
                    code, text, run = self.interrupted("SIGINT", wait, FAILING, programs)
                self.check_end("SIGINT", code, text, run)
                self.check_failure(text, run)

    def check_failure(self, text, run):
        """It is told as it was found; what was made of it until then is kept, and no more was tried."""
        (failure,) = run["failures"]
        self.assertEqual(failure["rule"], "I5")
        self.assertIn("FAILED: I5: ", text)
        self.assertRegex(text, "not made smaller: |candidates, and then time was up")
        self.assertEqual([one for one in failure["seen_instead"] if one.startswith("crash")], [])
        with open(failure["script"], encoding="utf-8") as file:
            self.assertTrue(file.read().startswith("kernel G9 with all without KH-19\n"), failure["script"])

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
