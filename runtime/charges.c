/* The countdown of a node, and time: at each event what has passed since the thread's
 * last one goes to the node that was innermost.  timing.c tells why.  A handler may
 * have an event of its own between any two instructions here.  Called by timed_calls.c,
 * sampled_calls.c and timing.c.
 */

enum {
    ARM_COUNT = INT32_MAX,
    SWAP_ROUNDS = 4,
    TIMED_TRIAL = 32,      /* timed calls after which a node may stop being timed */
    TIMED_TRIAL_LEAST = 4, /* the same, where they are far too short */
    SAMPLED_TRIAL = 8,     /* sampled ones after which it may start again */
    SAMPLED_RARELY = 3,    /* times the gap between sampled calls, beside the kernel's samples */
    INTERVAL_UNIT = CPROF_SAMPLE_UNIT,
    INTERVAL_FIRST = 1024, /* calls of untimed nodes to one sample */
    INTERVAL_MAX = 1 << 24,
};

/* ---- The countdown -------------------------------------------------------- */

static void node_arm(struct process *process, struct cprof_node *node)
{
    int32_t left = is_counting(process) ? ARM_COUNT : 0;

    node->left = left;
    node->armed = (uint32_t)left;
}

static uint64_t node_calls(const struct cprof_node *node, int32_t left, uint32_t armed)
{
    uint32_t low = armed - (uint32_t)left;
    return node->seen + (uint64_t)(int64_t)(int32_t)(low - (uint32_t)node->seen);
}

/* Sets the countdown without changing the calls it stands for: both halves in
 * one instruction, so that no signal and no kill comes between them. */
static void node_rearm(struct cprof_node *node, int32_t left)
{
    uint64_t *word = (uint64_t *)(void *)node;
    uint64_t old = *(volatile uint64_t *)word;
    bool swapped = false;

    /* A handler that calls this very context makes it fail; not arming is
     * harmless, trying for ever is not. */
    for (int round = 0; round < SWAP_ROUNDS && !swapped; round++) {
        uint32_t armed = (uint32_t)(old >> 32) - (uint32_t)old + (uint32_t)left;
        swapped = swap_own(word, &old, (uint64_t)armed << 32 | (uint32_t)left);
    }
    node->seen = node_calls(node, (int32_t)old, (uint32_t)(old >> 32));
}

static uint32_t random_next(uint64_t *random)
{
    uint64_t state = *random;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    *random = state;
    return (uint32_t)(state >> 32);
}

/* Calls until the next sample: exponential with the given mean, so that every
 * call has the same chance whatever rhythm the program has.  -log2 of a random
 * number by its leading zeros and a parabola for the rest (error below 0.008). */
static int32_t interval_draw(struct thread *thread, uint32_t mean)
{
    uint32_t random = random_next(&thread->random) | 1;
    uint32_t zeros = (uint32_t)__builtin_clz(random);
    uint64_t rest = (uint64_t)(random << zeros << 1) >> 16;
    uint64_t logarithm = rest + ((22524 * (rest * (65536 - rest) >> 16)) >> 16);
    uint64_t exponent = ((uint64_t)(zeros + 1) << 16) - logarithm;
    uint64_t left = (mean * exponent >> 16) * 45426 >> 16; /* times ln 2 */

    return left > INT32_MAX / 2 ? INT32_MAX / 2 : (int32_t)left;
}

/* Arms an untimed node by the thread's present interval and notes it: it is the
 * weight of the sample that the countdown will end in. */
static void node_arm_sample(struct process *process, struct thread *thread, struct cprof_node *node)
{
    process->tuning[idx_of(process, node)].interval = thread->interval;
    node_rearm(node, interval_draw(thread, thread->interval));
}

/* ---- Charging --------------------------------------------------------------- */

static void thread_timing_reset(struct process *process, struct thread *thread)
{
    thread->timed_depth = 0;
    thread->region = node_of(process, thread->root);
    thread->spot = NULL;
    if (!thread->interval)
        thread->interval = INTERVAL_FIRST;
    thread->calls_seen = thread->calls_span = 0;
    thread->sample_spent = thread->sample_cost = thread->timed_spent_x16 = 0;
    thread->short_ticks = process->short_ticks;
    thread->random = ((uint64_t)thread->root << 32 | process->pid) * 0x9e3779b97f4a7c15u | 1;
    if (is_counting(process))
        return;
    probes_reset(process, thread);
    thread->last_event = thread->last_sample = ticks_now(process);
    thread->cpu_ticks = thread->window_start = thread->last_event;
    thread->cpu_ns = process->clock == CPROF_CLOCK_FAKE ? 0 : clock_ns(CLOCK_OF_THREAD_CPU);
}

/* After a long stretch: what of it was not spent on the CPU?  Asked only then,
 * because the kernel's answer costs some hundred nanoseconds. */
static NOINLINE void charge_wait(struct process *process, struct thread *thread,
                                 struct cprof_node *node, uint64_t stretch, uint64_t now)
{
    if (process->clock == CPROF_CLOCK_FAKE)
        return;
    kernel_samples_poll(process, now);
    uint64_t cpu = clock_ns(CLOCK_OF_THREAD_CPU);
    uint64_t wall = ticks_to_ns(process, now - thread->cpu_ticks);
    uint64_t used = cpu - thread->cpu_ns;

    if (wall > used) {
        uint64_t waited = ns_to_ticks(process, wall - used);
        node->u.call.wait_ticks += waited < stretch ? waited : stretch;
    }
    thread->cpu_ns = cpu;
    thread->cpu_ticks = now;
    if (now - process->header->last.ticks > 200 * process->long_ticks)
        process->header->last = moment_now(process);
}

/* What is rare of charge(): a handler had an event between our reading of the
 * clock and the swap.  A few rounds, then the handler's word stands. */
static NOINLINE uint64_t charge_again(struct process *process, struct thread *thread)
{
    uint64_t last = *(volatile uint64_t *)&thread->last_event;

    for (int round = 0; round < SWAP_ROUNDS; round++) {
        uint64_t now = ticks_now(process);
        if ((int64_t)(now - last) <= 0)
            break;
        if (swap_own(&thread->last_event, &last, now)) {
            thread->region->u.call.self_ticks += now - last;
            return now;
        }
    }
    return last;
}

/* An event at `now`: the time since the last one goes to the region.  A handler
 * that had an event in between has moved last_event; then the rest is taken
 * again.  Returns the moment that was charged up to. */
static inline uint64_t charge(struct process *process, struct thread *thread, uint64_t now)
{
    uint64_t last = *(volatile uint64_t *)&thread->last_event, expected = last;

    if (UNLIKELY((int64_t)(now - last) <= 0)) /* a handler has charged up to here */
        return process->paused ? now : last;
    if (UNLIKELY(!swap_own(&thread->last_event, &expected, now)))
        return charge_again(process, thread);
    uint64_t stretch = now - last;
    struct cprof_node *region = thread->region;
    region->u.call.self_ticks += stretch;
    thread->overhead_x16 += thread->pair_x16 / 2;
    if (UNLIKELY(stretch > process->long_ticks))
        charge_wait(process, thread, region, stretch, now);
    return now;
}

static void thread_record(struct process *process, struct thread *thread)
{
    struct cprof_thread *record = thread->record;

    record->open_node = idx_of(process, thread->region);
    record->last_event = thread->last_event;
    record->overhead_x16 = thread->overhead_x16;
}
