#!/usr/bin/env bash
# Runs what it is given: a test of Bazel needs a script of its own. Source: litmus_test.bzl.
set -euo pipefail
exec "$@"
