/* Start and finish of the process's recording.  Every module calls
 * __cprof_start from its earliest constructor (an executable from
 * .preinit_array, before the constructors of its libraries) and __cprof_finish
 * from its latest destructor; the first one in makes the state, the last one out
 * moves the file to its place.
 */

HIDDEN struct process *__cprof_process;
HIDDEN intptr_t __cprof_tls_offset;
HIDDEN intptr_t __cprof_left_offset;
HIDDEN uint64_t __cprof_filter_mask;
HIDDEN intptr_t __cprof_filter_distance;
HIDDEN const uint8_t __cprof_filter_none = 0;

/* What a thread stands on before it has a tree: a block's worth of empty slots, so
 * that its first call takes the cold path.  Costs address space: reading it
 * maps the kernel's page of zeros.  In a section of its own, or else the runtime's
 * other zeros lie behind it, in a page that nobody but they uses. */
HIDDEN uint64_t __cprof_sentinel[CPROF_BLOCK / sizeof(uint64_t)]
    __attribute__((aligned(CPROF_NODE_STRIDE), section(".bss.cprof_sentinel")));
HIDDEN __thread uintptr_t __cprof_current = (uintptr_t)__cprof_sentinel + CPROF_HOT_BIAS;

/* Bytes to the thread's next sampled block; below zero, allocations are noted.  Then
 * what the thread has of its own for the heap: before its first event, what is not ready. */
static const uint64_t heap_nobody = 0;
HIDDEN __thread struct heap_words __cprof_left = {LEFT_UNKNOWN, (struct heap_thread *)&heap_nobody};

HIDDEN const uint32_t __cprof_abi = CPROF_ABI_VERSION;

/* Tests set this through a runtime of their own (tests/fakeclock). */
extern const uint64_t cprof_fake_clock __attribute__((weak));

/* ---- Facts of the run ---------------------------------------------------- */

enum { AUX_PHDR = 3, AUX_PHNUM = 5, AUX_SECURE = 23 };

static uint64_t aux_value(const uint64_t *pairs, size_t count, uint64_t type)
{
    for (size_t idx = 0; idx + 1 < count; idx += 2)
        if (pairs[idx] == type)
            return pairs[idx + 1];
    return 0;
}

static void build_id_copy(struct cprof_header *header, uintptr_t position, uintptr_t end)
{
    enum { TYPE_OF_BUILD_ID = 3 };

    while (position + 12 <= end) {
        const struct note *note = (const struct note *)position;
        uintptr_t data = position + 12 + ((note->name_len + 3) & ~3u);
        if (note->type == TYPE_OF_BUILD_ID && note->name_len == 4 &&
            string_equal(note->name, "GNU") && note->data_len <= sizeof header->build_id) {
            bytes_copy(header->build_id, (const void *)data, note->data_len);
            header->build_id_len = note->data_len;
            return;
        }
        position = data + ((note->data_len + 3) & ~3u);
    }
}

static void build_id_find(struct cprof_header *header, uintptr_t headers, uint64_t count)
{
    const struct program_header *table = (const struct program_header *)headers;
    uintptr_t load = 0;

    header->build_id_len = 0; /* a page that is read first faults twice */
    /* The table lies in the first page of the file; a static PIE has no segment
     * that says where it is itself. */
    for (uint64_t idx = 0; idx < count; idx++)
        if (table[idx].type == TYPE_OF_LOAD_SEGMENT && table[idx].offset == 0)
            load = (headers & ~(uintptr_t)4095) - table[idx].virtual_address;
    for (uint64_t idx = 0; idx < count && !header->build_id_len; idx++)
        if (table[idx].type == TYPE_OF_NOTE_SEGMENT) {
            uintptr_t start = load + table[idx].virtual_address;
            build_id_copy(header, start, start + table[idx].memory_size);
        }
}

/* Whether the process runs with more rights than its user, where the
 * environment must not decide about files.  Unknown counts as yes. */
static SELDOM bool facts_from_kernel(struct cprof_header *header)
{
    uint64_t pairs[64];
    long file = file_open("/proc/self/auxv", OPEN_READ, 0);
    long got = file < 0 ? -1 : SYSTEM_3(read, file, pairs, sizeof pairs);

    if (file >= 0)
        file_close(file);
    if (got <= 0)
        return SYSTEM_0(getuid) == SYSTEM_0(geteuid) && SYSTEM_0(getgid) == SYSTEM_0(getegid);
    size_t count = (size_t)got / sizeof *pairs;
    if (aux_value(pairs, count, AUX_SECURE))
        return false;
    uintptr_t headers = aux_value(pairs, count, AUX_PHDR);
    if (headers)
        build_id_find(header, headers, aux_value(pairs, count, AUX_PHNUM));
    return true;
}

