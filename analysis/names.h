/* Function names: from what the assembler saw to what people write.
 *
 * GCC makes copies of a function (.constprop, .isra, .lto_priv) that are still
 * that function, and pieces of it (.part, .cold) that are not: the first lose
 * their suffix, the second keep it.  Called by model; knows nothing of profiles.
 */
#ifndef CPROF_ANALYSIS_NAMES_H
#define CPROF_ANALYSIS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the name without the suffixes of copies into `origin` (room for
 * len + 1 bytes) and returns its length. */
size_t names_origin(const char *name, size_t len, char *origin);

/* The name as people write it, in memory of the caller's to free; NULL when
 * memory is short.  A name that is not mangled comes back as it is. */
char *names_display(const char *name);

/* Writes the name as it is shown into `label` (room for the name's length + 1):
 * what the standard library repeats without need is left out, so that
 * std::__cxx11::basic_string<char, std::char_traits<char>, ...> is std::string
 * and containers lose their usual allocators and comparisons. */
void names_label(const char *name, char *label);

/* The least that still is a name, where even the label has no room: no result
 * type, no parameters, <> for template arguments.  False if it is longer than
 * `size` allows or the label is none that people write. */
bool names_brief(const char *label, char *brief, size_t size);

/* Leaves "<>" out of a brief name: people name templates without arguments, too. */
void names_drop_brackets(char *brief);

/* Of a function's name what stands in the source where it is defined: without what it is
 * in, template arguments, parameters, and what marks a piece of it.  False as above. */
bool names_bare(const char *name, char *bare, size_t size);

#endif
