/* Which function is an address in?  Asked by kernel_samples.c of addresses that the
 * kernel has seen threads at.  Each module brings the table that unwinders search
 * (.eh_frame_hdr: every function's start, sorted; no symbols needed, stripping keeps
 * it), and a function says which site it is by the id that its hook compares with
 * (patch.c knows how a hook looks).  Both are read once a function.
 *
 * All here happens under kernel_samples.busy, but for modules that come.
 */

/* The table, of which this encoding is the only one that linkers write. */
struct frame_index {
    uint8_t version, pointer_encoding, count_encoding, table_encoding;
    int32_t pointer;
    uint32_t count;
    struct {
        int32_t start, entry; /* from the table's own address */
    } rows[];
};

struct code_function_bounds {
    uintptr_t start, end;
    const uint32_t *entry; /* of .eh_frame: length, common entry, start, length of the code */
};

enum {
    TYPE_OF_FRAME_SEGMENT = 0x6474e550,
    FRAME_VERSION = 1,
    FRAME_COUNT_ENCODING = 0x03, /* four bytes */
    FRAME_TABLE_ENCODING = 0x3b, /* four bytes, signed, from the table */
};

/* Ends of the module's copy of this code (cmake/carry.c). */
extern HIDDEN const char __cprof_text_start[], __cprof_text_end[];

/* The function around the address, by its entry of the table.  False: none. */
static bool function_bounds(const struct frame_index *frames, uintptr_t address,
                            struct code_function_bounds *bounds)
{
    enum { START = 2, LENGTH = 3 }; /* words; before them length and common entry */
    intptr_t wanted = (intptr_t)(address - (uintptr_t)frames);
    uint32_t low = 0, high = frames->count;

