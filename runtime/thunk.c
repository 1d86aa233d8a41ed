/* What the hooks call, in assembly: every register is kept, so that a cold call
 * costs the function around it nothing.  The C functions use general registers
 * only, so the nine that a C call may change are all there is to save.
 *
 * On entry: 8(%rsp) the caller's hot pointer, read and written; %rax the site
 * where there is one.
 */
#define THUNK(name, function, site)                                                                \
    __asm__(".globl " name "\n\t.hidden " name "\n\t.type " name ", @function\n" name ":\n"        \
            "\t.cfi_startproc\n"                                                                   \
            "\tpushq %rax\n\t.cfi_adjust_cfa_offset 8\n"                                           \
            "\tpushq %rdi\n\t.cfi_adjust_cfa_offset 8\n"                                           \
            "\tpushq %rsi\n\t.cfi_adjust_cfa_offset 8\n"                                           \
            "\tpushq %rdx\n\t.cfi_adjust_cfa_offset 8\n"                                           \
            "\tpushq %rcx\n\t.cfi_adjust_cfa_offset 8\n"                                           \
            "\tpushq %r8\n\t.cfi_adjust_cfa_offset 8\n"                                            \
            "\tpushq %r9\n\t.cfi_adjust_cfa_offset 8\n"                                            \
            "\tpushq %r10\n\t.cfi_adjust_cfa_offset 8\n"                                           \
            "\tpushq %r11\n\t.cfi_adjust_cfa_offset 8\n" site                                      \
            "\tcall " function "\n"                                                                \
            "\tpopq %r11\n\t.cfi_adjust_cfa_offset -8\n"                                           \
            "\tpopq %r10\n\t.cfi_adjust_cfa_offset -8\n"                                           \
            "\tpopq %r9\n\t.cfi_adjust_cfa_offset -8\n"                                            \
            "\tpopq %r8\n\t.cfi_adjust_cfa_offset -8\n"                                            \
            "\tpopq %rcx\n\t.cfi_adjust_cfa_offset -8\n"                                           \
            "\tpopq %rdx\n\t.cfi_adjust_cfa_offset -8\n"                                           \
            "\tpopq %rsi\n\t.cfi_adjust_cfa_offset -8\n"                                           \
            "\tpopq %rdi\n\t.cfi_adjust_cfa_offset -8\n"                                           \
            "\tpopq %rax\n\t.cfi_adjust_cfa_offset -8\n"                                           \
            "\tret\n\t.cfi_endproc\n\t.size " name ", . - " name "\n")

#define WITH_SITE "\tmovq %rax, %rdi\n\tleaq 80(%rsp), %rsi\n"
#define WITHOUT_SITE "\tleaq 80(%rsp), %rdi\n"

THUNK("__cprof_enter", "cprof_enter_cold", WITH_SITE);
THUNK("__cprof_return", "cprof_return_cold", WITH_SITE);
THUNK("__cprof_begin", "cprof_begin_cold", WITHOUT_SITE);
THUNK("__cprof_end", "cprof_end_cold", WITHOUT_SITE);

/* The note by which modules find each other (module.c). */
__asm__(".pushsection .note.cprof, \"a\", @note\n"
        "\t.balign 4\n\t.long 6, 4, 1\n\t.asciz \"cprof\"\n\t.balign 4\n"
        "\t.long __cprof_process - .\n"
        "\t.popsection\n");
