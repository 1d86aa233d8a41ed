# shellcheck shell=bash
# bench [ARGUMENT...]: measure what cprof costs, pair by pair with the plain program
#
# Uses an installed copy, as a user would.  Sourced by ./dev.

[ -x bench/run ] || stop "there is no bench/run yet"
build_preset release
install_preset release "$source_dir/build/bench/prefix"
CPROF_PREFIX=$source_dir/build/bench/prefix bench/run "$@"
