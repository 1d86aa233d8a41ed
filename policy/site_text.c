/* The tables of an object as directives; site_text.h says who calls it.  Must
 * not know a compiler and must not decide what goes in: it writes facts.
 */
#include "site_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cprof/abi.h>

#include "hook_text.h"

/* Strings met so far, open addressing. */
struct string_entry {
    char *string;
    uint32_t offset; /* in the object's strings */
};

/* Facts wait here until the unit ends: one section a table is then opened once,
 * which the assembler does in a fraction of the time. */
struct site_row {
    uint32_t name, file; /* offsets of strings */
    struct cprof_site_facts facts;
};

struct call_row {
    uint32_t callee, file;
    struct cprof_call_facts facts;
};

struct line_row {
    uint32_t file, text;
    uint32_t line, flags;
};

struct allocation_row {
    uint32_t file, callee, type, inlined; /* offsets of strings */
    struct cprof_allocation_facts facts;
};

struct cprof_site_text {
    FILE *output;
    uint32_t compiler;
    struct string_entry *entries;
    size_t size, used; /* size is a power of two */
    struct site_row *sites;
    struct call_row *calls;
    struct line_row *lines;
    struct allocation_row *allocations;
    size_t site_count, call_count, line_count, allocation_count;
    char *strings; /* the bytes to be written */
    size_t string_len, string_size;
    bool has_tallies[2]; /* by whether they are shared */
};

static uint64_t string_hash(const char *string)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *string; string++)
        hash = (hash ^ (unsigned char)*string) * 1099511628211u;
    return hash;
}

static struct string_entry *entry_of(struct string_entry *entries, size_t size, const char *string)
{
    size_t idx = string_hash(string) & (size - 1);
    while (entries[idx].string && strcmp(entries[idx].string, string) != 0)
        idx = (idx + 1) & (size - 1);
    return &entries[idx];
}

static void grow(struct cprof_site_text *text)
{
    size_t size = text->size ? 2 * text->size : 64;
    struct string_entry *entries = calloc(size, sizeof *entries);

    if (!entries)
        abort(); /* inside a compiler, whose own allocator does the same */
    for (size_t idx = 0; idx < text->size; idx++)
        if (text->entries[idx].string)
            *entry_of(entries, size, text->entries[idx].string) = text->entries[idx];
    free(text->entries);
    text->entries = entries;
    text->size = size;
}

/* Room for one more in an array of `count`, whose size is the power of two at or
 * above it. */
static void *room_for_one(void *array, size_t count, size_t item_size)
{
    if (count && (count & (count - 1)))
        return array;
    array = realloc(array, (count ? 2 * count : 1) * item_size);
    if (!array)
        abort();
    return array;
}

static uint32_t bytes_append(struct cprof_site_text *text, const char *bytes, size_t len)
{
    uint32_t offset = (uint32_t)text->string_len;

    while (text->string_len + len > text->string_size) {
        text->string_size = text->string_size ? 2 * text->string_size : 4096;
        text->strings = realloc(text->strings, text->string_size);
        if (!text->strings)
            abort();
    }
    memcpy(text->strings + offset, bytes, len);
    text->string_len += len;
    return offset;
}

/* 0 for no string. */
static uint32_t string_offset(struct cprof_site_text *text, const char *string)
{
    if (!string)
        return 0;
    if (text->used * 2 >= text->size)
        grow(text);
    struct string_entry *entry = entry_of(text->entries, text->size, string);
    if (!entry->string) {
        entry->string = strdup(string);
        entry->offset = bytes_append(text, string, strlen(string) + 1);
        text->used++;
    }
    return entry->offset;
}

struct cprof_site_text *cprof_site_text_new(FILE *output, const char *compiler)
{
    struct cprof_site_text *text = calloc(1, sizeof *text);

    if (!text)
        abort();
    text->output = output;
    bytes_append(text, "", 1);
    text->compiler = string_offset(text, compiler);
    return text;
}

unsigned cprof_site_text_site(struct cprof_site_text *text, const struct cprof_site_facts *facts)
{
    struct site_row row = {string_offset(text, facts->name), string_offset(text, facts->file),
                           *facts};

    text->sites = room_for_one(text->sites, text->site_count, sizeof row);
    text->sites[text->site_count] = row;
    return (unsigned)text->site_count++;
}

