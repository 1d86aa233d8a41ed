# shellcheck shell=bash
# fetch-sources: get the Debian source packages that whole-program tests build
#
# Sourced by ./dev.  Prints nothing when all are there.

for package in lua5.4 sqlite3; do
    fetch_source "$package"
done
