"""Takes results out of what Bazel leaves of tests, in folders such as

    .../bazel-out/PLATFORM-opt[-CONFIGURATION]/testlogs/PACKAGE/TARGET[/shard_1_of_4]

with
  test.xml                   JUnit XML: which cases there were, which failed, and how;
  test.cache_status          whether Bazel saw it pass, and when it began. A target may fail although each of its cases
                             passed: a sanitizer speaks when the process ends. Bazel knows, the XML does not;
  test.outputs/outputs.zip   what the test wrote beside; a run.json in it is a run.

test.cache_status is Bazel's own affair (TestResultData of src/main/protobuf/test_status.proto), but has been the same
for ten years. Without it the XML and its file's time are believed.
"""

import datetime
import os
import re
import xml.etree.ElementTree
import zipfile

from errors import InputError, check_regular
from records import STATUSES, run_of_text

FAILED_CASES_MAX = 20  # Of one target; what is left out is counted.
MESSAGE_LENGTH_MAX = 4000
SCRIPT_LENGTH_MAX = 100000

CONFIGURATION = re.compile(r"[^-]+-(?:opt|dbg|fastbuild)(?:-(.+))?")
SHARD = re.compile(r"shard_\d+_of_\d+|run_\d+_of_\d+")
# Of Bazel's BlazeTestStatus; others stand for results that are not there.
STATUS_OF_NUMBER = {1: "passed", 2: "flaky", 3: "timeout", 4: "failed"}


def read_folder(folder):
    """Returns: (runs, tests), each a list of records, of all targets below. Fails: InputError."""
    runs, shards, of_target = [], {}, {}
    for place, folders, files in os.walk(os.path.realpath(folder)):
        folders.sort()
        if "run.json" in files:
            runs.append((place, read_run(os.path.join(place, "run.json"))))
        if "outputs.zip" in files:
            runs += [(place, run) for run in read_zip(os.path.join(place, "outputs.zip"))]
        if "test.xml" in files:
            shards[place] = target_of(place)
            of_target.setdefault(shards[place], []).append(read_shard(place))
    tests = {target: joined(*target, results) for target, results in sorted(of_target.items())}
    return [with_origin(run, place, shards, tests) for place, run in runs], list(tests.values())


def with_origin(run, place, shards, tests):
    """Adds what only the folder tells: the configuration, of which a program cannot know all; and of which execution of a
    test the run is a part."""
    configuration = configuration_of(place)
    origin = {"configuration": configuration} if configuration else {}
    for shard, target in shards.items():
        if place.startswith(shard + os.sep):
            origin["batch"] = f"{target[0]} {tests[target]['started']}"
    return {**run, **origin}


def read_run(path):
    check_regular(path, "Name a run.json, or a folder of Bazel's test results")
    try:
        with open(path, encoding="utf-8") as file:
            return run_of_text(file.read(), path)
    except UnicodeDecodeError as error:
        raise InputError(path, f"byte {error.start} is not UTF-8", "A run.json is text; give another file") from None
    except OSError as error:
        raise InputError(path, f"it cannot be read ({error.strerror})", "Name a run.json that is there") from None


def read_zip(path):
    """Returns: the runs in a test's outputs.zip, each with the name of its folder there, and the scripts that are beside."""
    mend = "Run that test again, or remove the file"
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if os.path.basename(name) == "run.json"]
            return [run_of_archive(archive, name, f"{path}({name})") for name in names]
    except UnicodeDecodeError:
        raise InputError(path, "what is in it is not UTF-8", mend) from None
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise InputError(path, f"this is no whole archive ({error})", mend) from None


def run_of_archive(archive, name, where):
    run = run_of_text(archive.read(name).decode("utf-8"), where)
    folder = os.path.dirname(name)
    for failure in run["failures"]:
        script = os.path.join(folder, os.path.basename(failure["script"] or ""))
        if failure["script"] and script in archive.namelist():
            failure["script_text"] = archive.read(script).decode("utf-8")[:SCRIPT_LENGTH_MAX]
    return {"name": folder, **run} if folder else run


