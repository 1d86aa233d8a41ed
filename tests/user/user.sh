#!/usr/bin/env bash
# CPROF_SCOPE, CPROF_COUNT and cprof_run_* in programs, by both compilers, in C and C++,
# with and without optimisation; and that nothing is left of them without profiling.
#
# usage: user.sh BUILD.  Run by ctest.
# shellcheck source=tests/support/whole.bash
. "$(dirname "$0")/../support/whole.bash"
include=-I$build/include
cp "$here/user.c" "$work/user.cc"

# The calls of all nodes of a kind and name in the tree.
calls_in_tree() {
    "$cprof" tree --format json "$1" |
        jq "[.. | objects | select(.kind == \"$2\" and .name == \"$3\") | .calls] | add"
}

# The sum of a counter and its additions.
counter() {
    "$cprof" report --format json "$1" |
        jq -r ".counters[] | select(.name == \"$2\") | \"\(.sum) \(.additions)\""
}

check_run() {
    expect "outer blocks" "$(calls_in_tree "$1" scope 'outer block')" 10
    expect "inner blocks" "$(calls_in_tree "$1" scope 'inner \"block\"')" 5
    expect "levels" "$(calls_in_tree "$1" scope level)" 6
    expect "rounds" "$(counter "$1" rounds)" "8 8"
    expect "balance" "$(counter "$1" balance)" "-29 8"
    expect "file of a block" "$("$cprof" tree --format json "$1" |
        jq -r '[.. | objects | select(.kind == "scope") | .file | sub(".*/"; "")] | unique | join(" ")')" "$2"
    expect "calls below a block" "$("$cprof" tree --format json "$1" |
        jq '[.. | objects | select(.kind == "scope" and .name == "outer block") | .children[] | select(.name | startswith("work")) | .calls] | add')" 10
}

for level in -O0 -O2 '-O2 -fPIC -g' -Os; do
    for source in "$here/user.c" "$work/user.cc"; do
        begin "user$(tr -dc '[:alnum:]' <<<"$level")${source##*.}"
        language=C
        case $source in *.cc) language=C++ ;; esac
        # shellcheck disable=SC2086  # flags are words
        if [ $language = C ]; then
            $cc $level $flags $include -Wall -Wextra -Werror "$source" -o user
        else
            $cxx $level $flags $include -Wall -Wextra -Werror "$source" -o user
        fi || broken "does not compile"
        run 0 ./user
        profile=$(the_profile)
        check_run "$profile" "${source##*/}"
        if [ $language = C++ ]; then
            expect "blocks that an exception leaves" "$(calls_in_tree "$profile" scope throwing)" 4
            expect "blocks of templates" "$(calls_in_tree "$profile" scope template)" 2
        fi
        rm -f cprof.out.*

        run 0 ./user reset
        check_run "$(the_profile)" "${source##*/}"
        rm -f cprof.out.*
        run 0 ./user pause
        check_run "$(the_profile)" "${source##*/}"
        rm -f cprof.out.*
        run 0 ./user snapshot kept
        check_run kept "${source##*/}"
        expect "a snapshot's end" "$("$cprof" report --format json kept | jq .run.complete)" true
        expect "outer blocks in the end" "$(calls_in_tree "$(the_profile)" scope 'outer block')" 20
        rm -f cprof.out.*
    done
done

# Paused time is nobody's.
begin paused
cat >paused.c <<'C'
#include <cprof/user.h>
#include <unistd.h>
CPROF_PROFILE void nap(void) { usleep(50000); }
int main(void)
{
    nap();
    cprof_run_pause();
    nap();
    usleep(200000);
    cprof_run_resume();
    nap();
    return 0;
}
C
# shellcheck disable=SC2086  # flags are words
$cc -O2 $flags $include paused.c -o paused
for mode in exact adaptive count; do
    CPROF_MODE=$mode run 0 ./paused
    profile=$(the_profile)
    expect_calls "$profile" nap 2
    [ $mode = count ] || expect_between "milliseconds in all" "$("$cprof" report --format json "$profile" |
        jq '[.functions[].self_ns] | add / 1e6')" 100 190
    rm -f cprof.out.*
done

# A jump back into a frame from before the pause: what it calls afterwards is its own.
begin back
cat >back.c <<'C'
#include <cprof/user.h>
#include <setjmp.h>
static jmp_buf place;
CPROF_PROFILE __attribute__((noinline)) void leap(void) { cprof_run_pause(); longjmp(place, 1); }
CPROF_PROFILE __attribute__((noinline)) void after(void) { __asm__ volatile(""); }
CPROF_PROFILE __attribute__((noinline)) void catcher(void)
{
    if (!setjmp(place)) leap();
    cprof_run_resume();
    after();
}
int main(void)
{
    for (int idx = 0; idx < 3; idx++) catcher();
    return 0;
}
C
# shellcheck disable=SC2086
$cc -O2 $flags $include back.c -o back
for mode in exact adaptive count; do
    CPROF_MODE=$mode run 0 ./back
    profile=$(the_profile)
    expect "functions" "$("$cprof" report --format json "$profile" | jq -r '[.functions[].name] | sort | join(" ")')" \
        "after catcher leap main"
    expect "who calls after" "$("$cprof" export --format folded --metric calls "$profile" | grep -c 'main;catcher;after 3$')" 1
    rm -f cprof.out.*
done

# Without the plugin, and with it but not for profiling: no symbol, no calls.
begin plain
for how in "" "$plugin"; do
    # shellcheck disable=SC2086  # flags are words
    $cc -O2 $how $include -Wall -Wextra -Werror "$here/user.c" -o plain || broken "does not compile with '$how'"
    run 0 ./plain snapshot nothing plain
    expect "names of cprof's" "$(nm plain | grep -c '__cprof')" 0
    no_profile
done
# Nothing of this object has hooks: it carries no runtime, and works.
cat >hookless.c <<'C'
#include <cprof/user.h>
CPROF_NO_PROFILE int main(void) { CPROF_SCOPE("nothing"); CPROF_COUNT("none", 1); cprof_run_pause(); return 0; }
C
# shellcheck disable=SC2086  # flags are words
$cc -O2 $flags $include hookless.c -o hookless || broken "does not link without hooks"
run 0 ./hookless

# A name that inline assembly would take for something else is refused.
# shellcheck disable=SC2086  # flags are words
echo '#include <cprof/user.h>
int main(void) { CPROF_SCOPE("50%"); return 0; }' >odd.c
# shellcheck disable=SC2086  # flags are words
! $cc -O2 $flags $include odd.c -o odd 2>odd.log || broken "a name with % was taken"
finish
