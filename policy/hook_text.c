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
    return CPROF_NEAR_SLOT(shape->slot);
}

unsigned cprof_hook_scratch_count(const struct cprof_hook_shape *shape)
{
    return shape->shared_object ? 2 : 1;
}

bool cprof_hook_may_be_early(const struct cprof_hook_shape *shape)
{
    return shape->shared_object || shape->guarded;
}

void cprof_hook_entry(char *text, const struct cprof_hook_shape *shape)
{
    unsigned first_label = 1 + cprof_hook_scratch_count(shape);
    int slot = slot_displacement(shape);
    char *end = text;

    if (shape->shared_object)
        end = append(text, end,
                     "movq " CPROF_SYMBOL_TLS_OFFSET "(%%%%rip), %%2\n\t"
                     "testq %%2, %%2\n\t"
                     "je %%l%u\n\t"
                     "movq %%%%fs:(%%2), %%0\n\t",
                     first_label + 2);
    else if (shape->guarded)
        end = append(text, end,
                     "cmpq $0, " CPROF_SYMBOL_TLS_OFFSET "(%%%%rip)\n\t"
                     "je %%l%u\n\t"
                     "movq %%%%fs:" CPROF_SYMBOL_CURRENT "@tpoff, %%0\n\t",
                     first_label + 2);
    else
        end = append(text, end, "movq %%%%fs:" CPROF_SYMBOL_CURRENT "@tpoff, %%0\n\t");
    end = append(text, end,
                 "movq %d(%%0), %%1\n\t"
                 "cmpl .Lcprof_id_%u(%%%%rip), %%k1\n\t"
                 "jne %%l%u\n\t"
                 "sarq $32, %%1\n\t"
                 "addq %%0, %%1\n\t",
                 slot, shape->number, first_label);
    end = append(text, end,
                 shape->shared_object ? "movq %%1, %%%%fs:(%%2)\n\t"
                                      : "movq %%1, %%%%fs:" CPROF_SYMBOL_CURRENT "@tpoff\n\t");
    append(text, end, "subl $1, %d(%%1)\n\tjs %%l%u", CPROF_LEFT_DISPLACEMENT, first_label + 1);
}

void cprof_hook_exit(char *text, const struct cprof_hook_shape *shape)
{
    if (shape->shared_object)
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
        end = append(text, end, "leaq -128(%%%%rsp), %%%%rsp\n\t");
    end = append(text, end, "pushq %%0\n\t");
    if (with_site)
        end = append(text, end, "leaq .Lcprof_site_%u(%%%%rip), %%%%rax\n\t", shape->number);
    end = append(text, end, "call %s\n\tpopq %%0", symbol);
    if (shape->keep_red_zone)
        append(text, end, "\n\tleaq 128(%%%%rsp), %%%%rsp");
}

void cprof_hook_enter_call(char *text, const struct cprof_hook_shape *shape)
{
    cold_call(text, shape, CPROF_SYMBOL_ENTER, true);
}

void cprof_hook_begin_call(char *text, const struct cprof_hook_shape *shape)
{
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
