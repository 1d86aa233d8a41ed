#!/usr/bin/env bash
# Profiles that cannot be read, each with its own sentence and status 3; links
# to memory, folders, the newest here.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"

refused() { # FILE WORDS
    for command in report tree flame info; do
        expect 3 "$CPROF" "$command" "$1"
        one_sentence
        holds "$err" "$1: "
        holds "$err" "$2"
        [ -z "$out" ] || fail "$command wrote something for $1"
    done
}

patch() { # FILE OFFSET BYTES
    printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

expect 3 "$CPROF" report
holds "$err" "no profile"
"$MAKE_PROFILE" good
: >empty
echo 'int main(void) { return 0; }' >foreign
head -c 9000 good >short
cp good future && patch future 8 '\002\000\000\000'
cp good swapped && patch swapped 12 '\001\002\003\004'
cp good damaged && patch damaged 4104 '\377\377\377\377\377\377\377\177'
refused missing "no such file"
refused empty "empty"
refused foreign "not a cprof profile"
refused short "truncated"
refused future "newer cprof"
refused swapped "byte order"
refused damaged "damaged"
expect 3 "$CPROF" report "$CPROF"
holds "$err" "a program, not a profile"
expect 3 "$CPROF" sites foreign
expect 3 "$CPROF" sites "$CPROF"
holds "$err" "not built with cprof"
echo 'int x;' | gcc -xc -c - -o object.o
expect 3 "$CPROF" sites object.o
holds "$err" "not built with cprof"
head -c 100 object.o >cut.o
expect 3 "$CPROF" sites cut.o
one_sentence
expect 0 "$CPROF" sites good
holds "$out" "out  skipped"
holds "$out" "marked no_profile"
expect 0 "$CPROF" sites --format json good
jq -e 'length == 53 and (map(select(.instrumented == false)) | length == 1)' out.txt >/dev/null ||
    fail "sites as JSON"

# The lines of lists.
"$MAKE_PROFILE" listed lists
for command in "sites listed" "report listed"; do
    # shellcheck disable=SC2086  # words
    expect 0 "$CPROF" $command
    holds "$out" 'deny:4: "fun:nobody*" names no function'
    lacks "$out" 'deny:1'
done
expect 0 "$CPROF" sites --lists listed
[ "$out" = 'used  deny:1  skipped
idle  deny:4  fun:nobody*
1 used, 1 idle.' ] || fail "sites --lists: $out"
expect 0 "$CPROF" sites --lists --format json listed
jq -e 'map(.matched) == [true, false]' out.txt >/dev/null || fail "sites --lists as JSON: $out"
expect 0 "$CPROF" sites --lists good
holds "$out" "without an allowlist"
expect 0 "$CPROF" report --format json listed
jq -e '.idle_list_lines == [{file: "deny", line: 4, text: "fun:nobody*", list: "denylist"}]' \
    out.txt >/dev/null || fail "idle lines as JSON: $out"

# The newest, unless it is an old one.
"$MAKE_PROFILE" cprof.out.1 troubled
sleep 0.05
"$MAKE_PROFILE" cprof.out.2 count
sleep 0.05
"$MAKE_PROFILE" cprof.out.3.old hostile
expect 0 "$CPROF" info
holds "$out" "count"
expect 0 "$CPROF" report cprof.out.1
holds "$out" "Lost: 3 calls"
holds "$out" "Early: 1 call "
holds "$out" "Left out: 1 function (1 marked no_profile)"
holds "$out" "Trouble: "
expect 0 "$CPROF" report --format json cprof.out.1
jq -e '.run.lost == 3 and (.run.troubles | length == 11)' out.txt >/dev/null || fail "troubles"
expect 0 "$CPROF" list
[ "$(wc -l <out.txt)" -ge 3 ] || fail "list: $out"
expect 0 "$CPROF" list --format json
jq -e 'length == (map(.path) | unique | length) and
       (map(select(.path | endswith("cprof.out.1"))) | length == 1 and .[0].state == "complete" and
        .[0].program == "/opt/app/worker" and .[0].pid == 4711 and .[0].wall_ns == 1000000 and
        .[0].started == "2023-11-14T22:13:20.123456789Z") and
       (map(select(.path | . == "short" or endswith("/short"))) | length == 1 and (.[0].error | test("truncated")))' \
    out.txt >/dev/null || fail "list as JSON: $out"
expect 0 "$CPROF" info --format json cprof.out.1
jq -e '.schema == 1 and .program.pid == 4711 and .run.lost == 3 and .not_instrumented == 1 and
       .functions == 52 and (.host | type) == "string" and .nodes >= .contexts and .file_bytes > 0' \
    out.txt >/dev/null || fail "info as JSON: $out"

# A folder is merged, whatever else is in it.
mkdir folder
cp good folder/one
cp good folder/two
echo note >folder/README
expect 0 "$CPROF" report --format json folder
jq -e '.run.processes == 2 and (.functions[0].calls == 2469134)' out.txt >/dev/null || fail "folder"
mkdir none
expect 3 "$CPROF" report none
holds "$err" "no profile in this folder"

# A dead process's link to memory becomes the file; a living one's does not.
sleep 1000 &
living=$!
memory=/dev/shm/cprof.test$$
sh -c 'exit 0' &
dead=$!
wait $dead
for pid in $living $dead; do
    "$MAKE_PROFILE" "$memory.$pid" "running=$pid"
    used=$(wc -c <"$memory.$pid")
    truncate -s 512M "$memory.$pid" # the hole that a running program keeps
    ln -s "$memory.$pid" "link.$pid"
    expect 0 "$CPROF" report --format json "link.$pid"
    jq -e '.run.complete == false' out.txt >/dev/null || fail "complete: $pid"
done
jq -e '.run.running == false' out.txt >/dev/null || fail "the dead one runs"
expect 0 "$CPROF" report "link.$living"
holds "$out" "still running"
# A sanitizer reserves terabytes for itself, so there the limit cannot be set.
limit='ulimit -v 200000'
if grep -q __asan_init "$CPROF" || grep -q __tsan_init "$CPROF"; then limit=true; fi
expect 0 bash -c "set -o pipefail; cat $memory.$living | ($limit; \"$CPROF\" info -)"
holds "$out" "File size         $((used / 1024))."
if [ ! -L "link.$living" ] || [ ! -e "$memory.$living" ]; then
    fail "a living profile was moved"
fi
if [ ! -f "link.$dead" ] || [ -L "link.$dead" ] || [ -e "$memory.$dead" ]; then
    fail "a dead profile was not moved"
fi
[ "$(wc -c <"link.$dead")" -eq "$used" ] || fail "the hole was moved too"
# In a folder too, and one whose parent has not noticed its end.
mkdir dead
bash -c 'sleep 0 & echo $! >zombie; exec sleep 1000' &
keeper=$!
sleep 0.2
"$MAKE_PROFILE" "$memory.zombie" "running=$(cat zombie)"
ln -s "$memory.zombie" dead/profile
expect 0 "$CPROF" report dead
lacks "$out" "still running"
if [ -L dead/profile ] || [ -e "$memory.zombie" ]; then fail "a folder's was not moved"; fi
kill $keeper
expect 0 "$CPROF" report "link.$dead"
holds "$out" "it was killed"
kill $living
rm -f "$memory.$living"
expect 3 "$CPROF" report "link.$living"
holds "$err" "is gone"

# A pid may have gone to another process, whose name may look like anything.
cp "$(command -v sleep)" 'a) b 1 2 3'
'./a) b 1 2 3' 1000 &
named=$!
sleep 0.1
start=$(sed 's/.*) //' /proc/$named/stat | cut -d' ' -f20)
"$MAKE_PROFILE" its running=$named start="$start"
"$MAKE_PROFILE" another running=$named start=$((start + 1))
expect 0 "$CPROF" info its
holds "$out" "still running"
expect 0 "$CPROF" info another
lacks "$out" "still running"
kill $named
finish
