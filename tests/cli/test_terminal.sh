#!/usr/bin/env bash
# What a terminal gets: the pager, colours unless they are unwanted, progress.
# Exits with 77, not tried, where no pseudo-terminal can be made.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"
if ! why=$(script -qec true /dev/null 2>&1); then
    echo "not tried: no pseudo-terminal can be made here ($why)"
    exit 77
fi
"$MAKE_PROFILE" plain
"$MAKE_PROFILE" hostile hostile
export TERM=xterm

on_terminal() { script -qec "$1" /dev/null; }
seen=$(PAGER='cat >paged.txt' on_terminal "$CPROF report plain")
grep -q work paged.txt || fail "the pager got nothing: $seen"
PAGER='' on_terminal "$CPROF report plain" >plain.txt
grep -q work plain.txt || fail "no report without a pager"
if grep -q "$(printf '\033')" plain.txt; then fail "colours in spite of NO_COLOR"; fi
NO_COLOR='' PAGER='' on_terminal "$CPROF report plain" >coloured.txt
grep -q "$(printf '\033')" coloured.txt || fail "no colours"
NO_COLOR='' PAGER='' TERM=dumb on_terminal "$CPROF report plain" >dumb.txt
if grep -q "$(printf '\033')" dumb.txt; then fail "colours on a dumb terminal"; fi
PAGER='head -1' on_terminal "$CPROF tree --min 0 hostile" >/dev/null || fail "a pager that leaves early"

# Work of over a second shows that it goes on, and leaves nothing behind.
mkfifo slow
(sleep 1.5; cat plain) >slow &
PAGER='' on_terminal "$CPROF report - <slow" >slow.txt
grep -q "cprof: reading the profile, 1 s$(printf '\r\033')\[K" slow.txt || fail "no progress"
finish
