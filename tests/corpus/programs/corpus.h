/* What every program of the corpus includes.  Must hold no function of its own. */
#ifndef CORPUS_H
#define CORPUS_H

/* A function that must stand in the table at every level: not inlined, not
 * cloned, not dropped where nothing calls it. */
#ifdef __clang__
#define KEEP __attribute__((noinline, used))
#else
#define KEEP __attribute__((noipa, used))
#endif

/* Work that no compiler may take away. */
static volatile int sink __attribute__((unused));

#endif
