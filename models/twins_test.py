#!/usr/bin/env python3
"""That scenarios have twins: what holds under the checker runs under the same name on real threads.

The idea: ask the test programs themselves, which are given as pairs (checker, real threads), for their tests. Only
those of the table of scenarios are compared, which are tests with a parameter; those whose instantiation is called
"Violated" have no twin, since a mistake on real threads ends the process.

Then the comparison itself is tried on lists that differ.
"""
import subprocess
import sys


def parameter_tests(listing):
    """Returns: the names of the tests with a parameter, without their suite; each as "Holds/Name"."""
    names = set()
    suite = ""
    for line in listing.splitlines():
        if not line.startswith(" "):
            suite = line.split("#")[0].strip()
        elif "/" in suite:
            instantiation = suite.split("/")[0]
            names.add(instantiation + "/" + line.split("#")[0].strip().split("/")[-1])
    return names


def differences(modelled, native):
    """Returns: one line for each test without a twin."""
    expected = {name for name in modelled if not name.startswith("Violated/")}
    lines = ["not on real threads: " + name for name in sorted(expected - native)]
    lines += ["not under the checker: " + name for name in sorted(native - expected)]
    return lines


def listing_of(program):
    run = subprocess.run([program, "--gtest_list_tests"], check=True, capture_output=True, text=True)
    return run.stdout


def planted():
    """Returns: whether the comparison sees what it must."""
    one = "Holds/RmapModel.\n  Verdict/A_G9  # GetParam() = x\n  Verdict/B_G9\nViolated/RmapModel.\n  Verdict/C_G9\nOther.\n  D\n"
    both = "Holds/RmapStress.\n  Verdict/A_G9\n  Verdict/B_G9\n"
    fewer = "Holds/RmapStress.\n  Verdict/A_G9\n"
    more = both + "  Verdict/C_G9\n"
    return (
        parameter_tests(one) == {"Holds/A_G9", "Holds/B_G9", "Violated/C_G9"}
        and differences(parameter_tests(one), parameter_tests(both)) == []
        and differences(parameter_tests(one), parameter_tests(fewer)) == ["not on real threads: Holds/B_G9"]
        and differences(parameter_tests(one), parameter_tests(more)) == ["not under the checker: Holds/C_G9"]
    )


def main(programs):
    failed = not planted()
    if failed:
        print("the comparison does not see planted differences")
    for modelled, native in zip(programs[::2], programs[1::2]):
        names = parameter_tests(listing_of(modelled))
        found = differences(names, parameter_tests(listing_of(native)))
        for line in found:
            print(f"{modelled} and {native}: {line}")
        print(f"{len(names)} tests of {modelled}, {len(found)} without a twin")
        failed = failed or bool(found) or not names
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
