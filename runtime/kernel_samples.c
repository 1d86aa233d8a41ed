/* Where the kernel sees the threads: once in SAMPLE_PERIOD nanoseconds of processor
 * time it notes a thread's program counter and the top of its stack in a ring that the
 * process has mapped (perf_event_open).  No signal, no thread and no descriptor of ours
 * is left in the program, and its calls are not touched.  What comes of it is how often
 * each function was seen: shares of self time with nothing of the probes in them, by
 * which readers correct what adaptive mode's own samples say of tiny functions
 * (docs/adr/0017).
 *
 * Where the kernel refuses (perf_event_paranoid above 2), there is nothing of this, nor in a
 * process with a seccomp filter, which might kill it for asking.  Events are opened a
 * processor and not a thread, and inherited, so that later threads need no system call; a
 * forked child opens its own.  Not before a process has run for START_DELAY: the first
 * event of a machine takes ten milliseconds, which short programs need not wait for.
 *
 * Whoever comes by a cold path now and then empties the rings.  `busy` is only tried; one
 * that a handler has left by a jump, or a thread by its end, is taken over after a second.
 */
#include <asm/perf_regs.h>
#include <linux/perf_event.h>

enum {
    SAMPLE_PERIOD = 997001, /* ns; prime to what programs do in rhythm */
    PAGE = 4096,
    RING_PAGES = 16,        /* a tenth of a second of one thread */
    RING_GAP = 20000000,    /* ns between two looks at the rings */
    START_DELAY = 10000000, /* ns */
};

/* What to leave with; 0: somebody is in there. */
static uint64_t kernel_samples_enter(const struct process *process, struct kernel_samples *samples)
{
    uint64_t now = ticks_now(process) | 1,
             since = __atomic_load_n(&samples->busy, __ATOMIC_ACQUIRE);

    if (since && now - since < ns_to_ticks(process, 1000000000))
        return 0;
    return __atomic_compare_exchange_n(&samples->busy, &since, now, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED)
               ? now
               : 0;
}

static void kernel_samples_leave(struct kernel_samples *samples, uint64_t entered)
{
    __atomic_compare_exchange_n(&samples->busy, &entered, 0, false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
}

/* ---- What was seen ---------------------------------------------------------- */

static void samples_count(struct kernel_samples *samples, uint32_t site, uint64_t count)
{
    uint32_t idx = site * 0x9e3779b1u >> 20;

    for (unsigned probes = 0; probes < CPROF_SAMPLES_COUNT; probes++, idx++) {
        struct cprof_samples *record = &samples->records[idx % CPROF_SAMPLES_COUNT];
        if (!record->site)
            record->site = site;
        if (record->site != site)
            continue;
        record->count += count;
        return;
    }
}

/* The first word above the frame that some call of ours could have left there.  The
 * runtime calls no library code. */
static SELDOM uint32_t word_site(struct process *process, const struct ring_sample *sample,
                                 const struct frame *frame)
{
    uint64_t words = sample->stack_used / sizeof *sample->stack;

    for (uint64_t idx = (frame->stack - sample->stack_pointer) / sizeof *sample->stack;
         idx < words && idx < STACK_WORDS; idx++) {
        uintptr_t address = sample->stack[idx];
        if (!is_behind_call(process, address))
            continue;
        uint32_t site = code_site(process, address - 1);
        if (site && site != CPROF_SAMPLES_RUNTIME)
            return site;
    }
    return CPROF_SAMPLES_ELSEWHERE;
}

/* What library code was called by: as the tables of unwinders say, and from where they say
 * nothing, as the stack looks. */
static SELDOM uint32_t caller_site(struct process *process, const struct ring_sample *sample)
{
    struct frame frame = {sample->stands, sample->stack_pointer, sample->base};

    for (int depth = 0; depth < FRAME_DEPTH; depth++) {
        enum frame_step step = frame_leave(process, sample, &frame);
        if (step == FRAME_UNKNOWN)
            return word_site(process, sample, &frame);
        if (step == FRAME_LAST)
            break;
        uint32_t site = code_site(process, frame.address);
        if (site)
            return site;
    }
    return CPROF_SAMPLES_ELSEWHERE;
}

static void sample_note(struct process *process, const struct ring_sample *sample)
{
    uint32_t site = CPROF_SAMPLES_ELSEWHERE;

    if (LIKELY(sample->registers != 0)) {
        site = code_site(process, sample->stands);
        if (!site)
            site = caller_site(process, sample);
    }
    samples_count(process->samples, site, 1);
}

/* ---- The rings -------------------------------------------------------------- */

/* Copies `len` bytes from a place of the ring, whose end goes on at its start. */
static void ring_copy(const char *ring, uint64_t len_of_ring, uint64_t position, void *to,
                      uint64_t len)
{
    uint64_t from = position % len_of_ring, first = len_of_ring - from;

    if (first > len)
        first = len;
    bytes_copy(to, ring + from, first);
    bytes_copy((char *)to + first, ring, len - first);
}

/* With `keep` false all that has come up to now is dropped. */
static void ring_drain(struct process *process, struct perf_event_mmap_page *page, bool keep)
{
    struct kernel_samples *samples = process->samples;
    const char *ring = (const char *)page + PAGE;
    uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE), tail = page->data_tail;

    while (keep && head - tail >= sizeof(struct perf_event_header)) {
        struct perf_event_header header;
        struct ring_sample sample = {0};
        ring_copy(ring, samples->ring_len, tail, &header, sizeof header);
        if (header.size < sizeof header || header.size > head - tail)
            break;
        uint64_t len = header.size - sizeof header;
        ring_copy(ring, samples->ring_len, tail + sizeof header, &sample,
                  len < sizeof sample ? len : sizeof sample);
        if (header.type == PERF_RECORD_SAMPLE)
            sample_note(process, &sample);
        else if (header.type == PERF_RECORD_LOST) /* the event's number, and how many */
            samples_count(samples, CPROF_SAMPLES_LOST, sample.base);
        tail += header.size;
    }
    __atomic_store_n(&page->data_tail, head, __ATOMIC_RELEASE);
}