/* Field 22 of /proc/self/stat: with the pid it names a process for good. */
static SELDOM uint64_t process_start_time(void)
{
    char text[512];
    uint64_t result = 0;
    long file = file_open("/proc/self/stat", OPEN_READ, 0);
    long len = file < 0 ? -1 : SYSTEM_3(read, file, text, sizeof text - 1);
    long idx;

    if (file >= 0)
        file_close(file);
    if (len <= 0)
        return 0;
    for (idx = len; idx > 0 && text[idx - 1] != ')'; idx--)
        ;
    for (int field = 2; idx < len && field < 22; idx++)
        field += text[idx] == ' ';
    for (; idx < len && text[idx] >= '0' && text[idx] <= '9'; idx++)
        result = 10 * result + (uint64_t)(text[idx] - '0');
    return result;
}

static void arguments_copy(struct cprof_header *header, int count, char **arguments)
{
    for (int idx = 0; idx < count && arguments && arguments[idx]; idx++) {
        size_t len = string_len(arguments[idx]) + 1;
        if (header->arguments_len + len > sizeof header->arguments)
            break;
        bytes_copy(header->arguments + header->arguments_len, arguments[idx], len);
        header->arguments_len += (uint32_t)len;
    }
}

static SELDOM void header_fill(struct process *process)
{
    struct cprof_header *header = process->header;
    char names[6][65];

    for (int idx = 0; idx < CPROF_MAGIC_LEN; idx++)
        header->magic[idx] = (uint8_t)CPROF_MAGIC[idx];
    header->version = CPROF_FORMAT_VERSION;
    header->byte_order = CPROF_BYTE_ORDER_MARK;
    header->header_size = sizeof *header;
    header->node_size = CPROF_NODE_SIZE;
    header->pid = process->pid = (uint32_t)SYSTEM_0(getpid);
    header->parent_pid = (uint32_t)SYSTEM_0(getppid);
    header->process_start = process_start_time();
    header->started_ns = clock_ns(CLOCK_OF_REAL_TIME);
    header->mode = process->mode;
    header->clock = process->clock;
    if (SYSTEM_1(uname, names) == 0)
        bytes_copy(header->host, names[1], sizeof header->host - 1);
    long len = SYSTEM_3(readlink, "/proc/self/exe", header->program, sizeof header->program - 1);
    if (len < 0)
        header->program[0] = '\0';
}

/* ---- Configuration ---------------------------------------------------------- */

static const char *environment_value(char **environment, const char *name)
{
    size_t len = string_len(name);

    for (; environment && *environment; environment++) {
        size_t idx = 0;
        while (idx < len && (*environment)[idx] == name[idx])
            idx++;
        if (idx == len && (*environment)[idx] == '=')
            return *environment + idx + 1;
    }
    return NULL;
}

static uint32_t mode_of(const char *word)
{
    static const char words[][12] = {
#define CPROF_MODE(name, word, meaning) word,
#include <cprof/mode.def>
#undef CPROF_MODE
    };

    for (uint32_t idx = 0; word && idx < sizeof words / sizeof *words; idx++)
        if (string_equal(word, words[idx]))
            return idx;
    return word && *word ? (uint32_t)CPROF_MODE_COUNT_OF : (uint32_t)CPROF_MODE_ADAPTIVE;
}

/* What the word asks for, as far as the build of the first module can give it: tallies
 * cannot time, and hooks are not cheap enough for a budget. */
static uint32_t mode_choose(struct process *process, const char *word)
{
    const bool tallies = __start_cprof_tally != NULL;
    uint32_t mode = mode_of(word);

    if (mode == CPROF_MODE_COUNT_OF)
        trouble_add(process, CPROF_TROUBLE_MODE);
    if (mode == CPROF_MODE_COUNT || mode == CPROF_MODE_OFF)
        return mode;
    if (mode == CPROF_MODE_BUDGET && !tallies)
        trouble_add(process, CPROF_TROUBLE_BUDGET);
    if (tallies)
        return CPROF_MODE_BUDGET;
    return mode == CPROF_MODE_EXACT ? CPROF_MODE_EXACT : CPROF_MODE_ADAPTIVE;
}

static uint32_t heap_mode_of(struct process *process, const char *word)
{
    if (!word || !*word)
        return process->mode == CPROF_MODE_BUDGET ? CPROF_HEAP_SAMPLED : CPROF_HEAP_ON;
    if (string_equal(word, "on"))
        return CPROF_HEAP_ON;
    if (string_equal(word, "sampled"))
        return CPROF_HEAP_SAMPLED;
    if (!string_equal(word, "off"))
        trouble_add(process, CPROF_TROUBLE_ALLOC_MODE);
    return string_equal(word, "off") ? CPROF_HEAP_OFF : CPROF_HEAP_ON;
}

