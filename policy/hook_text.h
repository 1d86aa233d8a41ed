/* The machine code of the hooks, as inline-assembly templates that GCC and
 * Clang both take.  One text for two plugins, so that both compilers emit the
 * same instructions; the plugin supplies operands, labels and control flow.
 *
 * Templates are in AT&T dialect with a `%` doubled where inline assembly wants
 * it.  Operands and labels are numbered in the order given at each function.
 * No template clobbers memory: the program cannot see what hooks touch, and a
 * clobber would make the compiler forget what it keeps in registers.
 */
#ifndef CPROF_HOOK_TEXT_H
#define CPROF_HOOK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CPROF_HOOK_TEXT_MAX 768

/* The words of a unit's tallies, by the numbers of its sites. */
#define CPROF_TALLY_SIZE 4
#define CPROF_TALLY_LABEL ".Lcprof_left"
#define CPROF_TALLY_LABEL_SHARED ".Lcprof_left_shared"

/* What shape the hooks of a function take. */
struct cprof_hook_shape {
    unsigned number;    /* of the function's site in this object */
    unsigned slot;      /* 0 .. CPROF_SLOT_COUNT - 1 */
    bool shared_object; /* code for -fPIC: the TLS offset is a variable */
    bool guarded;       /* test first whether the runtime has started */
    bool leaf;          /* it calls nothing: the thread need not stand on its node */
    bool keep_red_zone; /* the function may keep data below its stack pointer */
    bool by_operand;    /* site and id word are operands (Clang), not labels of site_text.h */
};

/* How many scratch registers the hot templates want besides their operands. */
unsigned cprof_hook_scratch_count(const struct cprof_hook_shape *shape);

/* Entry, as one statement; not by_operand.  Outputs: 0 caller's hot pointer, 1 scratch
 * [, 2 scratch].  Labels, in this order: enter, begin, early (early only if it can
 * happen, see cprof_hook_may_be_early). */
void cprof_hook_entry(char *text, const struct cprof_hook_shape *shape);
bool cprof_hook_may_be_early(const struct cprof_hook_shape *shape);

/* The same instructions in two halves, for LLVM: 16 does not let outputs be used at
 * the labels, and 19 may not have them there when registers are short (ADR 6).
 * Load.  Outputs as of the entry; label: early, if it can happen.
 * Step.  Output: 0 scratch 1 of the load; inputs: 1 the same in the same
 * register, 2 caller's hot pointer [, 3 scratch 2 of the load] [, the id word
 * where by_operand]; labels: enter, begin. */
void cprof_hook_load(char *text, const struct cprof_hook_shape *shape);
void cprof_hook_step(char *text, const struct cprof_hook_shape *shape);

/* Exit.  Outputs: [0 scratch, where cprof_hook_exit_scratch,] input: caller's hot
 * pointer; label: end. */
bool cprof_hook_exit_scratch(const struct cprof_hook_shape *shape);
void cprof_hook_exit(char *text, const struct cprof_hook_shape *shape);

/* Cold calls.  Operand 0, read and written: the caller's hot pointer.  Enter, return and
 * a leaf's begin (cprof_hook_begin_has_site) have the site in rax and change it; where
 * by_operand, rax is their output 1, the input that is operand 0 counts as 2, and the
 * site is operand 3.  All of them change the flags. */
bool cprof_hook_begin_has_site(const struct cprof_hook_shape *shape);
void cprof_hook_enter_call(char *text, const struct cprof_hook_shape *shape);
void cprof_hook_begin_call(char *text, const struct cprof_hook_shape *shape);
void cprof_hook_end_call(char *text, const struct cprof_hook_shape *shape);
void cprof_hook_return_call(char *text, const struct cprof_hook_shape *shape);

/* Instead of all these, where the build asks for a budget: a tally (abi.h), at the entry
 * alone.  Label: cold.  Where by_operand it has none, but leads there by the sign flag,
 * its output, and input 1 is the function's word.  The cold call changes rax, so that GCC
 * leaves an argument that becomes the result where it came, and the flags.  Where
 * by_operand, rax is its output, 1 the word and 2 the site. */
bool cprof_hook_tally_is_shared(const struct cprof_hook_shape *shape);
void cprof_hook_tally(char *text, const struct cprof_hook_shape *shape);
void cprof_hook_tally_call(char *text, const struct cprof_hook_shape *shape);

/* What stands in front of a note of a block (abi.h), and leads to it.
 * Take.  Output: 0 scratch; inputs: 1 the block, 2 the size, in a register or as a
 * constant of 32 bits; label: the note.
 * Ask.  Outputs: 0 and 1 scratch; input: 2 the block; label: the note. */
void cprof_note_take(char *text);
void cprof_note_ask(char *text);

#ifdef __cplusplus
}
#endif
#endif
