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

compare=no noise=no heap=no shares=no
if [ "${1:-}" = --compare ]; then
    compare=yes
    shift
elif [ "${1:-}" = --heap ]; then
    heap=yes
    shift
elif [ "${1:-}" = --shares ]; then
    shares=yes
    shift
elif [ "${1:-}" = --noise ]; then
    noise=yes
    shift
fi
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

if [ "$noise" = yes ]; then
    need_packages test suites
    fetch_source jq
    result_begin "How often a diff is wrong" "$result-noise.md"
    bench/noise/run "$@" | tee -a "$result-noise.md"
    say "written to $result-noise.md"
    return
fi
if [ "$shares" = yes ]; then
    need_packages test suites bench
    fetch_source jq
    result_begin "Are the shares of self time true" "$result-shares.md"
    bench/shares "$@" | tee -a "$result-shares.md"
    say "written to $result-shares.md"
    return
fi
if [ "$heap" = yes ]; then
    need_packages test suites bench
    fetch_source jq
    result_begin "What watching the heap costs" "$result-heap.md"
    bench/heap "$@" | tee -a "$result-heap.md"
    say "written to $result-heap.md"
    return
fi
if [ "$compare" = yes ]; then
    need_packages test suites bench
    fetch_source jq
    fetch_source libzstd
    result_begin "cprof beside other profilers" "$result-compare.md"
    bench/compare --plot "$result-compare.svg" "$@" | tee -a "$result-compare.md"
    say "written to $result-compare.md and .svg"
    return
fi
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
