#!/bin/bash
# Stands where Bazel expects a coverage tool; see BUILD.
echo "coverage is not collected in this project" >&2
exit 1
