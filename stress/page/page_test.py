#!/usr/bin/env python3
"""Tests what is read, kept and written, without a browser: every mistake in the input is one line; a history loses nothing."""

import concurrent.futures
import html.parser
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import zipfile

sys.dont_write_bytecode = True  # The modules are in the tree.
import bazel_results
import fixtures
import history
import records
import report
import results
from charts import Levels, round_above, short
from elements import document, element
from errors import InputError

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.py")


class Folder(unittest.TestCase):
    """A test with a folder of its own, and the command run in it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.history = os.path.join(self.folder, "history.jsonl")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "w" if isinstance(content, str) else "wb") as file:
            file.write(content)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def page(self, *words):
        """The user stands in the folder; the program runs elsewhere, as Bazel does it."""
        environment = dict(os.environ, BUILD_WORKING_DIRECTORY=self.folder, BUILD_WORKSPACE_DIRECTORY=self.folder)
        return subprocess.run([PAGE, *words], cwd="/", env=environment, capture_output=True, text=True)

    def expect_refused(self, done, *parts):
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertRegex(done.stderr, r"\Apage: [^\n]+\. [^\n]+\n\Z")
        for part in parts:
            self.assertIn(part, done.stderr)


class Runs(Folder):
    """run.json."""

    def refused(self, content):
        with self.assertRaises(InputError) as caught:
            records.run_of_text(content, "run.json")
        return str(caught.exception)

    def changed(self, **changes):
        return json.dumps({**fixtures.run(1, failures=[fixtures.failure()]), **changes}, indent=1)

    def test_every_member_is_checked(self):
        right = json.loads(self.changed())
        records.run_of_text(json.dumps(right), "run.json")
        for member in records.RUN:
            missing = {name: value for name, value in right.items() if name != member}
            self.assertIn(f"run.json:1: {member} is missing", self.refused(json.dumps(missing)))
            self.assertIn(f"run.json:1: {member} is", self.refused(self.changed(**{member: [None]})))
        for member in records.FAILURE:
            wrong = {**fixtures.failure(), member: {}}
            self.assertIn(f"failures[0].{member} is {{}}", self.refused(self.changed(failures=[wrong])))
        self.assertIn("profile is 1", self.refused(self.changed(profile=1)))
        for more in ({"command": 1}, {"last_steps": [1]}, {"shrunk_to": []}):
            self.assertIn(
                f"failures[0].{next(iter(more))} is", self.refused(self.changed(failures=[fixtures.failure(**more)]))
            )

    def test_numbers(self):
        for wrong in (-1, True, 1.5, "1", None, [1]):
            self.assertIn("seed is", self.refused(self.changed(seed=wrong)))
        for wrong in (-0.1, True, "1"):
            self.assertIn("seconds is", self.refused(self.changed(seconds=wrong)))
        self.assertIn(
            "seconds is Infinity", self.refused(self.changed(seconds=2).replace('"seconds": 2', '"seconds": 1e999'))
        )
        # Numbers that no picture can be made of.
        for member in ("operations", "rounds", "seed"):
            self.assertIn(f"{member} is 1000", self.refused(self.changed(**{member: 10**400})))
        self.assertIn("seconds is 1000", self.refused(self.changed(seconds=10**400)))
        self.assertIn("operations_per_second is 1e+300", self.refused(self.changed(operations_per_second=1e300)))
        self.assertIn("interrupted is 1", self.refused(self.changed(interrupted=1)))
        self.assertIn("NaN is no JSON", self.refused(self.changed(seconds=float("nan"))))

    def test_times(self):
        for right in ("2026-11-22T02:00:00Z", "2026-11-22T02:00:00.5+01:00"):
            records.run_of_text(self.changed(started=right), "run.json")
        for wrong in ("", "yesterday", "2026-11-22T02:00:00", "2026-13-22T02:00:00Z", "0001-01-01T00:00:00+14:00", 5):
            self.assertIn("must be a time with its zone", self.refused(self.changed(started=wrong)))

    def test_pairs(self):
        for wrong, what in [
            ([("b", "a")], "not in the order of the alphabet"),
            ([("a", "b"), ("a", "b")], "pairs[1] is listed twice"),
            ([("", "b")], "pairs[0].first is"),
        ]:
            pairs = [{"first": first, "second": second, "overlaps": 1} for first, second in wrong]
            self.assertIn(what, self.refused(self.changed(pairs=pairs)))

    def test_the_line_is_named(self):
        lines = self.changed().split("\n")
        number = next(number for number, line in enumerate(lines, 1) if '"round"' in line)
        begin = max(index for index, line in enumerate(lines[:number], 1) if line.strip() == "{")
        content = "\n".join(lines).replace('"round": 7', '"round": "seven"')
        self.assertIn(
            f'run.json:{begin}: failures[0].round is "seven", and must be a whole number', self.refused(content)
        )
        self.assertIn(f"run.json:{number}:", self.refused("\n".join(lines[:number])))

    def test_no_json(self):
        for content in ("", "{", "[1]", "null", '"text"', "[" * 100000, "1" * 5000):
            self.assertRegex(self.refused(content), r"^run\.json:1")

    def test_unknown_members_are_kept(self):
        self.assertEqual(records.run_of_text(self.changed(later={"a": 1}), "run.json")["later"], {"a": 1})
        self.assertEqual(records.run_of_text(self.changed(kind="other"), "run.json")["kind"], "run")


class BazelResults(Folder):
    def read_folder(self):
        return bazel_results.read_folder(self.path("out"))

    def target(self, *words, **more):
        return fixtures.write_target(self.path("out"), *words, **more)

    def test_configurations_and_targets(self):
        self.target("k8-opt", "stress/a_test")
        self.target("k8-opt-tsan", "stress/page/b_test")
        _, tests = self.read_folder()
        self.assertEqual(
            [(test["target"], test["configuration"], test["status"]) for test in tests],
            [("//stress/page:b_test", "tsan", "passed"), ("//stress:a_test", "plain", "passed")],
        )
        self.assertEqual(tests[0]["started"], "2026-11-22T02:03:49.786+00:00")
        self.assertEqual((tests[0]["seconds"], tests[0]["cases"]), (1.5, 1))

    def test_shards_are_one_result(self):
        self.target("k8-opt", "stress/a_test/shard_1_of_2", milliseconds=2000)
        self.target("k8-opt", "stress/a_test/shard_2_of_2", fixtures.FAILED, 4, milliseconds=5000)
        _, (test,) = self.read_folder()
        self.assertEqual(
            (test["target"], test["status"], test["cases"], test["seconds"]), ("//stress:a_test", "failed", 3, 4.5)
        )
        self.assertEqual(test["started"], "1970-01-01T00:00:05.000+00:00")
        self.assertEqual(test["failed"], [{"name": "Rmap.Holds", "message": "rmap.cc:7\nExpected: <b>1</b>"}])

    def test_bazel_knows_better_than_the_xml(self):
        self.target("k8-opt-asan", "stress/a_test", fixtures.PASSED, 4)
        _, (test,) = self.read_folder()
        self.assertEqual(test["status"], "failed")
        self.assertIn("its cases passed", test["failed"][0]["message"].lower())

    def test_without_bazel_the_xml_is_believed(self):
        self.target("k8-opt", "stress/a_test", fixtures.FAILED, None)
        self.target("k8-opt", "stress/b_test", fixtures.PASSED, None)
        with open(os.path.join(self.target("k8-opt", "stress/c_test"), "test.cache_status"), "wb") as file:
            file.write(b"\x18")  # Cut.
        self.assertEqual([test["status"] for test in self.read_folder()[1]], ["failed", "passed", "passed"])

    def test_runs_in_archives(self):
        folder = os.path.join(self.target("k8-opt-ubsan", "stress/a_test"), "test.outputs")
        os.mkdir(folder)
        with zipfile.ZipFile(os.path.join(folder, "outputs.zip"), "w") as archive:
            failures = [fixtures.failure(script="/gone/swap/7.rmap"), fixtures.failure(8, script="/gone/swap/8.rmap")]
            archive.writestr("swap/run.json", json.dumps(fixtures.run(1, failures=failures)))
            archive.writestr("swap/7.rmap", "phase\n")
            archive.writestr("7.rmap", "another\n")
            archive.writestr("run.json", json.dumps(fixtures.run(2)))
        # It believes to be plain.
        one, two = self.read_folder()[0]
        self.assertEqual((one["seed"], one["configuration"], one["name"]), (1001, "ubsan", "swap"))
        self.assertEqual([failure.get("script_text") for failure in one["failures"]], ["phase\n", None])
        self.assertEqual(one["batch"], "//stress:a_test 2026-11-22T02:03:49.786+00:00")
        self.assertEqual((two["batch"], two.get("name")), (one["batch"], None))
        with open(os.path.join(folder, "outputs.zip"), "r+b") as file:
            file.truncate(40)
        with self.assertRaisesRegex(InputError, "outputs.zip: this is no whole archive"):
            self.read_folder()

    def test_mistakes(self):
        path = os.path.join(self.target("k8-opt", "stress/a_test", "<testsuites>\n<a>"), "test.xml")
        with self.assertRaisesRegex(InputError, re.escape(f"{path}:2: this is no XML")):
            self.read_folder()
        with self.assertRaisesRegex(InputError, "does not say which target"):
            os.makedirs(self.path("copy/a_test"))
            self.write("copy/a_test/test.xml", fixtures.PASSED)
            bazel_results.read_folder(self.path("copy"))

    def test_many_and_long_failures_are_cut(self):
        cases = '<testcase name="c"><failure>' + "m" * 9000 + "</failure></testcase>"
        self.target("k8-opt", "stress/a_test", f"<testsuites>{cases * 30}</testsuites>", 4)
        _, (test,) = self.read_folder()
        self.assertEqual((len(test["failed"]), test["failed"][-1]["name"]), (21, "and 10 more"))
        self.assertTrue(test["failed"][0]["message"].endswith("\n... 5000 more characters"))


class History(Folder):
    def add(self, *new):
        return history.add(self.history, list(new))

    def record(self, night, **changed):
        return {**fixtures.run(night, **changed), "kind": "run"}

    def test_a_run_is_in_it_once(self):
        one, two = self.record(1), self.record(2)
        self.assertEqual(self.add(one, one)[1], 1)
        self.assertEqual(self.add(two, one)[1], 1)
        self.assertEqual(self.add(json.loads(json.dumps(one)))[1], 0)
        self.assertEqual(history.read(self.history)[0], [one, two])
        self.assertEqual(self.add(self.record(1, seed=5))[1], 1)

    def test_a_run_that_comes_another_way_is_the_same(self):
        self.add(self.record(1))
        came = {"configuration": "ubsan", "batch": "b", "name": "n"}
        self.assertEqual(self.add({**self.record(1), **came})[1], 0)

    def test_a_target_that_ran_again_is_another_result(self):
        for milliseconds, added in ((1000, 1), (1000, 0), (2000, 1)):
            fixtures.write_target(self.path("out"), "k8-opt", "stress/a_test", milliseconds=milliseconds)
            self.assertEqual(self.add(*bazel_results.read_folder(self.path("out"))[1])[1], added)

    def test_the_oldest_is_first(self):
        self.add(self.record(3), self.record(1))
        self.add(self.record(2, started="2026-11-02T03:30:00+01:00"))
        self.assertEqual([run["seed"] for run in history.read(self.history)[0]], [1001, 1002, 1003])

    def test_a_torn_last_line_is_left_out_and_told(self):
        self.add(self.record(1), self.record(2))
        content = self.read("history.jsonl")
        for cut in (1, 100, 4000):
            self.write("history.jsonl", content[: -1 - cut])
            found, _, message = self.add()
            self.assertEqual(len(found), 1)
            self.assertRegex(message, r"history\.jsonl:2: the last line is torn, and was left out\. Give .* once more")
            self.assertEqual(self.add()[2], None)  # It is said once.
        self.write("history.jsonl", content[:-1])  # Only the line's end is missing.
        self.assertEqual((len(self.add()[0]), self.add()[2]), (2, None))

    def test_other_mistakes_leave_it_alone(self):
        self.add(self.record(1), self.record(2))
        first, second = self.read("history.jsonl").splitlines()
        for content, what in [
            (f"{first[:50]}\n{second}\n", "history.jsonl:1: this line is no JSON"),
            (f'{first}\n{{"kind": "other"}}\n', "history.jsonl:2: this is no record"),
            (f"{first}\n[1]\n", "history.jsonl:2: this is no record"),
            (first.replace('"rounds"', '"sounds"') + "\n", "history.jsonl:1: rounds is missing"),
        ]:
            self.write("history.jsonl", content)
            with self.assertRaisesRegex(InputError, re.escape(what)):
                self.add(self.record(3))
            self.assertEqual(self.read("history.jsonl"), content)

    def test_a_writer_that_dies_leaves_the_old_one(self):
        self.add(self.record(1))
        before = self.read("history.jsonl")
        for call in ("os.fsync", "os.replace"):
            with unittest.mock.patch(call, side_effect=OSError(28, "No space left on device")):
                with self.assertRaisesRegex(InputError, r"cannot be written \(No space left on device\)"):
                    self.add(self.record(2))
            self.assertEqual(self.read("history.jsonl"), before)
        self.assertEqual(sorted(os.listdir(self.folder)), ["history.jsonl", "history.jsonl.lock"])

    def test_writers_at_once_lose_nothing(self):
        paths = fixtures.write_runs(self.folder, [fixtures.run(night) for night in range(1, 13)])
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            done = list(pool.map(lambda path: self.page(path, "--history=history.jsonl", f"--out={path}.html"), paths))
        self.assertEqual([each.returncode for each in done], [0] * 12, done)
        self.assertEqual(len(history.read(self.history)[0]), 12)


class Shown(html.parser.HTMLParser):
    """What a page shows, and the elements and attributes it has."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = set(), set(), []
        self.feed(text)
        self.text = "".join(self.texts)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data):
        self.texts.append(data)


