/* What a profiled program may say about itself, for the user's own sources.
 *
 * Works in every build: without cprof's plugin all of it vanishes, and with another
 * compiler than GCC and Clang too.  A build that is instrumented has __CPROF__.
 * Must not include anything or declare a symbol that has to be linked.
 */
#ifndef CPROF_USER_H
#define CPROF_USER_H

/* CPROF_PROFILE: this function is instrumented, whatever lists say, and not inlined
 * away.  CPROF_NO_PROFILE: this function is left out; its time is its caller's.
 * They stand where an attribute may stand: `CPROF_PROFILE static int parse(void)`. */
#define CPROF_PROFILE
#define CPROF_NO_PROFILE

/* The attributes are known wherever the plugin is; where PROFILING is off they stay
 * away all the same, or -g3 would record other macros.  The sum is not 0 for
 * `#define PROFILING` either, which the plugin does not know at the start. */
#if defined(PROFILING) && defined(__has_attribute)
#if 1 - PROFILING - 1 && __has_attribute(profile) && __has_attribute(no_profile)
#undef CPROF_PROFILE
#undef CPROF_NO_PROFILE
#define CPROF_PROFILE __attribute__((profile))
#define CPROF_NO_PROFILE __attribute__((no_profile))
#endif
#endif

#endif
