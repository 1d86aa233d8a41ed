#!/usr/bin/env bash
# 100,000 profiles of 500 functions, in an SQLite file and on a PostgreSQL server: a list,
# a trend, a diff and one more profile take hardly longer than with a few.
#
# The profiles are one that cprof added, multiplied by SQL: 10,000 builds of ten runs each.
ulimit() { :; } # a store of gigabytes is the point
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
unset -f ulimit
# shellcheck source=tests/history/postgres.bash
. "$SOURCE/tests/history/postgres.bash"
trap 'stop_postgres; rm -rf "$scratch"' EXIT
builds=${BUILDS:-10000}
start_postgres "$scratch" || exit 1
words=()
for function in $(seq 448); do words+=("function=$function"); done
"$MAKE_PROFILE" one.cprof begun=1 "${words[@]}"
"$MAKE_PROFILE" more.cprof begun=200000000 build=99 "${words[@]}"
functions=$("$CPROF" report --format json one.cprof | jq '.functions | length')
[ "$functions" -ge 500 ] || fail "only $functions functions"

# multiply SERIES: SQL that makes builds 1, 2, ... N of the one that is there.
multiply() {
    cat <<SQL
BEGIN;
INSERT INTO builds SELECT n, program, build_id, compiler, flags, 'r' || n, first_ns + n * 6000000000, 10, 10, 10 * wall_sum, 10 * wall_squares + n FROM (SELECT * FROM builds WHERE revision = '') b, $1;
INSERT INTO profiles SELECT 10 * n + d, n, host, pid, started_ns + n * 6000000000 + d, mode, bytes, numbers FROM (SELECT * FROM profiles WHERE build > 1000000) p, $1, (SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) digits;
INSERT INTO trends SELECT function, metric, n, 10, 10 * sum, 10 * squares + n FROM (SELECT * FROM trends WHERE build > 1000000) t, $1 ORDER BY function, metric, n;
COMMIT;
SQL
}

# seconds COMMAND...: how long it took, in the least of three tries.
seconds() {
    local try begun ended
    for try in 1 2 3; do
        begun=$(date +%s%N)
        "$@" >out.txt 2>err.txt || fail "$* failed: $(cat err.txt)"
        ended=$(date +%s%N)
        echo $(((ended - begun) / 1000000))
    done | sort -n | head -n 1
}

measure() {
    local store=$1
    echo "list $(seconds "$CPROF" list --store "$store")"
    echo "trend $(seconds "$CPROF" list --store "$store" --trend function_17)"
    echo "trend_of_all $(seconds "$CPROF" list --store "$store" --trend function_17 --top 0 --format json)"
    echo "diff $(seconds "$CPROF" diff --store "$store" @previous @latest)"
}

# The few are 20 builds; what is drawn of all builds may grow with them, within reason.
compare() {
    local few many
    while read -r what few _ many; do
        printf '%-10s %-14s %6d ms with 20 builds, %6d ms with %d\n' "$1" "$what" "$few" "$many" "$builds"
        [ "$many" -le $((10 * few + 1000)) ] || fail "$1: $what is slow: $many ms, with few builds $few ms"
    done < <(paste -d ' ' "few.$1" "many.$1")
}

try_store() {
    local kind=$1 store=$2
    shift 2
    "$CPROF" list --store "$store" --add one.cprof >/dev/null || fail "adding"
    multiply "$few" | "$@" >/dev/null || fail "$kind: few"
    measure "$store" >"few.$kind"
    multiply "$more" | "$@" >/dev/null || fail "$kind: many"
    measure "$store" >"many.$kind"
    compare "$kind"
    [ "$("$CPROF" list --store "$store" --trend function_17 --top 0 --format json | jq '.builds | length')" = $((builds + 1)) ] ||
        fail "$kind: not all builds"
    local begun
    begun=$(date +%s%N)
    "$CPROF" list --store "$store" --add more.cprof >/dev/null || fail "$kind: adding one more"
    printf '%-10s one more profile: %d ms\n' "$kind" $((($(date +%s%N) - begun) / 1000000))
    printf '%-10s profiles: %s\n' "$kind" "$(echo 'SELECT COUNT(*) FROM profiles' | "$@" | tr -d ' \n')"
}

# Ids are hashes, so those below a million are the made ones.
few="(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20) SELECT n FROM s) series"
more="(WITH RECURSIVE s(n) AS (SELECT 21 UNION ALL SELECT n + 1 FROM s WHERE n < $builds) SELECT n FROM s) series"
try_store sqlite large.db sqlite3 large.db
try_store postgres "$postgres_url" "$postgres_programs/psql" -q -t -A -v ON_ERROR_STOP=1 "$postgres_url"
finish
