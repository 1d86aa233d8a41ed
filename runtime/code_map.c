/* Which function is an address in?  Asked by kernel_samples.c of addresses that the
 * kernel has seen threads at.  Each module brings the table that unwinders search
 * (frames.c), and a function says which site it is by the id that its hook compares with
 * (patch.c knows how a hook looks), which is read once a function.
 *
 * All here happens under kernel_samples.busy, but for modules that come.
 */

/* Ends of the module's copy of this code (cmake/carry.c). */
extern HIDDEN const char __cprof_text_start[], __cprof_text_end[];

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
        if (address >= process->code_modules[idx].code.start &&
            address < process->code_modules[idx].code.end)
            return &process->code_modules[idx];
    return NULL;
}

/* The site of the function around the address; 0: none that has hooks. */
static uint32_t code_site(struct process *process, uintptr_t address)
{
    const struct code_module *module = code_module_of(process, address);
    struct frame_entry entry;

    if (!module)
        return 0;
    if (address >= module->runtime_start && address < module->runtime_end)
        return CPROF_SAMPLES_RUNTIME;
    if (!entry_find(module->code.frames, address, &entry) || entry.end > module->code.end)
        return 0;
    return function_site(process->samples, module, entry.start, entry.end);
}

/* Whether a call stands in front of the address, so that it may be where one returns. */
static bool is_behind_call(const struct process *process, uintptr_t address)
{
    const struct code_module *module = code_module_of(process, address);
    code at = (code)address;

    if (!module || address < module->code.start + 7)
        return false;
    if (at[-5] == 0xe8) /* call function */
        return true;
    for (int len = 2; len <= 7; len++) /* call *operand */
        if (at[-len] == 0xff && (at[1 - len] & 0x38) == 0x10)
            return true;
    return false;
}

/* ---- Modules that come and go --------------------------------------------- */

/* A module's code and its table: of code only one segment, the one that `within` lies in if
 * that is not 0, since between two there may be anything. */
static struct code_region code_region_of(const struct program_header *headers, unsigned count,
                                         uintptr_t base, uintptr_t within)
{
    enum { EXECUTABLE = 1 };
    struct code_region region = {0};

    for (unsigned idx = 0; idx < count; idx++) {
        uintptr_t start = base + headers[idx].virtual_address;
        uintptr_t end = start + headers[idx].memory_size;
        if (headers[idx].type == TYPE_OF_FRAME_SEGMENT)
            region.frames = (const struct frame_index *)start;
        if (headers[idx].type == TYPE_OF_LOAD_SEGMENT && headers[idx].flags & EXECUTABLE &&
            (!within || (within >= start && within < end)))
            region.start = start, region.end = end;
    }
    return region;
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
    module.code =
        code_region_of((const struct program_header *)((uintptr_t)file + file->program_headers),
                       file->program_header_count, module_base(file), module.runtime_start);
    uint32_t idx = 0;
    while (idx < process->code_module_count && process->code_modules[idx].code.end)
        idx++;
    if (idx == CODE_MODULE_MAX || !module.code.frames)
        return;
    uintptr_t end = module.code.end;
    module.code.end = 0; /* until all is there */
    process->code_modules[idx] = module;
    __atomic_store_n(&process->code_modules[idx].code.end, end, __ATOMIC_RELEASE);
    if (idx == process->code_module_count)
        __atomic_store_n(&process->code_module_count, idx + 1, __ATOMIC_RELEASE);
}

/* The module's code is about to go: nobody may be looking at it.  Whoever is, is done
 * in some hundred microseconds; one that died in the middle is waited for a second. */
static void code_unregister(struct process *process)
{
    for (uint32_t idx = 0; idx < process->code_module_count; idx++)
        if (process->code_modules[idx].site_of == code_site_of)
            __atomic_store_n(&process->code_modules[idx].code.end, 0, __ATOMIC_SEQ_CST);
    struct kernel_samples *samples = process->samples;
    uint64_t entered;
    if (!samples || !is_alive(process)) /* a forked child has none yet */
        return;
    while (!(entered = kernel_samples_enter(process, samples)))
        SYSTEM_0(sched_yield);
    bytes_clear(samples->functions, sizeof samples->functions);
    kernel_samples_leave(samples, entered);
}