class Pages(Folder):
    def shown(self, runs, tests_max=90, failures_max=100):
        return Shown(report.page([{**run, "kind": "run"} for run in runs], "", tests_max, failures_max))

    def tells(self, text, part):
        self.assertTrue(part in text, f"{part!r} is not told")  # Without the whole page in the message.

    def test_text_stays_text(self):
        for hostile in ("<b>&amp;</b>", "\"'><i>", "</p>"):
            text = document(element("p", hostile, element("a", hostile, title=hostile), hostile))
            self.assertEqual(Shown(text).text.strip("\n").removeprefix("<!DOCTYPE html>"), hostile * 3)
            self.assertEqual(Shown(text).tags, {"p", "a"})

    def test_what_is_no_text_is_seen(self):
        self.assertIn(r"a\x1bb\u202ec\ud800d\x00", document(element("p", "a\x1bb\u202ec\ud800d\0")))

    def test_hostile_results_are_told_and_do_nothing(self):
        ordinary, hostile = self.shown(fixtures.nights()), self.shown(fixtures.hostile_nights())
        self.assertLessEqual(hostile.tags, ordinary.tags)
        self.assertLessEqual(hostile.attributes, ordinary.attributes | {"tabindex"})
        self.tells(hostile.text, fixtures.HOSTILE)
        self.tells(hostile.text, fixtures.LONG_WORD)
        self.tells(hostile.text, r"\u202egnp \x1b[31m \ud800 & &amp; ' --")

    def test_failures_name_what_repeats_them(self):
        text = self.shown(fixtures.nights()).text
        self.tells(
            text,
            "./bazelw run --config=tsan //stress:rmap_stress -- --script=failures/6-412.rmap --generation=G9 --with=all ",
        )
        self.tells(
            text,
            "stress:rmap_stress -- --seed=1009 --first_round=977 --rounds=1 --generation=G9 --with=all --threads=8",
        )
        profiled = self.shown([fixtures.run(1, failures=[fixtures.failure()], profile="swap")]).text
        self.tells(profiled, " --profile=swap --threads=8")
        own = self.shown([fixtures.run(1, failures=[fixtures.failure(command="repeat --this")])]).text
        self.tells(own, "repeat --this")
        self.assertNotIn("./bazelw run //stress:rmap_stress", own)

    def test_the_newest_failure_is_first(self):
        text = self.shown(fixtures.nights()).text
        places = [text.index(part) for part in ("anon_vma is used at", "page 3 of process 2", "page.uses is written")]
        self.assertEqual(places, sorted(places))

    def test_a_script_is_told(self):
        failure = fixtures.failure(script="/gone/7.rmap", script_text="phase\n  thread\n")
        text = self.shown([fixtures.run(1, failures=[failure])]).text
        self.tells(text, "phase\n  thread")
        self.assertNotIn("/gone", text)
        self.tells(text, "--seed=1009 --first_round=7")

    def test_a_batch_is_compared_as_a_whole(self):
        text = self.shown(fixtures.batches()).text
        self.tells(text, "Operations a second151,116")
        self.assertRegex(text, "[+−][01]% against the median of the 2 before")

    def test_a_limit_is_named(self):
        text = self.shown(fixtures.nights(), failures_max=2).text
        self.tells(text, "The 2 newest of 5; --failures_max shows more.")
        self.assertNotIn("a page is mapped by a VMA", text)

    def test_old_tests_are_left_out_of_the_trends_alone(self):
        text = self.shown(fixtures.batches(), tests_max=2).text
        self.tells(text, "10 runs of 2 tests; 1 older are not shown (--tests_max)")
        self.tells(text, "runs15under load")
        self.assertNotIn("2026-11-01 02:00, G9", text)

    def test_never_overlapped_pairs_are_listed(self):
        text = self.shown(fixtures.nights()).text
        self.tells(
            text,
            "3 of 231 pairs never overlapped in any run:bind × poisoncheck_mm × take_all_locksmap_stack × map_stack",
        )
        one = fixtures.run(1, pairs=[{"first": "a", "second": "b", "overlaps": 1}])
        self.tells(self.shown([one]).text, "Each of 1 pair overlapped at least once.")

    def test_runs_are_compared_with_their_like(self):
        runs = [fixtures.run(night, operations_per_second=100 * night) for night in (1, 2, 3)]
        self.tells(self.shown(runs).text, "+100% against the median of the 2 before")
        runs[2]["threads"] = 9
        self.tells(self.shown(runs).text, "the first of its kind")

    def test_nothing_yet(self):
        text = self.shown([]).text
        for part in (
            "no result yet",
            "No run yet",
            "None, in any run",
            "No run has told of pairs",
            "No result of a test target",
        ):
            self.tells(text, part)

    def test_numbers(self):
        for value, wanted in [
            (0, "0"),
            (950, "950"),
            (1200, "1.2k"),
            (34000, "34k"),
            (5.6e6, "5.6M"),
            (2.5, "2.5"),
            (4e9, "4G"),
        ]:
            self.assertEqual(short(value), wanted)
        for value, wanted in [(0, 1), (0.5, 1), (1, 1), (2, 2), (7, 8), (9, 10), (21000, 25000), (240000, 250000)]:
            self.assertEqual(round_above(value), wanted)
        for value, wanted in [
            (5, "5"),
            (990000, "990,000"),
            (2.16e7, "21.6 million"),
            (19424590147, "19.4 billion"),
            (5e12, "5.0 trillion"),
        ]:
            self.assertEqual(results.in_words(int(value)), wanted)
        levels = Levels([0, 1, 10, 100, 1000])
        self.assertEqual([levels.of(count) for count in (0, 1, 10, 1000)], [0, 1, 3, 6])
        self.assertEqual([Levels(counts).used() for counts in ([], [5, 5], [0])], [[6]] * 3)


