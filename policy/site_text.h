/* Writes an object's tables as assembler directives: its sites, their id words,
 * its call sites, the lines of its lists and the strings they name.  Whoever has
 * an assembler file to write to (GCC) hands it plain facts; the record layout
 * comes from site.def, call.def and line.def, so that no two writers differ.
 *
 * A plugin numbers its sites from 0 in the order it writes them; hook_text.h
 * refers to the labels .Lcprof_site_N and .Lcprof_id_N made here.
 */
#ifndef CPROF_SITE_TEXT_H
#define CPROF_SITE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is written about a function.  Strings are UTF-8 and stay the caller's. */
struct cprof_site_facts {
    const char *name; /* assembler name */
    const char *file;
    uint32_t line, flags, reason, lines, statements, slot;
};

struct cprof_call_facts {
    unsigned caller;    /* number of the caller's site */
    const char *callee; /* assembler name, NULL if indirect */
    const char *file;
    uint32_t line;
    uint16_t column;
    uint8_t loop_depth, flags;
};

struct cprof_allocation_facts {
    unsigned site;                              /* number of the function's site */
    unsigned number;                            /* of the allocation site in it */
    const char *file, *callee, *type, *inlined; /* NULL: not known, or not so */
    uint32_t line, flags;
    uint16_t column;
    uint8_t loop_depth, kind;
    uint64_t size, alignment;
};

/* Collects facts until the unit ends.  Strings given to it are copied. */
struct cprof_site_text;

struct cprof_site_text *cprof_site_text_new(FILE *output, const char *compiler);

/* Gives the site's number. */
unsigned cprof_site_text_site(struct cprof_site_text *text, const struct cprof_site_facts *facts);
void cprof_site_text_call(struct cprof_site_text *text, const struct cprof_call_facts *facts);

/* Gives its number; notes name the record by the label .Lcprof_allocation_NUMBER. */
unsigned cprof_site_text_allocation(struct cprof_site_text *text,
                                    const struct cprof_allocation_facts *facts);

/* A site has a tally (hook_text.h): words are to be written, one for each site. */
void cprof_site_text_tally(struct cprof_site_text *text, bool shared);

/* One line of a list, after the unit's last function. */
void cprof_site_text_line(struct cprof_site_text *text, const struct cprof_policy_line *line);

/* Writes everything, and the reference that makes a runtime of another ABI version
 * fail at link time, and frees the writer. */
void cprof_site_text_free(struct cprof_site_text *text);

/* `.string`, with what an assembler would misread as octal numbers. */
void cprof_string_directive(FILE *output, const char *string);

#ifdef __cplusplus
}
#endif
#endif
