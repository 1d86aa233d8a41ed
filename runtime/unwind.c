/* Who called library code?  From where a thread was seen in it, one frame after another by
 * the tables of unwinders (frames.c), to the first function with hooks.  Asked by
 * kernel_samples.c, on a copy of the registers and of the top of the stack: nothing of the
 * program's is read but code and tables.  Looking for the first word that could be a return
 * address, as is done where tables say nothing, meets those of callees that have long
 * returned: jvp_dtoa_fmt had 2.6 % of a run of jq, of which 0.7 are its own.
 *
 * Of libraries only those that are there before an executable's constructors are known:
 * others may be closed while they are looked at.
 */

enum {
    STACK_WORDS = 64, /* enough for the way down from an allocator of libc's */
    FRAME_DEPTH = 16,
};

/* A record of kernel_samples.c's ring, as asked for there. */
struct ring_sample {
    uint64_t registers; /* 0: none follow */
    uint64_t base;      /* rbp; in a record of what was lost, how many */
    uint64_t stack_pointer;
    uint64_t stands;    /* in the thread's own code, when in the kernel behind its system call */
    uint64_t stack_len; /* bytes of stack[]; behind it, how many of them hold */
    uint64_t stack[STACK_WORDS];
    uint64_t stack_used;
};

/* Where one call stands. */
struct frame {
    uintptr_t address;
    uint64_t stack, base; /* rsp and rbp there */
};

enum frame_step {
    FRAME_CALLER,  /* the frame is its caller's now */
    FRAME_UNKNOWN, /* no table says how this one lies */
    FRAME_LAST,    /* it has no caller, or that is not on the copy of the stack */
};

/* ---- Libraries --------------------------------------------------------------- */

static int library_note(struct loaded_module *module, size_t size, void *of_process)
{
    struct process *process = of_process;

    (void)size;
    struct code_region code =
        code_region_of(module->headers, module->header_count, module->address, 0);
    if (code.frames && process->code_library_count < CODE_LIBRARY_MAX)
        process->code_libraries[process->code_library_count++] = code;
    return 0;
}

/* Of a program whose executable has hooks, before any other code of its runs. */
static SELDOM void libraries_register(struct process *process)
{
    if (dl_iterate_phdr)
        dl_iterate_phdr(library_note, process);
}

static SELDOM const struct frame_index *frames_of(const struct process *process, uintptr_t address)
{
    const struct code_module *module = code_module_of(process, address);

    if (module)
        return module->code.frames;
    for (uint32_t idx = 0; idx < process->code_library_count; idx++) {
        const struct code_region *library = &process->code_libraries[idx];
        if (address >= library->start && address < library->end)
            return library->frames;
    }
    return NULL;
}

/* ---- From frame to frame -------------------------------------------------------- */

static SELDOM bool stack_word(const struct ring_sample *sample, uint64_t address, uint64_t *word)
{
    uint64_t offset = address - sample->stack_pointer;

    if (offset % sizeof *word || offset >= sizeof sample->stack ||
        offset + sizeof *word > sample->stack_used)
        return false;
    *word = sample->stack[offset / sizeof *word];
    return true;
}

static SELDOM enum frame_step frame_leave(const struct process *process,
                                          const struct ring_sample *sample, struct frame *frame)
{
    struct frame_rule rule;
    uint64_t address;

    if (!frame_rule_at(frames_of(process, frame->address), frame->address, &rule))
        return FRAME_UNKNOWN;
    uint64_t above =
        (rule.from == REGISTER_STACK ? frame->stack : frame->base) + (uint64_t)rule.offset;
    if (rule.is_last || above <= frame->stack || !stack_word(sample, above - 8, &address))
        return FRAME_LAST;
    if (rule.base_offset && !stack_word(sample, above + (uint64_t)rule.base_offset, &frame->base))
        return FRAME_LAST;
    frame->address = address - 1; /* of the call */
    frame->stack = above;
    return FRAME_CALLER;
}
