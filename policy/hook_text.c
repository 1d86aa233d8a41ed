/* The inline-assembly templates of the hooks; hook_text.h says what they are
 * for.  Must not know a compiler: both plugins call this.
 *
 * The budget, held by tests: entry 9 instructions, exit 3 (executables; 11 and 4
 * in shared objects, whose TLS offset is a variable).
 *
 *   entry   movq  %fs:current, cur        the caller's node
 *           movq  slot(cur), t            read once: a handler may renew the slot
 *           cmpl  id, t                   is my slot of it mine?
 *           jne   enter                   cold
 *           sarq  $32, t
 *           addq  cur, t                  my node in this context
 *           movq  t, %fs:current
 *           subl  $1, left(t)             one instruction: counts the call and,
 *           js    begin                   turned negative, asks for timing; a
 *                                         signal handler cannot split it
 *   exit    testb $1, cur                 timed?
 *           jne   end                     cold
 *           movq  cur, %fs:current
 *
 * A leaf neither stores nor restores the thread's node, because nobody looks at it
 * there, and counts by left(cur,t) without the sum: 7 and 2.  Its tiny calls then do not
 * wait for each other's stores.
 *
 * A build that asks for a budget has one hook a function, of 2:
 *
 *   entry   subl  $1, %fs:left            of this function and thread; in shared objects
 *           js    tally                   left(%rip), of the process
 */
#include "hook_text.h"

#include <stdarg.h>
#include <stdio.h>

#include <cprof/abi.h>

/* Appends to a text of CPROF_HOOK_TEXT_MAX bytes; the templates are bounded,
 * so running out is a mistake in this file and leaves the text cut. */
static char *append(char *begin, char *end, const char *format, ...)
{
    size_t room = CPROF_HOOK_TEXT_MAX - (size_t)(end - begin);
    va_list arguments;

    va_start(arguments, format);
    int len = vsnprintf(end, room, format, arguments);
    va_end(arguments);
    return len > 0 && (size_t)len < room ? end + len : end;
}

static int slot_displacement(const struct cprof_hook_shape *shape)
{
    return CPROF_SLOT(shape->slot);
}

unsigned cprof_hook_scratch_count(const struct cprof_hook_shape *shape)
{
    return shape->shared_object ? 2 : 1;
}

bool cprof_hook_exit_scratch(const struct cprof_hook_shape *shape)
{
    return shape->shared_object && !shape->leaf;
}

bool cprof_hook_begin_has_site(const struct cprof_hook_shape *shape)
{
    return shape->leaf;
}

bool cprof_hook_may_be_early(const struct cprof_hook_shape *shape)
{
    return shape->shared_object || shape->guarded;
}

/* The operands that the entry's instructions name. */
struct entry_operands {
    unsigned caller, scratch, offset, id;
    unsigned early, enter, begin; /* labels */
};

static char *write_load(char *text, char *end, const struct cprof_hook_shape *shape,
                        const struct entry_operands *operands)
{
    if (shape->shared_object)
        end = append(text, end,
                     "movq " CPROF_SYMBOL_TLS_OFFSET "(%%%%rip), %%%u\n\t"
                     "testq %%%u, %%%u\n\t"
                     "je %%l%u\n\t"
                     "movq %%%%fs:(%%%u), %%%u\n\t",
                     operands->offset, operands->offset, operands->offset, operands->early,
                     operands->offset, operands->caller);
    else if (shape->guarded)
        end = append(text, end,
                     "cmpq $0, " CPROF_SYMBOL_TLS_OFFSET "(%%%%rip)\n\t"
                     "je %%l%u\n\t"
                     "movq %%%%fs:" CPROF_SYMBOL_CURRENT "@tpoff, %%%u\n\t",
                     operands->early, operands->caller);
    else
        end = append(text, end, "movq %%%%fs:" CPROF_SYMBOL_CURRENT "@tpoff, %%%u\n\t",
                     operands->caller);
    return append(text, end, "movq %d(%%%u), %%%u\n\t", slot_displacement(shape), operands->caller,
                  operands->scratch);
}

