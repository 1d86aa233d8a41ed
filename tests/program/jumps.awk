# Follows every path through the machine code of profiled functions and says where
# the hooks lie: a call below an exit, a jump to another function without one, a
# return without one.  Reads `objdump -d --no-show-raw-insn` of a linked program
# with symbols; prints a line for each such place, then the counts.  Knows nothing
# of the profile.  Called by jumps.sh.
#
# States of a path: not entered, inside, left.  The hooks are known by their code:
# `test $1; jne; mov ..., %fs:` leaves and a store to %fs: before a `subl` enters, as
# do the cold calls.  Where an indirect jump leads is not in the code; if it looks
# like a switch or a computed goto, what no path has reached (landing pads as well)
# is taken for its targets, inside.

BEGIN {
    BEFORE = 1; INSIDE = 2; LEFT = 4
    no_return = "^(abort|exit|_exit|_Exit|quick_exit|pthread_exit|longjmp|_longjmp|siglongjmp|" \
        "__longjmp_chk|__assert_fail|__stack_chk_fail|__asan_report_.*|_Unwind_Resume|__cxa_throw|" \
        "__cxa_rethrow|__cxa_bad_cast|__cxa_throw_bad_array_new_length|__clang_call_terminate|" \
        "_ZSt9terminatev|_ZSt[0-9]+__throw_.*)$"
    # what the compiler itself calls at a function's end
    own_calls = "^(__stack_chk_fail|__cyg_profile_func_exit|__[atm]san_.*)$"
}

# "0000000000001234 <name>:"
/^[0-9a-f]+ <.*>:$/ {
    name = $2
    sub(/^</, "", name); sub(/>:$/, "", name)
    start[functions] = count; name_of[functions] = name
    function_at[key($1)] = functions
    functions++
    next
}
/^ *[0-9a-f]+:\t/ {
    address = $1
    sub(/:$/, "", address)
    address_of[count] = address = key(address)
    at[address] = count
    text = $0
    sub(/^ *[0-9a-f]+:\t/, "", text)
    sub(/^(notrack|bnd|data16|cs|ds|lock|rep|repz|repnz) /, "", text)
    split(text, word, " ")
    code[count] = text
    mnemonic[count] = word[1]
    target[count] = key(word[2])
    own[count] = functions - 1
    count++
}

# Addresses are compared as text, without leading zeros: awk's numbers end at 2^53.
function key(digits) {
    sub(/^0+/, "", digits)
    return digits
}

# The name in "<name+0x12>" or "<name@plt>" at the end, without what is behind it.
function named(text,  found) {
    if (!match(text, /<[^<>]*>$/) && !match(text, /<.*>$/))
        return ""
    found = substr(text, RSTART + 1, RLENGTH - 2)
    sub(/@plt$/, "", found)
    sub(/@.*$/, "", found)
    return found
}

function is_piece(name) {
    return name ~ /\.cold(\.[0-9]+)?$/
}

# The name of the function that function `number` is, or is a piece of.
function whole_name(number,  name) {
    name = name_of[number]
    sub(/\.cold(\.[0-9]+)?$/, "", name)
    return name
}

# Does control come back from the function called `name`?
function comes_back(name) {
    sub(/\.[0-9]+$/, "", name)
    if (name ~ no_return)
        return 0
    return !(name in dead)
}

function is_way_out(idx) {
    if (mnemonic[idx] ~ /^ret/ || (mnemonic[idx] == "jmp" && code[idx] ~ /\*/))
        return 1
    return mnemonic[idx] == "jmp" && leaves_function(idx) && comes_back(named(code[idx]))
}

# A function without a way out never comes back, nor one that ends in such a one.
function find_dead(  number, idx, again, live) {
    do {
        again = 0
        delete live
        for (idx = 0; idx < count; idx++)
            if (is_way_out(idx))
                live[whole_name(own[idx])] = 1
        for (number = 0; number < functions; number++)
            if (!(whole_name(number) in live) && !(whole_name(number) in dead)) {
                dead[whole_name(number)] = 1
                again = 1
            }
    } while (again)
}

# A direct jump out of the function: to where another one starts that is no piece.
function leaves_function(idx,  number) {
    if (code[idx] ~ /\*/ || !(target[idx] in at))
        return target[idx] !~ /^\*/ && code[idx] !~ /\*/
    if (!(target[idx] in function_at))
        return 0
    number = function_at[target[idx]]
    return number != own[idx] && !is_piece(name_of[number])
}

