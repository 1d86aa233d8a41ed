/* The ways in which people name a function.
 *
 * From the assembler name and the readable name it makes every spelling that a
 * list line may use.  For `int ns::Box<int>::put<char>(char) const`:
 *   the assembler name, with and without a clone suffix (.constprop.0, .cold)
 *   the readable name, with and without parameters, with and without template
 *   arguments, from its start and from behind each `::` and the return type:
 *   ns::Box<int>::put<char>, ns::Box::put, Box::put, put, put<char>(char) const
 * `::put` names a function of no namespace only.  Called by list.c.
 */
#ifndef CPROF_POLICY_NAME_H
#define CPROF_POLICY_NAME_H

#include <stdbool.h>

struct cprof_names;

/* NULL when there is no memory.  Either name may be NULL. */
struct cprof_names *cprof_names_new(const char *assembler_name, const char *readable_name);
void cprof_names_free(struct cprof_names *names);

/* Asks about one spelling after another until one is accepted. */
typedef bool cprof_names_test(const void *context, const char *spelling);
bool cprof_names_any(const struct cprof_names *names, cprof_names_test *test, const void *context);

#endif
