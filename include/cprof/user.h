/* What a profiled program may say about itself, for the user's own sources.
 *
 * Works in every build: without cprof's plugin all of it vanishes, and with another
 * compiler than GCC and Clang too.  A build that is instrumented has __CPROF__.
 * Must not include anything or need a symbol that the object does not have.
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

/* ---- Blocks, counters, and control of the run ------------------------------
 *
 *   CPROF_SCOPE("parse header");     from here to the end of the block: a node of its
 *                                    own in the tree, below the function
 *   CPROF_COUNT("bytes read", n);    adds n, which may be negative, to a counter
 *
 * Names are string literals without % { | and }.  In a build that is not
 * instrumented nothing is left of either, but that n is evaluated.
 *
 *   cprof_run_pause()     from now on nothing is recorded in this module (executable
 *   cprof_run_resume()    or library): neither calls nor time; and again
 *   cprof_run_reset()     forgets all calls and times so far
 *   cprof_run_snapshot(P) writes the profile as it is now to the file P, which must
 *                         not exist; not 0: it is there
 *   cprof_run_flush()     brings the profile up to this moment for who reads it now
 *
 * Allocations are not paused and not forgotten: what is live must stay known. */

#ifdef __CPROF__

/* The runtime's, in every object that has hooks; an object without any has none. */
#define CPROF_RUNTIME_(name)                                                                       \
    __asm__("__cprof_" name ".1") __attribute__((visibility("hidden"), weak))
#define CPROF_INLINE_ static inline __attribute__((always_inline, unused))

#ifdef __cplusplus
extern "C" {
#endif
extern unsigned long cprof_scope_begin_call_(unsigned long *caller, const void *site)
    CPROF_RUNTIME_("scope_begin");
extern void cprof_scope_end_call_(unsigned long *caller) CPROF_RUNTIME_("scope_end");
extern void cprof_count_call_(const void *site, long long amount) CPROF_RUNTIME_("count");
extern void cprof_run_pause_call_(void) CPROF_RUNTIME_("run_pause");
extern void cprof_run_resume_call_(void) CPROF_RUNTIME_("run_resume");
extern void cprof_run_reset_call_(void) CPROF_RUNTIME_("run_reset");
extern int cprof_run_snapshot_call_(const char *path) CPROF_RUNTIME_("run_snapshot");
extern void cprof_run_flush_call_(void) CPROF_RUNTIME_("run_flush");
#ifdef __cplusplus
}
#endif

CPROF_INLINE_ unsigned long cprof_scope_begin_(unsigned long *caller, const void *site)
{
    return cprof_scope_begin_call_ ? cprof_scope_begin_call_(caller, site) : 0;
}

CPROF_INLINE_ void cprof_scope_end_(unsigned long *caller)
{
    if (cprof_scope_end_call_)
        cprof_scope_end_call_(caller);
}

CPROF_INLINE_ void cprof_count_(const void *site, long long amount)
{
    if (cprof_count_call_)
        cprof_count_call_(site, amount);
}

CPROF_INLINE_ void cprof_run_pause(void)
{
    if (cprof_run_pause_call_)
        cprof_run_pause_call_();
}

CPROF_INLINE_ void cprof_run_resume(void)
{
    if (cprof_run_resume_call_)
        cprof_run_resume_call_();
}

CPROF_INLINE_ void cprof_run_reset(void)
{
    if (cprof_run_reset_call_)
        cprof_run_reset_call_();
}

CPROF_INLINE_ int cprof_run_snapshot(const char *path)
{
    return cprof_run_snapshot_call_ ? cprof_run_snapshot_call_(path) : 0;
}

CPROF_INLINE_ void cprof_run_flush(void)
{
    if (cprof_run_flush_call_)
        cprof_run_flush_call_();
}

#define CPROF_TEXT__(text) #text
#define CPROF_TEXT_(text) CPROF_TEXT__(text)
#define CPROF_JOIN__(left, right) left##right
#define CPROF_JOIN_(left, right) CPROF_JOIN__(left, right)

/* What the compiler's inline assembly would take for something else. */
#define CPROF_IS_PLAIN_(name)                                                                      \
    (!__builtin_strchr(name, '%') && !__builtin_strchr(name, '{') &&                               \
     !__builtin_strchr(name, '|') && !__builtin_strchr(name, '}'))

/* The address of a site record, written where the plugins write theirs: the fields of
 * site.def in their order, without a file, which is the function's, and without a
 * slot.  Numeric labels, because a compiler may copy the block. */
/* clang-format off */
#define CPROF_SITE_(name, flags)                                                                   \
    __extension__({                                                                                \
        const void *cprof_site_;                                                                   \
        __asm__("\t.pushsection cprof_string,\"aR\",@progbits\n"                                   \
                "9001:\t.asciz " CPROF_TEXT__(name) "\n"                                           \
                "\t.popsection\n"                                                                  \
                "\t.pushsection cprof_id,\"awR\",@progbits\n"                                      \
                "\t.balign 4\n"                                                                    \
                "9002:\t.long 0xfffffffd\n"                                                        \
                "\t.popsection\n"                                                                  \
                "\t.pushsection cprof_site,\"aR\",@progbits\n"                                     \
                "\t.balign 4\n"                                                                    \
                "9003:\t.long 9001b - ., 0, 9002b - .\n"                                           \
                "\t.long " CPROF_TEXT_(__LINE__) ", " #flags ", 0, 0, 0, 0, 1, 1\n"                \
                "\t.popsection\n"                                                                  \
                "\tleaq 9003b(%%rip), %0"                                                          \
                : "=r"(cprof_site_));                                                              \
        cprof_site_;                                                                               \
    })
/* clang-format on */

#define CPROF_SCOPE(name)                                                                          \
    typedef char CPROF_JOIN_(cprof_name_is_plain_, __LINE__)[CPROF_IS_PLAIN_(name) ? 1 : -1]       \
        __attribute__((unused));                                                                   \
    __attribute__((cleanup(cprof_scope_end_), unused)) unsigned long CPROF_JOIN_(cprof_scope_,     \
                                                                                 __LINE__) =       \
        cprof_scope_begin_(&CPROF_JOIN_(cprof_scope_, __LINE__), CPROF_SITE_(name, 0x81))

#define CPROF_COUNT(name, n)                                                                       \
    do {                                                                                           \
        typedef char cprof_name_is_plain_[CPROF_IS_PLAIN_(name) ? 1 : -1] __attribute__((unused)); \
        cprof_count_(CPROF_SITE_(name, 0x101), (n));                                               \
    } while (0)

#else

#define CPROF_SCOPE(name) ((void)0)
#define CPROF_COUNT(name, n) ((void)(n))
#define cprof_run_pause() ((void)0)
#define cprof_run_resume() ((void)0)
#define cprof_run_reset() ((void)0)
#define cprof_run_snapshot(path) ((void)(path), 0)
#define cprof_run_flush() ((void)0)

#endif

#endif
