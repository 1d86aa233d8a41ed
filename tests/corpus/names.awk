# A function's name says what is expected of it: in_REASON..., out_REASON..., or
# gone_... where there must be no record.  The last such word outside of brackets
# counts, so that a method is its own and everything in a class is the class's.
#
# input: PROGRAM and the rows of its table.  Prints what is wrong.
function outside_brackets(name,    idx, letter, depth, result)
{
    gsub(/operator[(][)]/, "operator", name)
    gsub(/operator(<=>|<<|>>|<=|>=|->|<|>)/, "operator", name)
    gsub(/[(]anonymous namespace[)]/, "anonymous", name)
    for (idx = 1; idx <= length(name); idx++) {
        letter = substr(name, idx, 1)
        if (letter ~ /[(<{[]/)
            depth++
        else if (letter ~ /[])>}]/)
            depth--
        else if (depth == 0)
            result = result letter
    }
    return result
}

{
    name = $0
    for (field = 1; field <= 7; field++)
        sub(/^[^ ]+ /, "", name)
    # What has no name of its own is in golden.txt alone.
    if (name ~ /[{]lambda|thunk to |[.]resolver|await_suspend_wrapper/)
        next
    expected = ""
    text = outside_brackets(name)
    while (match(text, /(^|[^A-Za-z0-9_])_?(in|out|gone)_[A-Za-z0-9_]*/)) {
        expected = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
    }
    if (expected == "")
        next
    sub(/^[^a-z]+/, "", expected)
    wanted = $2 "_" tolower($3)
    if (index(expected "_", wanted "_") != 1)
        printf "%s: %s is %s %s\n", $1, name, $2, $3
}
