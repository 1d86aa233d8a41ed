/* The tables that unwinders search: .eh_frame_hdr, every function's start, sorted (no
 * symbols needed, stripping keeps it), and .eh_frame, how a function's frames lie (DWARF 5,
 * 6.4, as the Linux Standard Base has it).  Knows the format, and not who asks:
 * code_map.c, where functions begin and end; unwind.c, how frames lie.
 *
 * Only what compilers and linkers write for x86-64 is understood, the rest says nothing.
 * Whatever a table holds, nothing is read behind the end of its entry.
 */

enum {
    TYPE_OF_FRAME_SEGMENT = 0x6474e550,
    FRAME_VERSION = 1,
    FRAME_COUNT_ENCODING = 0x03, /* four bytes */
    FRAME_TABLE_ENCODING = 0x3b, /* four bytes, signed, from the table */
    FRAME_ENTRY_ENCODING = 0x1b, /* four bytes, signed, from where they are */
    REGISTER_BASE = 6,
    REGISTER_STACK = 7,
    REGISTER_RETURN = 16,
    RULE_DEPTH = 4,
};

struct frame_index {
    uint8_t version, pointer_encoding, count_encoding, table_encoding;
    int32_t pointer;
    uint32_t count;
    struct {
        int32_t start, entry; /* from the table's own address */
    } rows[];
};

/* What is being read. */
struct frame_text {
    const uint8_t *at, *end;
};

/* What entries have in common. */
struct frame_common {
    uint64_t code_factor;
    int64_t data_factor;
    struct frame_text program; /* of the first rule */
};

/* A function. */
struct frame_entry {
    uintptr_t start, end;
    struct frame_common common;
    struct frame_text program;
};

/* Where the frame of one place in the code lies: what is above it (the CFA, behind the
 * return address), and its caller's rbp. */
struct frame_rule {
    uint64_t from; /* a register's number */
    int64_t offset;
    int64_t base_offset; /* from there; 0: rbp is still the caller's */
    bool is_last;        /* there is no caller */
};

/* A program of such rules, as it is run. */
struct frame_program {
    struct frame_text text;
    const struct frame_common *common;
    uintptr_t address; /* of the code that the rule holds for */
    struct frame_rule rule, first, kept[RULE_DEPTH];
    uint32_t kept_count;
};

/* ---- Bytes -------------------------------------------------------------------- */

static SELDOM void text_skip(struct frame_text *text, uint64_t len)
{
    uint64_t left = (uint64_t)(text->end - text->at);

    text->at += len < left ? len : left;
}

static SELDOM uint64_t text_bytes(struct frame_text *text, unsigned count)
{
    uint64_t result = 0;

    for (unsigned idx = 0; idx < count && text->at < text->end; idx++)
        result |= (uint64_t)*text->at++ << 8 * idx;
    return result;
}

static SELDOM uint64_t text_unsigned(struct frame_text *text)
{
    uint64_t result = 0;

    for (unsigned shift = 0; text->at < text->end && shift < 64; shift += 7) {
        uint8_t byte = *text->at++;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            break;
    }
    return result;
}

static SELDOM int64_t text_signed(struct frame_text *text)
{
    const uint8_t *begin = text->at;
    uint64_t result = text_unsigned(text);
    unsigned bits = 7 * (unsigned)(text->at - begin);

    return bits < 64 ? (int64_t)(result << (64 - bits)) >> (64 - bits) : (int64_t)result;
}

/* ---- Entries ------------------------------------------------------------------ */

/* The bytes of an entry behind its length.  False: the table's end, or a length of eight
 * bytes. */
static SELDOM bool entry_text(const uint8_t *entry, struct frame_text *text)
{
    int32_t len = *(const int32_t *)(const void *)entry;

    text->at = entry + 4;
    text->end = text->at + (len > 0 ? len : 0);
    return len > 0;
}

/* Bytes of a pointer; 0: not understood. */
static unsigned pointer_len(uint64_t encoding)
{
    static const uint8_t len_of_format[] = {8, 0, 2, 4, 8, 0, 0, 0};

    return len_of_format[encoding & 7];
}

/* Whether the letters and what belongs to them say no more than where the code is. */
static SELDOM bool letters_understood(struct frame_text letters, struct frame_text values)
{
    uint64_t encoding = 0;
    unsigned len;

    while (letters.at < letters.end)
        switch (*letters.at++) {
        case 'R':
            encoding = text_bytes(&values, 1);
            break;
        case 'L':
            text_skip(&values, 1);
            break;
        case 'P':
            len = pointer_len(text_bytes(&values, 1));
            if (!len)
                return false;
            text_skip(&values, len);
            break;
        default: /* 'S', a signal's frame, among them */
            return false;
        }
    return encoding == FRAME_ENTRY_ENCODING;
}

static SELDOM bool common_read(const uint8_t *entry, struct frame_common *common)
{
    struct frame_text text, letters, values;

    if (!entry_text(entry, &text) || text_bytes(&text, 4) != 0)
        return false;
    uint64_t version = text_bytes(&text, 1);
    letters = text;
    while (text.at < text.end && *text.at)
        text.at++;
    letters.end = text.at;
    text_skip(&text, 1);
    if ((version != 1 && version != 3) || text_bytes(&letters, 1) != 'z')
        return false;
    common->code_factor = text_unsigned(&text);
    common->data_factor = text_signed(&text);
    if ((version == 1 ? text_bytes(&text, 1) : text_unsigned(&text)) != REGISTER_RETURN)
        return false;
    uint64_t len = text_unsigned(&text);
    values = text;
    text_skip(&text, len);
    values.end = text.at;
    common->program = text;
    return letters_understood(letters, values);
}

