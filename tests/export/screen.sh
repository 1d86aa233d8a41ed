#!/usr/bin/env bash
# top and tui, in terminals of several sizes, as tmux shows them.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
socket=cprof-test-$$
pane() { tmux -L "$socket" -f /dev/null "$@"; }
leave() { pane kill-server 2>/dev/null; [ -z "${program:-}" ] || kill "$program" 2>/dev/null; rm -rf "$scratch"; }
trap leave EXIT

# start COLUMNS ROWS COMMAND...: in a new window; its exit status goes to status.txt.
start() {
    local columns=$1 rows=$2
    shift 2
    rm -f status.txt
    pane new-session -d -s test -x "$columns" -y "$rows" "unset NO_COLOR; LC_ALL=${locale:-C.UTF-8} $*; echo \$? >status.txt"
}
seen() { pane capture-pane -p -t test 2>/dev/null; }
# shows WORDS: within five seconds.
shows() {
    for _ in $(seq 100); do
        case $(seen) in *"$1"*) return ;; esac
        sleep 0.05
    done
    fail "\"$1\" is not on the screen: $(seen)"
}
press() { pane send-keys -t test "$@"; }
# quits: by q, with status 0.
quits() {
    press q
    for _ in $(seq 100); do [ -s status.txt ] && break; sleep 0.05; done
    [ "$(cat status.txt 2>/dev/null)" = 0 ] || fail "it did not end well: $(cat status.txt 2>&1)"
    pane kill-session -t test 2>/dev/null
}

# ---- tui ---------------------------------------------------------------------
"$MAKE_PROFILE" plain levels=300
"$MAKE_PROFILE" hostile hostile
start 120 30 "$CPROF" tui plain
shows "1,234,567"
shows "work.c:34"
press Down; shows "████"
press s; shows "by total"; press s; shows "by calls"; press s s; shows "by name"; press s; shows "by self"
press / l e v e l _ 2 9 9 Enter
shows "1 shown, by self, with level_299"
press Enter
shows "↑ level_298"
shows "deep.c:300"
press Enter
shows "↑ level_297"
shows "↓ level_299"
press Down Enter
shows "↑ level_298"
press Escape; shows "↑ level_297"
press Escape; shows "↑ level_298"
press Escape; shows "1 shown"
press / BSpace BSpace BSpace BSpace BSpace BSpace BSpace BSpace BSpace Enter
shows "352 shown"
press t
shows "▾ main"
shows "work.c:34"
press Down Left; shows "▸ main"
press Right; shows "▾ main"
press / l e v e l _ 0 Enter
press o
shows "▾ level_20"
# However deep: a callee begins two columns to the right of its caller.
steps=$(seen | sed -n 's/▾ level_.*//p' | LC_ALL=C.UTF-8 sed 's/[^ -~]/./g' | awk 'NR > 1 { print length - before } { before = length }' | tail -5 | sort -u)
[ "$steps" = 2 ] || fail "callees begin $steps columns further: $(seen)"
press / BSpace BSpace BSpace BSpace BSpace BSpace BSpace Enter
press h; shows "next order of the functions"; press h
press f; press End; shows "narrow_"
for size in 80x24 50x12 36x8 20x5 8x3 1x1 200x50; do
    pane resize-window -t test -x "${size%x*}" -y "${size#*x}"
    sleep 0.1
    press t Down Up f Enter Escape
    sleep 0.1
done
shows "352 shown"
[ ! -s status.txt ] || fail "a size ended it"
quits

locale=C start 100 40 "$CPROF" tui hostile
shows "work"
press t
shows "- main"
if seen | LC_ALL=C grep -q '[^ -~]'; then fail "more than ASCII in the C locale"; fi
quits
start 60 40 "$CPROF" tui hostile
shows "TTTT…"
shows "函数"
press t; shows "▾ main"
if seen | LC_ALL=C grep -q "$(printf '\033')"; then fail "a name's escape reaches the terminal"; fi
quits
start 80 24 "$CPROF" tui "$SOURCE/tests/analysis/others/folded.txt"
shows "counts samples"
press / e v a l Enter Enter
shows "↑ run"
quits

# ---- top ---------------------------------------------------------------------
cat >busy.c <<'END'
#include <unistd.h>
__attribute__((noinline)) static int leaf(int n) { volatile int sum = 0; while (n--) sum += n; return sum; }
__attribute__((noinline)) static int branch(int n) { return n < 2 ? leaf(20) : branch(n - 1) + branch(n - 2); }
__attribute__((noinline)) static int nap(void) { return usleep(1000); }
int main(void) { int sum = 0; for (int i = 0; i < 40000; i++) sum += branch(9) + nap(); return sum; }
END
# shellcheck disable=SC2046
gcc -O1 -g $("$CPROF" flags --cc gcc) busy.c -o busy || fail "busy does not build"
mkdir elsewhere
(cd elsewhere && exec ../busy) &
program=$!
start 110 12 "$CPROF" top -i 200 $program
shows "running"
shows "calls a second"
shows "nap"
shows "busy.c:4"
seen | sed -n 5p | grep -q nap || fail "nap does not come first by self time: $(seen)"
press c; sleep 0.3
seen | sed -n 5p | grep -Eq 'branch|leaf' || fail "c did not order by calls: $(seen)"
press r; shows "total  "
press /; press n a p Enter
shows 'only names with "nap"'
if seen | grep -q leaf; then fail "the filter keeps leaf"; fi
press p; shows "paused"; press p
press h; shows "this help"; press h
for size in 60x10 30x6 10x3 1x1 120x20; do
    pane resize-window -t test -x "${size%x*}" -y "${size#*x}"
    sleep 0.1
    press s Down
done
shows "nap"
quits

# What a table says of half a second is what the program did in it.
"$CPROF" top --once -i 500 $program >once.txt || fail "--once"
leaves=$(awk '$NF == "leaf" { gsub(",", "", $4); print $4 }' once.txt)
branches=$(awk '$NF == "branch" { gsub(",", "", $4); print $4 }' once.txt)
[ "$((branches / (leaves + 1)))" = 1 ] || fail "branch(9) calls leaf in 55 of 109: $leaves, $branches"
expect 0 "$CPROF" top --once -i 100 elsewhere/cprof.out.$program
expect 0 sh -c "cd elsewhere && \"$CPROF\" top --once -i 100"
start 80 10 "$CPROF" top -i 100 $program
shows "running"
kill $program
shows "ended"
shows "nap"
quits
program=

expect 2 "$CPROF" top plain
one_sentence
holds "$err" "needs a terminal"
expect 2 "$CPROF" tui plain
one_sentence
expect 3 "$CPROF" top 999999999
one_sentence
expect 3 "$CPROF" top nowhere
one_sentence
expect 0 "$CPROF" top --once plain
holds "$out" work
finish