static SELDOM void kernel_samples_open(struct process *process);

/* Signals wait: a handler might fork, and the child has none of the rings. */
static SELDOM void kernel_samples_drain(struct process *process, bool keep)
{
    uint64_t signals = signals_block();
    struct kernel_samples *samples = is_alive(process) ? process->samples : NULL;
    uint64_t entered = samples ? kernel_samples_enter(process, samples) : 0;

    if (entered) {
        process->samples_due = ticks_now(process) + ns_to_ticks(process, RING_GAP);
        for (uint32_t idx = 0; idx < samples->ring_count; idx++)
            ring_drain(process, samples->rings[idx], keep && !process->paused);
        kernel_samples_leave(samples, entered);
    }
    signals_restore(signals);
}

static inline void kernel_samples_poll(struct process *process, uint64_t now)
{
    const struct kernel_samples *samples = process->samples;

    if (LIKELY((int64_t)(now - process->samples_due) <= 0) || !process->samples_due)
        return;
    if (samples)
        kernel_samples_drain(process, true);
    else
        kernel_samples_open(process);
}

/* The program wants to know nothing of what was. */
static void kernel_samples_forget(struct process *process)
{
    struct kernel_samples *samples = process->samples;

    kernel_samples_drain(process, false);
    for (unsigned idx = 0; samples && idx < CPROF_SAMPLES_COUNT; idx++)
        samples->records[idx].count = 0;
}

/* ---- Start ------------------------------------------------------------------ */

static long event_open(struct perf_event_attr *attributes, uint32_t cpu)
{
    const uint64_t close_on_exec = PERF_FLAG_FD_CLOEXEC;

    return system_call(__NR_perf_event_open, (long)attributes, 0, (long)cpu, -1,
                       (long)close_on_exec, 0);
}

/* One processor's event; its mapping is what keeps it.  Time in the kernel counts too
 * where we may know of it. */
static bool ring_open(struct kernel_samples *samples, struct perf_event_attr *attributes,
                      uint32_t cpu)
{
    const int both = PROTECTION_READ | PROTECTION_WRITE;
    long file = event_open(attributes, cpu);

    if (file < 0 && !attributes->exclude_kernel) {
        attributes->exclude_kernel = attributes->exclude_hv = 1;
        file = event_open(attributes, cpu);
    }
    if (file < 0)
        return false;
    void *ring = memory_map(NULL, PAGE + samples->ring_len, both, MAPPING_SHARED, (int)file, 0);
    file_close(file);
    if (ring)
        samples->rings[samples->ring_count++] = ring;
    return ring != NULL;
}

