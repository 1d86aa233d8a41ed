/* What the runtime's own probes cost, measured at the start on nodes that belong
 * to no context (1 and 2, whose chunk is never handed out; the reader sees them
 * unused).  Some ten microseconds.  Called by process.c once the main thread
 * has its tree; the figures go into the header, for readers to correct by.
 */

enum {
    CALIBRATION_NODE = 1,
    CALIBRATION_CALLER = 2,
    CALIBRATION_PART = 1, /* of a histogram, likewise */
    CALIBRATION_ROUNDS = 4,
    CALIBRATION_PAIRS = 32,
    CALIBRATION_CALLS = 256,
};

/* Timed calls of nothing, one after the other, as the plugins write them. */
static void event_pairs(const struct process *process, uintptr_t caller)
{
    uint64_t count = CALIBRATION_PAIRS, child = caller - CPROF_NODE_STRIDE, stood;

    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "1:\n\t"
                     "movq %%fs:(%3), %1\n\t"
                     "movq %2, %%fs:(%3)\n\t"
                     "subl $1, %c4(%2)\n\t"
                     "pushq %1\n\tcall __cprof_begin\n\tpopq %1\n\t"
                     "testb $1, %b1\n\t"
                     "pushq %1\n\tcall __cprof_end\n\tpopq %1\n\t"
                     "subq $1, %0\n\t"
                     "jne 1b\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+r"(count), "=&r"(stood)
                     : "r"(child), "r"(process->tls_offset), "i"(CPROF_LEFT_DISPLACEMENT)
                     : "cc", "memory");
}

/* The fastest of some rounds: what slows one down is not the probes. */
static void events_measure(struct process *process, struct thread *thread)
{
    struct cprof_node *node = node_of(process, CALIBRATION_NODE);
    uintptr_t caller = hot_of(process, CALIBRATION_CALLER);
    uint64_t fastest = UINT64_MAX, inner = 0;

    for (int round = 0; round < CALIBRATION_ROUNDS; round++) {
        current_set(process, caller);
        thread->region = node_of(process, CALIBRATION_CALLER);
        node->u.call.self_ticks = 0;
        node->left = 0;
        uint64_t start = ticks_now(process);
        event_pairs(process, caller);
        uint64_t took = ticks_now(process) - start;
        if (took < fastest)
            fastest = took, inner = node->u.call.self_ticks;
    }
    process->event_x16 = 8 * fastest / CALIBRATION_PAIRS;
    process->inner_x16 = 16 * inner / CALIBRATION_PAIRS;
}

/* As in exact mode, in which a call of nothing stays timed. */
static void events_calibrate(struct process *process, struct thread *thread)
{
    struct cprof_node *node = node_of(process, CALIBRATION_NODE);
    struct duration_directory *directory = &process->directories[++process->directory_next];
    uint32_t mode = process->mode;

    for (uint32_t octave = 0; octave < CPROF_DURATION_OCTAVES; octave++)
        directory->part[octave] = CALIBRATION_PART;
    node->u.call.durations = process->directory_next;
    node->flags = CPROF_NODE_TIMED;
    process->mode = CPROF_MODE_EXACT;
    events_measure(process, thread);
    process->mode = mode;
    thread->overhead_x16 = 0;
    process->header->stretch_cost_x16 = process->inner_x16;
    process->header->event_cost_x16 = process->event_x16;
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
    if (process->clock == CPROF_CLOCK_FAKE)
        return;
    hook_calibrate(process);
    if (process->mode != CPROF_MODE_COUNT)
        events_calibrate(process, thread);
    bytes_clear(node_of(process, CALIBRATION_NODE), 2 * CPROF_NODE_SIZE);
}
