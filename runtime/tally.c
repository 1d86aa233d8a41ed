/* Counting by countdowns (abi.h, "Tallies"): what a function that was built for a budget
 * asks for when its countdown has run out.  The calls of the interval that is over go to
 * the function's node, a child of its thread's root, and the next interval is about a
 * 64th of the calls so far: so many are not in yet at most, whenever and however the
 * program ends, and a function asks some hundred times in a million calls.
 *
 * An interval has no place of its own: it follows from the number of calls at which it
 * began, which one compare-and-swap changes.  So each interval is counted once, whatever
 * handlers and other threads do meanwhile.  A node that does not know of an interval
 * (left is 0: reset, or made by the process that this one was forked from) is given half
 * of it, and begins anew.
 *
 * Called by the thunks of thunk.c.  Must not touch the countdown itself: its own function
 * adds to it, in one instruction.
 */

enum {
    TALLY_SHARE = 64,
    TALLY_INTERVAL_MAX = 1 << 24,
    TALLY_CALLS_MAX = 1 << 30, /* where the interval is at its longest */
    TALLY_AGAIN = 1,           /* nothing is known yet: ask at the next call */
    TALLY_PAUSED = 16,
    TALLY_OFF = 1 << 30,
};

/* Whose interval it is, and at which call it began.  0: the one of the first call.  What a
 * thread has of its own names the owner, what all threads share the node that is to get
 * the calls. */
struct tally {
    uint32_t who, calls;
};

static struct tally tally_of(uint64_t word)
{
    return (struct tally){(uint32_t)(word >> 32), (uint32_t)word};
}

static uint64_t word_of(struct tally tally)
{
    return (uint64_t)tally.who << 32 | tally.calls;
}

/* Up to an eighth shorter than it might be, or threads that all do the same would all be
 * wrong in the same direction. */
static uint32_t interval_of(const struct process *process, struct tally tally, uint32_t seed)
{
    uint32_t longest = 1 + tally.calls / TALLY_SHARE;

    if (process->mode == CPROF_MODE_COUNT)
        return 1;
    if (longest > TALLY_INTERVAL_MAX)
        longest = TALLY_INTERVAL_MAX;
    uint64_t chance = key_hash(word_of(tally) ^ (uint64_t)seed << 20) >> 32;
    return longest - (uint32_t)(chance * (longest / 8 + 1) >> 32);
}

/* ---- What readers see ------------------------------------------------------ */

/* The first time: a node that counts by intervals.  A handler may have done so already,
 * and counted. */
static void node_make_tallied(struct process *process, struct cprof_node *node)
{
    struct cprof_node fresh;

    node_arm(process, &fresh);
    uint64_t word = (uint64_t)fresh.armed << 32 | (uint32_t)fresh.left;
    swap_own((uint64_t *)(void *)node, &word, 0);
    __atomic_fetch_and(&node->flags, ~CPROF_NODE_TIMED, __ATOMIC_RELAXED);
    __atomic_fetch_or(&node->flags, CPROF_NODE_TALLIED, __ATOMIC_RELEASE);
}

/* `done` calls are in and `next` may be out, in one instruction.  Calls that nobody will
 * ever tell are taken for half of what they may be: those of an interval that the node
 * does not know, or of a gone owner's last. */
static void node_tally(struct cprof_node *node, uint32_t done, uint32_t next, bool owner_is_new)
{
    uint64_t *word = (uint64_t *)(void *)node, old = *(volatile uint64_t *)word, calls, renewed;
    uint32_t added, unsure;

    do {
        uint32_t left = (uint32_t)old;
        bool unknown = !left && !owner_is_new;
        added = unknown ? (done + 1) / 2 : done;
        unsure = unknown ? done / 2 : 0;
        if (owner_is_new && left) {
            added += (left - 1) / 2;
            unsure = left / 2;
        }
        calls = node_calls(node, (int32_t)left, (uint32_t)(old >> 32)) + added;
        renewed = (uint64_t)((uint32_t)calls + next) << 32 | next;
    } while (!__atomic_compare_exchange_n(word, &old, renewed, false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_RELAXED));
    node->seen = calls;
    node->u.call.unsure_calls += unsure;
}

/* ---- Intervals --------------------------------------------------------------- */

/* Calls that count for the next interval when `done` more are in. */
static uint32_t calls_after(const struct cprof_node *holder, struct tally tally, uint32_t done)
{
    if (!*(volatile int32_t *)&holder->left)
        return 1;
    return tally.calls + done > TALLY_CALLS_MAX ? TALLY_CALLS_MAX : tally.calls + done;
}

/* A countdown that only this thread has.  It died with the thread's last owner. */
static uint32_t tally_own(struct process *process, struct thread *thread, uint32_t idx)
{
    uint64_t *place = &process->tuning[idx].tally, old = *(volatile uint64_t *)place;
    struct cprof_node *node = node_of(process, idx);
    struct tally begun, next = {thread->claims, 0};
    uint32_t done;

    do {
        begun = tally_of(old);
        if (begun.who != thread->claims)
            begun = (struct tally){thread->claims, 0};
        done = interval_of(process, begun, idx);
        next.calls = calls_after(node, begun, done);
    } while (!swap_own(place, &old, word_of(next)));
    uint32_t interval = interval_of(process, next, idx);
    node_tally(node, done, interval, tally_of(old).who != thread->claims);
    return interval;
}

