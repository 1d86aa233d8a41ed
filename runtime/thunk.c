/* What the hooks call, in assembly: every register is kept, so that a cold call
 * costs the function around it nothing.  The C functions use general registers
 * only, so the nine that a C call may change are all there is to save.
 *
 * On entry: 8(%rsp) the caller's hot pointer, read and written; %rax the site
 * where there is one.
 */
/* One instruction a line. */
/* clang-format off */
#define SAVE                                                                                       \
    "\tpushq %rdi\n\t.cfi_adjust_cfa_offset 8\n"                                                    \
    "\tpushq %rsi\n\t.cfi_adjust_cfa_offset 8\n"                                                    \
    "\tpushq %rdx\n\t.cfi_adjust_cfa_offset 8\n"                                                    \
    "\tpushq %rcx\n\t.cfi_adjust_cfa_offset 8\n"                                                    \
    "\tpushq %r8\n\t.cfi_adjust_cfa_offset 8\n"                                                     \
    "\tpushq %r9\n\t.cfi_adjust_cfa_offset 8\n"                                                     \
    "\tpushq %r10\n\t.cfi_adjust_cfa_offset 8\n"                                                    \
    "\tpushq %r11\n\t.cfi_adjust_cfa_offset 8\n"
#define RESTORE                                                                                    \
    "\tpopq %r11\n\t.cfi_adjust_cfa_offset -8\n"                                                    \
    "\tpopq %r10\n\t.cfi_adjust_cfa_offset -8\n"                                                    \
    "\tpopq %r9\n\t.cfi_adjust_cfa_offset -8\n"                                                     \
    "\tpopq %r8\n\t.cfi_adjust_cfa_offset -8\n"                                                     \
    "\tpopq %rcx\n\t.cfi_adjust_cfa_offset -8\n"                                                    \
    "\tpopq %rdx\n\t.cfi_adjust_cfa_offset -8\n"                                                    \
    "\tpopq %rsi\n\t.cfi_adjust_cfa_offset -8\n"                                                    \
    "\tpopq %rdi\n\t.cfi_adjust_cfa_offset -8\n"
#define THUNK(name, function, site)                                                                \
    __asm__(".globl " name "\n\t.hidden " name "\n\t.type " name ", @function\n" name ":\n"        \
            "\t.cfi_startproc\n"                                                                   \
            "\tpushq %rax\n\t.cfi_adjust_cfa_offset 8\n" SAVE site                                 \
            "\tcall " function "\n" RESTORE                                                        \
            "\tpopq %rax\n\t.cfi_adjust_cfa_offset -8\n"                                           \
            "\tret\n\t.cfi_endproc\n\t.size " name ", . - " name "\n")
/* Nothing on the stack: the site comes and the interval goes in rax. */
#define TALLY(name, function)                                                                      \
    __asm__(".globl " name "\n\t.hidden " name "\n\t.type " name ", @function\n" name ":\n"        \
            "\t.cfi_startproc\n" SAVE                                                              \
            "\tmovq %rax, %rdi\n"                                                                  \
            "\tcall " function "\n" RESTORE                                                        \
            "\tret\n\t.cfi_endproc\n\t.size " name ", . - " name "\n")

#define WITH_SITE "\tmovq %rax, %rdi\n\tleaq 80(%rsp), %rsi\n"
/* Offsets in struct cprof_site, checked below. */
#define SITE_ID_REF 8
#define SITE_SLOT 36
#define SITE_SPARE_SLOT 40
#define TWIN 2

#define WITHOUT_SITE "\tleaq 80(%rsp), %rdi\n"

THUNK("__cprof_rt_enter", "cprof_enter_cold", WITH_SITE);
THUNK("__cprof_rt_enter_leaf", "cprof_enter_leaf_cold", WITH_SITE);
THUNK("__cprof_begin_leaf", "cprof_begin_leaf_cold", WITH_SITE);
THUNK("__cprof_return", "cprof_return_cold", WITH_SITE);
THUNK("__cprof_begin", "cprof_begin_cold", WITHOUT_SITE);
THUNK("__cprof_end", "cprof_end_cold", WITHOUT_SITE);
TALLY("__cprof_tally", "cprof_tally_cold");
TALLY("__cprof_tally_shared", "cprof_tally_shared_cold");

