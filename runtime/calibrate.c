/* What the runtime's own probes cost, measured on nodes that belong to no context
 * (1 and 2, whose chunk is never handed out, and one of each other thread; the
 * reader sees them unused): at the start, some ten microseconds, and where every
 * call is timed again and again, since the same instructions take half as long
 * again beside a busy neighbour.  timing.c takes the figures off what it measures.
 */

enum {
    CALIBRATION_NODE = 1,
    CALIBRATION_CALLER = 2,
    CALIBRATION_DIRECTORY = 1, /* of a histogram, likewise, and its part */
    CALIBRATION_PART = 1,
    CALIBRATION_ROUNDS = 6,
    CALIBRATION_PAIRS = 16, /* so that their ticks are sixteenths of one's */
    CALIBRATION_WARM = 4,
    CALIBRATION_CALLS = 256,
    CALLS_TO_PROBE = 4096,
};

/* Timed calls of nothing, one after the other, as the plugins write them; but the
 * slot is not the caller's, which the program needs. */
static void event_pairs(const struct process *process, uintptr_t caller, uintptr_t child,
                        uint64_t count)
{
    struct cprof_slot slot = {1, (int32_t)(intptr_t)(child - caller)};
    uintptr_t stood, scratch;

    current_set(process, caller);
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "1:\n\t"
                     "movq %%fs:(%4), %1\n\t"
                     "movq (%3), %2\n\t"
                     "cmpl $1, %k2\n\t"
                     "jne 3f\n\t"
                     "sarq $32, %2\n\t"
                     "addq %1, %2\n\t"
                     "movq %2, %%fs:(%4)\n\t"
                     "addl $-1, %c5(%2)\n\t" /* not subl, by which tests know a call */
                     "jns 3f\n\t"
                     "pushq %1\n\tcall __cprof_begin\n\tpopq %1\n\t"
                     "testb $1, %b1\n\t"
                     "je 3f\n\t"
                     "pushq %1\n\tcall __cprof_end\n\tpopq %1\n\t"
                     "subq $1, %0\n\t"
                     "jne 1b\n\t"
                     "3:\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+r"(count), "=&r"(stood), "=&r"(scratch)
                     : "r"(&slot), "r"(process->tls_offset), "i"(CPROF_LEFT_DISPLACEMENT)
                     : "cc", "memory");
}

/* The node that stands for a called one; NULL: there is none left.  To readers it is
 * one more root of the thread: what a signal handler calls meanwhile hangs from it. */
static struct cprof_node *probe_node(struct process *process, struct thread *thread)
{
    if (!thread->probe_node)
        thread->probe_node = node_take(process, thread);
    if (!thread->probe_node)
        return NULL;
    struct cprof_node *node = node_of(process, thread->probe_node);
    node->thread = (uint32_t)(thread - process->threads);
    node->flags = CPROF_NODE_USED | CPROF_NODE_ROOT | CPROF_NODE_TIMED;
    node->left = 0;
    node->u.call.durations = CALIBRATION_DIRECTORY;
    return node;
}

/* What pairs of events take now, and the part of it between them.  They are calls
 * that the region makes; afterwards it does not know of them. */
static void pairs_measure(struct process *process, struct thread *thread, struct cprof_node *node,
                          uint64_t *pairs, uint64_t *inner)
{
    struct cprof_node *region = thread->region;
    uintptr_t standing = current_get(process), caller = hot_at(region), child = hot_at(node);
    struct cprof_node_call saved = region->u.call;
    uint64_t overhead_x16 = thread->overhead_x16;

    event_pairs(process, caller, child, CALIBRATION_WARM);
    uint64_t before = node->u.call.self_ticks, start = ticks_now(process);
    event_pairs(process, caller, child, CALIBRATION_PAIRS);
    *pairs = ticks_now(process) - start;
    *inner = node->u.call.self_ticks - before;
    region->u.call.self_ticks = saved.self_ticks;
    region->u.call.wait_ticks = saved.wait_ticks;
    region->u.call.probe_x16 = saved.probe_x16;
    thread->overhead_x16 = overhead_x16;
    bytes_clear(&node->u, sizeof node->u); /* no reader is to add it */
    current_set(process, standing);
}

/* Once in CALLS_TO_PROBE calls of a thread all of whose calls are timed.  Returns
 * the moment from which on time is charged again: what this takes is nobody's. */
