#!/usr/bin/env bash
# An empty program starts at most a third of a millisecond later: the median of
# differences between neighbours of many interleaved runs, so that a busy machine
# disturbs both alike.  A machine that is busy all the time gets three tries.
#
# usage: start.sh BUILD.  Run by ctest, not beside other tests.
. "$(dirname "$0")/../support/whole.bash"

begin start
echo 'int main(void) { return 0; }' >empty.c
"$cc" -O2 empty.c -o plain
compile hooked empty.c
"$cc" -O2 "$here/../../bench/start.c" -o start

# Median of PAIRS differences in microseconds.
added() {
    local pair
    for ((pair = 0; pair < 200; pair++)); do
        ./start 1 ./plain
        CPROF_OUTPUT=$memory/profile ./start 1 ./hooked
    done | awk 'NR % 2 { plain = $1; next } { print ($1 - plain) / 1000 }' | sort -g | sed -n 100p
}
memory=$(mktemp -d -p /dev/shm)
for ((try = 0; try < 3; try++)); do
    late=$(added)
    printf 'an empty program is %s microseconds later (median of 200)\n' "$late"
    awk "BEGIN { exit !($late <= 333) }" && break
done
rm -rf "$memory"
expect_between "microseconds added" "$late" 1 333

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
