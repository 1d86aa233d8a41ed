/* The functions that stand for allocators whose address is taken, as assembly that
 * both plugins append to the object (allocation.h).  Must not know a compiler.
 *
 * Assembly, because GCC's plugin could give a function of its own to the compiler
 * only before it knows which addresses are still taken.  In a COMDAT group of its
 * own: within a module the address is one, and `f == malloc` stays true.
 */
#include "allocation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cprof/abi.h>

#include "site_text.h"

enum { REGISTER_COUNT = 6 };
static const char *const registers[REGISTER_COUNT] = {"%rdi", "%rsi", "%rdx", "%rcx", "%r8", "%r9"};

/* The frame: the arguments in their order, then what comes between. */
enum { TOKEN_PLACE = 8 * REGISTER_COUNT, FRAME_SIZE = TOKEN_PLACE + 8 };

static size_t argument_count(const struct cprof_allocator *allocator)
{
    return strlen(allocator->signature) - 1;
}

bool cprof_wrapper_is_possible(const struct cprof_allocator *allocator)
{
    /* in general registers, all of them */
    return argument_count(allocator) <= REGISTER_COUNT &&
           strspn(allocator->signature + 1, "pi") == argument_count(allocator);
}

static void move(FILE *output, const char *from, const char *to)
{
    fprintf(output, "\tmovq %s, %s\n", from, to);
}

static void arguments_save(FILE *output, const struct cprof_allocator *allocator)
{
    for (size_t idx = 0; idx < argument_count(allocator); idx++)
        fprintf(output, "\tmovq %s, %zu(%%rsp)\n", registers[idx], 8 * idx);
}

static void arguments_restore(FILE *output, const struct cprof_allocator *allocator)
{
    for (size_t idx = 0; idx < argument_count(allocator); idx++)
        fprintf(output, "\tmovq %zu(%%rsp), %s\n", 8 * idx, registers[idx]);
}

/* A saved argument; the number counts from 1. */
static void argument_load(FILE *output, unsigned number, const char *to)
{
    fprintf(output, "\tmovq %u(%%rsp), %s\n", 8 * (number - 1), to);
}

static void site_load(FILE *output, const struct cprof_allocator *allocator, const char *to)
{
    fprintf(output, "\tleaq .Lcprof_address_%s(%%rip), %s\n", allocator->symbol, to);
}

static void leave(FILE *output)
{
    fprintf(output, "\taddq $%d, %%rsp\n\t.cfi_adjust_cfa_offset -%d\n", FRAME_SIZE, FRAME_SIZE);
}

/* The last note, which hands over what the allocator returned. */
static void leave_by(FILE *output, const char *note)
{
    leave(output);
    fprintf(output, "\tjmp %s\n", note);
}

static void call_allocator(FILE *output, const struct cprof_allocator *allocator)
{
    fprintf(output, "\tcall %s@PLT\n", allocator->symbol);
}

static void size_load(FILE *output, const struct cprof_allocator *allocator, const char *to)
{
    argument_load(output, allocator->size, to);
    if (allocator->count)
        fprintf(output, "\timulq %u(%%rsp), %s\n", 8 * (allocator->count - 1), to);
}

static void write_returning(FILE *output, const struct cprof_allocator *allocator)
{
    call_allocator(output, allocator);
    move(output, "%rax", "%rdi");
    if (allocator->way == CPROF_WAY_COPIES) {
        site_load(output, allocator, "%rsi");
        leave_by(output, CPROF_SYMBOL_COPIED);
        return;
    }
    size_load(output, allocator, "%rsi");
    site_load(output, allocator, "%rdx");
    leave_by(output,
             allocator->way == CPROF_WAY_MAPS ? CPROF_SYMBOL_MAPPED : CPROF_SYMBOL_ALLOCATED);
}

static void write_releasing(FILE *output, const struct cprof_allocator *allocator)
{
    bool unmaps = allocator->way == CPROF_WAY_UNMAPS;

    argument_load(output, allocator->block, "%rdi");
    if (unmaps)
        argument_load(output, allocator->size, "%rsi");
    site_load(output, allocator, unmaps ? "%rdx" : "%rsi");
    fprintf(output, "\tcall %s\n", unmaps ? CPROF_SYMBOL_UNMAP : CPROF_SYMBOL_RELEASE);
    arguments_restore(output, allocator);
    leave(output);
    fprintf(output, "\tjmp %s@PLT\n", allocator->symbol);
}

static void write_resizing(FILE *output, const struct cprof_allocator *allocator)
{
    argument_load(output, allocator->block, "%rdi");
    site_load(output, allocator, "%rsi");
    fprintf(output, "\tcall %s\n\tmovq %%rax, %d(%%rsp)\n", CPROF_SYMBOL_RESIZE, TOKEN_PLACE);
    arguments_restore(output, allocator);
    call_allocator(output, allocator);
    move(output, "%rax", "%rdi");
    if (allocator->count)
        argument_load(output, allocator->count, "%rsi");
    else
        fputs("\tmovl $1, %esi\n", output);
    argument_load(output, allocator->size, "%rdx");
    fprintf(output, "\tmovq %d(%%rsp), %%rcx\n", TOKEN_PLACE);
    site_load(output, allocator, "%r8");
    leave_by(output, CPROF_SYMBOL_RESIZED);
}

