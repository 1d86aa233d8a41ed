/* Time: ticks of the time-stamp counter where it runs steadily, else the
 * kernel's monotonic clock.  Read by timing.c; calibrated by process.c.
 */
static inline uint64_t ticks_now(const struct process *process)
{
    if (LIKELY(process->clock == CPROF_CLOCK_TSC)) {
        uint32_t low, high;
        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
        return (uint64_t)high << 32 | low;
    }
    if (process->clock == CPROF_CLOCK_FAKE)
        return *(const volatile uint64_t *)process->fake_clock;
    return clock_ns(CLOCK_OF_MONOTONIC);
}

/* Around a stretch of a few nanoseconds the processor must not run the program's
 * instructions before or after the reading: the reading waits for what came
 * before, or what comes after waits for it. */
static inline uint64_t ticks_at_end(const struct process *process)
{
    __asm__ volatile("lfence" ::: "memory");
    return ticks_now(process);
}

static inline uint64_t ticks_at_start(const struct process *process)
{
    uint64_t now = ticks_now(process);
    __asm__ volatile("lfence" ::: "memory");
    return now;
}

/* CPUID says whether the counter runs at one rate in every power state; a
 * process may also have been forbidden to read it (PR_SET_TSC). */
static bool tsc_is_steady(void)
{
    uint32_t a = 0x80000000u, b, c = 0, d;
    int permission = 0;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    if (a < 0x80000007u)
        return false;
    a = 0x80000007u, c = 0;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    if (!(d & 1u << 8))
        return false;
    enum { GET_TSC = 25, TSC_ENABLED = 1 };
    return SYSTEM_2(prctl, GET_TSC, &permission) != 0 || permission == TSC_ENABLED;
}

static struct cprof_moment moment_now(const struct process *process)
{
    struct cprof_moment moment;

    moment.monotonic_ns =
        process->clock == CPROF_CLOCK_FAKE ? ticks_now(process) : clock_ns(CLOCK_OF_MONOTONIC);
    moment.ticks = ticks_now(process);
    return moment;
}

static inline uint64_t ticks_to_ns(const struct process *process, uint64_t ticks)
{
    return (uint64_t)((unsigned __int128)ticks * process->ns_per_tick >> 32);
}

static inline uint64_t ns_to_ticks(const struct process *process, uint64_t ns)
{
    return process->ns_per_tick ? (ns << 20) / ((process->ns_per_tick >> 12) + 1) : ns;
}

/* Two moments, some 100 microseconds of start-up apart, give the rate to about
 * 0.1 %; good enough for thresholds.  Readers use longer spans. */
static void clock_calibrate(struct process *process)
{
    struct cprof_moment now = moment_now(process);
    uint64_t ticks = now.ticks - process->header->first.ticks;
    uint64_t ns = now.monotonic_ns - process->header->first.monotonic_ns;

    process->ns_per_tick = ticks && ns ? (ns << 32) / ticks : (uint64_t)1 << 32;
    if (process->clock != CPROF_CLOCK_TSC)
        process->ns_per_tick = (uint64_t)1 << 32;
    process->header->last = now;
    process->long_ticks = ns_to_ticks(process, 50000);
    process->short_ticks = ns_to_ticks(process, 1000);
    process->stray_ticks = ns_to_ticks(process, 40000);
    process->sample_gap = ns_to_ticks(process, 50000);
}
