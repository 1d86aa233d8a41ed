/* A mangled name in its parts: ns::Box<int>::get<char>, (char) const, and the
 * whole with the type of the result where the name tells it.
 *
 * The same demangler whatever the compiler, because GCC's and LLVM's spell
 * lambdas, unnamed types and brackets differently, and a list line must name the
 * same functions under both.  Called by name.c and, for messages, by the plugins
 * through policy.h.
 */
#ifndef CPROF_POLICY_DEMANGLE_H
#define CPROF_POLICY_DEMANGLE_H

#include <stdbool.h>

struct cprof_demangled {
    char *name;
    char *parameters; /* "" where the name has none */
    char *whole;      /* what c++filt prints, without [clone ...] */
};

/* False, and nothing to free, when the name is not mangled, stands for too much
 * text, or memory is short. */
bool cprof_demangle(const char *assembler_name, struct cprof_demangled *parts);
void cprof_demangled_free(struct cprof_demangled *parts);

#endif
