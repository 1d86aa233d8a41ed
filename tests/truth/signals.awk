# Compares what profiles say with what the profiled program noted; called by
# signals.sh, with FILE NAME CALLS SELF of the profiles in the first file and the
# same as noted in the second (see signals.c for "over", "clock" and "-").

FNR == NR {
    calls[$1, $2] = $3
    self[$1, $2] = $4
    time_of[$1] += $4
    next
}
$2 == "over" { next }
$2 == "clock" {
    # A jump may lose the stretch of time that is being charged; none is charged twice.
    jumps = $1 ~ /jump/
    if (time && (jumps ? time_of[$1] > $3 : time_of[$1] != $3))
        wrong($1 ": all times together are " time_of[$1] ", not " $3)
    next
}
{
    if (calls[$1, $2] + 0 != $3)
        wrong($1 ": " $2 " has " calls[$1, $2] + 0 " calls, not " $3)
    if (time && $4 != "-" && self[$1, $2] != $4)
        wrong($1 ": " $2 " took " self[$1, $2] + 0 ", not " $4)
    if ($1 ~ /jump.cold/ && ($2 == "stepped" || $2 == "inner"))
        seen[$2, $3] = 1
    checked++
}
function wrong(words) {
    if (++wrongs <= 20)
        print words
}
END {
    if (!seen["stepped", 3] || !seen["stepped", 4] || !seen["inner", 3] || !seen["inner", 4])
        wrong("no first call was left both before and after it was counted: this tests nothing")
    if (checked < 1000)
        wrong("only " checked + 0 " numbers were compared")
    print checked " numbers compared, " wrongs + 0 " wrong"
    exit wrongs > 0
}
