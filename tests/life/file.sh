#!/usr/bin/env bash
# Where the profile goes, and what happens where it cannot go: the program must
# run as without cprof whatever the file system says.
#
# usage: file.sh BUILD.  Run by ctest.  Some cases need root and say so.
. "$(dirname "$0")/../support/whole.bash"

begin program
cat >steps.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
volatile int sink;
__attribute__((noipa)) void step(void) { sink++; }
/* Every path through six levels of four functions is a context: 5460 nodes, so
 * the file grows. */
#define LEVEL(name, below) \
    __attribute__((noipa)) void name##1(void) { below } \
    __attribute__((noipa)) void name##2(void) { below } \
    __attribute__((noipa)) void name##3(void) { below } \
    __attribute__((noipa)) void name##4(void) { below }
LEVEL(f, sink++;)
LEVEL(e, f1(); f2(); f3(); f4(); sink++;)
LEVEL(d, e1(); e2(); e3(); e4(); sink++;)
LEVEL(c, d1(); d2(); d3(); d4(); sink++;)
LEVEL(b, c1(); c2(); c3(); c4(); sink++;)
LEVEL(a, b1(); b2(); b3(); b4(); sink++;)
int main(int count, char **words)
{
    const char *what = count > 1 ? words[1] : "";
    for (int idx = 0; idx < 400; idx++) step();
    if (!strcmp(what, "chdir")) { mkdir("elsewhere", 0777); if (chdir("elsewhere")) return 1; }
    if (!strcmp(what, "chroot")) { mkdir("jail", 0777); if (chroot("jail") || chdir("/")) return 1; }
    if (!strcmp(what, "close")) for (int fd = 0; fd < 1024; fd++) close(fd);
    if (!strcmp(what, "closed_grow")) for (int fd = 0; fd < 1024; fd++) close(fd);
    if (!strcmp(what, "no_descriptors")) while (open("/dev/null", O_RDONLY) >= 0) {}
    if (!strcmp(what, "descriptor")) { printf("%d\n", open("/dev/null", O_RDONLY)); }
    if (!strcmp(what, "setuid")) { if (setgid(65534) || setuid(65534)) return 1; }
    for (int idx = 0; idx < 600; idx++) step();
    for (int idx = 0; idx < 20; idx++) { a1(); a2(); a3(); a4(); }
    return 4;
}
C
compile steps steps.c
program=$PWD/steps
expect_run() {
    expect_calls "$1" step 1000 main 1
    expect "calls of the tree in $1" "$(fact "$1" '[.functions[] | select(.name | test("^[a-f][1-4]$")) | .calls] | add')" 109200
}

begin chdir
run 4 "$program" chdir
expect_run "$(the_profile)"
no_profile elsewhere

begin chroot
if [ "$(id -u)" = 0 ]; then
    run 4 "$program" chroot
    # The end cannot reach the file from inside the jail; from outside all is there.
    expect_run "$(the_profile)"
else
    skip "needs root"
fi

begin descriptors
run 4 "$program" close
expect_run "$(the_profile)"
rm -f cprof.out.*
(ulimit -n 64; "$program" no_descriptors; echo $? >status)
expect "status" "$(cat status)" 4
expect_calls "$(the_profile)" step 1000 main 1
rm -f cprof.out.*
"$cc" -O2 ../program/steps.c -o plain
run 4 ./plain descriptor
plain=$(cat run.out)
run 4 "$program" descriptor
expect "first free descriptor" "$(cat run.out)" "$plain"

# The user that the program becomes may not write where it started.
begin setuid_later
if [ "$(id -u)" = 0 ]; then
    chmod 755 "$work" .
    run 4 "$program" setuid
    expect_run "$(the_profile)"
else
    skip "needs root"
fi

begin pattern
name=$(basename "$program")
identity=$("$cprof" info "$(cd .. && the_profile chdir | sed s,^,../,)" 2>/dev/null | awk '/^Build id/ { print $3 }')
CPROF_OUTPUT='a/b c/%e-%h-%p-%%-%x-%t' run 4 "$program"
found=$(find a -type f)
now=$(date +%s)
wanted="^a/b c/$name-$(uname -n)-[0-9]+-%-%x-([0-9]+)$"
checks=$((checks + 1))
if [[ $found =~ $wanted ]]; then
    expect_between "time in the name" "${BASH_REMATCH[1]}" $((now - 10)) "$now"
else
    broken "the pattern made '$found'"