unsigned cprof_site_text_allocation(struct cprof_site_text *text,
                                    const struct cprof_allocation_facts *facts)
{
    struct allocation_row row = {
        string_offset(text, facts->file), string_offset(text, facts->callee),
        string_offset(text, facts->type), string_offset(text, facts->inlined), *facts};

    text->allocations = room_for_one(text->allocations, text->allocation_count, sizeof row);
    text->allocations[text->allocation_count] = row;
    return (unsigned)text->allocation_count++;
}

void cprof_site_text_call(struct cprof_site_text *text, const struct cprof_call_facts *facts)
{
    struct call_row row = {string_offset(text, facts->callee), string_offset(text, facts->file),
                           *facts};

    text->calls = room_for_one(text->calls, text->call_count, sizeof row);
    text->calls[text->call_count++] = row;
}

void cprof_site_text_tally(struct cprof_site_text *text, bool shared)
{
    text->has_tallies[shared] = true;
}

void cprof_site_text_line(struct cprof_site_text *text, const struct cprof_policy_line *line)
{
    struct line_row row = {string_offset(text, line->file), string_offset(text, line->text),
                           line->line, line->flags};

    text->lines = room_for_one(text->lines, text->line_count, sizeof row);
    text->lines[text->line_count++] = row;
}

/* `R` keeps the tables under --gc-sections in linkers that drop sections known
 * only by their __start_ symbol.  They refer to no function, so no function
 * lives longer for them. */
static void open_section(FILE *output, const char *section, const char *flags)
{
    fprintf(output, "\t.pushsection %s,\"%s\",@progbits\n\t.balign 4\n", section, flags);
}

static void close_section(FILE *output)
{
    fputs("\t.popsection\n", output);
}

static void write_ref(FILE *output, uint32_t string)
{
    if (string)
        fprintf(output, "\t.long .Lcprof_strings + %u - .\n", string);
    else
        fputs("\t.long 0\n", output);
}

static void write_site(const struct cprof_site_text *text, unsigned number)
{
    const struct site_row *site = &text->sites[number];
    FILE *output = text->output;

    fprintf(output, ".Lcprof_site_%u:\n", number);
    /* the fields of site.def, in its order */
    write_ref(output, site->name);
    write_ref(output, site->file);
    if (site->facts.flags & CPROF_SITE_INSTRUMENTED)
        fprintf(output, "\t.long .Lcprof_id_%u - .\n", number);
    else
        fputs("\t.long 0\n", output);
    fprintf(output, "\t.long %u, %u, %u, %u, %u\n", site->facts.line, site->facts.flags,
            site->facts.reason, site->facts.lines, site->facts.statements);
    write_ref(output, text->compiler);
    fprintf(output, "\t.long %d, %d\n", CPROF_SLOT(site->facts.slot),
            CPROF_SPARE(number % CPROF_SPARE_COUNT));
}

static void write_sites(const struct cprof_site_text *text)
{
    open_section(text->output, CPROF_SECTION_SITE, "aR");
    for (unsigned idx = 0; idx < text->site_count; idx++)
        write_site(text, idx);
    close_section(text->output);
    open_section(text->output, CPROF_SECTION_ID, "awR");
    for (unsigned idx = 0; idx < text->site_count; idx++)
        if (text->sites[idx].facts.flags & CPROF_SITE_INSTRUMENTED)
            fprintf(text->output, ".Lcprof_id_%u:\n\t.long %u\n", idx, CPROF_SITE_UNREGISTERED);
    close_section(text->output);
}

static void write_calls(const struct cprof_site_text *text)
{
    if (!text->call_count)
        return;
    open_section(text->output, CPROF_SECTION_CALL, "aR");
    fprintf(text->output,
            "\t.long .Lcprof_site_0 - .\n\t.long .Lcprof_strings - .\n\t.long %zu, 0, 0\n",
            text->call_count);
    for (size_t idx = 0; idx < text->call_count; idx++) {
        const struct call_row *row = &text->calls[idx];
        const struct cprof_call_facts *facts = &row->facts;
        /* the fields of call.def, in its order, the last three in one number */
        fprintf(text->output, "\t.long %u, %u, %u, %u, %u\n", facts->caller, row->callee, row->file,
                facts->line,
                facts->column | (uint32_t)facts->loop_depth << 16 | (uint32_t)facts->flags << 24);
    }
    close_section(text->output);
}

