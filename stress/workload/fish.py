#!/usr/bin/env python3
"""Takes repairs out of the kernel, one at a time, and tells which net catches the mistake that comes back.

A net is a build of //stress:rmap_stress: plain, with ThreadSanitizer, with AddressSanitizer; it is built here, from the
tree. Each fish is looked for in each net, with the same random programs in all, until something fails or the time is
over. Then the kernel with the repair runs the same programs and as many again, and some more: if that fails as well,
nothing was caught. Programs are counted there, not seconds, because what else the machine does changes from second to second.
What was caught is told as the net told it: the broken rule, or what the sanitizer saw.

What this does not do: choose kernel and profile (fish.txt says them), or repeat a schedule (docs/TESTING.md).
"""

import argparse
import contextlib
import json
import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

USAGE = """./bazelw run //stress:fish -- [--seconds=N] [--only=KH-25,KH-39] [--nets=plain,tsan,asan] [--seed=N] [--json=FILE]

Builds //stress:rmap_stress for each net, takes repairs out of the kernel one at a time, and runs random programs until
something fails. The table goes to standard output, as Markdown, a row as soon as it is known; progress to standard error.

  --seconds=N   at most so long for each repair and net  (60)
  --only=LIST   these repairs                            (all of stress/workload/fish.txt)
  --nets=LIST   of plain, tsan, asan                     (all)
  --seed=N      from which the programs follow           (1)
  --json=FILE   write all that was measured; FILE begins where you stand

Exit code 0: the table is whole, whatever it tells; 2: it is not, and one line says why; 130 and 143: SIGINT and SIGTERM ended
it. FILE has what was measured until then."""

NETS = {"plain": "plain", "tsan": "ThreadSanitizer", "asan": "AddressSanitizer"}
TARGET = "//stress:rmap_stress"
CONTROL_ROUNDS_MIN = 100
SECONDS_MIN, SECONDS_MAX = 0.01, 1e7  # As rmap_stress has them.


class Wrong(Exception):
    """What is wrong, and the mend, in one line."""


class Words(argparse.ArgumentParser):
    def error(self, message):
        raise Wrong(f"{message}. Try ./bazelw run //stress:fish -- --help")


class Fish:
    """A line of fish.txt."""

    def __init__(self, words):
        self.repair, self.generation, self.profile, *self.flags = words

    def kernel(self, with_repair):
        words = [f"--generation={self.generation}", "--with=all"]
        return words if with_repair else words + [f"--without={self.repair}"]


def parse(words):
    """Refuses here what would else be found out after the builds, or after an hour."""
    parser = Words(add_help=False, allow_abbrev=False)
    parser.add_argument("fish")
    parser.add_argument("workspace")
    parser.add_argument("--nets", default=",".join(NETS))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--json")
    parser.add_argument("--help", action="store_true")
    options = parser.parse_args(words)
    if not (SECONDS_MIN <= options.seconds <= SECONDS_MAX):
        wanted = f"give a number from {SECONDS_MIN:g} to {SECONDS_MAX:g}"
        parser.error(f"--seconds={options.seconds} is no time: {wanted}")
    if not 0 <= options.seed < 2**64:
        parser.error(f"--seed={options.seed} is no seed: give a whole number from 0 to {2**64 - 1}")
    if options.json == "":
        parser.error("--json names no file")
    options.nets = chosen(parser, "nets", options.nets, list(NETS))
    with open(options.fish, encoding="utf-8") as file:
        lines = [line.split("#")[0].split() for line in file]
    all_fish = [Fish(words) for words in lines if words]
    names = [one.repair for one in all_fish]
    only = names if options.only is None else chosen(parser, "only", options.only, names)
    options.fish = [one for one in all_fish if one.repair in only]
    return options


