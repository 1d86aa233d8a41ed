# The golden table with the allowed differences of one compiler and level, against
# the table that came out.
#
# usage: awk -f compare.awk -v here=COMPILER/LEVEL part=1 differences.txt part=2 programs
# part=3 golden.txt part=4 actual; `programs` lists those that were compiled.  Prints what is wrong: a row
# missing, a row too many, and a difference that was not needed.
function glob(pattern,    result)
{
    result = pattern
    gsub(/[][(){}.+^$|\\]/, "\\\\&", result)
    gsub(/[*]/, ".*", result)
    gsub(/[?]/, ".", result)
    return "^" result "$"
}

function rest_of(line, fields)
{
    while (fields-- > 0)
        sub(/^[^ ]+ +/, "", line)
    return line
}

function facts_of(row,    field)
{
    split(row, field, " ")
    return field[2] " " field[3] " " field[4] " " field[5] " " field[6]
}

# ---- differences: WHERE - PROGRAM SYMBOL, WHERE + PROGRAM ROW, under `= reason` ----
part == 1 && /^= / {
    has_reason = 1
    next
}
part == 1 && (/^#/ || /^$/) { next }
part == 1 {
    if (!has_reason || NF < 4 || ($2 != "-" && $2 != "+")) {
        print "differences.txt:" FNR ": not WHERE -|+ PROGRAM SYMBOL|ROW under a line `= reason`"
        next
    }
    if (here !~ glob($1))
        next
    count++
    sign[count] = $2
    program[count] = glob($3)
    pattern[count] = glob(rest_of($0, 3))
    place[count] = "differences.txt:" FNR ": " $0
    next
}

part == 2 {
    compiled[$1] = 1
    next
}

# ---- golden: PROGRAM VERDICT REASON FLAGS FILE:LINE LINES SYMBOL NAME ----
part == 3 && (/^#/ || /^$/) { next }
part == 3 {
    if (!($1 in compiled))
        next
    golden[$1, $7] = facts_of($0)
    for (idx = 1; idx <= count; idx++)
        if (sign[idx] == "-" && $1 ~ program[idx] && $7 ~ pattern[idx]) {
            used[idx]++
            next
        }
    wanted[$0]++
    next
}

part == 4 {
    if (wanted[$0] > 0) {
        wanted[$0]--
        next
    }
    # Functions may come and go, but a function has one verdict, line and size.
    if (($1, $7) in golden && golden[$1, $7] != facts_of($0)) {
        print "differs: " $0 " (" golden[$1, $7] ")"
        next
    }
    for (idx = 1; idx <= count; idx++)
        if (sign[idx] == "+" && $1 ~ program[idx] && rest_of($0, 1) ~ pattern[idx]) {
            used[idx]++
            next
        }
    print "too many: " $0
}

END {
    for (row in wanted)
        while (wanted[row]-- > 0)
            print "missing:  " row
    for (idx = 1; idx <= count; idx++)
        if (!used[idx])
            print "not needed: " place[idx]
}
