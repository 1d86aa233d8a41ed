/* Linked into a program built with -finstrument-functions: notes who is called and
 * how long each stretch between two calls or returns lasted, and leaves it in the
 * file that RECORD names when RECORD_EVENTS of them are full or the program ends.
 * An event is two 32-bit words: the number of the function that begins (in the
 * order of their first calls), or UINT32_MAX where one ends; and the nanoseconds
 * since the event before.  Made for one thread.  Used by replay.sh.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <x86intrin.h>

#define SELF __attribute__((no_instrument_function))
#define MOST_EVENTS (1u << 20)
#define FUNCTIONS 4096 /* a power of two */
#define END UINT32_MAX
#define LONGEST 13000 /* ticks */

struct event {
    uint32_t function, nanoseconds;
};

static struct event events[MOST_EVENTS];
static uint32_t count, known, wanted;
static struct {
    void *address;
    uint32_t number;
} functions[FUNCTIONS];
static uint64_t last, ticks, given;
static double nanoseconds_a_tick;

SELF static void save(void)
{
    const char *path = getenv("RECORD");
    FILE *file = count ? fopen(path, "wb") : NULL;
    if (file && (fwrite(events, sizeof *events, count, file) != count || fclose(file) != 0))
        fprintf(stderr, "%s could not be written\n", path);
    count = 0, wanted = 0;
}

SELF static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

SELF __attribute__((constructor)) static void start(void)
{
    uint64_t from = now_ns(), first = __rdtsc();
    while (now_ns() - from < 5000000)
        ;
    nanoseconds_a_tick = (double)(now_ns() - from) / (double)(__rdtsc() - first);
    const char *limit = getenv("RECORD_EVENTS");
    wanted = limit ? (uint32_t)atol(limit) : MOST_EVENTS;
    atexit(save);
    last = __rdtsc();
}

SELF static uint32_t number_of(void *address)
{
    uint32_t idx = (uint32_t)((uintptr_t)address >> 4) % FUNCTIONS;
    while (functions[idx].address && functions[idx].address != address)
        idx = (idx + 1) % FUNCTIONS;
    if (!functions[idx].address) {
        functions[idx].address = address;
        functions[idx].number = known++;
    }
    return functions[idx].number;
}

/* Nothing is lost by rounding: the sum is rounded.  A stretch in which the kernel
 * ran something else counts no more than LONGEST. */
SELF static void note(uint32_t function, uint64_t now)
{
    uint64_t took = now - last;
    if (!wanted)
        return;
    ticks += took < LONGEST ? took : LONGEST;
    uint64_t whole = (uint64_t)((double)ticks * nanoseconds_a_tick);
    events[count++] = (struct event){function, (uint32_t)(whole - given)};
    given = whole;
    if (count == wanted || count == MOST_EVENTS)
        save();
    last = __rdtsc();
}

SELF void __cyg_profile_func_enter(void *function, void *site);
SELF void __cyg_profile_func_enter(void *function, void *site)
{
    uint64_t now = __rdtsc();
    (void)site;
    note(wanted ? number_of(function) : 0, now);
}

SELF void __cyg_profile_func_exit(void *function, void *site);
SELF void __cyg_profile_func_exit(void *function, void *site)
{
    uint64_t now = __rdtsc();
    (void)function, (void)site;
    note(END, now);
}
