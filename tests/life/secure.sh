#!/usr/bin/env bash
# A program that runs with more rights than its user: the environment must not
# decide about files, so nothing is read from it and nothing is written.
#
# usage: secure.sh BUILD.  Run by ctest.  Needs root; says so where it is not.
. "$(dirname "$0")/../support/whole.bash"

begin setuid
[ "$(id -u)" = 0 ] || { skip "needs root" && checks=1 && finish; }
cat >raised.c <<'C'
#include <stdio.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void known(void) { sink++; }
int main(void)
{
    for (int idx = 0; idx < 100; idx++) known();
    printf("%d\n", (int)geteuid());
    return 6;
}
C
compile raised raised.c
chmod 755 "$work" .
chown 65534:65534 .

as_nobody() {
    setpriv --reuid 65534 --regid 65534 --clear-groups "$@" >run.out 2>run.err
    expect "status of $*" "$?" 6
}

as_nobody ./raised
expect "effective user" "$(cat run.out)" 65534
expect_calls "$(the_profile)" known 100
rm -f cprof.out.*

mkdir rootonly
chmod 4755 raised
CPROF_OUTPUT=$PWD/rootonly/%p as_nobody ./raised
if [ "$(cat run.out)" = 0 ]; then
    no_profile
    expect "files of a setuid program" "$(find rootonly -type f | wc -l)" 0
    CPROF_MODE=exact CPROF_OUTPUT=$PWD/victim as_nobody ./raised
    expect "a file named by the environment" "$(ls victim 2>/dev/null)" ""
    echo precious >victim
    CPROF_OUTPUT=$PWD/victim as_nobody ./raised
    expect "the victim" "$(cat victim)" precious
    can_mount && expect "files on tmpfs" "$(leftovers setpriv --reuid 65534 --regid 65534 --clear-groups "$PWD/raised")" 0
    compile static raised.c -static
    chmod 4755 static
    as_nobody ./static
    no_profile
    chmod 2755 raised
    as_nobody ./raised
    no_profile
else
    skip "this file system ignores the setuid bit"
fi

begin capabilities
cp ../setuid/raised raised
chmod 755 raised
chown 65534:65534 .
if command -v setcap >/dev/null && setcap cap_net_bind_service+ep raised 2>/dev/null; then
    as_nobody ./raised
    no_profile
else
    skip "no setcap"
fi
finish