class Command(Folder):
    def test_a_page_is_a_function_of_the_history(self):
        paths = fixtures.write_runs(self.folder, fixtures.nights())
        first = self.page(*paths)
        self.assertEqual((first.returncode, first.stderr), (0, ""))
        self.assertEqual(
            first.stdout, f"{self.path('stress.html')}: 48 runs and 0 results of targets, 48 of them new\n"
        )
        before = self.read("stress.html")
        again = self.page(paths[0])
        self.assertIn("48 runs and 0 results of targets, 0 of them new", again.stdout)
        self.assertEqual(self.read("stress.html"), before)

    def test_without_words_all_configurations_are_read(self):
        for platform in ("k8-opt", "k8-opt-tsan"):
            fixtures.write_target(self.path("bazel-out"), platform, "stress/a_test")
        os.makedirs(self.path("bazel-out/k8-opt-asan/testlogs/stress"))  # Nothing ran there.
        os.makedirs(self.path("bazel-out/host"))
        self.assertIn("0 runs and 2 results of targets, 2 of them new", self.page().stdout)

    def test_it_runs_through_a_link(self):
        link = self.path("page")
        os.symlink(PAGE, link)
        done = subprocess.run(
            [link, f"--out={self.folder}/p.html", *fixtures.write_runs(self.folder, [fixtures.run(1)])],
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_torn_line_is_told(self):
        self.page(*fixtures.write_runs(self.folder, [fixtures.run(1)]))
        with open(self.path("stress-history.jsonl"), "a") as file:
            file.write('{"kind": "ru')
        done = self.page()
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"\Apage: [^\n]*stress-history\.jsonl:2: the last line is torn[^\n]*\n\Z")

    def test_mistakes(self):
        run = self.write("run.json", json.dumps(fixtures.run(1)))
        self.expect_refused(self.page(), "no results of stress tests, and no history", "./bazelw test //stress/...")
        self.expect_refused(self.page("absent.json"), "absent.json: it cannot be read (No such file or directory)")
        self.expect_refused(self.page(self.write("bytes.json", b"\xff\xfe")), "bytes.json: byte 0 is not UTF-8")
        self.expect_refused(self.page(self.write("a\nb.json", "{")), r"a\nb.json:1:2: this is no JSON")
        os.mkdir(self.path("empty"))
        self.expect_refused(self.page("empty"), "empty: no run.json and no test.xml is below this folder")
        self.expect_refused(self.page(run, "--colour"), "unrecognized arguments: --colour", "--help")
        self.expect_refused(self.page(run, "--failures_max=-1"), "less than 0")
        self.expect_refused(self.page(run, "--tests_max=0"), "--tests_max=0 is less than 1")
        self.expect_refused(self.page(run, "--failures_max=few"), "invalid int value")
        self.expect_refused(self.page(run, "--out="), "--out names no file")
        self.expect_refused(self.page(run, "--history=absent/h"), "absent/h: the history cannot be written")
        self.expect_refused(
            self.page(run, "--out=absent/p.html"), "absent/p.html: the page cannot be written", "--out=FILE"
        )
        self.expect_refused(self.page(run, "--out=empty"), "empty: this is a folder", "--out=FILE")

    def test_the_page_takes_the_place_of_nothing_it_is_made_of(self):
        run = self.write("run.json", json.dumps(fixtures.run(1)))
        os.symlink("run.json", self.path("link.json"))
        for words in (
            ["--out=nights", "--history=nights"],
            ["--out=./nights", "--history=nights"],
            ["--out=nights.lock", "--history=nights"],
            ["--out=run.json"],
            ["--out=link.json"],
        ):
            self.expect_refused(self.page(run, *words), "would take the place of what it is made of", "--out=FILE")
        self.assertEqual(sorted(os.listdir(self.folder)), ["link.json", "run.json"])
        self.assertEqual(json.loads(self.read("run.json"))["rounds"], fixtures.run(1)["rounds"])

    def test_what_is_no_file_is_left_alone(self):
        """Reading a pipe or a device may never end; and it is not replaced by a file."""
        run = self.write("run.json", json.dumps(fixtures.run(1)))
        os.mkfifo(self.path("pipe"))
        for words in ([run, "--history=pipe"], [run, "--out=pipe"], ["pipe"]):
            self.expect_refused(self.page(*words), "pipe: this is no regular file. Name ")
            self.assertTrue(stat.S_ISFIFO(os.stat(self.path("pipe")).st_mode))
        self.assertEqual(sorted(os.listdir(self.folder)), ["pipe", "run.json"])

    def test_standard_output_is_lost(self):
        run = self.write("run.json", json.dumps(fixtures.run(1)))
        for words in ([run], ["--help"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([PAGE, *words], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, r"\Apage: standard output: cannot be written [^\n]+\n\Z")

    def test_names_of_any_bytes(self):
        run = self.write("run.json", json.dumps(fixtures.run(1)))
        done = self.page(run, b"--out=\xff.html")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(r"\udcff.html: 1 run", done.stdout)

    def test_a_mistake_adds_nothing(self):
        good, bad = self.write("good.json", json.dumps(fixtures.run(1))), self.write("bad.json", "{}")
        self.expect_refused(self.page(good, bad), "bad.json:1: started is missing")
        self.assertFalse(os.path.exists(self.path("stress-history.jsonl")))

    def test_help(self):
        self.assertIn("RESULT is a run.json", self.page("--help").stdout)


if __name__ == "__main__":
    unittest.main()
