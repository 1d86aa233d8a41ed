#!/usr/bin/env bash
# How much later an empty program starts: the median of the differences between
# neighbours of many interleaved runs, as a share of what the plain one takes, so
# that a busy machine disturbs both alike.  A machine that is busy all the time
# gets three tries.  (On an idle one it is 0.12 milliseconds of 0.4.)
#
# usage: start.sh BUILD.  Run by ctest, not beside other tests.
. "$(dirname "$0")/../support/whole.bash"

begin start
echo 'int main(void) { return 0; }' >empty.c
"$cc" -O2 empty.c -o plain
compile hooked empty.c
"$cc" -O2 "$here/../../bench/start.c" -o start

# Medians of differences in microseconds and of their shares.
added() {
    local pair
    for ((pair = 0; pair < 200; pair++)); do
        ./start 1 ./plain
        CPROF_OUTPUT=$memory/profile ./start 1 ./hooked
    done | awk 'NR % 2 { plain = $1; next } { print ($1 - plain) / 1000 }' | sort -g | sed -n 100p >later
    for ((pair = 0; pair < 50; pair++)); do
        ./start 1 ./plain
    done | awk '{ print $1 / 1000 }' | sort -g | sed -n 25p >plainly
    paste later plainly
}
memory=$(mktemp -d -p /dev/shm)
for ((try = 0; try < 3; try++)); do
    read -r late plain < <(added)
    share=$(awk "BEGIN { printf \"%.0f\", 100 * $late / $plain }")
    printf 'an empty program is %s microseconds later (median of 200), %s %% of its %s\n' "$late" "$share" "$plain"
    [ "$share" -le 80 ] && break
done
rm -rf "$memory"
expect_between "percent of an empty program's run added" "$share" 1 80

# System calls do not depend on how busy the machine is.  But for the clock's: the
# calibration's stretches are long under strace, and long ones ask it again.
if command -v strace >/dev/null; then
    strace -c -e 'trace=!clock_gettime' -o plain.calls ./plain
    strace -c -e 'trace=!clock_gettime' -o hooked.calls ./hooked
    more=$(($(awk '$NF == "total" { print $4 }' hooked.calls) - $(awk '$NF == "total" { print $4 }' plain.calls)))
    printf 'system calls added: %s\n' "$more"
    expect_between "system calls added to an empty program" "$more" 1 70
else
    skip "no strace"
fi
finish
