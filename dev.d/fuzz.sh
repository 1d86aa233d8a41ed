# shellcheck shell=bash
# fuzz [COUNT]: read COUNT randomly damaged profiles under the sanitizers (100000)
#
# Sourced by ./dev.

build_preset asan
[ -x build/asan/tests/analysis/fuzz_reader ] || stop "there is no fuzz_reader in build/asan/tests/analysis yet"
build/asan/tests/analysis/fuzz_reader "${1:-100000}"
