#!/usr/bin/env bash
# The plugin's options and attributes, in a real compilation: who is in, who is
# out, and that a mistake is a compile error which names it.
#
# usage: option.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"

source_here() {
    cat >x.c <<'C'
volatile int sink;
__attribute__((noipa)) void alpha(void) { sink++; }
__attribute__((noipa)) void alpine(void) { sink++; }
__attribute__((noipa)) void beta(void)
{
    sink++;
    sink++;
    sink++;
}
__attribute__((profile)) void marked(void) { sink++; }
__attribute__((no_profile, noipa)) void unmarked(void) { sink++; }
__attribute__((no_instrument_function, noipa)) void no_instrument(void) { sink++; }
static void would_be_inlined(void) { sink++; }
__attribute__((profile)) static void not_inlined(void) { sink++; }
int main(void)
{
    for (int idx = 0; idx < 10; idx++) { alpha(); alpine(); beta(); marked(); unmarked(); no_instrument(); would_be_inlined(); not_inlined(); }
    return 0;
}
C
}

# with WORD...: builds and runs with these options.
with() {
    rm -f cprof.out.*
    compile x x.c "$@" && run 0 ./x
}

begin default
source_here
with
expect_calls "$(the_profile)" alpha 10 alpine 10 beta 10 marked 10 unmarked 0 no_instrument 0 would_be_inlined 0 not_inlined 10 main 1
expect "reasons" "$("$cprof" sites --format json ./x | jq -r '[.. | objects | select(.instrumented == false) | .name] | sort | join(" ")')" "no_instrument unmarked"

begin only_attribute
source_here
with -fplugin-arg-cprof-only=attribute
expect_calls "$(the_profile)" alpha 0 beta 0 main 0 marked 10 not_inlined 10

begin min_size
source_here
with -fplugin-arg-cprof-min-size=4
expect_calls "$(the_profile)" alpha 0 alpine 0 beta 10 main 1 marked 10

begin lists
source_here
printf '# a comment\nfun:alp*\n' >deny
with -fplugin-arg-cprof-denylist="$PWD/deny"
expect_calls "$(the_profile)" alpha 0 alpine 0 beta 10 main 1
printf 'alpha\nbeta   # with a comment\n' >allow
with -fplugin-arg-cprof-allowlist="$PWD/allow"
expect_calls "$(the_profile)" alpha 10 alpine 0 beta 10 main 0
printf 'src:*x.c\n' >allow
with -fplugin-arg-cprof-allowlist="$PWD/allow" -fplugin-arg-cprof-denylist="$PWD/deny"
expect_calls "$(the_profile)" alpha 0 alpine 0 beta 10 main 1 marked 10
printf 'fun:nothing_like_it\n' >deny
with -fplugin-arg-cprof-denylist="$PWD/deny"
expect "status of a build with an idle line" $? 0

# rejected WORD NAMED: is a compile error that has NAMED in it.
rejected() {
    # shellcheck disable=SC2086
    $cc -O2 $flags "$1" -c x.c -o x.o >log 2>&1
    expect_between "status with $1" $? 1 9
    checks=$((checks + 1))
    grep -q "error: .*$2" log || broken "no error that names '$2' with $1: $(head -n 2 log)"
    rm -f x.o
}
begin mistakes
source_here
rejected -fplugin-arg-cprof-nonsense=1 nonsense
rejected -fplugin-arg-cprof-denylist=/not/there /not/there
rejected -fplugin-arg-cprof-allowlist=/not/there /not/there
rejected -fplugin-arg-cprof-only=everything everything
rejected -fplugin-arg-cprof-min-size=many many
rejected -fplugin-arg-cprof-min-size=-3 "-3"
rejected -fplugin-arg-cprof-switch-fn switch-fn
rejected -fplugin-arg-cprof-denylist denylist
rejected -fplugin-arg-cprof-runtime=lost lost
printf 'fun:\n' >list
rejected -fplugin-arg-cprof-denylist="$PWD/list" "$PWD/list"

