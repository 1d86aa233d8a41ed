# shellcheck shell=bash
# fetch-sources [--all]: get the Debian source packages that tests build
#
# Sourced by ./dev and by test, which has read --all itself.  Prints nothing when
# all are there.

for package in lua5.4 sqlite3 zlib lua-lpeg lua-filesystem; do
    fetch_source "$package"
done
if [ "${all:-no}" = yes ] || [ "${1:-}" = --all ]; then
    for package in jq cppcheck; do
        fetch_source "$package"
    done
fi
