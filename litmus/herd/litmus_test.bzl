"""A litmus test in herd's format as a test of Bazel.

    load("@rmapcheck//litmus/herd:litmus_test.bzl", "litmus_test")

    litmus_test(
        name = "store_buffering",
        src = "SB.litmus",
        expect = "Sometimes",
    )
"""

def litmus_test(name, src, expect, memory_model = "rc11", size = "small", **kwargs):
    """Fails unless every execution of the test was visited and the answer is the expected one.

    Args:
      name: of the target.
      src: the file.
      expect: "Never", "Sometimes", "Always", "race" (some execution has a data race), "unsupported".
      memory_model: "rc11", "cpp20", "sc".
      size: as of any test.
      **kwargs: what else a test may have, such as tags.
    """
    command = Label("//cli:rmapcheck")
    native.sh_test(
        name = name,
        size = size,
        srcs = [Label("//litmus/herd:litmus_test.sh")],
        args = [
            "$(rootpath %s)" % command,
            "litmus",
            "--expect=" + expect,
            "--memory_model=" + memory_model,
            "$(rootpath %s)" % src,
        ],
        data = [
            src,
            command,
        ],
        **kwargs
    )