def chosen(parser, flag, text, known):
    """Returns: the names in `text`, once each, in their own order."""
    names = list(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in known:
            parser.error(f'--{flag}: "{name}" is none of {", ".join(known)}')
    return names


def build(net, workspace, folder):
    """Returns: the program. It is copied, because somebody may build while it runs."""
    config = [] if net == "plain" else [f"--config={net}"]
    bazelw = os.path.join(workspace, "bazelw")
    print(f"fish: building {TARGET} for {net}", file=sys.stderr, flush=True)
    # Standard output is the table's.
    if subprocess.run([bazelw, "build", *config, TARGET], cwd=workspace, stdout=sys.stderr, check=False).returncode != 0:
        raise Wrong(f"{TARGET} was not built for {net}. Try {shlex.join(['./bazelw', 'build', *config, TARGET])}")
    said = subprocess.run([bazelw, "info", *config, "bazel-bin"], cwd=workspace, capture_output=True, text=True, check=True)
    program = os.path.join(folder, net)
    shutil.copy(os.path.join(said.stdout.strip(), "stress", "rmap_stress"), program)
    return program


def first_failure(program, fish, with_repair, limits, seed):
    """Returns: what failed first, as the run's JSON says it; None if nothing. The run ends there."""
    words = [program, *limits, f"--seed={seed}", f"--profile={fish.profile}", *fish.flags]
    words += [*fish.kernel(with_repair), "--failures_max=1", "--shrink_seconds=0", "--json=-"]
    words += [f"--scripts={os.path.dirname(program)}"]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise Wrong(f"{fish.repair}: {shlex.join(words)}: exit code {run.returncode}. {run.stderr.strip()[-300:]}")
    failures = json.loads(run.stdout)["failures"]
    return failures[0] if failures else None


def try_net(program, fish, seconds, seed):
    """Returns: what the net caught, as a record; None if nothing."""
    caught = first_failure(program, fish, False, [f"--seconds={seconds:g}"], seed)
    if caught is None:
        return None
    # Else it would be another fish.
    rounds = CONTROL_ROUNDS_MIN + 2 * caught["after_rounds"]
    control = first_failure(program, fish, True, [f"--rounds={rounds}", "--seconds=86400"], seed)
    return {
        "rule": caught["rule"],
        "message": caught["message"],
        "seconds": caught["after_seconds"],
        "rounds": caught["after_rounds"],
        "control": control["message"] if control else None,
    }


def is_catch(record):
    return record is not None and record["control"] is None


def is_caught(results):
    """A kernel that fails with the repair in one net is no witness in another: there it was luck."""
    found = [record for record in results if record is not None]
    return bool(found) and all(map(is_catch, found))


def in_words(record, seconds):
    if record is None:
        return f"not within {seconds:g} s"
    if not is_catch(record):
        return f"{record['rule']}, but with the repair as well"
    rounds = f"{record['rounds']:,} round{'s' if record['rounds'] != 1 else ''}"
    return f"{record['rule']}, {record['seconds']:.1f} s, {rounds}"


def row(cells):
    print(f"| {' | '.join(cells)} |", flush=True)


def fill_table(options, programs, records):
    """Prints the table, row by row, and adds to the records what was measured, one for each row."""
    row(["repair", "kernel, with all others", "profile", *(NETS[net] for net in options.nets)])
    print(f"|{'---|' * (3 + len(options.nets))}")
    for fish in options.fish:
        results = {}
        for net in options.nets:
            results[net] = try_net(programs[net], fish, options.seconds, options.seed)
            print(f"fish: {fish.repair}: {net}: {in_words(results[net], options.seconds)}", file=sys.stderr, flush=True)
        records.append({"repair": fish.repair, "generation": fish.generation, "profile": fish.profile, "nets": results})
        row([fish.repair, fish.generation, fish.profile, *(in_words(results[net], options.seconds) for net in options.nets)])


def fish_all(options, words, records):
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        workspace = os.path.dirname(os.path.realpath(options.workspace))
        programs = {net: build(net, workspace, folder) for net in options.nets}
        command = shlex.join(["./bazelw", "run", "//stress:fish", *(["--", *words] if words else [])])
        print(f"`{command}`\n", flush=True)
        fill_table(options, programs, records)
    caught = sum(is_caught(record["nets"].values()) for record in records)
    print(f"\n{caught} of {len(records)} mistakes were caught: seed {options.seed}, at most {options.seconds:g} s a cell, "
          f"{os.cpu_count()} processors, load {load:.1f} at the beginning and {os.getloadavg()[0]:.1f} at the end.",
          flush=True)


@contextlib.contextmanager
def kept(path):
    """Makes a list that is written when all is over, however it ends. That it can be is known at the beginning."""
    records = []
    if not path:
        yield records
        return
    with open(path, "a", encoding="utf-8") as file:  # What is there stays until then.
        try:
            yield records
        finally:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                file.truncate(0)
            json.dump(records, file, indent=1)


class Ended(Exception):
    """By SIGTERM. Programs that were started end with it, as with Ctrl-C."""


def end(_signal, _frame):
    raise Ended


def interrupted(code):
    print("fish: interrupted: the rows so far are whole", file=sys.stderr)
    return code


def give_up_standard_output():
    """Or Python tries once more when it ends, and complains itself."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(words):
    try:
        signal.signal(signal.SIGTERM, end)
        if "--help" in words or "-h" in words:
            print(USAGE, flush=True)
            return 0
        options = parse(words)
        # Bazel runs programs elsewhere.
        with kept(options.json and os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""), options.json)) as records:
            fish_all(options, words[2:], records)
        return 0
    except Wrong as wrong:
        print(f"fish: {' '.join(str(wrong).split())}", file=sys.stderr)
    except OSError as error:
        print(f"fish: {error.filename or 'standard output'}: {error.strerror}. Name another", file=sys.stderr)
        if error.filename is None:
            give_up_standard_output()
    except KeyboardInterrupt:
        return interrupted(130)
    except Ended:
        return interrupted(143)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
