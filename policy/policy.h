/* Which functions are instrumented, and why: facts in, verdict and reason out.
 *
 * The whole interface of this room.  A plugin hands over its options, then asks
 * about one function after another; it never decides for itself, so that both
 * compilers decide alike.  Nothing here may know a compiler, the runtime or a
 * profile.  Called from plugin-gcc/ (C++) and plugin-clang/ (C++), one thread.
 */
#ifndef CPROF_POLICY_H
#define CPROF_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include <cprof/record.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cprof_option {
#define CPROF_OPTION(name, word, kind, value, preset, meaning) CPROF_OPTION_##name,
#include "option.def"
#undef CPROF_OPTION
    CPROF_OPTION_COUNT
};

/* What a plugin knows of a function.  Zero, false and NULL mean "not known" or
 * "no"; strings are the caller's and are not kept. */
struct cprof_function_facts {
    const char *assembler_name; /* as in the object file, clone suffix included */
    const char *readable_name;  /* the bare name in the source; asked for only where the
                                   assembler name is not mangled, which tells more */
    const char *file;           /* as the compiler was given it */
    unsigned line;
    unsigned line_count; /* source lines of the body, both braces' lines included */
    bool attribute_profile;
    bool attribute_no_profile;
    bool attribute_no_instrument;
    bool naked;
    bool thunk;              /* compiler-made jump to the real function */
    bool static_init;        /* compiler-made initialiser of globals */
    bool ifunc_resolver;     /* user's, or the compiler's for target_clones */
    bool interrupt;          /* own register convention */
    bool returns_twice_body; /* itself declared returns_twice */
};

/* How a user's allocator takes its size: the product of the arguments with
 * these numbers, counted from 1; second is 0 where there is only one. */
struct cprof_policy_allocator {
    const char *name;
    unsigned first;
    unsigned second;
};

struct cprof_policy;

/* NULL when there is no memory. */
struct cprof_policy *cprof_policy_new(void);
void cprof_policy_free(struct cprof_policy *policy);

/* One -fplugin-arg-cprof-KEY[=VALUE]; value is NULL where there was no `=`.
 * False: message holds one sentence that names what was wrong and what would
 * have been right, and the policy is as it was before. */
bool cprof_policy_option(struct cprof_policy *policy, const char *key, const char *value,
                         char *message, size_t message_size);

/* What a FLAG or CHOICE option stands at: cprof_policy_chosen(p, CPROF_OPTION_CACHE, "on"). */
bool cprof_policy_chosen(const struct cprof_policy *policy, enum cprof_option option,
                         const char *word);

/* The verdict, by precedence.def.  Also notes which list lines named the
 * function, hence not const. */
enum cprof_reason cprof_policy_decide(struct cprof_policy *policy,
                                      const struct cprof_function_facts *facts);
bool cprof_reason_is_in(enum cprof_reason reason);
const char *cprof_reason_words(enum cprof_reason reason);

/* The name as people write it, for messages; in memory of the caller's to free, NULL
 * when there is none. */
char *cprof_policy_readable(const char *assembler_name);

/* Does a call of this function come back on another stack? */
bool cprof_policy_is_switch(const struct cprof_policy *policy, const char *assembler_name);

/* The user's allocator of that name, or NULL.  Valid while the policy lives. */
const struct cprof_policy_allocator *cprof_policy_find_allocator(const struct cprof_policy *policy,
                                                                 const char *assembler_name);

/* A line of a list file.  Strings live as long as the policy. */
struct cprof_policy_line {
    const char *file; /* as the option named it */
    const char *text; /* as written, without blanks and comment around it */
    uint32_t line;
    uint32_t flags; /* CPROF_LINE_*; MATCHED: it named a function so far */
};

/* Line `idx` of all lists, from 0; false past the last.  To be written into the
 * object once every function has been decided. */
bool cprof_policy_line_at(const struct cprof_policy *policy, size_t idx,
                          struct cprof_policy_line *line);

/* What one -D or -U says of the macro PROFILING (definition: `NAME` or `NAME=VALUE`);
 * the last one that says something counts. */
enum cprof_said { CPROF_SAID_NOTHING, CPROF_SAID_OFF, CPROF_SAID_ON };
enum cprof_said cprof_policy_said(const char *definition, bool defines);

/* The file name of a line marker in preprocessed text whose command line said on.
 * Caches tell two texts by it, and it goes where a -D does not (distcc). */
#define CPROF_PREPROCESSED_MARK "<cprof: PROFILING>"

#ifdef __cplusplus
}
#endif

#endif