# Targets without hooks: a warning, no hooks, a program that runs.
begin unsupported
source_here
for word in -masm=intel -m32; do
    rm -f cprof.out.* x x.o
    # shellcheck disable=SC2086
    $cc -O2 $word -c x.c -o x.o 2>/dev/null || { skip "no $word here" && continue; }
    # shellcheck disable=SC2086
    $cc -O2 $flags $word -c x.c -o x.o >log 2>&1
    expect "status with $word" $? 0
    checks=$((checks + 1))
    grep -q 'warning: cprof' log || broken "no warning with $word: $(head -n 2 log)"
    expect "hooks with $word" "$(nm x.o | grep -c __cprof)" 0
    # shellcheck disable=SC2086
    if $cc $word x.o -o x 2>/dev/null; then
        run 0 ./x
        no_profile
    fi
    $cc -O2 $plugin $apart $word -c x.c -o x.o >log 2>&1
    expect "messages with $word without PROFILING" "$(cat log)" ""
    # shellcheck disable=SC2086
    $cc -O2 -Wall -Werror $plugin $apart $word -c x.c -o x.o >log 2>&1
    expect "status with $word -Werror without PROFILING" $? 0
done
echo 'int add(int a, int b) { return a + b; }' >free.c
for word in -ffreestanding -nostdlib; do
    # shellcheck disable=SC2086
    $cc -O2 $flags $word -c free.c -o free.o >log 2>&1
    expect "status with $word" $? 0
    checks=$((checks + 1))
    grep -q 'warning: cprof' log || broken "no warning with $word"
    expect "hooks with $word" "$(nm free.o | grep -c __cprof)" 0
done

# Attributes where they do not belong are warnings, and none where they belong.
begin attributes
cat >places.cc <<'C'
#if !__has_attribute(profile)
#error "the attribute is not known"
#endif
volatile int sink;
extern "C" {
__attribute__((profile)) void prototype(void);
[[gnu::profile]] void by_gnu(void) { sink++; }
[[cprof::profile]] void by_cprof(void) { sink++; }
}
struct holder {
    __attribute__((profile)) void method() { sink++; }
    [[gnu::no_profile]] void hidden() { sink++; }
    [[gnu::profile]] virtual ~holder() { sink++; }
};
template <class T> [[gnu::profile]] T twice(T x) { return x * 2; }
void prototype(void) { sink++; }
int main()
{
    holder one;
    one.method();
    one.hidden();
    prototype();
    by_gnu();
    by_cprof();
    auto lambda = []() __attribute__((profile)) { sink++; };
    lambda();
    return twice(3) != 6;
}
C
CC=$cxx compile places places.cc -fplugin-arg-cprof-only=attribute -Wall -Wextra -Werror
run 0 ./places
expect_calls "$(the_profile)" prototype 1 by_gnu 1 by_cprof 1 "holder::method()" 1 "holder::hidden()" 0 main 0
echo '__attribute__((profile)) int number; __attribute__((profile)) typedef int kind;' >wrong.c
# shellcheck disable=SC2086
$cc $flags -c wrong.c >log 2>&1
expect "warnings for attributes on variables and types" "$(grep -c 'warning: .*profile' log)" 2

begin switch_function
cat >switch.c <<'C'
#include <ucontext.h>
static ucontext_t one, two;
static char stack[65536];
volatile int sink;
/* A switch that the plugin cannot know by name. */
__attribute__((noipa, no_profile)) void my_switch(ucontext_t *from, ucontext_t *to) { __typeof__(&swapcontext) volatile by = swapcontext; by(from, to); }
__attribute__((noipa)) void in_fiber(void) { sink++; }
__attribute__((noipa)) void in_main(void) { sink++; }
static void fiber(void) { for (;;) { in_fiber(); my_switch(&two, &one); in_fiber(); } }
int main(void)
{
    getcontext(&two);
    two.uc_stack.ss_sp = stack;
    two.uc_stack.ss_size = sizeof stack;
    makecontext(&two, fiber, 0);
    for (int idx = 0; idx < 50; idx++) { my_switch(&one, &two); in_main(); }
    return 0;
}
C
compile switch switch.c -fplugin-arg-cprof-switch-fn=my_switch
run 0 ./switch
expect_calls "$(the_profile)" in_fiber 99 in_main 50
expect "parents of in_main" "$("$cprof" tree --format json "$(the_profile)" | jq -r '[.. | objects | select(any(.children[]?; .name == "in_main")) | .name] | unique | join(" ")')" main
finish