/* The row of the last function that begins at or before the address; -1: none. */
static SELDOM int64_t index_row(const struct frame_index *frames, uintptr_t address)
{
    intptr_t wanted = (intptr_t)(address - (uintptr_t)frames);
    int64_t low = 0, high = frames->count;

    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (frames->rows[middle].start <= wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

/* The function around the address.  False: none, or not to be understood. */
static SELDOM bool entry_find(const struct frame_index *frames, uintptr_t address,
                              struct frame_entry *entry)
{
    if (!frames || frames->version != FRAME_VERSION ||
        frames->count_encoding != FRAME_COUNT_ENCODING ||
        frames->table_encoding != FRAME_TABLE_ENCODING)
        return false;
    int64_t row = index_row(frames, address);
    if (row < 0)
        return false;
    const uint8_t *at = (const uint8_t *)frames + frames->rows[row].entry;
    struct frame_text text;
    if (!entry_text(at, &text))
        return false;
    const uint8_t *field = text.at; /* what it says is counted from itself */
    if (!common_read(field - (int32_t)text_bytes(&text, 4), &entry->common))
        return false;
    field = text.at;
    const uint8_t *start = field + (int32_t)text_bytes(&text, 4);
    entry->start = (uintptr_t)start;
    entry->end = entry->start + text_bytes(&text, 4);
    text_skip(&text, text_unsigned(&text));
    entry->program = text;
    return start == (const uint8_t *)frames + frames->rows[row].start && address < entry->end;
}

/* ---- Rules ---------------------------------------------------------------------- */

static SELDOM void rule_saves(struct frame_program *program, uint64_t number, int64_t offset)
{
    if (number == REGISTER_BASE)
        program->rule.base_offset = offset;
}

static void rule_restores(struct frame_program *program, uint64_t number)
{
    rule_saves(program, number, program->first.base_offset);
}

/* Of one register, that the operands name.  False: not understood. */
static SELDOM bool program_register(struct frame_program *program, uint8_t operation)
{
    struct frame_text *text = &program->text;
    uint64_t number = text_unsigned(text);

    switch (operation) {
    case 0x05: /* offset_extended */
        rule_saves(program, number, (int64_t)text_unsigned(text) * program->common->data_factor);
        return true;
    case 0x06: /* restore_extended */
        rule_restores(program, number);
        return true;
    case 0x07: /* undefined */
        program->rule.is_last |= number == REGISTER_RETURN;
        return number != REGISTER_BASE;
    case 0x08: /* same_value */
        rule_saves(program, number, 0);
        return true;
    case 0x10: /* expression */
        text_skip(text, text_unsigned(text));
        return number != REGISTER_BASE && number != REGISTER_RETURN;
    default:
        return false;
    }
}

/* What takes its operands from the bytes behind it.  False: not understood. */
static SELDOM bool program_extended(struct frame_program *program, uint8_t operation)
{
    struct frame_text *text = &program->text;
    struct frame_rule *rule = &program->rule;

    switch (operation) {
    case 0x00: /* nop */
        return true;
    case 0x02: /* advance_loc1, 2, 4 */
    case 0x03:
    case 0x04:
        program->address += program->common->code_factor * text_bytes(text, 1u << (operation - 2));
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
        rule->from = text_unsigned(text);
        rule->offset = (int64_t)text_unsigned(text);
        return true;
    case 0x0d: /* def_cfa_register */
        rule->from = text_unsigned(text);
        return true;
    case 0x0e: /* def_cfa_offset */
        rule->offset = (int64_t)text_unsigned(text);
        return true;
    case 0x0f: /* def_cfa_expression: until another rule comes */
        rule->from = REGISTER_RETURN;
        text_skip(text, text_unsigned(text));
        return true;
    case 0x2e: /* GNU_args_size */
        text_unsigned(text);
        return true;
    default:
        return program_register(program, operation);
    }
}

/* Up to where the rule for `address` is complete. */
static SELDOM bool program_run(struct frame_program *program, struct frame_text text,
                               uintptr_t address)
{
    program->text = text;
    while (program->text.at < program->text.end && program->address <= address) {
        uint8_t byte = *program->text.at++, operand = byte & 0x3f;
        switch (byte & 0xc0) {
        case 0x40: /* advance_loc */
            program->address += program->common->code_factor * operand;
            break;
        case 0x80: /* offset */
            rule_saves(program, operand,
                       (int64_t)text_unsigned(&program->text) * program->common->data_factor);
            break;
        case 0xc0: /* restore */
            rule_restores(program, operand);
            break;
        default:
            if (!program_extended(program, byte))
                return false;
        }
    }
    return true;
}

/* The rule that holds at the address.  False: there is none that is understood. */
static SELDOM bool frame_rule_at(const struct frame_index *frames, uintptr_t address,
                                 struct frame_rule *rule)
{
    struct frame_entry entry;

    if (!entry_find(frames, address, &entry))
        return false;
    struct frame_program program = {.common = &entry.common};
    if (!program_run(&program, entry.common.program, UINTPTR_MAX))
        return false;
    program.first = program.rule;
    program.address = entry.start;
    if (!program_run(&program, entry.program, address))
        return false;
    *rule = program.rule;
    return rule->from == REGISTER_STACK || rule->from == REGISTER_BASE;
}
