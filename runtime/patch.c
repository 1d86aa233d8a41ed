/* Switched off at run time: hooks that jump over themselves.
 *
 * At its start a module's code is searched for what hook_text.c wrote, and each
 * hook gets a two-byte jump to its own end: two instructions a call are left of
 * twelve, three of a leaf's nine.  No table of addresses is needed: a hook names the thread-local
 * word and an id of this module, forty bytes in a fixed order, which nothing else has.  What does
 * not look exactly like one stays as it is, and counts on a node that nobody reads.  Where the
 * kernel does not let code be written, all stay.
 *
 * Called by module.c, before the module's own code runs.  Rejected: a section of
 * addresses, a fifth more to assemble for each hook, which keeps functions alive
 * that the linker would drop; a test in the hook, two instructions a call in every
 * other mode.
 */

/* The start of the module's own file, as the linker knows it. */
extern HIDDEN const uint8_t __ehdr_start[] __attribute__((weak));

/* What each match below returns: where the next instruction starts, or NULL. */
typedef const uint8_t *code;

static int32_t word_at(code at)
{
    int32_t word;
    bytes_copy(&word, at, sizeof word);
    return word;
}

/* The bytes of an operand in memory without an index, from its ModRM on; 0: another. */
static unsigned operand_len(code at)
{
    unsigned mode = *at >> 6, number = *at & 7, len = 1;

    if (mode == 3)
        return 0;
    if (number == 4) {
        if ((at[1] & 0x38) != 0x20)
            return 0;
        len++;
    }
    if (mode == 1)
        len += 1;
    if (mode == 2 || (mode == 0 && number == 5))
        len += 4;
    return len;
}

static bool is_wide(uint8_t prefix) /* REX.W */
{
    return (prefix & 0xf8) == 0x48;
}

/* [REX] opcode address(%rip), where the address lies in [start, start + len) */
static code match_relative(code at, uint8_t opcode, const void *start, uintptr_t len)
{
    if ((*at & 0xf0) == 0x40)
        at++;
    if (at[0] != opcode || (at[1] & 0xc7) != 0x05)
        return NULL;
    uintptr_t target = (uintptr_t)at + 6 + (uintptr_t)(intptr_t)word_at(at + 2);
    return target - (uintptr_t)start < len ? at + 6 : NULL;
}

static code match_offset_load(code at)
{
    return at ? match_relative(at, 0x8b, &__cprof_tls_offset, 1) : NULL;
}

/* The thread's word: %fs:constant, or %fs:(register) where that is a variable. */
static code match_current(code at, uint8_t opcode, bool by_register)
{
    if (!at || at[0] != 0x64 || !is_wide(at[1]) || at[2] != opcode)
        return NULL;
    if (by_register) {
        unsigned len = operand_len(at + 3);
        return len ? at + 3 + len : NULL;
    }
    bool same = (at[3] & 0xc7) == 0x04 && at[4] == 0x25 &&
                word_at(at + 5) == (int32_t)__cprof_process->tls_offset;
    return same ? at + 9 : NULL;
}

/* A jump on a condition, in its short form or its long one. */
static code match_branch(code at, uint8_t condition)
{
    if (!at)
        return NULL;
    if (at[0] == (0x70 | condition))
        return at + 2;
    return at[0] == 0x0f && at[1] == (0x80 | condition) ? at + 6 : NULL;
}

enum { CONDITION_EQUAL = 4, CONDITION_NOT_EQUAL = 5, CONDITION_SIGN = 8 };

/* cmpl id, t; jne; sarq $32, t.  The register says whether a prefix
 * belongs to the first, which may be the last byte of what stands in front. */
static code match_choice(code at)
{
    const bool prefixed = *at == 0x44;
    const unsigned number = prefixed ? 8 | (at[2] >> 3 & 7) : (at[1] >> 3 & 7);

    extern HIDDEN const uint32_t __start_cprof_id[] __attribute__((weak));
    extern HIDDEN const uint32_t __stop_cprof_id[] __attribute__((weak));

    if (!prefixed && *at != 0x3b)
        return NULL;
    at = match_relative(at, 0x3b, __start_cprof_id,
                        (uintptr_t)__stop_cprof_id - (uintptr_t)__start_cprof_id);
    at = match_branch(at, CONDITION_NOT_EQUAL);
    if (!at || !is_wide(at[0]) || at[1] != 0xc1 || (at[2] & 0xf8) != 0xf8 || at[3] != 32 ||
        ((at[0] & 1u) << 3 | (at[2] & 7u)) != number)
        return NULL;
    return at + 4;
}

/* addq caller, t */
static code match_sum(code at)
{
    return at && is_wide(at[0]) && at[1] == 0x01 && at[2] >= 0xc0 ? at + 3 : NULL;
}