static void write_allocations(const struct cprof_site_text *text)
{
    FILE *output = text->output;

    if (!text->allocation_count)
        return;
    open_section(output, CPROF_SECTION_ALLOCATION, "aR");
    fputs("\t.balign 8\n", output);
    for (size_t idx = 0; idx < text->allocation_count; idx++) {
        const struct allocation_row *row = &text->allocations[idx];
        const struct cprof_allocation_facts *facts = &row->facts;
        /* the fields of allocation.def, in its order */
        fprintf(output, ".Lcprof_allocation_%zu:\n\t.long .Lcprof_site_%u - .\n", idx, facts->site);
        write_ref(output, row->file);
        write_ref(output, row->callee);
        write_ref(output, row->type);
        write_ref(output, row->inlined);
        fprintf(output, "\t.long %u, %u, %u\n", facts->line, facts->flags,
                facts->column | (uint32_t)facts->loop_depth << 16 | (uint32_t)facts->kind << 24);
        fprintf(output, "\t.quad %" PRIu64 ", %" PRIu64 "\n\t.long %u, 0\n\t.quad 0\n", facts->size,
                facts->alignment, facts->number);
    }
    close_section(output);
}

static void write_lines(const struct cprof_site_text *text)
{
    if (!text->line_count)
        return;
    open_section(text->output, CPROF_SECTION_LINE, "aR");
    for (size_t idx = 0; idx < text->line_count; idx++) {
        /* the fields of line.def, in its order */
        write_ref(text->output, text->lines[idx].file);
        write_ref(text->output, text->lines[idx].text);
        fprintf(text->output, "\t.long %u, %u\n", text->lines[idx].line, text->lines[idx].flags);
    }
    close_section(text->output);
}

/* A word for each site, those without a hook included: so a hook knows its word before
 * the unit ends. */
static void write_tallies(const struct cprof_site_text *text, bool shared)
{
    const char *label = shared ? CPROF_TALLY_LABEL_SHARED : CPROF_TALLY_LABEL;
    FILE *output = text->output;

    if (!text->has_tallies[shared])
        return;
    fprintf(output, "\t.pushsection %s,@nobits\n\t.balign %d\n%s:\n\t.zero %zu\n",
            shared ? ".bss,\"aw\"" : ".tbss,\"awT\"", CPROF_TALLY_SIZE, label,
            CPROF_TALLY_SIZE * text->site_count);
    close_section(output);
    open_section(output, CPROF_SECTION_TALLY, "aR");
    /* the fields of struct cprof_tallies, in its order */
    fprintf(output, "\t.long %s%s, %zu, %d\n", label, shared ? " - ." : "@tpoff", text->site_count,
            shared);
    close_section(output);
}

void cprof_string_directive(FILE *output, const char *string)
{
    fputs("\t.string \"", output);
    for (const char *byte = string; *byte; byte++) {
        if (*byte >= ' ' && *byte <= '~' && *byte != '"' && *byte != '\\')
            fputc(*byte, output);
        else
            fprintf(output, "\\%03o", (unsigned char)*byte);
    }
    fputs("\"\n", output);
}

static void write_strings(const struct cprof_site_text *text)
{
    FILE *output = text->output;
    const char *end = text->strings + text->string_len;

    open_section(output, CPROF_SECTION_STRING, "aR");
    fputs(".Lcprof_strings:\n", output);
    for (const char *string = text->strings; string < end; string += strlen(string) + 1)
        cprof_string_directive(output, string);
    /* a reference that no other ABI version satisfies */
    fprintf(output, "\t.balign 4\n\t.long %s - .\n", CPROF_SYMBOL_ABI);
    close_section(output);
}

void cprof_site_text_free(struct cprof_site_text *text)
{
    write_strings(text);
    write_sites(text);
    write_calls(text);
    write_allocations(text);
    write_lines(text);
    write_tallies(text, false);
    write_tallies(text, true);
    for (size_t idx = 0; idx < text->size; idx++)
        free(text->entries[idx].string);
    free(text->entries);
    free(text->sites);
    free(text->calls);
    free(text->allocations);
    free(text->lines);
    free(text->strings);
    free(text);
}
