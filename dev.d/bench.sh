# shellcheck shell=bash
# bench [--compare|--heap|--noise|--shares] [--pairs N] [--check]: measure what cprof costs, pair by pair with the plain program
#
# Uses an installed copy, as a user would; what it prints stands afterwards in
# bench/results/DATE-COMMIT.md too.  With --compare: beside other profilers, on more
# programs, which takes long; its table and plot are
# bench/results/DATE-COMMIT-compare.md and .svg.  With --heap: what watching the heap
# costs beside other heap profilers, in DATE-COMMIT-heap.md.  With --shares: self times
# beside perf's, in DATE-COMMIT-shares.md.  With --noise: how often `cprof diff` is
# wrong, in bench/results/DATE-COMMIT-noise.md.  Sourced by ./dev.

kind=
case ${1:-} in
    --compare | --heap | --noise | --shares)
        kind=${1#--}
        shift
        ;;
esac
need_packages clang
build_preset release -DCPROF_CLANG_VERSIONS=19
install_preset release "$source_dir/build/bench/prefix"
fetch_source lua5.4
fetch_source sqlite3
export CPROF_PREFIX=$source_dir/build/bench/prefix CPROF_SOURCE_CACHE=$source_cache
mkdir -p bench/results
result=bench/results/$(date +%Y-%m-%d)-$(git rev-parse --short HEAD)

# TITLE FILE: what every result begins with.
result_begin() {
    printf '# %s, %s, commit %s\n\n' "$1" "$(date +%Y-%m-%d)" "$(git rev-parse --short HEAD)" >"$2"
    printf '%s, %s, %s processors.\n\n' "$(gcc --version | head -n 1)" "$(uname -sr)" "$(nproc)" >>"$2"
}

# TITLE COMMAND [WORD...]: one of the kinds that have a file of their own.
kind_run() {
    local title=$1
    shift
    need_packages test suites bench
    fetch_source jq
    fetch_source libzstd
    result_begin "$title" "$result-$kind.md"
    "$@" | tee -a "$result-$kind.md"
    say "written to $result-$kind.md"
}

case $kind in
    noise) kind_run "How often a diff is wrong" bench/noise/run "$@" ;;
    shares) kind_run "Are the shares of self time true" bench/shares "$@" ;;
    heap) kind_run "What watching the heap costs" bench/heap "$@" ;;
    compare) kind_run "cprof beside other profilers" bench/compare --plot "$result-compare.svg" "$@" ;;
esac
[ -z "$kind" ] || return 0
result_begin "What cprof costs" "$result.md"
printf '```\n' >>"$result.md"
# A goal that was asked for and missed, or a program that fails, is remembered past
# the pipe.  --pairs and --check are for the hooks; programs take what they need.
rm -f build/bench/missed
for part in run programs compile; do
    [ $part = run ] || set --
    { "bench/$part" "$@" || touch build/bench/missed; } | tee -a "$result.md"
done
printf '```\n' >>"$result.md"
say "written to $result.md"
[ ! -f build/bench/missed ]
