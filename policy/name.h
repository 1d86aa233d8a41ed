/* The ways in which people name a function.
 *
 * From the assembler name it makes every spelling that a list line may use.  For
 * `int ns::Box<int>::put<char>(char) const`:
 *   the assembler name, with and without a clone suffix (.constprop.0, .cold)
 *   the name with and without parameters, with and without template arguments,
 *   from its start and from behind each `::`: ns::Box<int>::put<char>,
 *   ns::Box::put, Box::put, put, put(char) const
 *   a local function's also without the parameters of the functions around it
 *   the whole with the type of the result, as reports show it
 * each of them in the demangler's letters, in canonical ones (canonical.h) and,
 * where there are lambdas, without their numbers.  `::put` names a function of
 * no namespace only.  Called by list.c and decide.c.
 */
#ifndef CPROF_POLICY_NAME_H
#define CPROF_POLICY_NAME_H

#include <stdbool.h>

struct cprof_names;

/* source_name is taken where assembler_name is not mangled.  Either may be NULL.
 * NULL when there is no memory. */
struct cprof_names *cprof_names_new(const char *assembler_name, const char *source_name);
void cprof_names_free(struct cprof_names *names);

/* Is it one of the spellings, letter by letter? */
bool cprof_names_have(const struct cprof_names *names, const char *spelling);

/* Does the glob match one of the spellings? */
bool cprof_names_match(const struct cprof_names *names, const char *glob);

#endif
