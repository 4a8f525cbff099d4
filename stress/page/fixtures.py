"""Results to try the page with: ordinary ones, and ones that mean harm. The same at every call."""

import json
import os
import random
import struct

VERBS = (
    "bind",
    "check_mm",
    "direct_io",
    "exit",
    "fork",
    "grow_heap",
    "lock",
    "map",
    "map_stack",
    "migrate",
    "move",
    "poison",
    "protect",
    "read",
    "reclaim",
    "referenced",
    "start",
    "take_all_locks",
    "unlock",
    "unmap",
    "write",
)
PAIRS = [(first, second) for index, first in enumerate(VERBS) for second in VERBS[index:]]
NEVER = (("bind", "poison"), ("check_mm", "take_all_locks"), ("map_stack", "map_stack"))
RATES = {"plain": 240000, "tsan": 21000, "asan": 88000, "ubsan": 130000}

# Each would do something if it were taken for anything but text.
HOSTILE = "</code></p><script>document.title='taken'; console.error('taken')</script><img src=http://127.0.0.1:9/x onerror=alert(1)>"
HOSTILE_KERNEL = "G9\" onmouseover=\"alert(1)\" style='position:fixed' \u202egnp \x1b[31m \ud800 & &amp; ' --"
LONG_WORD = "w" * 3000


def run(night, configuration="plain", failures=(), **changed):
    """Returns: a run.json's value."""
    chance = random.Random(f"{night} {configuration}")
    seconds = 3600.0
    rate = RATES.get(configuration, 1000) * (1 + 0.06 * chance.uniform(-1, 1)) * (0.8 if night >= 9 else 1)
    operations = int(rate * seconds)
    weights = {verb: chance.uniform(0.2, 3) for verb in VERBS}
    total = sum(weights.values())
    pairs = []
    for first, second in PAIRS:
        popular = (
            RATES.get(configuration, 1000)
            / 240000
            * (VERBS.index(first) + 2) ** 2.2
            * (VERBS.index(second) % 7 + 1) ** 2
        )
        seen = 0 if (first, second) in NEVER or popular < chance.uniform(0, 2) else int(popular * chance.uniform(5, 40))
        pairs.append({"first": first, "second": second, "overlaps": seen})
    return {
        "started": f"2026-11-{night:02}T02:00:00Z",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "configuration": configuration,
        "kernel": "G9 with all",
        "seed": 1000 + night,
        "seconds": seconds,
        "rounds": operations // 900,
        "threads": 8,
        "operations": operations,
        "operations_per_second": rate,
        "failures": list(failures),
        "operation_counts": {verb: int(operations * weight / total) for verb, weight in weights.items()},
        "pairs": pairs,
        **changed,
    }


def failure(number=7, rule="I1", message="a page is mapped by a VMA that no walk visits", script=None, **more):
    return {"seed": 1009, "round": number, "rule": rule, "message": message, "script": script, **more}


STORY = """I5: page 3 of process 2 is mapped twice and counted once
  thread 0   fork 2 from 1            ended
  thread 1   move 2 [4, 6) to [1, 3)  running
  thread 2   migrate page at 1:4      running, holds anon_vma->lock"""


def nights():
    """Returns: twelve nights of four configurations, with a few failures."""
    found = []
    for night in range(1, 13):
        for configuration in RATES:
            failures = []
            if (night, configuration) == (6, "tsan"):
                failures = [
                    failure(
                        412,
                        "data race",
                        "page.uses is written at page.h:76 and read at rmap.cc:31",
                        "failures/6-412.rmap",
                    )
                ]
            if (night, configuration) == (9, "plain"):
                failures = [
                    failure(31, "I5", STORY),
                    failure(977, "I1"),
                    failure(1204, "leak", "1 object of anon_vma is left"),
                ]
            if (night, configuration) == (12, "asan"):
                failures = [
                    failure(
                        5,
                        "use after free",
                        "anon_vma is used at list.h:57 and freed at anon_vma.h:59",
                        "failures/12-5.rmap",
                    )
                ]
            found.append(run(night, configuration, failures))
    return found


PROFILES = ("general", "boundaries", "faults", "lifetime", "swap")


def batches():
    """Returns: three nights of one test that makes a run for each profile; one alone hardly meets any pair."""
    found = []
    for night in (1, 2, 3):
        whole = run(night)["pairs"]
        for index, profile in enumerate(PROFILES):
            pairs = [
                {**pair, "overlaps": pair["overlaps"] if number % len(PROFILES) == index else 0}
                for number, pair in enumerate(whole)
            ]
            rate = (1 + index) * (50000 + 900 * night * (-1) ** index)
            own = {"batch": f"night {night}", "name": f"G9_with_all_{profile}", "seconds": 600.0 + index}
            found.append(run(night, pairs=pairs, operations=int(600 * rate), operations_per_second=rate, **own))
    return found


def hostile_nights():
    """Returns: runs whose every text tries to be something else."""
    bad = failure(1, HOSTILE, HOSTILE + "\n" + HOSTILE, HOSTILE, command=HOSTILE)
    verbs = {HOSTILE: 3, LONG_WORD: 4, "a": 5}
    names = sorted(verbs)
    pairs = [{"first": a, "second": b, "overlaps": 0 if a == b else 2} for i, a in enumerate(names) for b in names[i:]]
    common = {"kernel": HOSTILE_KERNEL, "commit": HOSTILE, "operation_counts": verbs, "pairs": pairs}
    return [
        run(1, HOSTILE, [bad, failure(2, LONG_WORD, LONG_WORD, LONG_WORD)], **common),
        run(2, LONG_WORD, **common),
        run(3, "plain", [failure(3, "", "", "")], kernel="", pairs=[], operation_counts={}),
    ]


def write_runs(folder, runs):
    """Returns: the paths of their files."""
    paths = []
    for index, value in enumerate(runs):
        paths.append(os.path.join(folder, f"run-{index:03}.json"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            json.dump(value, file)
    return paths


PASSED = '<testsuites><testsuite name="A"><testcase name="Holds" classname="Rmap" time="1.5"/></testsuite></testsuites>'
FAILED = (
    '<testsuites><testsuite name="A"><testcase name="Holds" classname="Rmap" time="2"><failure message="m"><![CDATA[rmap.cc:7\n'
    'Expected: <b>1</b>]]></failure></testcase><testcase name="Other" classname="Rmap" time="1"/></testsuite></testsuites>'
)


def write_target(bazel_out, platform, target, xml=PASSED, status=1, milliseconds=1795313029786):
    """Plays Bazel. Returns: the folder of the target's results. target: "stress/a_test" or "stress/a_test/shard_1_of_2"."""
    folder = os.path.join(bazel_out, platform, "testlogs", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "test.xml"), "w", encoding="utf-8") as file:
        file.write(xml)
    if status is not None:
        with open(os.path.join(folder, "test.cache_status"), "wb") as file:
            # Fields 2 and 3 are numbers, 4 a text, 9 a number, 15 a number.
            path = b"/some/test.log"
            file.write(bytes([0x10, status == 1, 0x18, status, 0x22, len(path)]) + path + bytes([0x48]) + varint(300))
            file.write(bytes([0x78]) + varint(milliseconds))
    return folder


def varint(value):
    found = b""
    while value >= 0x80:
        found += struct.pack("B", value & 0x7F | 0x80)
        value >>= 7
    return found + struct.pack("B", value)
