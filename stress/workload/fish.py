#!/usr/bin/env python3
"""Takes repairs out of the kernel, one at a time, and tells which net catches the mistake that comes back.

    fish.py FISH.txt WORKSPACE [--nets=plain,tsan,asan] [--seconds=60] [--only=KH-25,KH-39] [--json=FILE]

A net is a build of //stress:rmap_stress: plain, with ThreadSanitizer, with AddressSanitizer. FISH.txt has a line for each
fish: the repair, the generation in which its absence matters, the workload's profile, and more flags if it needs them.
Each fish is looked for in each net, the same random workload in all, for so many seconds at most. What is caught is told
as the net told it: the broken rule, or what the sanitizer saw; then as many seconds of the same workload with the repair,
which must find nothing. The table is Markdown.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

NETS = {"plain": [], "tsan": ["--config=tsan"], "asan": ["--config=asan"]}
TARGET = "//stress:rmap_stress"


class Fish:
    """A line of the table."""

    def __init__(self, words):
        self.repair, self.generation, self.profile, *self.flags = words

    def kernel(self, with_repair):
        words = [f"--generation={self.generation}", "--with=all"]
        return words if with_repair else words + [f"--without={self.repair}"]


def read_fish(path, only):
    with open(path, encoding="utf-8") as file:
        lines = [line.split("#")[0].split() for line in file]
    fish = [Fish(words) for words in lines if words]
    return [one for one in fish if not only or one.repair in only]


def build(net, workspace, folder):
    """Returns: the program. It is copied, because the next build may replace it."""
    bazel = [os.path.join(workspace, "bazelw")]
    for words in (["build", *NETS[net], TARGET], ["info", *NETS[net], "bazel-bin"]):
        run = subprocess.run(bazel + words, cwd=workspace, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"fish: {TARGET} was not built for {net}: {run.stderr.strip().splitlines()[-1]}")
    program = os.path.join(folder, net)
    shutil.copy(os.path.join(run.stdout.strip(), "stress", "rmap_stress"), program)
    return program


def run_net(program, fish, with_repair, seconds, seed):
    """Returns: what the run's JSON says."""
    words = [program, f"--seconds={seconds}", f"--seed={seed}", "--shrink_seconds=0", "--json=-", f"--profile={fish.profile}"]
    run = subprocess.run(words + fish.flags + fish.kernel(with_repair), capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        sys.exit(f"fish: {fish.repair}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def try_net(program, fish, seconds, seed):
    """Returns: what the net caught, as a record; None if nothing."""
    caught = run_net(program, fish, False, seconds, seed)["failures"]
    if not caught:
        return None
    first = caught[0]
    # As long again with the repair: else it would be another fish.
    control = run_net(program, fish, True, max(1.0, 2 * first["after_seconds"]), seed)["failures"]
    return {
        "rule": first["rule"],
        "message": first["message"],
        "seconds": first["after_seconds"],
        "rounds": first["after_rounds"],
        "control": control[0]["message"] if control else None,
    }


def in_words(caught):
    if caught is None:
        return "-"
    words = f"{caught['rule']}, {caught['seconds']:.1f} s, {caught['rounds']:,} rounds"
    return words if caught["control"] is None else f"({words}; with the repair as well)"


def report(fish, nets, results):
    """Prints the table."""
    print(f"| repair | kernel | profile | {' | '.join(nets)} |")
    print(f"|{'---|' * (3 + len(nets))}")
    for one in fish:
        cells = [in_words(results[one.repair, one.generation][net]) for net in nets]
        print(f"| {one.repair} | {one.generation} with all | {one.profile} | {' | '.join(cells)} |")
    caught = {one.repair for one in fish if any(is_catch(results[one.repair, one.generation][net]) for net in nets)}
    print(f"\n{len(caught)} of {len({one.repair for one in fish})} mistakes were caught.")


def is_catch(record):
    return record is not None and record["control"] is None


def main():
    parser = argparse.ArgumentParser(prog="fish", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fish")
    parser.add_argument("workspace")
    parser.add_argument("--nets", default=",".join(NETS))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--json")
    options = parser.parse_args()
    nets = options.nets.split(",")
    unknown = [net for net in nets if net not in NETS]
    if unknown:
        parser.error(f"--nets={options.nets}: {unknown[0]} is no net: there is {', '.join(NETS)}")
    fish = read_fish(options.fish, [name for name in options.only.split(",") if name])
    workspace = os.path.dirname(os.path.realpath(options.workspace))
    results = {(one.repair, one.generation): {} for one in fish}
    with tempfile.TemporaryDirectory() as folder:
        for net in nets:
            program = build(net, workspace, folder)
            for one in fish:
                begin = time.monotonic()
                record = try_net(program, one, options.seconds, options.seed)
                results[one.repair, one.generation][net] = record
                print(f"{net}: {one.repair}: {in_words(record)} [{time.monotonic() - begin:.0f} s]", file=sys.stderr, flush=True)
    report(fish, nets, results)
    if options.json:
        rows = [{"repair": one.repair, "generation": one.generation, "profile": one.profile,
                 "nets": results[one.repair, one.generation]} for one in fish]
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
