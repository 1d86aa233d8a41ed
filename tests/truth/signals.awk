# Compares what profiles say with what the profiled program noted; called by
# signals.sh, with FILE NAME CALLS SELF in the first file and FILE NAME LOW HIGH SELF
# in the second (see signals.c for LOW, HIGH, "over" and "clock").
#
# Where a first call was left by a jump, it is counted from some step on, and then at
# all later steps too (which step that is, is the compiler's affair); so it can be
# told only where all processes take the same steps.

FNR == NR {
    calls[$1, $2] = $3
    self[$1, $2] = $4
    time_of[$1] += $4
    next
}
$2 == "over" { next }
$2 == "clock" {
    jumps = $1 ~ /jump/
    if (time && (jumps ? time_of[$1] > $3 : time_of[$1] != $3))
        wrong($1 ": all times together are " time_of[$1] ", not " $3)
    next
}
{
    found = calls[$1, $2] + 0
    if (found < $3 || found > $4)
        wrong($1 ": " $2 " has " found " calls, not " ($3 == $4 ? $3 : $3 " or " $4))
    if (time && $5 != "-" && self[$1, $2] != $5)
        wrong($1 ": " $2 " took " self[$1, $2] + 0 ", not " $5)
    if ($3 != $4)
        note_left($1, $2, found == $4)
    checked++
}
function note_left(file, name, was_counted,    step) {
    step = file
    sub(/.*\./, "", step)
    step += 0
    if (was_counted && (!(name in first) || step < first[name]))
        first[name] = step
    if (!was_counted && step > last[name] + 0)
        last[name] = step
}
function wrong(words) {
    if (++wrongs <= 20)
        print words
}
END {
    for (name in first)
        if (same_steps && last[name] > first[name])
            wrong(name ": left at step " first[name] " it is counted, at step " last[name] " not")
    if (!("stepped" in first) || !("inner" in first))
        wrong("no call that was left was counted: this tests nothing")
    if (checked < 1000)
        wrong("only " checked + 0 " numbers were compared")
    print checked " numbers compared, " wrongs + 0 " wrong"
    exit wrongs > 0
}
