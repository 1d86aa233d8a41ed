/* Who called library code?  From where a thread was seen in it, one frame after another by
 * the tables of unwinders (.eh_frame: DWARF 5, 6.4), to the first function with hooks.
 * Asked by kernel_samples.c, on a copy of the registers and of the top of the stack:
 * nothing of the program's is read but code and tables.  Looking for the first word that
 * could be a return address, as is done where tables say nothing, meets those of callees
 * that have long returned: jvp_dtoa_fmt had 2.6 % of a run of jq, of which 0.7 are its own.
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
    uint64_t address;             /* where the processor was, in the kernel perhaps */
    uint64_t registers;           /* 0: none follow; of what was lost, how many */
    uint64_t base, stack_pointer; /* rbp and rsp of the thread in its own code, */
    uint64_t stands;              /* and where it is there: in front of its system call */
    uint64_t stack_len;           /* bytes of stack[]; behind it, how many of them hold */
    uint64_t stack[STACK_WORDS];
    uint64_t stack_used;
};

/* Where one call stands. */
struct frame {
    uintptr_t address;
    uint64_t stack, base; /* rsp and rbp there */
};

/* ---- Libraries --------------------------------------------------------------- */

static int library_note(struct loaded_module *module, size_t size, void *of_process)
{
    enum { EXECUTABLE = 1 };
    struct process *process = of_process;
    struct code_library library = {0};

    (void)size;
    for (uint16_t idx = 0; idx < module->header_count; idx++) {
        const struct program_header *header = &module->headers[idx];
        uintptr_t start = module->address + header->virtual_address;
        if (header->type == TYPE_OF_FRAME_SEGMENT)
            library.frames = (const struct frame_index *)start;
        if (header->type == TYPE_OF_LOAD_SEGMENT && header->flags & EXECUTABLE)
            library.start = start, library.end = start + header->memory_size;
    }
    if (library.frames && process->code_library_count < CODE_LIBRARY_MAX)
        process->code_libraries[process->code_library_count++] = library;
    return 0;
}

/* Of a program whose executable has hooks, in front of everything else. */
static SELDOM void libraries_register(struct process *process)
{
    if (dl_iterate_phdr)
        dl_iterate_phdr(library_note, process);
}

static const struct frame_index *frames_of(const struct process *process, uintptr_t address)
{
    const struct code_module *module = code_module_of(process, address);

    if (module)
        return module->frames;
    for (uint32_t idx = 0; idx < process->code_library_count; idx++) {
        const struct code_library *library = &process->code_libraries[idx];
        if (address >= library->start && address < library->end)
            return library->frames;
    }
    return NULL;
}

/* ---- One frame ------------------------------------------------------------------ */

enum { REGISTER_BASE = 6, REGISTER_STACK = 7, RULE_DEPTH = 4 };

/* Where the frame's first word lies (the CFA), and where its caller's rbp: 0 says that rbp
 * is still that. */
struct frame_rule {
    uint64_t from; /* a register's number, or, where this is not understood, another */
    int64_t offset;
    int64_t base_offset; /* from the first word */
};

/* A program of such rules, as it is read. */
struct frame_program {
    const uint8_t *at, *end;
    uintptr_t address; /* of the code that the rule holds for */
    int64_t data_factor;
    uint64_t code_factor;
    struct frame_rule rule, kept[RULE_DEPTH];
    uint32_t kept_count;
};

static uint64_t read_unsigned(struct frame_program *program)
{
    uint64_t result = 0;

    for (unsigned shift = 0; program->at < program->end && shift < 64; shift += 7) {
        uint8_t byte = *program->at++;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            break;
    }
    return result;
}

static int64_t read_signed(struct frame_program *program)
{
    const uint8_t *begin = program->at;
    uint64_t result = read_unsigned(program);
    unsigned bits = 7 * (unsigned)(program->at - begin);

    return bits < 64 ? (int64_t)(result << (64 - bits)) >> (64 - bits) : (int64_t)result;
}

static uint64_t read_bytes(struct frame_program *program, unsigned count)
{
    uint64_t result = 0;

    for (unsigned idx = 0; idx < count && program->at < program->end; idx++)
        result |= (uint64_t)*program->at++ << 8 * idx;
    return result;
}

static void rule_saves(struct frame_program *program, uint64_t number, int64_t offset)
{
    if (number == REGISTER_BASE)
        program->rule.base_offset = offset;
}