/* subl $1, left(t), or left(caller,t) of a leaf; js */
static code match_count(code at, bool indexed)
{
    if (!at)
        return NULL;
    if ((*at & 0xf0) == 0x40)
        at++;
    if (at[0] != 0x83 || (at[1] & 0x38) != 0x28)
        return NULL;
    unsigned len = !indexed ? operand_len(at + 1) : (at[1] & 0xc7) == 0x84 ? 6 : 0;
    return len && at[1 + len] == 1 ? match_branch(at + 2 + len, CONDITION_SIGN) : NULL;
}

/* The second half of an entry, which Clang writes apart at -O0.  A leaf does not
 * store, and needs no sum. */
static code match_step(code at, bool by_register, bool *is_leaf)
{
    code next = match_choice(at), sum = match_sum(next);

    *is_leaf = !sum;
    return *is_leaf ? match_count(next, true)
                    : match_count(match_current(sum, 0x89, by_register), false);
}

/* A hook, or the half of one: from where to where to jump. */
struct hook {
    code start, end;
    int clear; /* a register to be zero first, or -1 */
};

/* From its first instruction; see hook_text.c for the whole.  A leaf's exit looks at
 * the caller's tag and may not be found: there has to be none. */
static code match_entry(code at, struct hook *hook)
{
    code next = match_offset_load(at);
    bool by_register = next != NULL, is_leaf;

    hook->start = at;

    if (by_register) {
        if (!is_wide(next[0]) || next[1] != 0x85 || next[2] < 0xc0)
            return NULL;
        at = match_branch(next + 3, CONDITION_EQUAL);
    }
    code load = at;
    at = match_current(at, 0x8b, by_register);
    if (!at || !is_wide(at[0]) || at[1] != 0x8b || !operand_len(at + 2))
        return NULL;
    next = match_step(at + 2 + operand_len(at + 2), by_register, &is_leaf);
    if (is_leaf)
        hook->clear = (load[3] >> 3 & 7) | (load[1] & 4) << 1;
    return next;
}

/* Where `testb $1, register` starts that ends at `end`.  The register says how the
 * instruction is written, so that no byte of another one is taken for a prefix. */
static code test_before(code end, unsigned number)
{
    const uint8_t operand = (uint8_t)(0xc0 | (number & 7));

    if (number == 0 && end[-2] == 0xa8 && end[-1] == 1)
        return end - 2;
    if (end[-3] != 0xf6 || end[-2] != operand || end[-1] != 1)
        return NULL;
    if (number < 4)
        return end - 3;
    return end[-4] == (number < 8 ? 0x40 : 0x41) ? end - 4 : NULL;
}

static code branch_before(code end)
{
    if (end[-6] == 0x0f && end[-5] == (0x80 | CONDITION_NOT_EQUAL))
        return end - 6;
    return end[-2] == (0x70 | CONDITION_NOT_EQUAL) ? end - 2 : NULL;
}

/* testb $1, caller; jne; [movq offset, t;] movq caller, %fs:current: `at` is the
 * instruction behind the jump. */
static code match_exit(code at, struct hook *hook)
{
    code load = match_offset_load(at), store = load ? load : at;
    code end = match_current(store, 0x89, load != NULL), branch;

    if (!end)
        return NULL;
    unsigned number = (store[3] >> 3 & 7) | (store[1] & 4) << 1;
    branch = branch_before(at);
    hook->start = branch ? test_before(branch, number) : NULL;
    return hook->start ? end : NULL;
}

/* `testb $1, register`: its number, or -1.  Each register has one way to be written,
 * so that no byte of the instruction before is taken for a prefix. */
static int match_test(code at, code *next)
{
    const uint8_t prefix = *at == 0x40 || *at == 0x41 ? *at : 0;

    if (at[0] == 0xa8 && at[1] == 1) {
        *next = at + 2;
        return 0;
    }
    code test = prefix ? at + 1 : at;
    int number = test[1] & 7;
    if (test[0] != 0xf6 || (test[1] & 0xf8) != 0xc0 || test[2] != 1)
        return -1;
    if (prefix == 0x41)
        number += 8;
    else if ((prefix == 0x40) != (number >= 4))
        return -1;
    *next = test + 3;
    return number;
}

/* An exit from its first instruction: testb $1, caller; jne cold, where cold is the
 * call of its end.  Only that tells a leaf's from what a program may do itself; of
 * another function's the store has to be jumped over, too. */