# A jump through a table: its operand was looked up with an index just before.
function is_switch(idx,  before) {
    if (code[idx] ~ /,%r[a-z0-9]+,8\)/)
        return 1
    for (before = idx - 1; before >= idx - 8 && before >= 0; before--) {
        if (mnemonic[before] ~ /^movs(lq|xd)/ || code[before] ~ /,%r[a-z0-9]+,[48]\)/)
            return 1
        if (mnemonic[before] ~ /^(call|ret|jmp|pop)/)
            return 0
    }
    return 0
}

function stores_node(idx) {
    return code[idx] ~ /^mov +%r[a-z0-9]+,%fs:/
}

function is_exit(idx) {
    return stores_node(idx) &&
        (code[idx - 2] ~ /^test +\$0x1,/ && mnemonic[idx - 1] == "jne" ||
         code[idx - 3] ~ /^test +\$0x1,/ && mnemonic[idx - 2] == "jne" && mnemonic[idx - 1] == "mov")
}

function is_entry(idx) {
    return stores_node(idx) && code[idx + 1] ~ /^subl +\$0x1,/ && mnemonic[idx + 2] == "js"
}

function say(idx, words) {
    if (!((idx, words) in said)) {
        said[idx, words] = 1
        printf "%s: %s: %s\n", name_of[own[idx]], words, code[idx]
        wrongs++
    }
}

function reach(idx, state,  old) {
    if (idx >= count)
        return
    old = states[idx]
    if (int(old / state) % 2)
        return
    states[idx] = old + state
    waiting[waiting_count] = idx
    waiting_state[waiting_count] = state
    waiting_count++
}

# One step of one path.
function follow(idx, state,  next_state, callee) {
    next_state = state
    if (is_exit(idx)) {
        next_state = LEFT
        exits[idx] = 1
    } else if (is_entry(idx)) {
        next_state = INSIDE
        entries[idx] = 1
    } else if (mnemonic[idx] == "call") {
        callee = named(code[idx])
        sub(/\.[0-9]+$/, "", callee)
        if (callee == "__cprof_end") {
            next_state = LEFT
        } else if (callee ~ /^__cprof_(enter|begin|return)$/) {
            next_state = INSIDE
        } else {
            if (state == LEFT && callee !~ own_calls)
                say(idx, "a call behind the exit")
            if (state == INSIDE)
                calls[idx] = 1
            if (code[idx] !~ /\*/ && !comes_back(callee))
                return
        }
    } else if (mnemonic[idx] ~ /^ret/) {
        if (state == INSIDE)
            say(idx, "a return without exit")
        if (state == LEFT)
            returns[idx] = 1
        return
    } else if (mnemonic[idx] == "jmp") {
        if (code[idx] ~ /\*/) {
            if (state == LEFT)
                jumps[idx] = 1
            else if (!is_switch(idx))
                say(idx, "a jump through a pointer without exit")
        } else if (leaves_function(idx)) {
            if (state == LEFT)
                jumps[idx] = 1
            else if (state == INSIDE)
                say(idx, "a jump to another function without exit")
        } else {
            reach(at[target[idx]], state)
        }
        return
    } else if (mnemonic[idx] ~ /^j/ && (target[idx] in at)) {
        if (leaves_function(idx)) {
            if (state == LEFT)
                jumps[idx] = 1
            else if (state == INSIDE)
                say(idx, "a jump to another function without exit")
        } else
            reach(at[target[idx]], state)
    } else if (mnemonic[idx] ~ /^(ud2|hlt)/) {
        return
    }
    if (idx + 1 < count && own[idx + 1] == own[idx])
        reach(idx + 1, next_state)
}

function follow_all() {
    while (waiting_count > 0) {
        waiting_count--
        follow(waiting[waiting_count], waiting_state[waiting_count])
    }
}

END {
    find_dead()
    start[functions] = count
    for (idx = 0; idx < count; idx++)
        if (is_entry(idx) && name_of[own[idx]] !~ /^__cprof_/)
            hooked[whole_name(own[idx])] = 1
    for (number = 0; number < functions; number++)
        if ((name_of[number] in hooked)) {
            reach(start[number], BEFORE)
            follow_all()
            hooked_count++
        }
    # What is left: targets of switches, landing pads.
    for (idx = 0; idx < count; idx++)
        if ((whole_name(own[idx]) in hooked) && !states[idx] &&
            code[idx] !~ /nop|xchg +%ax,%ax|int3|^ud2/) {
            reach(idx, INSIDE)
            follow_all()
        }
    for (idx in jumps) jump_count++
    for (idx in exits) exit_count++
    for (idx in calls) call_count++
    printf "%d functions, %d exits, %d jumps behind an exit, %d calls, %d wrong\n",
        hooked_count, exit_count, jump_count, call_count, wrongs
    exit wrongs > 0
}
