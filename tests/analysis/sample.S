/* An object file as a plugin writes it, for the tests of `cprof sites`: two sites
 * in two sections of one name, as COMDAT groups have them, and two list lines.
 */
#define STRING_SECTION cprof_string, "a", @progbits

    .section STRING_SECTION
    .string "not the first"
.Lwork:
    .string "_ZN2ns4workEi"
    .globl sample_left_out /* not through the section's own symbol */
    .hidden sample_left_out
sample_left_out:
    .string "left_out"
.Lfile:
    .string "sample.cc"
.Lunit:
    .string "GNU C++17 12.2.0"

/* name_ref, file_ref, id_ref, line, flags, reason, lines, statements, unit_ref, slots */
    .section cprof_site, "a", @progbits
    .long .Lwork - ., .Lfile - ., .Lid - ., 7, 9, 0, 3, 4, .Lunit - ., 0, 0
    .section cprof_site, "aG", @progbits, left_out, comdat
    .long sample_left_out - ., .Lfile - ., 0, 9, 0, 5, 1, 1, .Lunit - ., 0, 0

    .section cprof_id, "aw", @progbits
.Lid:
    .long -3

/* file_ref, text_ref, line, flags */
    .section cprof_line, "a", @progbits
    .long .Llist - ., sample_left_out - ., 1, 1
    .long .Llist - ., .Lidle - ., 3, 0
    .section cprof_string, "aG", @progbits, left_out, comdat
.Llist:
    .string "lists/deny"
.Lidle:
    .string "fun:nobody*"
    .section .note.GNU-stack, "", @progbits