def configuration_of(place):
    """Returns: "tsan" of .../k8-opt-tsan/testlogs/..., "plain" of .../k8-opt/testlogs/..., else None."""
    parts = place.split(os.sep)
    names = [CONFIGURATION.fullmatch(above) for above, part in zip(parts, parts[1:]) if part == "testlogs"]
    return (names[-1][1] or "plain") if names and names[-1] else None


def target_of(place):
    """Returns: (target, configuration) of the folder of a test.xml. Fails: InputError."""
    configuration = configuration_of(place)
    below = [part for part in place.rpartition("/testlogs/")[2].split(os.sep) if not SHARD.fullmatch(part)]
    if not configuration or len(below) < 2:
        raise InputError(
            os.path.join(place, "test.xml"),
            "its path does not say which target and configuration it is of",
            "Name a folder below bazel-out, or a copy that keeps bazel-out's CONFIGURATION/testlogs/PACKAGE/TARGET",
        )
    return f"//{'/'.join(below[:-1])}:{below[-1]}", configuration


def read_shard(place):
    """Returns: status, when it began, seconds, number of cases, list of failed ones."""
    path = os.path.join(place, "test.xml")
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (xml.etree.ElementTree.ParseError, OSError, UnicodeError, ValueError) as error:
        line = getattr(error, "position", (1, 0))[0]
        raise InputError(
            f"{path}:{line}", f"this is no XML ({error})", "Run that test again, or remove the file"
        ) from None
    cases = list(root.iter("testcase"))
    failed = [failed_case(case, fault) for case in cases for fault in case if fault.tag in ("failure", "error")]
    seconds = sum(seconds_of(case) for case in cases)
    status, milliseconds = bazel_status(os.path.join(place, "test.cache_status"))
    if status is None:
        status = "failed" if failed else "passed"
    if milliseconds is None:
        milliseconds = int(os.path.getmtime(path) * 1000)
    if status in ("failed", "timeout") and not failed:
        message = "Its cases passed, but the process did not end well: test.log beside the test.xml says why."
        failed = [{"name": "", "message": message}]
    return status, milliseconds, seconds, len(cases), failed


def failed_case(case, fault):
    name = ".".join(part for part in (case.get("classname"), case.get("name")) if part)
    message = (fault.text or "").strip() or fault.get("message", "")
    if len(message) > MESSAGE_LENGTH_MAX:
        message = f"{message[:MESSAGE_LENGTH_MAX]}\n... {len(message) - MESSAGE_LENGTH_MAX} more characters"
    return {"name": name, "message": message}


def seconds_of(case):
    try:
        return max(0.0, min(float(case.get("time", 0)), 1e9))
    except ValueError:
        return 0.0


def joined(target, configuration, shards):
    """Returns: one record of all shards; it is as bad as the worst, and as new as the newest."""
    statuses, milliseconds, seconds, cases, failed = zip(*shards)
    moment = datetime.datetime.fromtimestamp(max(milliseconds) / 1000, datetime.timezone.utc)
    failed = sum(failed, [])
    if len(failed) > FAILED_CASES_MAX:
        rest = {"name": f"and {len(failed) - FAILED_CASES_MAX} more", "message": ""}
        failed = failed[:FAILED_CASES_MAX] + [rest]
    return {
        "kind": "test",
        "target": target,
        "configuration": configuration,
        "started": moment.isoformat(timespec="milliseconds"),
        "status": max(statuses, key=STATUSES.index),
        "seconds": round(sum(seconds), 3),
        "cases": sum(cases),
        "failed": failed,
    }


def bazel_status(path):
    """Returns: (status, when it began in milliseconds), each None if Bazel does not say."""
    try:
        with open(path, "rb") as file:
            fields = numbers_of_message(file.read())
    except (OSError, IndexError):
        return None, None
    return STATUS_OF_NUMBER.get(fields.get(3)), fields.get(15)


def numbers_of_message(data):
    """Returns: field number -> value of the whole numbers in a protocol buffer. Fails: IndexError if it is cut."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            found[key >> 3] = varint()
        elif key & 7 == 2:
            length = varint()
            at += length
        else:  # Eight bytes, or four.
            at += 8 if key & 7 == 1 else 4
    return found
