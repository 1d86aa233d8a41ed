/* Sampled calls of untimed nodes: the stretches of a call's own time, measured alone,
 * and how far apart samples are.  timing.c tells the whole; docs/adr/0016 what they say.
 */

/* A stretch of the sampled call's own time ends at `now`.  It is measured between
 * probes, from the last instructions of one to the first of the next, and what
 * an empty stretch took a moment ago is taken off: two readings of the clock
 * around a call of 3 ns measure the clock.  Sums may be negative for a while. */
static inline void stretch_end(const struct process *process, struct thread *thread, uint64_t now,
                               uint64_t empty)
{
    struct cprof_node_call *call = &thread->spot->u.call;
    uint64_t ticks = now - thread->stretch_start - empty;

    struct timed_call *sampled = timed_top(thread);
    bool own = sampled && !thread->spot_is_after;
    if (own)
        sampled->own += ticks;
    bool stray = is_stray(process, ticks);
    ticks = stray ? ticks / INTERVAL_UNIT : ticks * thread->spot_weight;
    if (thread->spot_is_after) {
        call->after_ticks += ticks;
        thread->spot_is_after = false;
        thread->spot = NULL;
        return;
    }
    call->sample_ticks += ticks;
    thread->region->u.call.lent_ticks += ticks;
    if (own && !stray) /* says nothing of how far calls lie apart */
        sampled->self += ticks;
}

/* Nobody but samples looks at a twin, so the translations of its slots' addresses are
 * seldom at hand: some hundred nanoseconds that are not the call's.  They are looked
 * up before. */
static inline void stretch_start(struct process *process, struct thread *thread)
{
    const struct cprof_node *spot = *(struct cprof_node *volatile *)&thread->spot;

    if (LIKELY(spot != NULL)) /* no handler has forgotten it meanwhile */
        for (int slot = 0; slot < CPROF_SLOT_COUNT; slot += CPROF_SPARE_COUNT) /* one a zone */
            (void)*(const volatile char *)(twin_of(hot_at(spot)) + (uintptr_t)CPROF_SLOT(slot));
    __asm__ volatile("lfence" ::: "memory");
    thread->stretch_start = ticks_at_start(process);
}

/* A sampled call has ended, and its caller is timed: what the caller does up to
 * its next event is as good a sample, of the caller's own time, as the call was
 * of its callee's.  Without it a loop that calls little functions would be left
 * with what their estimates leave over. */
static inline void after_start(struct process *process, struct thread *thread,
                               struct cprof_node *caller, uint64_t weight)
{
    thread->spot = caller;
    thread->spot_weight = weight;
    thread->spot_is_after = true;
    current_set(process, twin_of(hot_at(caller)));
    stretch_start(process, thread);
}

/* Its id, which nothing has, is its own line. */
static const struct cprof_site no_site = {
    .id_ref = offsetof(struct cprof_site, line) - offsetof(struct cprof_site, id_ref),
    .line = CPROF_SITE_UNREGISTERED,
    .slot = CPROF_SLOT(0),
    .spare_slot = CPROF_SPARE(0),
};

/* How long is nothing?  A call of the probe that may end a stretch, for no
 * caller: it only reads the clock. */