fi
expect_run "$found"
expect "mode of the file" "$(stat -c %a "$found")" 600
[ -n "$identity" ] || identity=$(file "$program" | sed -n 's/.*BuildID\[sha1\]=\([0-9a-f]*\).*/\1/p')
CPROF_OUTPUT=%b run 4 "$program"
expect_run "$identity"
CPROF_OUTPUT=$PWD/absolute/%p.cprof run 4 "$program"
expect_run absolute/*.cprof
CPROF_OUTPUT=ends% run 4 "$program"
expect_run ends%

begin long_pattern
CPROF_OUTPUT=$(printf 'x%.0s' {1..5000}) run 4 "$program"
no_profile
CPROF_OUTPUT=$(printf 'y%.0s' {1..300}) run 4 "$program"
CPROF_OUTPUT="" run 4 "$program"
expect_run "$(the_profile)"

begin older
CPROF_OUTPUT=same run 4 "$program"
first=$(fact same .program.pid)
CPROF_OUTPUT=same run 4 "$program"
expect "the older file's process" "$(fact same.old .program.pid)" "$first"
expect_run same
expect_run same.old
echo precious >other
CPROF_OUTPUT=other run 4 "$program"
expect "a file that is no profile" "$(cat other.old)" precious
mkdir folder
CPROF_OUTPUT=folder run 4 "$program"
expect "a folder" "$(find . -name 'folder*' | tr '\n' ' ')$(find folder -name 'cprof.out.*' | wc -l)" "./folder 1"
expect_run folder/cprof.out.*
CPROF_OUTPUT=folder/ run 4 "$program"
expect "a folder that has a profile" "$(find folder -name 'cprof.out.*' | wc -l)" 2
# What is no file stays what it is: root may rename even /dev/null.
mkfifo pipe
ln -s /dev/null null
ln -s /proc/self/fd/1 stdout
for name in pipe null stdout; do
    CPROF_OUTPUT=$name run 4 "$program"
done
expect "what is no file" "$(find . -name 'pipe*' -o -name 'null*' -o -name 'stdout*' | sort | tr '\n' ' ')" "./null ./pipe ./stdout "
expect "the link into /proc" "$(readlink stdout)" /proc/self/fd/1
ln -s "$work/older/target" link
echo target >target
CPROF_OUTPUT="link" run 4 "$program"
expect "the target of a link in the way" "$(cat target)" target

begin read_only
mkdir locked
if [ "$(id -u)" = 0 ]; then
    if can_mount; then
        # shellcheck disable=SC2016  # expands in the inner shell
        run 4 unshare -m bash -c 'mount -t tmpfs none locked && cd locked && mount -o remount,ro none . && exec "$0"' "$program"
        # shellcheck disable=SC2016
        run 4 unshare -m bash -c 'mount -t tmpfs none locked && cd locked && mkdir gone && cd gone && rmdir ../gone && exec "$0"' "$program"
    else
        skip "no mount namespaces here"
    fi
    chmod 555 locked
    chmod 755 "$work" .
    (cd locked && setpriv --reuid 65534 --regid 65534 --clear-groups "$program"; echo $? >"$work/status") 2>/dev/null
    expect "status of another user in a folder that is not its own" "$(cat "$work/status")" 4
fi
no_profile locked
CPROF_OUTPUT=/proc/nothing/here run 4 "$program"
CPROF_OUTPUT=/dev/null/x run 4 "$program"
CPROF_OUTPUT=$program/x run 4 "$program"

# What is on tmpfs while the program runs must be gone after it, whatever happened.
begin tmpfs
if can_mount; then
    for size in 4k 16k 40k 100k 160k 300k 4m; do
        mkdir -p "out$size"
        # /run and /tmp may be tmpfs too: cover all three with the tiny one.
        # shellcheck disable=SC2016
        run 4 unshare -m bash -c 'for folder in /dev/shm /run; do mount -t tmpfs -o size="$1" none "$folder" || exit 99; done; cd "$2" && exec "$0"' "$program" "$size" "$PWD/out$size"
    done
    expect_run "$(the_profile out4m)"
    # Full is not lost: what did not fit is said.
    # shellcheck disable=SC2016
    for size in 100k 160k; do
        profile=$(the_profile "out$size")
        [ -f "$profile" ] || continue
        expect "a sentence about the full tmpfs ($size)" "$(fact "$profile" '.run.troubles | length > 0')" true
        "$cprof" report "$profile" >/dev/null 2>report.err
        expect "status of its report ($size)" "$?" 0
    done
    mkdir none
    # shellcheck disable=SC2016
    run 4 unshare -m bash -c 'for folder in /dev/shm /run; do mount --bind "$PWD/none" "$folder" || exit 99; done; cd "$1" && exec "$0"' "$program" "$PWD/none"
    expect_run "$(the_profile none)"
    # The output folder's file system is full, the tmpfs is not.
    mkdir full
    # shellcheck disable=SC2016
    run 4 unshare -m bash -c 'mount -t tmpfs -o size=8k none full && cd full && "$0"; s=$?; ls -la; exit $s' "$program"
else
    skip "needs root and mount namespaces"
fi

begin limits
for blocks in 0 1 8 16 40 80 200; do
    rm -f cprof.out.*
    mkdir -p "size$blocks"
    (cd "size$blocks" && ulimit -f "$blocks" && exec "$program") 2>/dev/null
    expect "status at ulimit -f $blocks" "$?" 4
done
for memory in 3000 20000 100000 300000 1000000 1700000 2000000 3000000; do
    mkdir "memory$memory"
    (cd "memory$memory" && ulimit -v "$memory" && exec "$program") >run.out 2>&1
    status=$?
    # Where even the plain program cannot start nothing is to be said.
    if (ulimit -v "$memory" && exec /bin/true) 2>/dev/null; then
        expect "status at ulimit -v $memory" "$status" 4
    fi
done
expect_run "$(the_profile memory3000000)"

begin modes
CPROF_MODE=off run 4 "$program"
no_profile
CPROF_MODE=nonsense run 4 "$program"
expect_run "$(the_profile)"
for mode in adaptive exact count budget; do
    rm -f cprof.out.*
    CPROF_MODE=$mode run 4 "$program"
    expect_run "$(the_profile)"
    expect_complete "$(the_profile)" true
done
env -i "$program"
expect "status without environment" "$?" 4

begin leftovers
if can_mount; then
    expect "files that stay on tmpfs" "$(leftovers "$program")" 0
else
    skip "needs root and mount namespaces"
fi
finish