static bool is_off(const char *word)
{
    return word && string_equal(word, "off");
}

static uint32_t clock_choose(struct process *process)
{
    if (&cprof_fake_clock) {
        process->fake_clock = &cprof_fake_clock;
        return CPROF_CLOCK_FAKE;
    }
    return tsc_is_steady() ? CPROF_CLOCK_TSC : CPROF_CLOCK_MONOTONIC;
}

static void configure(struct process *process, char **environment)
{
    const char *pattern = environment_value(environment, "CPROF_OUTPUT");

    process->mode = mode_choose(process, environment_value(environment, "CPROF_MODE"));
    process->heap.mode = heap_mode_of(process, environment_value(environment, "CPROF_ALLOC"));
    process->clock = clock_choose(process);
    process->without_samples = is_off(environment_value(environment, "CPROF_SAMPLES"));
    path_set(process->pattern, pattern && *pattern ? pattern : "cprof.out.%p");
    if (SYSTEM_2(getcwd, process->folder, PATH_MAX_LEN) <= 0)
        process->folder[0] = '\0';
}

/* ---- Memory -------------------------------------------------------------------- */

/* Private tables, sized by what can be addressed; only touched pages cost. */
static struct process *process_new(void)
{
    const int both = PROTECTION_READ | PROTECTION_WRITE;
    const int flags = MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_NORESERVE;
    const size_t header = CPROF_DATA_OFFSET, records = THREAD_MAX * sizeof(struct cprof_thread),
                 threads = THREAD_MAX * sizeof(struct thread),
                 tuning = NODE_MAX * sizeof(struct tuning),
                 durations = DURATION_MAX * sizeof(struct cprof_durations),
                 directories = DIRECTORY_MAX * sizeof(struct duration_directory),
                 tallies = TALLY_SITE_MAX * sizeof(uint64_t), own = 16384;
    char *memory = memory_map(
        NULL, own + header + records + threads + tuning + durations + directories + tallies, both,
        flags, -1, 0);

    if (!memory)
        return NULL;
    struct process *process = (struct process *)memory;
    process->header = (struct cprof_header *)(memory + own);
    process->contents = (struct cprof_extent *)(memory + own + CPROF_TOC_OFFSET);
    process->file_threads = (struct cprof_thread *)(memory + own + header);
    process->threads = (struct thread *)(memory + own + header + records);
    process->tuning = (struct tuning *)(memory + own + header + records + threads);
    process->durations =
        (struct cprof_durations *)(memory + own + header + records + threads + tuning);
    process->directories = (struct duration_directory *)((char *)process->durations + durations);
    process->tallies = (uint64_t *)(void *)((char *)process->directories + directories);
    /* A forked child's new file has none of the parts that they name. */
    if (SYSTEM_3(madvise, process->directories, directories, ADVICE_WIPE_ON_FORK) != 0)
        return NULL;
    return process;
}

/* The blocks of nodes.  What hooks look at is wiped in a forked child; the file
 * parts get their storage from file.c; the second half stays zeros, for twins. */
static bool nodes_reserve(struct process *process)
{
    const int both = PROTECTION_READ | PROTECTION_WRITE;
    const int flags = MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_NORESERVE;
    char *base = memory_map(NULL, 2 * BLOCKS_LEN, PROTECTION_READ, flags, -1, 0);

    if (!base)
        return false;
    process->base = (uintptr_t)base;
    if (SYSTEM_3(mprotect, base, BLOCKS_LEN, both) != 0 ||
        SYSTEM_3(madvise, base, BLOCKS_LEN, ADVICE_WIPE_ON_FORK) != 0) {
        SYSTEM_2(munmap, base, 2 * BLOCKS_LEN);
        return false;
    }
    *alive_of(process) = 1;
    return true;
}

/* ---- Start ------------------------------------------------------------------------ */

static intptr_t own_tls_offset(void)
{
    intptr_t offset;
    __asm__("movq __cprof_current@gottpoff(%%rip), %0" : "=r"(offset));
    return offset;
}

static intptr_t own_left_offset(void)
{
    intptr_t offset;
    __asm__("movq __cprof_left@gottpoff(%%rip), %0" : "=r"(offset));
    return offset;
}

/* Off: every thread stands on one node, every site has id 0, which is what its
 * empty slots hold, and the child they lead to is that node again. */
static bool process_switch_off(struct process *process)
{
    process->header->mode = process->mode = CPROF_MODE_OFF;
    return memory_map(node_of(process, 0), CHUNK_NODES * CPROF_NODE_SIZE,
                      PROTECTION_READ | PROTECTION_WRITE,
                      MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_FIXED, -1, 0) != NULL;
}

