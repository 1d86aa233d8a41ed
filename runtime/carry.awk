# Turns the runtime's assembly into the text that a plugin appends to every
# object: all of it in one COMDAT group, so that the linker keeps one copy a
# module, and no name that the object's own code could also use: "__cprof_" in
# front, and behind it a dot and the ABI version, the group's last part (abi.h
# says what the dot is for).
#
#   awk -v group=__cprof_runtime_1 -f carry.awk runtime.s runtime.s > carried.s
#
# The file is read twice: names first, then the text.  Called by CMakeLists.txt.
# LLVM's link-time optimiser joins the texts of several objects in one: the
# second and later ones must say nothing.

function base_flags(name) {
    if (name ~ /^\.text/) return "ax"
    if (name ~ /^\.rodata|^\.note/) return "a"
    if (name ~ /^\.t(data|bss)/) return "awT"
    return "aw"
}

function type_of(name) {
    if (name ~ /^\.t?bss/) return "@nobits"
    if (name ~ /^\.init_array/) return "@init_array"
    if (name ~ /^\.fini_array/) return "@fini_array"
    if (name ~ /^\.note/) return "@note"
    return "@progbits"
}

# The linker sorts .init_array.* by name and gathers notes by type; the others
# only need a name of ours.
function own_name(name) {
    if (name ~ /^\.(init|fini)_array|^\.note/) return name
    if (name ~ /^\.rodata/) return ".rodata.cprof"
    if (name ~ /^\.data\.rel/) return ".data.rel.ro.cprof"
    return name ".cprof"
}

function section(directive, name) {
    return "\t." directive " " own_name(name) ",\"" base_flags(name) "G\"," type_of(name) "," group ",comdat"
}

function renamed(line,    result, token) {
    result = ""
    while (match(line, /[.A-Za-z_][A-Za-z0-9_.$]*/)) {
        token = substr(line, RSTART, RLENGTH)
        result = result substr(line, 1, RSTART - 1)
        if (token in defined) token = defined[token]
        if (token ~ /^__cprof_/) token = token suffix
        result = result token
        line = substr(line, RSTART + RLENGTH)
    }
    return result line
}

BEGIN {
    suffix = group
    sub(/.*_/, ".", suffix)
    print "\t.ifndef __cprof_enter" suffix
}
END { print "\t.endif\n\t.text" }

# First reading: which names are ours, and which sections are needed.
FNR == NR {
    if (match($0, /^[.A-Za-z_][A-Za-z0-9_.$]*:/)) {
        name = substr($0, 1, RLENGTH - 1)
        if (name ~ /^\.L/) defined[name] = ".Lcprof_rt_" substr(name, 3)
        else if (name !~ /^__cprof/) defined[name] = "__cprof_rt_" name
    }
    if ($1 == ".comm") {
        split($2, part, ",")
        if (part[1] !~ /^__cprof/) defined[part[1]] = "__cprof_rt_" part[1]
    }
    next
}

$1 == ".file" || $1 == ".ident" || $1 == ".local" || /note\.GNU-stack|note\.gnu\.property/ {
    skipping = /note\.gnu\.property/
    next
}
$1 == ".section" || $1 == ".pushsection" {
    skipping = 0
    split($2, part, ",")
    print section(substr($1, 2), part[1])
    next
}
skipping { next }
$1 == ".text" || $1 == ".data" || $1 == ".bss" { print section("section", $1); next }
$1 == ".comm" {
    split($2, part, ",")
    print section("pushsection", ".bss")
    printf "\t.balign %d\n%s:\n\t.zero %d\n\t.popsection\n", part[3], renamed(part[1]), part[2]
    next
}
# Weak besides: the linker sees the names of a module that link-time optimisation
# has yet to compile, and not their group.
$1 == ".globl" { $1 = "\t.weak" }
/^#/ { next }
# strings keep their bytes
/^[ \t]*\.(string|ascii|asciz)/ { print; next }
{ print renamed($0) }
