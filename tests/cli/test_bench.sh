#!/usr/bin/env bash
# `cprof bench` with programs that leave made-up profiles: order, environment, early
# stop, what is kept, and what goes wrong.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"
cat >program <<EOF
#!/bin/sh
# program NAME SELF: a run in which \`again\` takes SELF nanoseconds, give or take.
mkdir -p "\${CPROF_OUTPUT%/*}"
echo "\$1 \${#CPROF_BENCH_PADDING}" >>log
echo noise on standard output
exec "$MAKE_PROFILE" "\${CPROF_OUTPUT%/*}/\$\$" self=\$((\$2 + \$(wc -l <log) * 7919 % 1000))
EOF
chmod +x program
bench() {
    rm -f log
    expect "$1" "$CPROF" bench "${@:2}"
}

bench 0 --runs 12 --all --seed 3 --format json -- ./program old 100000 -- ./program new 200000
jq -e '.baseline.runs == 12 and .candidate.runs == 12 and
    ([.regressions[] | select(.metric == "self_time") | .function] | index("again"))' out.txt \
    >/dev/null || fail "again is not slower: $out"
[ "$(wc -l <log)" = 24 ] || fail "not 24 runs"
# In pairs: of each two runs one is the old one's; in both orders; environments differ.
[ "$(paste -d ' ' - - <log | awk '$1 == $3' | wc -l)" = 0 ] || fail "runs are not in pairs"
[ "$(paste -d ' ' - - <log | awk '{ print $1 }' | sort -u | wc -l)" = 2 ] || fail "one order"
[ "$(awk '{ print $2 }' log | sort -u | wc -l)" -gt 12 ] || fail "environments are alike"
cp log first
bench 0 --runs 12 --all --seed 3 --format json -- ./program old 100000 -- ./program new 200000
cmp -s log first || fail "a seed does not repeat the order"

# What is clear ends early.  The whole program's time is that of the file here, which
# is the same always; so the program without a profile serves.
bench 0 --runs 30 --format json -- sleep 0.01 -- sleep 0.1
[ "$(jq '.baseline.runs' out.txt)" = 10 ] || fail "no early stop after a third: $out"
jq -e '.verdict == "slower" and .speedup < 0.5 and .confidence > 0.98' out.txt >/dev/null ||
    fail "sleep: $out"
holds "$err" "leaves no profile"

bench 1 --runs 10 --all --fail-above 5% --keep kept -- ./program old 100000 -- ./program new 900000
holds "$err" "worse than the baseline by more than 5 %"
[ "$(find kept/baseline -type f | wc -l)" = 10 ] || fail "profiles were not kept"
expect 1 "$CPROF" diff --fail-above 5% kept/baseline kept/candidate
[ -z "$(find /tmp -maxdepth 1 -name 'cprof-bench.*' -user "$(id -un)" -newer program)" ] ||
    fail "scratch stays behind"

bench 2 -- ./program old 1
one_sentence
bench 2 --runs 0 -- true -- true
bench 2 --runs 3 -- true -- false
holds "$err" "ended with 1"
bench 2 --runs 3 -- true -- ./nowhere
bench 4 --keep /proc/nowhere -- true -- true
if [ "$(nproc)" -gt 1 ]; then
    bench 0 --runs 1 --pin 1 --keep pinned -- sh -c 'nproc >>cpus' -- true
    [ "$(cat cpus)" = 1 ] || fail "not pinned"
fi
finish
