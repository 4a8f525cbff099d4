"""A proof of one scenario that Bazel deals to shards, on one machine or on a cluster.

Each shard searches its part of the executions and writes shard-I-of-N.json to its undeclared
outputs; `rmapcheck merge` adds them up. See docs/SCALING.md.
"""

def sharded_proof(name, scenario, shards, args = [], **kwargs):
    """Makes a test.

    Args:
      name: of the test.
      scenario: as `rmapcheck prove` knows it.
      shards: how many.
      args: further flags; they must leave one kernel, such as ["--generation=G5"].
      **kwargs: as of any test.
    """
    native.cc_test(
        name = name,
        srcs = ["//cli:main.cc"],
        args = ["prove", scenario, "--shard=bazel"] + args,
        shard_count = shards,
        deps = [
            "//cli:commands",
            "//cli:console",
            "//core/base:interrupt",
            "//models/report",
            "//models/rmap:scenarios",
        ],
        **kwargs
    )