/* Makes the state, or NULL: then the program runs without a profile. */
static SELDOM struct process *process_start(int argument_count, char **arguments,
                                            char **environment)
{
    struct process *process = process_new();

    if (!process)
        return NULL;
    process->identity = PROCESS_IDENTITY;
    process->tls_offset = own_tls_offset();
    process->heap.left_offset = own_left_offset();
    process->heap.self_offset =
        process->heap.left_offset + (intptr_t)offsetof(struct heap_words, self);
    process->chunk_next = 1;
    process->duration_chunk = 1;
    process->site_next = 1;
    process->context_cap = CONTEXT_CAP;
    bool allowed = facts_from_kernel(process->header);
    configure(process, allowed ? environment : NULL);
    process->header->first = moment_now(process);
    header_fill(process);
    arguments_copy(process->header, argument_count, arguments);
    if (!allowed)
        process->header->mode = process->mode = CPROF_MODE_OFF;
    if (!nodes_reserve(process))
        return NULL;
    if (process->mode == CPROF_MODE_OFF || !file_create(process))
        return process_switch_off(process) ? process : NULL;
    return process;
}

static void process_enter_main_thread(struct process *process)
{
    struct thread *thread = thread_claim(process, 0);

    clock_calibrate(process);
    kernel_samples_delay(process);
    if (!thread)
        return;
    probes_calibrate(process, thread);
    thread_timing_reset(process, thread);
    uintptr_t root = hot_of(process, thread->root);
    if (process->mode != CPROF_MODE_BUDGET) { /* its first call would read them, and fault twice */
        *(uint64_t *)(root + CPROF_SLOT(0)) = 0;
        *(uint64_t *)(root + CPROF_SPARE(0)) = 0;
    }
    current_set(process, root);
}

/* From here on the module's notes do something.  In this order: a handler's may come
 * in between. */
static void notes_begin(const struct process *process)
{
    if (!process->heap.heap)
        return;
    __cprof_filter_distance = (intptr_t)process->heap.filter - (intptr_t)&__cprof_filter_none;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __cprof_filter_mask = process->heap.filter_mask;
    __cprof_left_offset = process->heap.left_offset;
}

/* `executable`: from .preinit_array, when there can be no other module yet. */
static SELDOM void module_start(int argument_count, char **arguments, char **environment,
                                bool executable)
{
    if (__cprof_process)
        return;
    struct process *process = executable ? NULL : process_of_others();
    bool first = !process;
    if (first)
        process = process_start(argument_count, arguments, environment);
    module_is_idle = !process;
    if (!process)
        return;
    module_register(process);
    if (__start_cprof_tally)
        tallies_begin(process);
    __cprof_process = process;
    __cprof_tls_offset = process->tls_offset;
    notes_begin(process);
    if (first && !executable)
        module_pin();
    if (process->mode == CPROF_MODE_OFF)
        module_skip_hooks();
    if (first && process->mode == CPROF_MODE_OFF)
        current_set(process, hot_of(process, OFF_NODE));
    else if (first)
        process_enter_main_thread(process);
    if (executable && process->samples_due)
        libraries_register(process);
}

HIDDEN void __cprof_start(int argument_count, char **arguments, char **environment);
HIDDEN void __cprof_start(int argument_count, char **arguments, char **environment)
{
    module_start(argument_count, arguments, environment, false);
}

HIDDEN void __cprof_preinit(int argument_count, char **arguments, char **environment);
HIDDEN void __cprof_preinit(int argument_count, char **arguments, char **environment)
{
    module_start(argument_count, arguments, environment, true);
}

/* ---- Finish ------------------------------------------------------------------------- */

HIDDEN void __cprof_finish(void);
HIDDEN SELDOM void __cprof_finish(void)
{
    struct process *process = __cprof_process;

    if (!process || process->mode == CPROF_MODE_OFF)
        return;
    if (!is_alive(process)) { /* a forked child that has made no call, but may */
        code_unregister(process);
        return;
    }
    if (__atomic_sub_fetch(&process->module_count, 1, __ATOMIC_ACQ_REL) != 0) {
        module_unloaded(process);
        code_unregister(process);
        return;
    }
    struct cprof_node *standing = node_at(process, current_get(process));
    if (standing && !is_counting(process)) {
        struct thread *thread = thread_of(process, standing);
        charge(process, thread, ticks_now(process));
        thread_record(process, thread);
    }
    heap_finish(process);
    kernel_samples_drain(process, true);
    process->header->last = moment_now(process);
    process->header->state = CPROF_STATE_COMPLETE;
    file_finish(process);
}

__attribute__((section(".init_array.00000"),
               used)) static void (*const start_entry)(int, char **, char **) = __cprof_start;
__attribute__((section(".fini_array.00000"),
               used)) static void (*const finish_entry)(void) = __cprof_finish;