static code match_exit_forward(code at, code end)
{
    extern HIDDEN const uint8_t end_thunk[] __asm__("__cprof_end");
    enum { LONGEST = 12 };
    code next, cold;
    int number = match_test(at, &next);

    code branch = next;
    next = number < 0 ? NULL : match_branch(branch, CONDITION_NOT_EQUAL);
    if (!next)
        return NULL;
    cold = next + (*branch == 0x0f ? word_at(branch + 2) : (int8_t)branch[1]);
    if (cold < at || cold > end - LONGEST)
        return NULL;
    if (cold[0] == 0x48 && cold[1] == 0x83 && cold[2] == 0xc4 && cold[3] == 0x80)
        cold += 4; /* over the red zone */
    if (number >= 8 && *cold++ != 0x41)
        return NULL;
    if (cold[0] != (0x50 | (number & 7)) || cold[1] != 0xe8)
        return NULL;
    if (cold + 6 + word_at(cold + 2) != end_thunk)
        return NULL;
    code load = match_offset_load(next);
    code stored = match_current(load ? load : next, 0x89, load != NULL);
    return stored ? stored : next;
}

static bool match_hook(code at, code end, struct hook *hook)
{
    bool is_leaf;

    hook->clear = -1;
    if ((hook->end = match_entry(at, hook)) || (hook->end = match_exit(at, hook)))
        return true;
    hook->start = at;
    hook->clear = -1;
    return (hook->end = match_step(at, false, &is_leaf)) ||
           (hook->end = match_step(at, true, &is_leaf)) ||
           (hook->end = match_exit_forward(at, end));
}

/* [xorl register, register;] jmp end */
static void hook_skip(const struct hook *hook)
{
    volatile uint8_t *to = (volatile uint8_t *)(uintptr_t)hook->start;

    if (hook->clear >= 8)
        *to++ = 0x45;
    if (hook->clear >= 0) {
        *to++ = 0x31;
        *to++ = (uint8_t)(0xc0 | (hook->clear & 7) * 9);
    }
    *to++ = 0xeb;
    *to = (uint8_t)(hook->end - (code)to - 1);
}

/* A store of the thread's node that belongs to no hook: an exit that was not found.
 * With its entry jumped over it would store what happens to be in a register. */
static bool is_stray_store(code at)
{
    code load = match_offset_load(at);

    return match_current(load ? load : at, 0x89, load != NULL) != NULL;
}

/* Goes over the hooks; false: not every part of one was found. */
static bool hooks_visit(code at, code end, bool skip)
{
    enum { LONGEST = 96, BEFORE = 10 };
    static const uint8_t first[256] = {
        [0x3b] = 1, [0x40 ... 0x41] = 1, [0x44] = 1, [0x48 ... 0x4f] = 1,
        [0x64] = 1, [0xa8] = 1,          [0xf6] = 1,
    };
    struct hook hook;

    for (at += BEFORE; at + LONGEST < end; at++) {
        if (!first[*at])
            continue;
        if (match_hook(at, end, &hook)) {
            if (skip)
                hook_skip(&hook);
            at = hook.end - 1;
        } else if (is_stray_store(at)) {
            return false;
        }
    }
    return true;
}

/* The file's own header, what of <elf.h> is needed. */
struct file_header {
    uint8_t identity[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_headers, section_headers;
    uint32_t flags;
    uint16_t size, program_header_size, program_header_count;
};

static void segment_skip(uintptr_t base, const struct program_header *segment)
{
    const uintptr_t page = 4095;
    code start = (code)(base + segment->virtual_address);
    uintptr_t first = (uintptr_t)start & ~page;
    uintptr_t len = ((uintptr_t)start + segment->memory_size - first + page) & ~page;
    const int executable = PROTECTION_READ | PROTECTION_EXECUTE;

    /* Executable throughout: this very code may lie in it. */
    if (!hooks_visit(start, start + segment->memory_size, false) ||
        SYSTEM_3(mprotect, first, len, executable | PROTECTION_WRITE) != 0)
        return;
    hooks_visit(start, start + segment->memory_size, true);
    SYSTEM_3(mprotect, first, len, executable);
}

/* What is to be added to the addresses in its program headers. */
static uintptr_t module_base(const struct file_header *file)
{
    const struct program_header *headers =
        (const struct program_header *)((uintptr_t)file + file->program_headers);
    uintptr_t base = (uintptr_t)file;

    for (unsigned idx = 0; idx < file->program_header_count; idx++)
        if (headers[idx].type == TYPE_OF_LOAD_SEGMENT && headers[idx].offset == 0)
            base -= headers[idx].virtual_address;
    return base;
}

static void module_skip_hooks(void)
{
    enum { EXECUTABLE = 1, WRITABLE = 2 };
    const struct file_header *file = (const struct file_header *)(const void *)__ehdr_start;

    if (!file || !__cprof_process)
        return;
    const struct program_header *headers =
        (const struct program_header *)(__ehdr_start + file->program_headers);
    uintptr_t base = module_base(file);
    for (unsigned idx = 0; idx < file->program_header_count; idx++)
        if (headers[idx].type == TYPE_OF_LOAD_SEGMENT && headers[idx].flags & EXECUTABLE &&
            !(headers[idx].flags & WRITABLE))
            segment_skip(base, &headers[idx]);
}