/* Entry whose slot belongs to another callee, as happens where a function calls
 * many: the spare slot knows the child, and the slot is renewed.  20 instructions
 * instead of 150.  Anything else (a first call, a thread's first, a sampled
 * call's) goes the long way: what it stands on has empty spare slots.
 *
 * A sampled call's callee is told by the tag, before anything is read that may be in no
 * cache: the clock has not stopped yet.
 *
 * rdi: the caller's hot pointer, then the child's; rsi: the slot, read once, because a
 * handler may renew it.  The pops leave the flags alone. */
#define ENTER(name, stand, begin, otherwise, miss)                                                  \
    __asm__(".globl " name "\n\t.hidden " name "\n\t.type " name ", @function\n" name ":\n"         \
        "\t.cfi_startproc\n"                                                                        \
        "\tpushq %rdi\n\t.cfi_adjust_cfa_offset 8\n"                                                \
        "\tpushq %rsi\n\t.cfi_adjust_cfa_offset 8\n"                                                \
        "\tpushq %rdx\n\t.cfi_adjust_cfa_offset 8\n"                                                \
        "\tmovq 32(%rsp), %rdi\n"                                                                   \
        "\ttestb $" TEXT(TWIN) ", %dil\n"                                                           \
        "\tjne " miss "\n"                                                                          \
        "\tmovl " TEXT(SITE_SPARE_SLOT) "(%rax), %esi\n"                                            \
        "\tmovslq " TEXT(SITE_ID_REF) "(%rax), %rdx\n"                                              \
        "\tmovl " TEXT(SITE_ID_REF) "(%rax,%rdx), %edx\n"                                           \
        "\tmovq (%rdi,%rsi), %rsi\n"                                                                \
        "\tcmpl %edx, %esi\n"                                                                       \
        "\tjne " miss "\n"                                                                          \
        "\tmovslq " TEXT(SITE_SLOT) "(%rax), %rdx\n"                                                \
        "\tmovq %rsi, (%rdi,%rdx)\n"                                                                \
        "\tsarq $32, %rsi\n"                                                                        \
        "\taddq %rsi, %rdi\n"                                                                       \
        stand                                                                                       \
        "\tsubl $1, " TEXT(CPROF_ZONE) " - " TEXT(CPROF_HOT_BIAS) "(%rdi)\n"                        \
        "\tpopq %rdx\n\t.cfi_adjust_cfa_offset -8\n"                                                \
        "\tpopq %rsi\n\t.cfi_adjust_cfa_offset -8\n"                                                \
        "\tpopq %rdi\n\t.cfi_adjust_cfa_offset -8\n"                                                \
        "\tjs " begin "\n"                                                                          \
        "\tret\n"                                                                                   \
        miss ":\n"                                                                                  \
        "\t.cfi_adjust_cfa_offset 24\n"                                                             \
        "\tpopq %rdx\n\t.cfi_adjust_cfa_offset -8\n"                                                \
        "\tpopq %rsi\n\t.cfi_adjust_cfa_offset -8\n"                                                \
        "\tpopq %rdi\n\t.cfi_adjust_cfa_offset -8\n"                                                \
        "\tjmp " otherwise "\n"                                                                     \
        "\t.cfi_endproc\n\t.size " name ", . - " name "\n")
/* Not the two instructions of an exit, which patch.c would take for one. */
#define STAND "\tleaq __cprof_tls_offset(%rip), %rdx\n\tmovq (%rdx), %rdx\n\tmovq %rdi, %fs:(%rdx)\n"

ENTER("__cprof_enter", STAND, "__cprof_begin", "__cprof_rt_enter", ".Lspare_miss");
ENTER("__cprof_enter_leaf", "", "__cprof_begin_leaf", "__cprof_rt_enter_leaf", ".Lspare_miss_leaf");

_Static_assert(TWIN == TWIN_TAG, "thunk.c tests this tag");
#define SITE_AT(offset, field) \
    _Static_assert(offsetof(struct cprof_site, field) == offset, "thunk.c knows this offset")
SITE_AT(SITE_ID_REF, id_ref);
SITE_AT(SITE_SLOT, slot);
SITE_AT(SITE_SPARE_SLOT, spare_slot);

/* The note by which modules find each other (module.c). */
__asm__(".pushsection .note.cprof, \"a\", @note\n"
        "\t.balign 4\n\t.long 6, 4, 1\n\t.asciz \"cprof\"\n\t.balign 4\n"
        "\t.long __cprof_process - .\n"
        "\t.popsection\n");
/* clang-format on */
