/* Counting on the cold path, and time: who is charged for what.
 *
 * Self time is measured, never subtracted: at each event (the begin or the end
 * of a timed call) the time since the thread's last event goes to the node that
 * was innermost.  A node is timed (every call has events) or not; an untimed
 * node's time goes to the nearest timed call above it, its region.
 *
 * Of an untimed node's calls a random sample is looked at: each call with the
 * same chance, one in `interval`, because its countdown is drawn from an
 * exponential distribution.  A sampled call has its own time measured alone:
 * the thread stands on its node's twin, whose slots are empty, so that each of
 * its callees comes by the cold path, ends the measured stretch, and starts it
 * again when it returns; what happens inside the callee is left in peace.  The
 * sum of the stretches, each times the interval, estimates the node's self time
 * without bias whatever the shape of the tree (Horvitz and Thompson, 1952).
 * Rejected: bursts that time every call for a while; they see callees more often
 * than callers, because frames that were open before have no events.
 *
 * Modes: exact: every node is timed.  count: none.  adaptive: a node starts
 * timed and stops when its calls turn out short.
 */

static inline void timed_begin(struct process *process, struct thread *thread,
                               struct cprof_node *child, uintptr_t *caller, uintptr_t stood_on)
{
    uint64_t now = charge(process, thread, ticks_now(process));

    if (UNLIKELY(--thread->calls_to_probe == 0))
        now = probes_measure(process, thread);
    timed_open(process, thread, child, caller, stood_on, now);
    thread->region = child;
    if (UNLIKELY(thread->spot != NULL))
        thread->spot = NULL;
    thread_record(process, thread);
}

/* A counted call whose countdown is negative wants timing: every call of a timed
 * node, and the chosen ones of the others. */
static inline void call_begin(struct process *process, struct thread *thread,
                              struct cprof_node *child, uintptr_t *caller, uintptr_t stood_on)
{
    bool timed = child->flags & CPROF_NODE_TIMED;

    if (UNLIKELY(!timed && process->mode != CPROF_MODE_ADAPTIVE)) {
        node_rearm(child, ARM_COUNT);
        return;
    }
    if (LIKELY(timed)) {
        if (UNLIKELY(child->left < INT32_MIN / 2))
            node_rearm(child, 0);
        timed_begin(process, thread, child, caller, stood_on);
    } else {
        sample_begin(process, thread, child, caller, stood_on);
    }
}

/* Counts a call that took the cold path to its node, and times it if due. */
static void call_count(struct process *process, struct thread *thread, struct cprof_node *child,
                       uintptr_t *caller, uintptr_t stood_on)
{
    bool negative;

    current_set(process, hot_at(child));
    __asm__ volatile("subl $1, %0" : "+m"(child->left), "=@ccs"(negative));
    if (negative)
        call_begin(process, thread, child, caller, stood_on);
    else if (UNLIKELY(is_twin(process, stood_on)))
        fence_begin(process, thread, caller, stood_on);
}

static inline void spot_forget(struct thread *thread)
{
    thread->spot = NULL;
    thread->spot_is_after = false;
}

/* The thread has come to a probe: if it still stands on the twin of the sampled
 * node, a stretch ends; if not, a jump went past the frame, and the time since
 * the stretch began is nobody's. */
static inline void probe_arrive(const struct process *process, struct thread *thread,
                                uintptr_t standing, uint64_t now, uint64_t empty)
{
    if (LIKELY(!thread->spot))
        return;
    if (standing == twin_of(hot_at(thread->spot)))
        stretch_end(process, thread, now, empty);
    else
        spot_forget(thread);
}

/* Switched off, every empty slot matches every site: a new thread's first call
 * counts on the sentinel.  It moves to the node that is there for it. */
static NOINLINE void begin_off(struct process *process, uintptr_t *caller)
{
    if (!process || process->mode != CPROF_MODE_OFF)
        return;
    *caller = hot_of(process, OFF_NODE);
    current_set(process, *caller);
}

HIDDEN void cprof_begin_cold(uintptr_t *caller);
HIDDEN void cprof_begin_cold(uintptr_t *caller)
{
    struct process *process = __cprof_process;
    struct cprof_node *child = node_at(process, current_get(process));

    if (UNLIKELY(!child)) {
        begin_off(process, caller);
        return;
    }
    struct thread *thread = thread_of(process, child);
    if (UNLIKELY(thread->spot != NULL)) /* a call by the hot path: a jump left it */
        spot_forget(thread);
    call_begin(process, thread, child, caller, *caller);
}

HIDDEN void cprof_end_cold(uintptr_t *caller);
HIDDEN void cprof_end_cold(uintptr_t *caller)
{
    struct process *process = __cprof_process;
    if (UNLIKELY(!process))
        return;
    uintptr_t standing = current_get(process);
    uint64_t now = UNLIKELY(*caller == EMPTY_STRETCH || is_twin(process, standing))
                       ? ticks_at_end(process)
                       : ticks_now(process);
    struct cprof_node *parent = node_at(process, *caller);
    if (UNLIKELY(!parent)) { /* lost at its entry, or measuring an empty stretch */
        if (*caller == EMPTY_STRETCH)
            caller[1] = now;
        return;
    }
    if (UNLIKELY(!is_alive(process)) && !child_restart(process))
        return;
    struct thread *thread = thread_of(process, parent);
    probe_arrive(process, thread, standing, now, thread->empty_by_end);
    now = charge(process, thread, now);
    if (UNLIKELY(thread->timed_depth && thread->timed_depth <= TIMED_DEPTH_MAX &&
                 thread->timed[thread->timed_depth - 1].frame < (uintptr_t)caller))
        timed_abandon(process, thread, parent, (uintptr_t)caller, now);
    uintptr_t stood_on = hot_at(parent);
    bool sampled = thread->spot != NULL;
    uint64_t weight = thread->spot_weight;
    if (LIKELY(thread->timed_depth))
        stood_on = timed_close(process, thread, parent, now);
    thread_record(process, thread);
    current_set(process, stood_on);
    if (UNLIKELY(thread->spot))
        stretch_start(process, thread);
    else if (UNLIKELY(sampled && parent->flags & CPROF_NODE_TIMED))
        after_start(process, thread, parent, weight);
}

/* Back in a frame by a jump, at once: the time until here is of whatever was open.  0:
 * no time is taken. */
static uint64_t timing_arrive(struct process *process, struct thread *thread)
{
    return is_counting(process) ? 0 : charge(process, thread, ticks_now(process));
}

/* What the jump left open is closed.  What this and the search for the node before it
 * took since `now` is nobody's: it is several times what calibration knows of a probe, and
 * a function that catches in a loop would have half a microsecond of it each time. */
static void timing_return(struct process *process, struct thread *thread, struct cprof_node *parent,
                          uintptr_t *caller, uint64_t now)
{
    if (is_counting(process))
        return;
    timed_abandon(process, thread, parent, (uintptr_t)caller, now);
    spot_forget(thread);
    uint64_t took = ticks_now(process) - now;
    /* Not where another process ran meanwhile, nor where a handler has charged since. */
    if (took < process->long_ticks && swap_own(&thread->last_event, &now, now + took))
        thread->overhead_x16 += 16 * took;
}
