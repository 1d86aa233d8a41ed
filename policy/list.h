/* An allowlist or a denylist: lines that name functions or files.
 *
 *   # a comment, from the first column or behind blanks; blank lines are skipped
 *   fun:GLOB     a function, in any spelling of name.h
 *   src:GLOB     every function of a source file: its path as the compiler was
 *                given it, or that path's end from behind any `/`
 *   NAME         a function, the same spellings, letter by letter
 *
 * Lines may end in CR LF.  It decides nothing: that is decide.c, which calls it
 * together with option.c.
 */
#ifndef CPROF_POLICY_LIST_H
#define CPROF_POLICY_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "name.h"
#include "policy.h"

struct cprof_list;

struct cprof_list *cprof_list_new(void);
void cprof_list_free(struct cprof_list *list);

/* Adds a file's lines.  False: message says which file and line, and nothing of
 * the file was added. */
bool cprof_list_read(struct cprof_list *list, const char *path, char *message, size_t message_size);

/* Does any line name the function?  Every line that does is noted, not only the
 * first: otherwise the second of two would look idle.  file is a canonical path
 * or NULL. */
bool cprof_list_names(struct cprof_list *list, const struct cprof_names *names, const char *file);

size_t cprof_list_count(const struct cprof_list *list);

/* Line `idx`, which must be below the count; says nothing of which list it is. */
struct cprof_policy_line cprof_list_line(const struct cprof_list *list, size_t idx);

#endif