static void rings_close(struct kernel_samples *samples)
{
    while (samples->ring_count)
        SYSTEM_2(munmap, samples->rings[--samples->ring_count], PAGE + samples->ring_len);
}

/* A ring for each processor that the program may run on; some are worth nothing, since
 * nobody would know what the others saw. */
static SELDOM bool rings_open(struct kernel_samples *samples)
{
    uint64_t processors[SAMPLED_CPU_MAX / 64] = {0};
    struct perf_event_attr attributes;
    uint32_t count = 0;

    if (SYSTEM_3(sched_getaffinity, 0, sizeof processors, processors) <= 0)
        return false;
    for (uint32_t idx = 0; idx < SAMPLED_CPU_MAX / 64; idx++)
        for (uint64_t word = processors[idx]; word; word &= word - 1)
            count++;
    samples->ring_len = PAGE * (count <= 32 ? RING_PAGES : RING_PAGES / 4);
    bytes_clear(&attributes, sizeof attributes);
    attributes.size = PERF_ATTR_SIZE_VER3;
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_CPU_CLOCK;
    attributes.sample_period = SAMPLE_PERIOD;
    attributes.sample_type = PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER;
    attributes.sample_regs_user =
        1u << PERF_REG_X86_BP | 1u << PERF_REG_X86_SP | 1u << PERF_REG_X86_IP;
    attributes.sample_stack_user = STACK_WORDS * sizeof(uint64_t);
    attributes.inherit = attributes.inherit_thread = 1;
    for (uint32_t cpu = 0; cpu < SAMPLED_CPU_MAX; cpu++)
        if (processors[cpu / 64] >> cpu % 64 & 1 && !ring_open(samples, &attributes, cpu)) {
            rings_close(samples);
            return false;
        }
    return samples->ring_count > 0;
}

/* Whether nobody judges the process's system calls. */
static bool is_free_to_ask(void)
{
    enum { GET_SECCOMP = 21 };

    return SYSTEM_1(prctl, GET_SECCOMP) == 0;
}

/* Its memory, its events, and the records that readers see. */
static struct kernel_samples *kernel_samples_new(struct process *process)
{
    const int both = PROTECTION_READ | PROTECTION_WRITE;
    const int flags = MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_NORESERVE;
    struct cprof_extent extent = {0, sizeof(struct cprof_samples) * CPROF_SAMPLES_COUNT,
                                  SAMPLE_PERIOD, sizeof(struct cprof_samples),
                                  CPROF_EXTENT_SAMPLES};
    struct kernel_samples *samples =
        memory_map(NULL, sizeof(struct kernel_samples), both, flags, -1, 0);

    if (!samples)
        return NULL;
    if (rings_open(samples) &&
        extent_map(process, &extent, (struct place){(char *)samples->records, 0, 0}))
        return samples;
    rings_close(samples);
    SYSTEM_2(munmap, samples, sizeof(struct kernel_samples));
    return NULL;
}

/* Once a process, by whoever sees first that it is time; where it fails there is no
 * second try. */
static SELDOM void kernel_samples_open(struct process *process)
{
    uint64_t due = process->samples_due, signals = signals_block();

    if (due && __atomic_compare_exchange_n(&process->samples_due, &due, 0, false, __ATOMIC_ACQ_REL,
                                           __ATOMIC_RELAXED)) {
        struct kernel_samples *samples = is_free_to_ask() ? kernel_samples_new(process) : NULL;
        __atomic_store_n(&process->samples, samples, __ATOMIC_RELEASE);
        if (samples)
            process->samples_due = ticks_now(process);
    }
    signals_restore(signals);
}

/* The process's clock has come to run, or a forked child's, which has none of the rings.
 * Only where times are estimated, or nothing else tells them: where each call is timed, the
 * probes would be seen, and who only counts wants no times. */
static void kernel_samples_delay(struct process *process)
{
    const bool estimates =
        process->mode == CPROF_MODE_ADAPTIVE || process->mode == CPROF_MODE_BUDGET;

    process->samples = NULL;
    if (estimates && process->clock != CPROF_CLOCK_FAKE && !process->without_samples)
        process->samples_due = (ticks_now(process) + ns_to_ticks(process, START_DELAY)) | 1;
}
