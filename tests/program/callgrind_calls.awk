# Sums the calls of each function of one object from a callgrind file that was
# written with --compress-strings=no: NAME, tab, CALLS a line, in no order.
#
# usage: awk -v object=PATH -f callgrind_calls.awk FILE.  Called by calls.sh.
#
# A callee without a cob= line is in the caller's object.  The marks that
# callgrind adds for recursion ('2) and GCC for whole copies (.constprop.0,
# .isra.0; "[clone .isra.0]" behind a C++ name) are taken off; pieces (.part.0)
# keep theirs, and jumps into .cold are no calls.  What the compiler's start
# files bring is not the program's.

/^ob=/ { own = substr($0, 4) }
/^fn=/ { callee_object = "" }
/^cob=/ { callee_object = substr($0, 5) }
/^cfn=/ { callee = substr($0, 5) }
/^calls=/ {
    if ((callee_object == "" ? own : callee_object) == object) {
        name = callee
        sub(/'[0-9]+$/, "", name)
        cold = name ~ /\.cold(\.[0-9]+)?\]?$/
        while (sub(/\.(constprop|isra|lto_priv)(\.[0-9]+)?$/, "", name) ||
               sub(/ \[clone \.(constprop|isra|lto_priv)(\.[0-9]+)*\]$/, "", name)) {}
        if (!cold && name !~ start_files)
            calls[name] += substr($1, 7)
    }
    callee_object = ""
}
BEGIN {
    start_files = "^(_start|_init|_fini|frame_dummy|(de)?register_tm_clones|__do_global_dtors_aux|" \
        "__libc_csu_init|\\(below main\\)|0x[0-9a-f]+|.*@plt|__cprof_.*)$"
}
END {
    for (name in calls)
        print name "\t" calls[name]
}