#define EMPTY_STRETCH_OF(probe)                                                                    \
    static NOINLINE uint64_t empty_stretch_of##probe(const struct process *process)                \
    {                                                                                              \
        const struct cprof_site *site = &no_site;                                                  \
        uint64_t arrived, start = ticks_at_start(process);                                         \
        __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"                                             \
                         "pushq $0\n\t"                                                            \
                         "pushq %2\n\t"                                                            \
                         "call " #probe "\n\t"                                                     \
                         "popq %0\n\t"                                                             \
                         "popq %0\n\t"                                                             \
                         "leaq 128(%%rsp), %%rsp"                                                  \
                         : "=&r"(arrived), "+a"(site)                                              \
                         : "r"(EMPTY_STRETCH)                                                      \
                         : "cc", "memory");                                                        \
        return arrived - start;                                                                    \
    }
EMPTY_STRETCH_OF(__cprof_end)
EMPTY_STRETCH_OF(__cprof_enter)

/* Once to bring the code that will end the real stretch into the caches, and
 * once to measure; an interrupted one is not taken. */
static void empty_stretch_measure(const struct process *process, struct thread *thread)
{
    empty_stretch_of__cprof_enter(process);
    uint64_t by_enter = empty_stretch_of__cprof_enter(process);
    empty_stretch_of__cprof_end(process);
    uint64_t by_end = empty_stretch_of__cprof_end(process);

    if (by_enter < process->long_ticks / 16)
        thread->empty_by_enter = by_enter;
    if (by_end < process->long_ticks / 16)
        thread->empty_by_end = by_end;
}

/* Samples are to come some 50 microseconds apart, or a hundred times what one costs,
 * which is much where a sampled call has many callees: so they cost one hundredth by what
 * they know of it, and two with the caches that they disturb.  Where the kernel tells how
 * much time functions have, and samples only how it is spread over their contexts, a third
 * of them will do.
 * Each stands for as many calls as its interval, so the last few dozen tell the rate
 * of calls, whatever mixture of old and new intervals the nodes are armed with. */
static void interval_adapt(struct process *process, struct thread *thread, uint32_t weight,
                           uint64_t now)
{
    thread->sample_cost += thread->sample_spent / 8 - thread->sample_cost / 8;
    thread->sample_spent = 0;
    uint64_t gap = 100 * thread->sample_cost;
    if (gap < process->sample_gap)
        gap = process->sample_gap;
    if (process->samples)
        gap *= SAMPLED_RARELY;
    thread->calls_seen += (uint64_t)weight * INTERVAL_UNIT - thread->calls_seen / 64;
    thread->calls_span += now - thread->last_sample - thread->calls_span / 64;
    thread->last_sample = now;
    uint64_t span = thread->calls_span < 1 ? 1 : thread->calls_span;
    uint64_t interval = gap * thread->calls_seen / span;
    interval -= interval % INTERVAL_UNIT;
    thread->interval = interval < INTERVAL_UNIT  ? INTERVAL_UNIT
                       : interval > INTERVAL_MAX ? INTERVAL_MAX
                                                 : (uint32_t)interval;
}

/* The countdown of an untimed node ran out: this call is the sample.  Its
 * duration says whether the node should be timed after all. */
static void sample_begin(struct process *process, struct thread *thread, struct cprof_node *child,
                         uintptr_t *caller, uintptr_t stood_on)
{
    uint32_t weight = process->tuning[idx_of(process, child)].interval / INTERVAL_UNIT;
    uint64_t now = charge(process, thread, ticks_now(process));

    kernel_samples_poll(process, now);
    timed_open(process, thread, child, caller, stood_on, now);
    interval_adapt(process, thread, weight, now);
    thread_record(process, thread);
    node_arm_sample(process, thread, child);
    current_set(process, twin_of(hot_at(child)));
    empty_stretch_measure(process, thread);
    uint64_t took_x16 = 16 * (ticks_now(process) - now);
    if (took_x16 > process->long_ticks) /* interrupted; that is no cost of the sample */
        took_x16 = 8 * process->cost_x16;
    thread->overhead_x16 += took_x16;
    thread->region->u.call.probe_x16 += took_x16;
    thread->sample_spent += (took_x16 + 2 * process->cost_x16) / 16;
    child->u.call.sampled_calls++;
    child->u.call.sample_weights += weight;
    struct timed_call *call = timed_top(thread);
    if (call)
        call->own = call->self = 0, call->weight = weight;
    thread->spot = child;
    thread->spot_weight = weight;
    stretch_start(process, thread);
}

/* A callee of a sampled call: only its begin and end are events. */
static void fence_begin(struct process *process, struct thread *thread, uintptr_t *caller,
                        uintptr_t stood_on)
{
    uint64_t now = charge(process, thread, ticks_now(process));

    timed_open(process, thread, NULL, caller, stood_on, now);
    thread->spot = NULL;
    thread->record->fences++;
    thread->sample_spent += process->cost_x16 / 8; /* with serialised readings: twice */
}
