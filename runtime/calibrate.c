/* What the runtime's own probes cost, measured at the start on nodes that belong
 * to no context (1 and 2, whose chunk is never handed out; the reader sees them
 * unused).  Some three microseconds.  Called by process.c once the main thread
 * has its tree; the figures go into the header, for readers to correct by.
 */

enum {
    CALIBRATION_NODE = 1,
    CALIBRATION_CALLER = 2,
    CALIBRATION_EVENTS = 24,
    CALIBRATION_CALLS = 256,
};

/* One timed call of nothing, through the real thunks. */
static void event_pair(uintptr_t caller)
{
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "pushq %0\n\tcall __cprof_begin\n\tpopq %0\n\t"
                     "testb $1, %b0\n\t"
                     "pushq %0\n\tcall __cprof_end\n\tpopq %0\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+r"(caller)
                     :
                     : "cc", "memory");
}

static void events_calibrate(struct process *process)
{
    struct cprof_node *node = node_of(process, CALIBRATION_NODE);
    uintptr_t caller = hot_of(process, CALIBRATION_CALLER);
    uint64_t least = UINT64_MAX, fastest = UINT64_MAX;

    node->flags = CPROF_NODE_TIMED;
    for (int idx = 0; idx < CALIBRATION_EVENTS; idx++) {
        current_set(process, hot_at(node));
        node->u.call.self_ticks = 0;
        uint64_t start = ticks_now(process);
        event_pair(caller);
        uint64_t took = ticks_now(process) - start;
        if (node->u.call.self_ticks < least)
            least = node->u.call.self_ticks;
        if (took < fastest)
            fastest = took;
    }
    /* `took` holds two events and one more reading of the clock, which is about
     * the least that a stretch can be. */
    process->header->stretch_cost_x16 = 16 * least;
    process->header->event_cost_x16 = fastest > least ? 8 * (fastest - least) : 0;
}

/* The hot path, many times over, as the plugins write it. */
static void hook_calibrate(struct process *process)
{
    uintptr_t caller = hot_of(process, CALIBRATION_CALLER);
    struct cprof_slot *slot =
        (struct cprof_slot *)(caller + (uintptr_t)(intptr_t)CPROF_NEAR_SLOT(0));
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
                     : "r"(process->tls_offset), "m"(*slot), "i"(CPROF_NEAR_SLOT(0)),
                       "i"(CPROF_LEFT_DISPLACEMENT), "m"(id)
                     : "cc", "memory");
    uint64_t took = ticks_now(process) - start;
    process->header->hook_cost_x256 = took * (256 / CALIBRATION_CALLS);
    slot->site_id = 0;
}

static void probes_calibrate(struct process *process)
{
    if (process->clock == CPROF_CLOCK_FAKE)
        return;
    hook_calibrate(process);
    if (process->mode != CPROF_MODE_COUNT)
        events_calibrate(process);
    bytes_clear(node_of(process, CALIBRATION_NODE), 2 * CPROF_NODE_SIZE);
}
