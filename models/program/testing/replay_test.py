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


def results(program, flags):
    env = dict(os.environ, RMAPCHECK_FLAGS="--format=json --trace=none " + flags)
    out = subprocess.run([program], env=env, capture_output=True, text=True, check=False)
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


if __name__ == "__main__":
    sys.exit(unittest.main())
