/* The tables of an object as directives; site_text.h says who calls it.  Must
 * not know a compiler and must not decide what goes in: it writes facts.
 */
#include "site_text.h"

#include <stdlib.h>
#include <string.h>

#include <cprof/abi.h>

/* Strings met so far, open addressing; the number is the label's. */
struct string_entry {
    char *string;
    unsigned number;
};

struct cprof_site_text {
    FILE *output;
    char *compiler;
    struct string_entry *entries;
    size_t size, used; /* size is a power of two */
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

static unsigned string_number(struct cprof_site_text *text, const char *string)
{
    if (text->used * 2 >= text->size)
        grow(text);
    struct string_entry *entry = entry_of(text->entries, text->size, string);
    if (!entry->string) {
        entry->string = strdup(string);
        entry->number = (unsigned)text->used++;
    }
    return entry->number;
}

struct cprof_site_text *cprof_site_text_new(FILE *output, const char *compiler)
{
    struct cprof_site_text *text = calloc(1, sizeof *text);

    if (!text)
        abort();
    text->output = output;
    text->compiler = strdup(compiler);
    return text;
}

static void write_ref(struct cprof_site_text *text, const char *string)
{
    if (string)
        fprintf(text->output, "\t.long .Lcprof_string_%u - .\n", string_number(text, string));
    else
        fputs("\t.long 0\n", text->output);
}

static void write_integer(struct cprof_site_text *text, size_t size, uint64_t value)
{
    fprintf(text->output, "\t.%s %llu\n",
            size == 1   ? "byte"
            : size == 2 ? "short"
                        : "long",
            (unsigned long long)value);
}

/* `R` keeps the tables under --gc-sections in linkers that drop sections known
 * only by their __start_ symbol.  They refer to no function, so no function
 * lives longer for them. */
static void open_section(struct cprof_site_text *text, const char *section, const char *flags)
{
    fprintf(text->output, "\t.pushsection %s,\"%s\",@progbits\n\t.balign 4\n", section, flags);
}

static void close_section(struct cprof_site_text *text)
{
    fputs("\t.popsection\n", text->output);
}

void cprof_site_text_site(struct cprof_site_text *text, unsigned number,
                          const struct cprof_site_facts *facts)
{
    bool in = facts->flags & CPROF_SITE_INSTRUMENTED;

    open_section(text, CPROF_SECTION_SITE, "aR");
    fprintf(text->output, ".Lcprof_site_%u:\n", number);
    /* one line a field of site.def, in its order */
    write_ref(text, facts->name);
    write_ref(text, facts->file);
    if (in)
        fprintf(text->output, "\t.long .Lcprof_id_%u - .\n", number);
    else
        write_integer(text, 4, 0);
    write_integer(text, 4, facts->line);
    write_integer(text, 4, facts->flags);
    write_integer(text, 4, facts->reason);
    write_integer(text, 4, facts->lines);
    write_integer(text, 4, facts->statements);
    write_ref(text, text->compiler);
    write_integer(text, 4, (uint32_t)CPROF_NEAR_SLOT(facts->slot));
    write_integer(text, 4, (uint32_t)CPROF_FAR_SLOT(facts->slot));
    close_section(text);
    if (!in)
        return;
    open_section(text, CPROF_SECTION_ID, "awR");
    fprintf(text->output, ".Lcprof_id_%u:\n\t.long %u\n", number, CPROF_SITE_UNREGISTERED);
    close_section(text);
}

void cprof_site_text_call(struct cprof_site_text *text, const struct cprof_call_facts *facts)
{
    open_section(text, CPROF_SECTION_CALL, "aR");
    /* one line a field of call.def, in its order */
    fprintf(text->output, "\t.long .Lcprof_site_%u - .\n", facts->caller);
    write_ref(text, facts->callee);
    write_ref(text, facts->file);
    write_integer(text, 4, facts->line);
    write_integer(text, 2, facts->column);
    write_integer(text, 1, facts->loop_depth);
    write_integer(text, 1, facts->flags);
    write_integer(text, 4, 0);
    close_section(text);
}

void cprof_site_text_line(struct cprof_site_text *text, const struct cprof_policy_line *line)
{
    open_section(text, CPROF_SECTION_LINE, "aR");
    /* one line a field of line.def, in its order */
    write_ref(text, line->file);
    write_ref(text, line->text);
    write_integer(text, 4, line->line);
    write_integer(text, 4, line->flags);
    close_section(text);
}

static void write_string(FILE *output, const struct string_entry *entry)
{
    fprintf(output, ".Lcprof_string_%u:\n\t.string \"", entry->number);
    for (const char *byte = entry->string; *byte; byte++) {
        if (*byte >= ' ' && *byte <= '~' && *byte != '"' && *byte != '\\')
            fputc(*byte, output);
        else
            fprintf(output, "\\%03o", (unsigned char)*byte);
    }
    fputs("\"\n", output);
}

static int by_number(const void *left, const void *right)
{
    const struct string_entry *a = left, *b = right;
    if (!a->string || !b->string)
        return (a->string == NULL) - (b->string == NULL);
    return (a->number > b->number) - (a->number < b->number);
}

void cprof_site_text_free(struct cprof_site_text *text)
{
    fprintf(text->output, "\t.pushsection %s,\"aR\",@progbits\n", CPROF_SECTION_STRING);
    if (text->used)
        qsort(text->entries, text->size, sizeof *text->entries, by_number);
    for (size_t idx = 0; idx < text->used; idx++) {
        write_string(text->output, &text->entries[idx]);
        free(text->entries[idx].string);
    }
    /* a reference that no other ABI version satisfies */
    fprintf(text->output, "\t.balign 4\n\t.long %s - .\n\t.popsection\n", CPROF_SYMBOL_ABI);
    free(text->entries);
    free(text->compiler);
    free(text);
}
