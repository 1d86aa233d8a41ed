#!/usr/bin/env bash
# doctor: well where all is well, and a word about each thing that is not.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
expect 0 "$CPROF" doctor
holds "$out" "serves "
holds "$out" "gcc: a program was built, run, and its profile read"
lacks "$out" failure
[ -z "$err" ] || fail "it complains: $err"
[ "$(grep -c "serves " out.txt)" = 1 ] || fail "said twice: $out"
[ -z "$(find /tmp -maxdepth 1 -name 'cprof-doctor-*' -newer "$CPROF" -mmin -1)" ] || fail "a folder is left"

expect 1 env CPROF_OUTPUT=/dev/null/x/%p "$CPROF" doctor
holds "$out" "failure profiles cannot be written to /dev/null"
expect 1 env CPROF_OUTPUT=/dev/null "$CPROF" doctor
holds "$out" "failure CPROF_OUTPUT is /dev/null, which is neither a file nor a folder"
expect 0 env CPROF_MODE=exat "$CPROF" doctor
holds "$out" "did you mean exact?"
expect 0 env CPROF_MODE=off "$CPROF" doctor
holds "$out" "nothing is recorded"
expect 1 bash -c "ulimit -v 2400000; \"$CPROF\" doctor"
holds "$out" "ulimit -v allows"
expect 1 env PATH=/nowhere "$CPROF" doctor
holds "$out" "no compiler that cprof serves was found"

# Without its files beside it.
mkdir -p prefix/bin
cp "$CPROF" prefix/bin/cprof
expect 1 prefix/bin/cprof doctor
holds "$out" "lib/cprof/cprof.so is missing"
expect 2 "$CPROF" doctor now
one_sentence
expect 4 sh -c "\"$CPROF\" doctor >/dev/full"
finish
