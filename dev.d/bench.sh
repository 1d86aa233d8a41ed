# shellcheck shell=bash
# bench [--pairs N] [--check]: measure what cprof costs, pair by pair with the plain program
#
# Uses an installed copy, as a user would; what it prints stands afterwards in
# bench/results/DATE-COMMIT.md too.  Sourced by ./dev.

build_preset release
install_preset release "$source_dir/build/bench/prefix"
fetch_source lua5.4
fetch_source sqlite3
export CPROF_PREFIX=$source_dir/build/bench/prefix CPROF_SOURCE_CACHE=$source_cache
mkdir -p bench/results
result=bench/results/$(date +%Y-%m-%d)-$(git rev-parse --short HEAD).md
bench_status=0
{
    printf '# What cprof costs, %s, commit %s\n\n' "$(date +%Y-%m-%d)" "$(git rev-parse --short HEAD)"
    printf '%s, %s, %s processors.\n\n```\n' "$(gcc --version | head -n 1)" "$(uname -sr)" "$(nproc)"
} >"$result"
# The second script has no goals of its own and takes no --check.
{ bench/run "$@" || echo 1 >build/bench/status; } | tee -a "$result"
bench/programs | tee -a "$result"
printf '```\n' >>"$result"
if [ -f build/bench/status ]; then
    bench_status=1
    rm build/bench/status
fi
say "written to $result"
[ "$bench_status" = 0 ]
