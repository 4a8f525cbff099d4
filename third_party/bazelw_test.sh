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
  for command in env grep mkdir mv readlink rm sed sha256sum; do
    # Not a link: a stub put in its place would be written through it, into the machine's own command.
    stub "$command" "exec $(type -P "$command") \"\$@\""
  done
  stub id 'echo 1000'
  stub apt-get 'echo "E: no route to host" >&2; exit 100'
}

stub() {
  rm -f "$stage/bin/$1"
  printf '#!/bin/bash\n%s\n' "$2" >"$stage/bin/$1"
  chmod +x "$stage/bin/$1"
}

# Puts an empty file wherever bazelw looks for a package, and a bazel that repeats its arguments.
install_everything() {
  local path
  while read -r path; do
    path="${path/\$HOSTTYPE/$HOSTTYPE}"
    mkdir -p "$stage/system${path%/*}"
    touch "$stage/system$path"
  done < <(sed -n 's|^  [a-z+0-9-]* *"\{0,1\}\(/usr/[^ "]*\)"\{0,1\}$|\1|p' "$tree/bazelw")
  stub bazel 'echo "ran: ${*: -2}"'
  ln -sf "$stage/bin/bazel" "$stage/system/usr/bin/bazel"
}

# Makes every file pass for the pinned one.
trust_every_checksum() { stub sha256sum 'exit 0'; }

# run_bazelw EXPECTED_STATUS [COMMAND...]: leaves both outputs in $output.
run_bazelw() {
  local status=0 command=("${@:2}")
  ((${#command[@]} > 0)) || command=("$tree/bazelw")
  output=$(PATH="$stage/bin" "${command[@]}" test //... 2>&1) || status=$?
  [[ $status == "$1" ]] || die "exit code $status, not $1"
}

expect() { [[ $output == *"$1"* ]] || die "no »$1« in the output"; }

# One message is two lines: what is wrong, and the mending command, indented.
expect_one_message() {
  local lines
  lines=$(grep -vc ', once: ' <<<"$output")
  [[ $lines == 2 ]] || die "$lines lines, not 2"
}

expect_silence() { [[ $output == "ran: test //..." ]] || die "not silent"; }

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
  expect "/usr/lib/apt/apt-helper download-file 'http://127.0.0.1:9/pool/main/a/abseil/abseil_20220623.1.orig.tar.gz'"
  expect "'$RMAPCHECK_CACHE/abseil_20220623.1.orig.tar.gz'"
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
  trust_every_checksum
  run_bazelw 0
  expect_silence
  stub mv 'echo "written again"'
  run_bazelw 0
  expect_silence
}

test_python_is_installed() {
  install_everything
  rm "$RMAPCHECK_SYSTEM/usr/bin/python3"
  run_bazelw 1
  expect "--no-install-recommends python3-minimal'"
  # What Python's smallest package leaves out, and the tests of docs need.
  install_everything
  rm "$RMAPCHECK_SYSTEM/usr/lib/python3.11/unittest/__init__.py"
  run_bazelw 1
  expect "--no-install-recommends python3'"
}

# The archives are still checked: the first of them is missing.
test_run_through_a_link() {
  install_everything
  stub apt-helper 'exit 100'
  ln -s "$tree/bazelw" "$stage/elsewhere"
  run_bazelw 1 "$stage/elsewhere"
  expect_one_message
  expect "no network: com_google_absl"
}

test_run_by_bash_without_a_folder() {
  install_everything
  stub apt-helper 'exit 100'
  cd "$tree"
  run_bazelw 1 "$BASH" bazelw
  expect_one_message
  expect "no network: com_google_absl"
}

test_no_archive_rows() {
  install_everything
  mkdir -p "$stage/tree/third_party"
  cat "$tree/bazelw" >"$stage/tree/bazelw"
  run_bazelw 1 "$BASH" "$stage/tree/bazelw"
  expect_one_message
  expect "third_party/archives.bzl names no archive"
  expect "git -C '$(readlink -f "$stage/tree")' checkout third_party/archives.bzl"
  echo 'ARCHIVES = []' >"$stage/tree/third_party/archives.bzl"
  run_bazelw 1 "$BASH" "$stage/tree/bazelw"
  expect_one_message
  expect "third_party/archives.bzl names no archive"
}

test_home_is_not_set() {
  install_everything
  run_bazelw 1 env -u HOME -u XDG_CACHE_HOME -u RMAPCHECK_CACHE "$tree/bazelw"
  expect_one_message
  expect "HOME is not set"
  expect "RMAPCHECK_CACHE=DIR ./bazelw"
  trust_every_checksum
  run_bazelw 0 env -u HOME -u XDG_CACHE_HOME "$tree/bazelw"
  expect_silence
}

# A file stands where the folder should be; not even root can make a folder in it.
test_cache_cannot_be_made() {
  local where="$stage/file/cache"
  touch "$stage/file"
  stub id 'echo 0'
  expect_cache_is_refused "$where"  # For the log of apt-get.
  install_everything
  expect_cache_is_refused "$where"  # For the archives.
  trust_every_checksum
  expect_cache_is_refused "$where"  # For Bazel's settings.
}

expect_cache_is_refused() {
  RMAPCHECK_CACHE="$1" run_bazelw 1
  expect_one_message
  expect "$1, cannot be made or written"
  expect "RMAPCHECK_CACHE=DIR ./bazelw"
}

test_moved_cache() {
  install_everything
  trust_every_checksum
  run_bazelw 0
  mv "$RMAPCHECK_CACHE" "$stage/moved"
  RMAPCHECK_CACHE="$stage/moved" run_bazelw 0
  expect_silence
  expect_settings_name "$stage/moved"
}

test_relative_cache() {
  install_everything
  trust_every_checksum
  cd "$stage"
  RMAPCHECK_CACHE="a b/cache" run_bazelw 0
  expect_settings_name "$stage/a b/cache"
}

# Every line, and nothing is left beside the file.
expect_settings_name() {
  local line
  while read -r line; do
    [[ $line == *" --distdir=\"$1\"" ]] || die "the settings do not name »$1«: $line"
  done <"$1/bazelrc"
  [[ $(echo "$1"/bazelrc*) == "$1/bazelrc" ]] || die "a part of the settings is left"
}

for test in $(compgen -A function test_); do
  reset_stage
  "$test"
  cd "$tree"
  echo "passed: $test"
done