static void write_step(char *text, char *end, const struct cprof_hook_shape *shape,
                       const struct entry_operands *operands)
{
    unsigned scratch = operands->scratch;

    if (shape->by_operand)
        end = append(text, end, "cmpl %%c%u(%%%%rip), %%k%u\n\t", operands->id, scratch);
    else
        end = append(text, end, "cmpl .Lcprof_id_%u(%%%%rip), %%k%u\n\t", shape->number, scratch);
    end = append(text, end,
                 "jne %%l%u\n\t"
                 "sarq $32, %%%u\n\t",
                 operands->enter, scratch);
    if (shape->leaf) {
        append(text, end, "subl $1, %d(%%%u,%%%u)\n\tjs %%l%u", CPROF_LEFT_DISPLACEMENT,
               operands->caller, scratch, operands->begin);
        return;
    }
    end = append(text, end, "addq %%%u, %%%u\n\t", operands->caller, scratch);
    if (shape->shared_object)
        end = append(text, end, "movq %%%u, %%%%fs:(%%%u)\n\t", scratch, operands->offset);
    else
        end = append(text, end, "movq %%%u, %%%%fs:" CPROF_SYMBOL_CURRENT "@tpoff\n\t", scratch);
    append(text, end, "subl $1, %d(%%%u)\n\tjs %%l%u", CPROF_LEFT_DISPLACEMENT, scratch,
           operands->begin);
}

void cprof_hook_entry(char *text, const struct cprof_hook_shape *shape)
{
    unsigned first_label = 1 + cprof_hook_scratch_count(shape);
    struct entry_operands operands = {.caller = 0,
                                      .scratch = 1,
                                      .offset = 2,
                                      .enter = first_label,
                                      .begin = first_label + 1,
                                      .early = first_label + 2};

    write_step(text, write_load(text, text, shape, &operands), shape, &operands);
}

void cprof_hook_load(char *text, const struct cprof_hook_shape *shape)
{
    struct entry_operands operands = {
        .caller = 0, .scratch = 1, .offset = 2, .early = 1 + cprof_hook_scratch_count(shape)};

    write_load(text, text, shape, &operands);
}

void cprof_hook_step(char *text, const struct cprof_hook_shape *shape)
{
    unsigned next = shape->shared_object ? 4 : 3;
    struct entry_operands operands = {.caller = 2, .scratch = 0, .offset = 3, .id = next};

    if (shape->by_operand)
        next++;
    operands.enter = next;
    operands.begin = next + 1;
    write_step(text, text, shape, &operands);
}

void cprof_hook_exit(char *text, const struct cprof_hook_shape *shape)
{
    if (shape->leaf)
        append(text, text, "testb $1, %%b0\n\tjne %%l1");
    else if (shape->shared_object)
        append(text, text,
               "testb $1, %%b1\n\t"
               "jne %%l2\n\t"
               "movq " CPROF_SYMBOL_TLS_OFFSET "(%%%%rip), %%0\n\t"
               "movq %%1, %%%%fs:(%%0)");
    else
        append(text, text,
               "testb $1, %%b0\n\t"
               "jne %%l1\n\t"
               "movq %%0, %%%%fs:" CPROF_SYMBOL_CURRENT "@tpoff");
}

/* A cold call keeps every register but rax (where it says so) and hands the
 * caller's hot pointer over on the stack, so that the hot path around it needs
 * no register for it.  A leaf's data below the stack pointer is stepped over. */
static void cold_call(char *text, const struct cprof_hook_shape *shape, const char *symbol,
                      bool with_site)
{
    char *end = text;

    if (shape->keep_red_zone)
        end = append(text, end, "addq $-128, %%%%rsp\n\t"); /* 4 bytes; +128 would take 7 */
    end = append(text, end, "pushq %%0\n\t");
    if (with_site && shape->by_operand)
        end = append(text, end, "leaq %%c3(%%%%rip), %%%%rax\n\t");
    else if (with_site)
        end = append(text, end, "leaq .Lcprof_site_%u(%%%%rip), %%%%rax\n\t", shape->number);
    end = append(text, end, "call %s\n\tpopq %%0", symbol);
    if (shape->keep_red_zone)
        append(text, end, "\n\tsubq $-128, %%%%rsp");
}