static NOINLINE uint64_t probes_measure(struct process *process, struct thread *thread)
{
    uint64_t pairs, inner, start = ticks_now(process);

    thread->calls_to_probe = CALLS_TO_PROBE;
    if (process->mode != CPROF_MODE_EXACT || process->clock != CPROF_CLOCK_TSC ||
        thread->timed_depth >= TIMED_DEPTH_MAX)
        return start;
    struct cprof_node *node = probe_node(process, thread);
    if (!node)
        return start;
    pairs_measure(process, thread, node, &pairs, &inner);
    if (pairs < 4 * process->pair_x16 && inner < pairs) { /* not interrupted */
        thread->pair_sum += pairs - thread->pair_sum / 8;
        thread->inner_sum += inner - thread->inner_sum / 8;
        thread->pair_x16 = thread->pair_sum / 8;
        thread->inner_x16 = thread->inner_sum / 8;
    }
    uint64_t now = ticks_now(process);
    thread->overhead_x16 += 16 * (now - start);
    thread->last_event = now;
    return now;
}

static void probes_reset(const struct process *process, struct thread *thread)
{
    thread->pair_x16 = process->pair_x16;
    thread->inner_x16 = process->inner_x16;
    thread->pair_sum = 8 * thread->pair_x16;
    thread->inner_sum = 8 * thread->inner_x16;
    thread->calls_to_probe = CALLS_TO_PROBE;
}

/* At the start, the fastest of some rounds: the first ones fill the caches.  As in
 * exact mode, in which a call of nothing stays timed. */
static void events_calibrate(struct process *process, struct thread *thread)
{
    struct duration_directory *directory = &process->directories[CALIBRATION_DIRECTORY];
    uint64_t fastest = UINT64_MAX, inner_of_fastest = 0, pairs, inner;
    uint32_t mode = process->mode;

    for (uint32_t octave = 0; octave < CPROF_DURATION_OCTAVES; octave++)
        directory->part[octave] = CALIBRATION_PART;
    process->directory_next = CALIBRATION_DIRECTORY;
    process->mode = CPROF_MODE_EXACT;
    thread->probe_node = CALIBRATION_NODE;
    for (int round = 0; round < CALIBRATION_ROUNDS; round++) {
        pairs_measure(process, thread, probe_node(process, thread), &pairs, &inner);
        if (pairs < fastest)
            fastest = pairs, inner_of_fastest = inner;
    }
    process->mode = mode;
    process->header->stretch_cost_x16 = process->inner_x16 = inner_of_fastest;
    process->pair_x16 = process->cost_x16 = fastest;
    process->header->event_cost_x16 = fastest / 2;
}

/* The hot path, many times over, as the plugins write it. */
static void hook_calibrate(struct process *process)
{
    uintptr_t caller = hot_of(process, CALIBRATION_CALLER);
    struct cprof_slot *slot = (struct cprof_slot *)(caller + (uintptr_t)(intptr_t)CPROF_SLOT(0));
    uint64_t count = CALIBRATION_CALLS, scratch, from;
    uint32_t id = 1;

    slot->site_id = 1;
    slot->distance = -CPROF_NODE_STRIDE;
    node_of(process, CALIBRATION_NODE)->left = INT32_MAX;
    current_set(process, caller);
    uint64_t start = ticks_now(process);
    __asm__ volatile("1:\n\t"
                     "movq %%fs:(%3), %1\n\t"
                     "movq %c5(%1), %2\n\t"
                     "cmpl %7, %k2\n\t"
                     "jne 2f\n\t"
                     "sarq $32, %2\n\t"
                     "addq %1, %2\n\t"
                     "movq %2, %%fs:(%3)\n\t"
                     "subl $1, %c6(%2)\n\t"
                     "js 2f\n\t"
                     "testb $1, %b1\n\t"
                     "jne 2f\n\t"
                     "movq %1, %%fs:(%3)\n\t"
                     "2:\n\t"
                     "subq $1, %0\n\t"
                     "jne 1b"
                     : "+r"(count), "=&r"(from), "=&r"(scratch)
                     : "r"(process->tls_offset), "m"(*slot), "i"(CPROF_SLOT(0)),
                       "i"(CPROF_LEFT_DISPLACEMENT), "m"(id)
                     : "cc", "memory");
    uint64_t took = ticks_now(process) - start;
    process->header->hook_cost_x256 = took * (256 / CALIBRATION_CALLS);
    slot->site_id = 0;
}

static void probes_calibrate(struct process *process, struct thread *thread)
{
    process->cost_x16 = 16 * ns_to_ticks(process, 40);
    if (process->clock == CPROF_CLOCK_FAKE)
        return;
    hook_calibrate(process);
    if (!is_counting(process))
        events_calibrate(process, thread);
    bytes_clear(node_of(process, CALIBRATION_NODE), 2 * CPROF_NODE_SIZE);
}