/* Instructions without an operand in their first byte.  False: not understood. */
static bool frame_extended(struct frame_program *program, uint8_t operation)
{
    enum { NOT_UNDERSTOOD = 99 };
    struct frame_rule *rule = &program->rule;
    uint64_t number;

    switch (operation) {
    case 0x00: /* nop */
        return true;
    case 0x02: /* advance_loc1, 2, 4 */
    case 0x03:
    case 0x04:
        program->address += program->code_factor * read_bytes(program, 1u << (operation - 2));
        return true;
    case 0x05: /* offset_extended */
        number = read_unsigned(program);
        rule_saves(program, number, (int64_t)read_unsigned(program) * program->data_factor);
        return true;
    case 0x06: /* restore_extended, undefined, same_value */
    case 0x07:
    case 0x08:
        rule_saves(program, read_unsigned(program), 0);
        return true;
    case 0x0a: /* remember_state */
        if (program->kept_count == RULE_DEPTH)
            return false;
        program->kept[program->kept_count++] = *rule;
        return true;
    case 0x0b: /* restore_state */
        if (program->kept_count == 0)
            return false;
        *rule = program->kept[--program->kept_count];
        return true;
    case 0x0c: /* def_cfa */
        rule->from = read_unsigned(program);
        rule->offset = (int64_t)read_unsigned(program);
        return true;
    case 0x0d: /* def_cfa_register */
        rule->from = read_unsigned(program);
        return true;
    case 0x0e: /* def_cfa_offset */
        rule->offset = (int64_t)read_unsigned(program);
        return true;
    case 0x0f: /* def_cfa_expression */
        rule->from = NOT_UNDERSTOOD;
        program->at += read_unsigned(program);
        return true;
    case 0x10: /* expression */
        read_unsigned(program);
        program->at += read_unsigned(program);
        return true;
    case 0x2e: /* GNU_args_size */
        read_unsigned(program);
        return true;
    default:
        return false;
    }
}

/* Up to where the rule for `address` is complete. */
static bool frame_run(struct frame_program *program, uintptr_t address)
{
    while (program->at < program->end && program->address <= address) {
        uint8_t byte = *program->at++, operand = byte & 0x3f;
        switch (byte & 0xc0) {
        case 0x40: /* advance_loc */
            program->address += program->code_factor * operand;
            break;
        case 0x80: /* offset */
            rule_saves(program, operand, (int64_t)read_unsigned(program) * program->data_factor);
            break;
        case 0xc0: /* restore */
            rule_saves(program, operand, 0);
            break;
        default:
            if (!frame_extended(program, byte))
                return false;
        }
    }
    return true;
}

/* What is common to entries: the factors and the first rule.  False: one of a signal's
 * frames, or of a language that has more to it. */
static bool frame_common(struct frame_program *program, const uint8_t *common)
{
    enum { HEADER = 9 };
    const char *words = (const char *)common + HEADER;

    program->at = common + HEADER;
    program->end = common + 4 + *(const uint32_t *)(const void *)common;
    if (words[0] != 'z')
        return false;
    for (; *words; words++)
        if (*words == 'S')
            return false;
    program->at += string_len((const char *)program->at) + 1;
    program->code_factor = read_unsigned(program);
    program->data_factor = read_signed(program);
    read_unsigned(program); /* the register with the return address */
    uint64_t len = read_unsigned(program);
    program->at += len;
    return frame_run(program, UINTPTR_MAX);
}

/* The rule that holds at the address. */
static bool frame_rule_at(const struct frame_index *frames, uintptr_t address,
                          struct frame_rule *rule)
{
    enum { COMMON = 1, LENGTH = 3, WORDS = 4 };
    struct frame_program program = {0};
    struct code_function_bounds bounds;

    if (!frames || !function_bounds(frames, address, &bounds))
        return false;
    const uint32_t *entry = bounds.entry;
    if (!frame_common(&program, (const uint8_t *)&entry[COMMON] - entry[COMMON]))
        return false;
    program.at = (const uint8_t *)&entry[WORDS];
    program.end = (const uint8_t *)&entry[COMMON] + entry[0];
    program.address = bounds.start;
    uint64_t len = read_unsigned(&program);
    program.at += len;
    if (!frame_run(&program, address))
        return false;
    *rule = program.rule;
    return true;
}

/* ---- From frame to frame ------------------------------------------------------------------ */

static bool stack_word(const struct ring_sample *sample, uint64_t address, uint64_t *word)
{
    uint64_t offset = address - sample->stack_pointer;

    if (offset % sizeof *word || offset + sizeof *word > sample->stack_used ||
        offset >= sizeof sample->stack)
        return false;
    *word = sample->stack[offset / sizeof *word];
    return true;
}

/* From one frame to its caller's. */
static bool frame_leave(const struct process *process, const struct ring_sample *sample,
                        struct frame *frame)
{
    struct frame_rule rule;
    uint64_t address;

    if (!frame_rule_at(frames_of(process, frame->address), frame->address, &rule) ||
        (rule.from != REGISTER_STACK && rule.from != REGISTER_BASE))
        return false;
    uint64_t first =
        (rule.from == REGISTER_STACK ? frame->stack : frame->base) + (uint64_t)rule.offset;
    if (first <= frame->stack || !stack_word(sample, first - 8, &address))
        return false;
    if (rule.base_offset && !stack_word(sample, first + (uint64_t)rule.base_offset, &frame->base))
        return false;
    frame->address = address - 1; /* of the call */
    frame->stack = first;
    return true;
}
