#!/usr/bin/env python3
"""A failure of a program is kept, and comes out again when it is run alone: one that a step asks for, and threads that
wait for each other in loops, which a search knows and a replay has to find out."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = ("endless", "assertion")


def run(program, flags):
    env = dict(os.environ, RMAPCHECK_FLAGS="--format=json --trace=none " + flags)
    return subprocess.run([program], env=env, capture_output=True, text=True, check=False)


def results(program, flags):
    out = run(program, flags)
    return out.returncode, json.loads(out.stdout)["results"][0]


class Replay(unittest.TestCase):
    def test_the_same_failure_comes_out_again(self):
        for name in PROGRAMS:
            program = os.path.join("models/program/testing", name)
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                code, first = results(program, "--replay_dir=" + folder)
                self.assertEqual((code, first["verdict"]), (1, "violated"))
                code, again = results(program, f"--replay={folder}/{name}.json")
                self.assertEqual((code, again["verdict"]), (1, "violated"))
                self.assertEqual(again["failure"], first["failure"])

    def test_what_another_build_found_is_refused(self):
        program = "models/program/testing/assertion"
        with tempfile.TemporaryDirectory() as folder:
            results(program, "--replay_dir=" + folder)
            file = os.path.join(folder, "assertion.json")
            with open(file, encoding="utf-8") as stored:
                replay = json.load(stored)
            replay["build"] = "0" * 16
            with open(file, "w", encoding="utf-8") as stored:
                json.dump(replay, stored)
            out = run(program, "--replay=" + file)
            self.assertEqual(out.returncode, 2, out.stdout)
            self.assertIn("was written by another build of assertion", out.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
