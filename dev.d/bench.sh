# shellcheck shell=bash
# bench [--pairs N] [--check]: measure what cprof costs, pair by pair with the plain program
#
# Uses an installed copy, as a user would; what it prints stands afterwards in
# bench/results/DATE-COMMIT.md too.  Sourced by ./dev.

need_packages clang
build_preset release -DCPROF_CLANG_VERSIONS=19
install_preset release "$source_dir/build/bench/prefix"
fetch_source lua5.4
fetch_source sqlite3
export CPROF_PREFIX=$source_dir/build/bench/prefix CPROF_SOURCE_CACHE=$source_cache
mkdir -p bench/results
result=bench/results/$(date +%Y-%m-%d)-$(git rev-parse --short HEAD).md
{
    printf '# What cprof costs, %s, commit %s\n\n' "$(date +%Y-%m-%d)" "$(git rev-parse --short HEAD)"
    printf '%s, %s, %s processors.\n\n```\n' "$(gcc --version | head -n 1)" "$(uname -sr)" "$(nproc)"
} >"$result"
# A goal that was asked for and missed, or a program that fails, is remembered past
# the pipe.  --pairs and --check are for the hooks; programs take what they need.
rm -f build/bench/missed
{ bench/run "$@" || touch build/bench/missed; } | tee -a "$result"
{ bench/programs || touch build/bench/missed; } | tee -a "$result"
{ bench/compile || touch build/bench/missed; } | tee -a "$result"
printf '```\n' >>"$result"
say "written to $result"
[ ! -f build/bench/missed ]