    if (frames->version != FRAME_VERSION || frames->count_encoding != FRAME_COUNT_ENCODING ||
        frames->table_encoding != FRAME_TABLE_ENCODING)
        return false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (frames->rows[middle].start <= wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    const uint32_t *entry =
        (const uint32_t *)((uintptr_t)frames + (uintptr_t)(intptr_t)frames->rows[low - 1].entry);
    bounds->entry = entry;
    bounds->start = (uintptr_t)frames + (uintptr_t)(intptr_t)frames->rows[low - 1].start;
    bounds->end = bounds->start + entry[LENGTH];
    return (uintptr_t)&entry[START] + (uintptr_t)(intptr_t)(int32_t)entry[START] == bounds->start &&
           address < bounds->end;
}

enum { LEA_LEN = 7, TALLY_LEN = LEA_LEN + 5, HOOK_LONGEST = 64 };

/* leaq site, %rax; call: the cold half of a tally (hook_text.c), which names its site there
 * alone. */
static uint32_t match_tally(code at)
{
    extern HIDDEN uint8_t tally_thunk[] __asm__("__cprof_tally");
    extern HIDDEN uint8_t shared_thunk[] __asm__("__cprof_tally_shared");

    if (at[0] != 0x48 || at[1] != 0x8d || at[2] != 0x05 || at[LEA_LEN] != 0xe8)
        return 0;
    code thunk = at + TALLY_LEN + word_at(at + LEA_LEN + 1);
    if (thunk != tally_thunk && thunk != shared_thunk)
        return 0;
    return site_id((const struct cprof_site *)(const void *)(at + LEA_LEN + word_at(at + 3)));
}

/* The id of the first hook in the code, or 0.  The module's own copy of this looks,
 * because only that knows where the module's ids are. */
static uint32_t code_site_of(uintptr_t start, uintptr_t end)
{
    const bool by_register[] = {false, true};
    bool is_leaf;

    for (code at = (code)start; (uintptr_t)at + TALLY_LEN <= end; at++) {
        uint32_t site = match_tally(at);
        if (site)
            return site;
        if ((*at != 0x3b && *at != 0x44) || (uintptr_t)at + HOOK_LONGEST > end)
            continue;
        for (unsigned way = 0; way < 2; way++)
            if (match_step(at, by_register[way], &is_leaf)) {
                code operand = at + (*at == 0x44) + 2;
                return *(const uint32_t *)(operand + 4 + word_at(operand));
            }
    }
    return 0;
}

/* Remembers what the function is, where there is room. */
static uint32_t function_site(struct kernel_samples *samples, const struct code_module *module,
                              uintptr_t start, uintptr_t end)
{
    uint32_t idx = (uint32_t)(start * UINT64_C(0x9e3779b97f4a7c15) >> 52);

    for (unsigned probes = 0; probes < CODE_FUNCTION_COUNT; probes++, idx++) {
        struct code_function *function = &samples->functions[idx % CODE_FUNCTION_COUNT];
        if (function->start == start)
            return function->site;
        if (function->start)
            continue;
        uint32_t site = module->site_of(start, end);
        if (site >= CPROF_SITE_PAUSED)
            return 0;
        function->site = site;
        function->start = start;
        return site;
    }
    return module->site_of(start, end);
}

static const struct code_module *code_module_of(const struct process *process, uintptr_t address)
{
    uint32_t count = __atomic_load_n(&process->code_module_count, __ATOMIC_ACQUIRE);

    for (uint32_t idx = 0; idx < count && idx < CODE_MODULE_MAX; idx++)
        if (address >= process->code_modules[idx].start && address < process->code_modules[idx].end)
            return &process->code_modules[idx];
    return NULL;
}

/* The site of the function around the address; 0: none that has hooks. */
static uint32_t code_site(struct process *process, uintptr_t address)
{
    const struct code_module *module = code_module_of(process, address);
    struct code_function_bounds bounds;

    if (!module)
        return 0;
    if (address >= module->runtime_start && address < module->runtime_end)
        return CPROF_SAMPLES_RUNTIME;
    if (!function_bounds(module->frames, address, &bounds))
        return 0;
    return function_site(process->samples, module, bounds.start, bounds.end);
}

/* Whether a call stands in front of the address, so that it may be where one returns. */
static bool is_behind_call(const struct process *process, uintptr_t address)
{
    const struct code_module *module = code_module_of(process, address);
    code at = (code)address;

    if (!module || address < module->start + 7)
        return false;
    if (at[-5] == 0xe8) /* call function */
        return true;
    for (int len = 2; len <= 7; len++) /* call *operand */
        if (at[-len] == 0xff && (at[1 - len] & 0x38) == 0x10)
            return true;
    return false;
}

/* ---- Modules that come and go --------------------------------------------- */

/* Of code only the segment that this lies in: between two there may be anything. */
static void code_segments_look(struct code_module *module, const struct file_header *file,
                               uintptr_t base)
{
    enum { EXECUTABLE = 1 };
    const struct program_header *headers =
        (const struct program_header *)((uintptr_t)file + file->program_headers);

    for (unsigned idx = 0; idx < file->program_header_count; idx++) {
        uintptr_t start = base + headers[idx].virtual_address;
        uintptr_t end = start + headers[idx].memory_size;
        if (headers[idx].type == TYPE_OF_FRAME_SEGMENT)
            module->frames = (const struct frame_index *)start;
        if (headers[idx].type == TYPE_OF_LOAD_SEGMENT && headers[idx].flags & EXECUTABLE &&
            module->runtime_start >= start && module->runtime_start < end)
            module->start = start, module->end = end;
    }
}

/* The calling copy's module.  Modules come one after another: the dynamic linker holds
 * its lock. */
static SELDOM void code_register(struct process *process)
{
    const struct file_header *file = (const struct file_header *)(const void *)__ehdr_start;
    struct code_module module = {.runtime_start = (uintptr_t)__cprof_text_start,
                                 .runtime_end = (uintptr_t)__cprof_text_end,
                                 .site_of = code_site_of};

    if (!file)
        return;
    code_segments_look(&module, file, module_base(file));
    uint32_t idx = 0;
    while (idx < process->code_module_count && process->code_modules[idx].end)
        idx++;
    if (idx == CODE_MODULE_MAX || !module.frames)
        return;
    uintptr_t end = module.end;
    module.end = 0; /* until all is there */
    process->code_modules[idx] = module;
    __atomic_store_n(&process->code_modules[idx].end, end, __ATOMIC_RELEASE);
    if (idx == process->code_module_count)
        __atomic_store_n(&process->code_module_count, idx + 1, __ATOMIC_RELEASE);
}

/* The module's code is about to go: nobody may be looking at it.  Whoever is, is done
 * in some microseconds; one that died in the middle is not waited for. */
static void code_unregister(struct process *process)
{
    enum { ROUNDS = 10000 };
    struct kernel_samples *samples = process->samples;

    for (uint32_t idx = 0; idx < process->code_module_count; idx++)
        if (process->code_modules[idx].site_of == code_site_of)
            __atomic_store_n(&process->code_modules[idx].end, 0, __ATOMIC_SEQ_CST);
    if (!samples)
        return;
    for (int round = 0; round < ROUNDS && !kernel_samples_enter(process, samples); round++)
        SYSTEM_0(sched_yield);
    bytes_clear(samples->functions, sizeof samples->functions);
    kernel_samples_leave(samples);
}
