#!/usr/bin/env bash
# pprof itself, built of Debian's package of its source, on exports: its flat and
# cumulative numbers are our self and total, to the nanosecond.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
GOPATH=/usr/share/gocode GO111MODULE=off GOCACHE=$PWD/cache go build -o pprof github.com/google/pprof ||
    fail "pprof does not build"

# said PROFILE METRIC: "flat cum name" a function, by name, as pprof says it.
said() { ./pprof -top -nodecount=100000 -nodefraction=0 -unit="$3" -sample_index="$2" "$1" 2>/dev/null |
    awk 'seen { sub(/[a-z]+$/, "", $1); sub(/[a-z]+$/, "", $4); printf "%.0f %.0f", $1, $4
                for (idx = 6; idx <= NF; idx++) printf " %s", $idx
                print "" }
         /flat%/ { seen = 1 }' | sort; }
for words in "" levels=300 "contexts=2000"; do
    # shellcheck disable=SC2086
    "$MAKE_PROFILE" profile $words
    expect 0 "$CPROF" export -f pprof profile -o profile.gz
    said profile.gz time ns >theirs
    "$CPROF" report --format json profile | jq -r '.functions[] | select(.total_ns > 0) |
        "\(.self_ns) \(.total_ns) \(.name | sub("[(].*"; ""))"' | sort >ours
    sed -E 's/\(.*//' theirs | sort >named
    cmp -s ours named || fail "of $words: $(diff ours named | head -5)"
done
expect 0 "$CPROF" export -f pprof -m calls profile -o profile.gz
[ "$(./pprof -top profile.gz 2>/dev/null | sed -n 's/^Type: //p')" = calls ] || fail "calls come first when asked for"
expect 0 ./pprof -raw profile.gz
holds "$out" "exported by cprof"
"$MAKE_PROFILE" hostile hostile
expect 0 "$CPROF" export -f pprof hostile -o profile.gz
expect 0 ./pprof -raw profile.gz
finish
