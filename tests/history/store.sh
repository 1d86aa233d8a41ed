#!/usr/bin/env bash
# The store: added once, listed, compared, followed; the same words for an SQLite file and
# for a PostgreSQL server, which this test starts on loopback.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
# shellcheck source=tests/history/postgres.bash
. "$SOURCE/tests/history/postgres.bash"
trap 'stop_postgres; rm -rf "$scratch"' EXIT
unset CPROF_STORE
start_postgres "$scratch" || exit 1

# Three builds of ten runs, a minute apart: the second is slower in `again`, the third
# calls it once more.
self=(200000 230000 230000) calls=(1000 1000 1001)
for build in 0 1 2; do
    mkdir $build
    for run in 0 1 2 3 4 5 6 7 8 9; do
        "$MAKE_PROFILE" $build/$run.cprof build=1$build begun=$((build * 3600 + run * 60)) \
            calls=${calls[build]} self=$((self[build] + run * 500))
    done
done

try_store() {
    local store=$1
    expect 0 "$CPROF" list --store "$store"
    holds "$out" "No profile in this store."
    expect 3 "$CPROF" diff --store "$store" @previous @latest
    one_sentence
    # In any order; the history is that of the runs.
    expect 0 "$CPROF" list --store "$store" --add --revision rev-c 2/*
    holds "$out" "10 profiles added."
    expect 0 "$CPROF" list --store "$store" --add --revision rev-a --flags -O2 0/*
    expect 0 "$CPROF" list --store "$store" --add --revision rev-b 1/*
    expect 0 "$CPROF" list --store "$store" --add --revision rev-b 1/* # again
    holds "$out" "0 of 10 profiles added"

    expect 0 "$CPROF" list --store "$store"
    cp out.txt "list.$2"
    [ "$(awk 'NR > 1 { print $2, $3 }' out.txt)" = "$(printf 'rev-c 10\nrev-b 10\nrev-a 10')" ] || fail "list: $out"
    expect 0 "$CPROF" list --store "$store" --format json --top 2
    [ "$(jq -r '[.[] | .revision, .runs, .build_id] | join(" ")' out.txt)" = "rev-c 10 0123ab12 rev-b 10 0123ab11" ] ||
        fail "list as JSON: $out"
    cp out.txt "json.$2"

    expect 0 "$CPROF" diff --store "$store" --format json @previous @latest
    jq -e '.baseline.runs == 10 and .candidate.build_id == "0123ab12" and
        ([.regressions[] | select(.metric == "call_count" and .function == "again") | .after] == [1001]) and
        ([.regressions[], .improvements[] | select(.metric == "self_time")] == [])' out.txt >/dev/null || fail "diff: $out"
    cp out.txt "diff.$2"
    for words in "@2 @1" "@rev-a @rev-b" "@0123ab10 @0123ab11"; do
        # shellcheck disable=SC2086
        expect 0 "$CPROF" diff --store "$store" --format json $words
        [ "$(jq -r '[.regressions[] | select(.metric == "self_time") | .function] | join(" ")' out.txt)" = again ] ||
            fail "diff $words: $out"
    done
    expect 1 "$CPROF" diff --store "$store" --fail-above 5% @2 @1
    expect 0 "$CPROF" diff --store "$store" @previous 2/0.cprof # with a file
    echo '*: call_count <= baseline + 0' >budget
    expect 1 "$CPROF" check --store "$store" budget @previous -- @latest
    expect 3 "$CPROF" diff --store "$store" @previous @nobody
    holds "$err" "no such build"
    expect 3 "$CPROF" diff --store "$store" @previous @7

    expect 0 "$CPROF" list --store "$store" --trend again --format json
    [ "$(jq -r '[.builds[] | .revision, .value] | join(" ")' out.txt)" = "rev-a 202250 rev-b 232250 rev-c 232250" ] ||
        fail "trend: $out"
    jq -e '[.builds[] | .error > 1000 and .error < 1200] | all' out.txt >/dev/null || fail "trend's errors: $out"
    expect 0 "$CPROF" list --store "$store" --trend again --metric call_count --top 2
    holds "$out" "1,001 ±  0.0 %  ██████████████████████████████"
    lacks "$out" "rev-a"
    expect 0 "$CPROF" list --store "$store" --trend '[whole program]' --metric total_time --format svg -o trend.svg
    xmllint --noout trend.svg || fail "the picture is not well-formed"
    [ "$(grep -c '<circle' trend.svg)" = 3 ] || fail "not three builds are drawn"
    cp trend.svg "svg.$2"
    expect 3 "$CPROF" list --store "$store" --trend nobody
    one_sentence
    expect 0 env CPROF_STORE="$store" "$CPROF" diff @previous @latest
    expect 3 "$CPROF" list --store "$store" --add /nowhere
}

try_store history.db sqlite
try_store "$postgres_url" postgres
for part in list json diff svg; do
    cmp -s $part.sqlite $part.postgres || fail "$part differs between the two: $(diff $part.sqlite $part.postgres | head -5)"
done

# Many machines at one time: nothing is lost and nobody waits for ever.
for round in 0 1 2 3 4 5; do
    "$MAKE_PROFILE" many.$round build=a$((round % 2)) begun=$((90000 + round)) contexts=300
    timeout 60 "$CPROF" list --store "$postgres_url" --add many.$round >>many.txt 2>&1 &
    timeout 60 "$CPROF" list --store history.db --add many.$round >>many.txt 2>&1 &
done
# shellcheck disable=SC2046  # numbers are words
wait $(jobs -p)
[ "$(grep -c '^1 profile added' many.txt)" = 12 ] || fail "not all were added: $(cat many.txt)"

# A folder without a store is one itself.
mkdir folder && cp 0/0.cprof folder/a && cp 0/1.cprof folder/b && cp 1/0.cprof folder/c
cd folder || exit 1
expect 0 "$CPROF" diff --format json @previous @latest
[ "$(jq -r '"\(.baseline.runs) \(.candidate.build_id)"' out.txt)" = "2 0123ab11" ] || fail "folder: $out"
expect 0 "$CPROF" list --builds .
cd ..

# What is wrong, without the password.
stop_postgres
expect 3 "$CPROF" list --store "$postgres_url"
one_sentence
lacks "$err" "se-cret"
echo "no store" >text
expect 3 "$CPROF" list --store text
one_sentence
expect 3 "$CPROF" list --store /nowhere/at/all
expect 2 "$CPROF" list --add 0/0.cprof
expect 2 "$CPROF" list --store history.db 0/0.cprof
expect 2 "$CPROF" list --store history.db --format svg
finish
