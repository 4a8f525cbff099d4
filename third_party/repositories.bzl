"""Declares the external repositories, so that WORKSPACE stays a table of contents."""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")
load("//third_party:archives.bzl", "ARCHIVES", "DEBIAN_MIRROR")

# What an archive needs changed before this Bazel can build it as we use it.
_PATCHES = {
    "com_google_absl": [
        # Debian's @platforms is older than these two names; nothing here is built for WebAssembly.
        "sed -i 's|@platforms//cpu:wasm[0-9]*|@platforms//cpu:arm|' absl/BUILD.bazel",
        # A dependency that Abseil uses without declaring it, which clang's layering_check refuses.
        "sed -i '/name = \"stacktrace\"/,/^)/s|deps = .|&\"//absl/base:raw_logging_internal\", |' absl/debugging/BUILD.bazel",
    ],
    # So that a test that depends on gtest_main may include gtest's headers, under layering_check too.
    "com_google_googletest": [
        "sed -i 's|^    srcs = .*gmock_main.cc.*|&\\n    hdrs = glob([\"google*/include/g*/*.h\"]),|' BUILD.bazel",
    ],
}

def source_archives():
    """The libraries built from source. bazelw puts the files into --distdir, where Bazel looks first."""
    for name, prefix, sha256, debian_path, lasting_url in ARCHIVES:
        http_archive(
            name = name,
            patch_cmds = _PATCHES.get(name, []),
            sha256 = sha256,
            strip_prefix = prefix,
            type = "tar.gz",
            # The first address gives the name under which --distdir is searched.
            urls = [DEBIAN_MIRROR + "/" + debian_path, lasting_url],
        )

def bazel_helpers():
    """What Bazel itself would otherwise fetch at its first use: Debian's copies, and stubs where those do not fit."""
    for name, path in {
        "bazel_skylib": "/usr/share/bazel/tools/skylib",
        "platforms": "/usr/share/bazel/platforms",
        "remote_coverage_tools": "third_party/remote_coverage_tools",
        "rules_cc": "third_party/rules_cc",
        "rules_java": "/usr/share/bazel/rules/java",
        "rules_proto": "/usr/share/bazel/rules/proto",
    }.items():
        native.local_repository(name = name, path = path)
