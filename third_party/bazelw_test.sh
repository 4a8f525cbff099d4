#!/bin/bash
# Each way in which ./bazelw can fail must end in one message that names the command which mends it. The machine is
# played: an empty folder is the system, and stubs on the PATH are its commands.
set -euo pipefail

readonly tree="$PWD"  # The runfiles: bazelw and third_party/archives.bzl.
readonly stage="$TEST_TMPDIR/stage"
export RMAPCHECK_SYSTEM="$stage/system" RMAPCHECK_CACHE="$stage/cache"

# A system without any package, on which apt-get fails and nobody is root.
reset_stage() {
  rm -rf "$stage"
  mkdir -p "$stage/bin" "$stage/system/etc" "$stage/cache"
  printf 'ID=debian\nPRETTY_NAME="Debian"\n' >"$stage/system/etc/os-release"
  local command
  for command in env grep mkdir mv rm sed sha256sum; do
    # Not a link: a stub put in its place would be written through it, into the machine's own command.
    stub "$command" "exec $(type -P "$command") \"\$@\""
  done
  stub id 'echo 1000'
  stub apt-get 'echo "E: no route to host" >&2; exit 100'
}

stub() {
  printf '#!/bin/bash\n%s\n' "$2" >"$stage/bin/$1"
  chmod +x "$stage/bin/$1"
}

# Puts an empty file wherever bazelw looks for a package, and a bazel that repeats its arguments.
install_everything() {
  local path
  while read -r path; do
    mkdir -p "$stage/system${path%/*}"
    touch "$stage/system$path"
  done < <(sed -n 's|^  [a-z+0-9-]* *\(/usr/[^ ]*\)$|\1|p' "$tree/bazelw")
  stub bazel 'echo "ran: ${*: -2}"'
  ln -sf "$stage/bin/bazel" "$stage/system/usr/bin/bazel"
}

# run_bazelw EXPECTED_STATUS: leaves both outputs in $output.
run_bazelw() {
  local status=0
  output=$(PATH="$stage/bin" "$tree/bazelw" test //... 2>&1) || status=$?
  [[ $status == "$1" ]] || die "exit code $status, not $1"
}

expect() { [[ $output == *"$1"* ]] || die "no »$1« in the output"; }

# One message is two lines: what is wrong, and the mending command, indented.
expect_one_message() {
  local lines
  lines=$(grep -vc ', once: ' <<<"$output")
  [[ $lines == 2 ]] || die "$lines lines, not 2"
}

die() {
  printf '%s: %s. The output was:\n%s\n' "${FUNCNAME[2]}" "$1" "$output" >&2
  exit 1
}

test_not_root_and_no_sudo() {
  run_bazelw 1
  expect_one_message
  expect "neither root nor sudo"
  expect "su -c 'apt-get update && apt-get install -y --no-install-recommends bazel-bootstrap"
}

test_sudo_is_used() {
  stub sudo 'echo "$@" >>'"$stage/sudo.log"'; [[ $* != *" install "* ]] || exit 1'
  run_bazelw 1
  expect "sudo sh -c 'apt-get update"
  grep -q '^apt-get update' "$stage/sudo.log"
}

test_not_debian() {
  printf 'ID=fedora\nPRETTY_NAME="Fedora 40"\n' >"$stage/system/etc/os-release"
  run_bazelw 1
  expect_one_message
  expect "this is Fedora 40"
  expect "docker run"
}

test_no_network_for_packages() {
  stub id 'echo 0'
  run_bazelw 1
  expect_one_message
  expect "With the network up"
  expect "apt-get update && apt-get install"
  grep -q "no route to host" "$RMAPCHECK_CACHE/apt.log"
}

# The address is of this machine, at a port where nothing listens.
test_no_network_for_archives() {
  install_everything
  stub apt-helper 'exit 100'
  RMAPCHECK_MIRROR=http://127.0.0.1:9 run_bazelw 1
  expect_one_message
  expect "no network: com_google_absl"
  expect "wget -O '$RMAPCHECK_CACHE/abseil_20220623.1.orig.tar.gz' 'http://127.0.0.1:9/pool"
}

test_bad_checksum() {
  install_everything
  stub apt-helper 'echo "another file" >"${@: -1}"'
  run_bazelw 1
  expect_one_message
  expect "is not the file pinned for com_google_absl"
  expect "RMAPCHECK_MIRROR="
  [[ -z $(compgen -G "$RMAPCHECK_CACHE/*.gz*") ]] || die "the wrong file was kept"
}

test_nothing_missing_is_silent() {
  install_everything
  stub sha256sum 'exit 0'
  run_bazelw 0
  [[ $output == "ran: test //..." ]] || die "not silent"
}

for test in $(compgen -A function test_); do
  reset_stage
  "$test"
  echo "passed: $test"
done
