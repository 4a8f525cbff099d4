"""The source archives this project is built from: one row each, read by WORKSPACE and by bazelw.

They are built from source, and not taken as libraries, so that the sanitizers see into them. Every row names one file,
pinned by its checksum, that both Debian's mirrors and a lasting public address serve: a machine with open internet and
one that reaches Debian alone build from the same bytes. (Debian repacked Abseil's archive, so its lasting address is
Debian's own archive of every file it ever served, by SHA-1.)

A row: repository, folder inside the archive, SHA-256, path below a Debian mirror, lasting address. bazelw splits rows
at the double quotes: keep one row per line.
"""

# The mirror that knows the nearest mirror; bazelw can be given another one.
DEBIAN_MIRROR = "http://deb.debian.org/debian"

ARCHIVES = [
    ("com_google_absl", "abseil-20220623.1", "abfe2897f3a30edaa74bc34365afe3c2a3cd012091a97dc7e008f7016adcd5fe", "pool/main/a/abseil/abseil_20220623.1.orig.tar.gz", "https://snapshot.debian.org/file/60f52f4d90cebd82fc77dae1119590ef96e01ed5"),
    ("com_google_googletest", "googletest-release-1.12.1", "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2", "pool/main/g/googletest/googletest_1.12.1.orig.tar.gz", "https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz"),
    ("com_github_google_benchmark", "benchmark-1.7.1", "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7", "pool/main/b/benchmark/benchmark_1.7.1.orig.tar.gz", "https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz"),
]
