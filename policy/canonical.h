/* One spelling for what people and tools write in several ways.
 *
 *   put(const char *)          put(char const*)
 *   Box<Box<int> >             Box<Box<int>>
 *   f(void), f(int,char)       f(), f(int, char)
 *   std::__cxx11::basic_string<char, std::char_traits<char>, ...>   std::string
 *   (anonymous namespace)      {anonymous}
 *   f[abi:cxx11]()             f()
 *   'lambda0'(int)             {lambda(int)#2}
 *
 * What comes out is for comparing only: nobody is shown it.  Called by name.c
 * for names and by list.c for patterns.
 */
#ifndef CPROF_POLICY_CANONICAL_H
#define CPROF_POLICY_CANONICAL_H

enum cprof_canonical_kind { CPROF_CANONICAL_NAME, CPROF_CANONICAL_PATTERN, CPROF_CANONICAL_GLOB };

/* In memory of the caller's to free; NULL when there is none. */
char *cprof_canonical(const char *text, enum cprof_canonical_kind kind);

/* A name without what each compiler numbers in its own way: {lambda(int)#1} and
 * $_0 become {lambda}, unnamed types {unnamed}. */
char *cprof_unnumbered(const char *name);

/* A path without `./`, `folder/../` and double slashes, letter by letter: GCC and
 * Clang name the same header with and without them. */
char *cprof_canonical_path(const char *path);

#endif