/* The result is a number, which the note does not hand over. */
static void write_out(FILE *output, const struct cprof_allocator *allocator)
{
    bool grows = allocator->way == CPROF_WAY_GROWS;

    if (grows) {
        argument_load(output, allocator->block, "%rdi");
        site_load(output, allocator, "%rsi");
        fprintf(output, "\tcall %s\n\tmovq %%rax, %d(%%rsp)\n", CPROF_SYMBOL_GROW, TOKEN_PLACE);
        arguments_restore(output, allocator);
    }
    call_allocator(output, allocator);
    argument_load(output, allocator->block, "%rdi");
    argument_load(output, allocator->size, "%rsi");
    site_load(output, allocator, "%rcx");
    if (grows)
        fprintf(output, "\tmovq %d(%%rsp), %%rdx\n", TOKEN_PLACE);
    else
        fputs("\tmovslq %eax, %rdx\n", output);
    fprintf(output, "\tmovq %%rax, %d(%%rsp)\n\tcall %s\n\tmovq %d(%%rsp), %%rax\n", TOKEN_PLACE,
            grows ? CPROF_SYMBOL_GROWN : CPROF_SYMBOL_FILLED, TOKEN_PLACE);
    leave(output);
    fputs("\tret\n", output);
}

static void write_body(FILE *output, const struct cprof_allocator *allocator)
{
    fprintf(output, "\tendbr64\n\tsubq $%d, %%rsp\n\t.cfi_adjust_cfa_offset %d\n", FRAME_SIZE,
            FRAME_SIZE);
    arguments_save(output, allocator);
    switch (allocator->way) {
    case CPROF_WAY_RETURNS:
    case CPROF_WAY_COPIES:
    case CPROF_WAY_MAPS:
        write_returning(output, allocator);
        break;
    case CPROF_WAY_RELEASES:
    case CPROF_WAY_UNMAPS:
        write_releasing(output, allocator);
        break;
    case CPROF_WAY_RESIZES:
        write_resizing(output, allocator);
        break;
    case CPROF_WAY_FILLS:
    case CPROF_WAY_GROWS:
        write_out(output, allocator);
        break;
    }
}

/* Its record: the fields of allocation.def, in their order. */
static void write_record(FILE *output, const struct cprof_allocator *allocator, const char *file)
{
    const char *symbol = allocator->symbol;

    fprintf(output, "\t.section " CPROF_SECTION_STRING ",\"aGR\",@progbits,");
    fprintf(output, CPROF_SYMBOL("address_%s") ",comdat\n.Lcprof_address_file_%s:\n", symbol,
            symbol);
    cprof_string_directive(output, file);
    fprintf(output, ".Lcprof_address_callee_%s:\n", symbol);
    cprof_string_directive(output, symbol);
    fprintf(output, "\t.section " CPROF_SECTION_ALLOCATION ",\"aGR\",@progbits,");
    fprintf(output,
            CPROF_SYMBOL("address_%s") ",comdat\n\t.balign 8\n.Lcprof_address_%s:\n\t.long 0\n",
            symbol, symbol);
    fprintf(output, "\t.long .Lcprof_address_file_%s - .\n\t.long .Lcprof_address_callee_%s - .\n",
            symbol, symbol);
    fprintf(output, "\t.long 0, 0, 0, %u\n\t.short 0\n\t.byte 0, %u\n",
            CPROF_ALLOCATION_WRAPPER | cprof_allocator_flags(allocator), (unsigned)allocator->kind);
    fputs("\t.quad 0, 0\n\t.long 0, 0\n\t.quad 0\n", output);
}

char *cprof_wrapper_name(const struct cprof_allocator *allocator)
{
    char *name = NULL;
    size_t size;
    FILE *output = open_memstream(&name, &size);

    if (!output)
        abort(); /* inside a compiler, whose own allocator does the same */
    fprintf(output, CPROF_SYMBOL("address_%s"), allocator->symbol);
    fclose(output);
    return name;
}

char *cprof_wrapper_text(const struct cprof_allocator *allocator, const char *file)
{
    char *text = NULL, *name = cprof_wrapper_name(allocator);
    size_t size;
    FILE *output = open_memstream(&text, &size);

    if (!output)
        abort();
    /* LLVM's link-time optimiser joins the texts of several objects in one */
    fprintf(output, "\t.ifndef %s\n", name);
    write_record(output, allocator, file);
    fprintf(output,
            "\t.section .text.%s,\"axG\",@progbits,%s,comdat\n\t.balign 16\n\t.weak %s\n"
            "\t.hidden %s\n\t.type %s, @function\n%s:\n\t.cfi_startproc\n",
            name, name, name, name, name, name);
    write_body(output, allocator);
    fprintf(output, "\t.cfi_endproc\n\t.size %s, . - %s\n\t.endif\n\t.text\n", name, name);
    fclose(output);
    free(name);
    return text;
}