/* A countdown of all threads: its calls go to the node of the thread that began the
 * interval, whoever ends it. */
static uint32_t tally_shared(struct process *process, uint32_t idx, uint32_t id)
{
    uint64_t *place = &process->tallies[id], old = *(volatile uint64_t *)place;
    struct tally begun, next = {idx, 0};
    uint32_t done, holder, interval;

    do {
        begun = tally_of(old);
        holder = begun.who ? begun.who : idx;
        done = interval_of(process, begun, id);
        next.calls = calls_after(node_of(process, holder), begun, done);
        interval = interval_of(process, next, id);
        if (holder != idx) /* who comes next has to find it there */
            node_tally(node_of(process, idx), 0, interval, false);
    } while (!__atomic_compare_exchange_n(place, &old, word_of(next), false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_RELAXED));
    node_tally(node_of(process, holder), done, holder == idx ? interval : 0, false);
    return interval;
}

/* ---- Countdowns that are not what they were ------------------------------------ */

static uint32_t module_generation; /* of the process that its countdowns are of */
static bool module_is_idle;        /* there will never be a process */

/* Those that the module's threads share are 0: it has been loaded, perhaps once more, and
 * what was left of the intervals then is an estimate for good. */
static void tallies_begin(struct process *process)
{
    uint32_t sites = (uint32_t)(__stop_cprof_site - __start_cprof_site);
    uint32_t end = module_first_site + sites;

    module_generation = process->generation;
    for (uint32_t id = module_first_site; id < end && id < TALLY_SITE_MAX; id++) {
        struct tally tally = tally_of(process->tallies[id]);
        if (tally.who)
            node_tally(node_of(process, tally.who), 0, 0, true);
        if (tally.who)
            process->tallies[id] = 0;
    }
}

/* A forked child has its parent's countdowns, which would go on for up to a 64th of the
 * parent's calls.  They begin anew, so that the child's functions are all found; what it
 * has called before it came here is not in. */
static NOINLINE void tallies_forget(struct process *process, struct thread *thread)
{
    uintptr_t here;

    __asm__("movq %%fs:0, %0" : "=r"(here));
    for (const struct cprof_tallies *unit = __start_cprof_tally; unit < __stop_cprof_tally;
         unit++) {
        uintptr_t from = unit->shared ? (uintptr_t)&unit->words_ref : here;
        bytes_clear((void *)(from + (uintptr_t)(intptr_t)unit->words_ref),
                    unit->count * sizeof(uint32_t));
        if (!unit->shared && unit->count)
            thread->claims++;
    }
    tallies_begin(process);
}

/* ---- The calls of the thunks -------------------------------------------------- */

/* The thread's tree.  From here on the thread stands on its root, where blocks that it
 * allocates find it. */
static struct thread *tally_thread(struct process *process, uint32_t id)
{
    struct cprof_node *standing = node_at(process, current_get(process));

    if (LIKELY(standing != NULL))
        return thread_of(process, standing);
    struct thread *thread = thread_claim(process, id);
    if (thread)
        current_set(process, hot_of(process, thread->root));
    return thread;
}

static inline uint32_t tally(const struct cprof_site *site, bool shared)
{
    struct process *process = __cprof_process;

    if (UNLIKELY(!process))
        return module_is_idle ? TALLY_OFF : TALLY_AGAIN;
    if (UNLIKELY(process->mode == CPROF_MODE_OFF))
        return TALLY_OFF;
    if (UNLIKELY(!is_alive(process)) && !child_restart(process))
        return TALLY_PAUSED;
    uint32_t id = site_id(site);
    if (UNLIKELY(id == CPROF_SITE_PAUSED || id == CPROF_SITE_UNREGISTERED))
        return id == CPROF_SITE_PAUSED ? TALLY_PAUSED : TALLY_AGAIN;
    struct thread *thread = tally_thread(process, id);
    uint32_t idx = thread ? child_of(process, thread, thread->root, id) : 0;
    if (UNLIKELY(!idx)) {
        lost_add(process);
        return TALLY_AGAIN;
    }
    kernel_samples_poll(process, ticks_now(process));
    if (UNLIKELY(!(node_of(process, idx)->flags & CPROF_NODE_TALLIED)))
        node_make_tallied(process, node_of(process, idx));
    uint32_t interval = shared && id < TALLY_SITE_MAX ? tally_shared(process, idx, id)
                                                      : tally_own(process, thread, idx);
    if (LIKELY(process->generation == module_generation))
        return interval;
    tallies_forget(process, thread);
    return 0; /* this call's word, too: the next one asks again */
}

HIDDEN uint32_t cprof_tally_cold(const struct cprof_site *site);
HIDDEN uint32_t cprof_tally_cold(const struct cprof_site *site)
{
    return tally(site, false);
}

HIDDEN uint32_t cprof_tally_shared_cold(const struct cprof_site *site);
HIDDEN uint32_t cprof_tally_shared_cold(const struct cprof_site *site)
{
    return tally(site, true);
}
