"""Tests that are unmodified programs: each is a program of its own, which checks itself when it is run.

    checked_program_test(
        name = "message_passing",
        srcs = ["message_passing.cc"],
        expect = "data race",
        executions = 3,
    )

The sources are compiled as they are, with the compiler's ThreadSanitizer instrumentation, and linked with
//models/program instead of ThreadSanitizer's runtime.
"""

# Whatever a program is compiled with: instrumented, with lines, and not so optimised that two lines are one.
# -fno-builtin: else g++ makes instructions of its own of a short memcpy, which are not reported.
_COPTS = ["-fsanitize=thread", "-g", "-O1", "-w", "-UNDEBUG", "-U_FORTIFY_SOURCE", "-fno-stack-protector", "-fno-builtin"]

# .bazelrc leaves them out where everything is built with a sanitizer: they have an instrumentation of their own.
_TAGS = ["checked_program"]

def checked_program(name, srcs, copts = [], deps = [], tags = [], testonly = True, **kwargs):
    """A program for `rmapcheck run`; it can also be run as it is.

    Args:
      name: of the program.
      srcs: C11 or C++20.
      copts: more flags for the compiler.
      deps: libraries; those that access shared memory must be compiled with -fsanitize=thread too.
      tags: as everywhere.
      testonly: as everywhere.
      **kwargs: as of cc_binary.
    """
    native.cc_binary(
        name = name,
        srcs = srcs,
        copts = _COPTS + copts,
        linkopts = ["-pthread"],
        deps = deps + ["//models/program"],
        tags = _TAGS + tags,
        testonly = testonly,
        **kwargs
    )

def checked_program_test(name, srcs, expect = "holds", executions = None, blocked = None, flags = [], copts = [], deps = [], size = "small", tags = [], **kwargs):
    """A test that passes if the search ends as expected.

    Args:
      name: of the test.
      srcs: C11 or C++20.
      expect: "holds", "violated", "undecided", or a kind of failure such as "data race".
      executions: how many complete executions there must be; None: any number.
      blocked: how many blocked ones; None: any number.
      flags: more of what RMAPCHECK_FLAGS may hold.
      copts: more flags for the compiler.
      deps: as of checked_program.
      size: of the test.
      tags: as everywhere.
      **kwargs: as of cc_test.
    """
    words = ["--expect=" + expect.replace(" ", "-")] + flags
    if executions != None:
        words.append("--executions=%d" % executions)
    if blocked != None:
        words.append("--blocked=%d" % blocked)
    native.cc_test(
        name = name,
        size = size,
        srcs = srcs,
        copts = _COPTS + copts,
        env = {"RMAPCHECK_FLAGS": " ".join(words)},
        linkopts = ["-pthread"],
        deps = deps + ["//models/program"],
        tags = _TAGS + tags,
        **kwargs
    )