void cprof_hook_enter_call(char *text, const struct cprof_hook_shape *shape)
{
    cold_call(text, shape, shape->leaf ? CPROF_SYMBOL_ENTER_LEAF : CPROF_SYMBOL_ENTER, true);
}

void cprof_hook_begin_call(char *text, const struct cprof_hook_shape *shape)
{
    if (shape->leaf)
        cold_call(text, shape, CPROF_SYMBOL_BEGIN_LEAF, true);
    else
        cold_call(text, shape, CPROF_SYMBOL_BEGIN, false);
}

void cprof_hook_end_call(char *text, const struct cprof_hook_shape *shape)
{
    cold_call(text, shape, CPROF_SYMBOL_END, false);
}

void cprof_hook_return_call(char *text, const struct cprof_hook_shape *shape)
{
    cold_call(text, shape, CPROF_SYMBOL_RETURN, true);
}

/* Guarded code may run when there is no thread-local storage yet. */
bool cprof_hook_tally_is_shared(const struct cprof_hook_shape *shape)
{
    return shape->shared_object || shape->guarded;
}

/* The function's word. */
static char *tally_word(char *text, char *end, const struct cprof_hook_shape *shape)
{
    bool shared = cprof_hook_tally_is_shared(shape);

    if (!shared)
        end = append(text, end, "%%%%fs:");
    if (shape->by_operand)
        end = append(text, end, "%%c1");
    else
        end = append(text, end, "%s+%u", shared ? CPROF_TALLY_LABEL_SHARED : CPROF_TALLY_LABEL,
                     CPROF_TALLY_SIZE * shape->number);
    return append(text, end, shared ? "(%%%%rip)" : "@tpoff");
}

void cprof_hook_tally(char *text, const struct cprof_hook_shape *shape)
{
    char *end = append(text, text, "subl $1, ");

    end = tally_word(text, end, shape);
    if (!shape->by_operand)
        append(text, end, "\n\tjs %%l0");
}

void cprof_hook_tally_call(char *text, const struct cprof_hook_shape *shape)
{
    char *end = text;

    if (shape->keep_red_zone)
        end = append(text, end, "addq $-128, %%%%rsp\n\t");
    if (shape->by_operand)
        end = append(text, end, "leaq %%c2(%%%%rip), %%%%rax\n\t");
    else
        end = append(text, end, "leaq .Lcprof_site_%u(%%%%rip), %%%%rax\n\t", shape->number);
    end =
        append(text, end, "call %s\n\taddl %%%%eax, ",
               cprof_hook_tally_is_shared(shape) ? CPROF_SYMBOL_TALLY_SHARED : CPROF_SYMBOL_TALLY);
    end = tally_word(text, end, shape);
    if (shape->keep_red_zone)
        append(text, end, "\n\tsubq $-128, %%%%rsp");
}

void cprof_note_take(char *text)
{
    append(text, text,
           "movq " CPROF_SYMBOL_LEFT_OFFSET "(%%%%rip), %%0\n\t"
           "testq %%0, %%0\n\t"
           "je 1f\n\t"
           "testq %%1, %%1\n\t"
           "je %%l3\n\t" /* its size may be anything */
           "stc\n\t"     /* one more than the size: blocks of 0 bytes count too */
           "sbbq %%2, %%%%fs:(%%0)\n\t"
           "jl %%l3\n"
           "1:");
}

void cprof_note_ask(char *text)
{
    append(text, text,
           "movq %%2, %%0\n\t"
           "shrq $%d, %%0\n\t"
           "andq " CPROF_SYMBOL_FILTER_MASK "(%%%%rip), %%0\n\t"
           "addq " CPROF_SYMBOL_FILTER_DISTANCE "(%%%%rip), %%0\n\t"
           "leaq " CPROF_SYMBOL_FILTER_NONE "(%%%%rip), %%1\n\t"
           "cmpb $0, (%%0,%%1)\n\t"
           "jne %%l3",
           CPROF_FILTER_SHIFT);
}
