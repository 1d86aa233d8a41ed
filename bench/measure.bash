# How measurements are summed up and printed: medians with the middle half, and
# whether a goal is met.  Sourced by the scripts here; counts missed goals in
# $missed.

missed=0

# Reads numbers; prints "MEDIAN LOWER_QUARTILE UPPER_QUARTILE".
middle() {
    sort -g | awk '{ value[NR] = $1 }
        END { if (NR) print value[int((NR + 1) / 2)], value[int((NR + 3) / 4)], value[int((3 * NR + 3) / 4)] }'
}

# NAME UNIT GOAL, and numbers on stdin.
line() {
    local median low high
    read -r median low high < <(middle) || true
    if [ -z "$high" ]; then
        printf '%-34s the program fails\n' "$1"
        missed=$((missed + 1))
        return
    fi
    printf '%-34s %9.3f %-8s middle half %.3f to %.3f' "$1" "$median" "$2" "$low" "$high"
    if [ -n "$3" ]; then
        printf '   goal: at most %.2f' "$3"
        if awk "BEGIN { exit !($median > $3) }"; then
            printf '   MISSED'
            missed=$((missed + 1))
        fi
    fi
    printf '\n'
}
