#!/usr/bin/env bash
# cprof/user.h: its marks decide in a profiling build and vanish from every other
# one, in C and C++, without a warning anywhere.
#
# usage: marks.sh BUILD.  Run by ctest.
. "$(dirname "$0")/../support/whole.bash"
plugin=${flags%% *}
include=-I$build/include

begin marks
cat >marks.c <<'C'
#include <cprof/user.h>
volatile int sink;
CPROF_PROFILE static void forced(void) { sink++; }
CPROF_NO_PROFILE void left_out(void) { sink++; }
static void inlined(void) { sink++; }
CPROF_PROFILE void declared(void);
void declared(void) { sink++; }
#ifdef __cplusplus
struct holder { CPROF_PROFILE void method() { sink++; } CPROF_NO_PROFILE static void quiet() { sink++; } };
#endif
int main(void)
{
    for (int idx = 0; idx < 7; idx++) {
        forced(), left_out(), inlined(), declared();
#ifdef __cplusplus
        holder().method(), holder::quiet();
#endif
    }
    return 0;
}
C
cp marks.c marks.cc
# The flags find the header themselves.
compile program marks.c -Wall -Wextra -Werror
run 0 ./program
expect_calls "$(the_profile)" main 1 forced 7 left_out 0 inlined 0 declared 7
rm cprof.out.*
CC=$cxx compile program marks.cc -Wall -Wextra -Werror -fplugin-arg-cprof-only=attribute
run 0 ./program
expect "functions" "$(fact "$(the_profile)" '[.functions[].name | sub("\\(.*"; "")] | sort | join(" ")')" "declared forced holder::method"
rm cprof.out.*

begin gone
for source in marks.c marks.cc; do
    call=$cc
    [ $source = marks.c ] || call=$cxx
    for without in "" "$plugin" "$plugin -DPROFILING=0" -DPROFILING=1; do
        # shellcheck disable=SC2086  # words
        $call -O2 -Wall -Wextra -Werror $include $without ../marks/$source -o program >compile.log 2>&1
        expect "status of $call $without" $? 0
        expect "messages of $call $without" "$(cat compile.log)" ""
        run 0 ./program
        no_profile
    done
done
# An old compiler knows no __has_attribute.
checks=$((checks + 1))
# shellcheck disable=SC2086
$cc -std=c89 -U__has_attribute $include -include cprof/user.h -fsyntax-only -x c /dev/null 2>/dev/null ||
    broken "a compiler without __has_attribute"
finish
