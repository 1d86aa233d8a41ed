/* The site table of a linked program as its plugin wrote it, one record a line:
 *
 *     VERDICT REASON FLAGS FILE:LINE LINES SYMBOL NAME
 *
 * or, with --allocations, its allocation sites:
 *
 *     FILE:LINE:COLUMN KIND CALLEE SIZE ALIGNMENT LOOPS FLAGS TYPE FUNCTION [FRAME...]
 *
 * or, with --calls, its calls:
 *
 *     FILE:LINE:COLUMN CALLER CALLEE FLAGS
 *
 * Reads the records itself, so that what the reading side merges for people (the
 * several bodies of a constructor) is seen here one by one; only whole copies that
 * a compiler makes of a function go by its name.  Must not decide what is right.
 * Called by program.sh.
 */
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <libiberty/demangle.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cprof/abi.h>
#include <cprof/record.h>

static const char *const reasons[] = {
#define CPROF_REASON(name, in, words) #name,
#include <cprof/reason.def>
#undef CPROF_REASON
};

static const char *const kinds[] = {
#define CPROF_KIND(name, word, meaning) word,
#define CPROF_RELEASE(name, word, meaning) word,
#include <cprof/kind.def>
#undef CPROF_KIND
#undef CPROF_RELEASE
};

struct section {
    const char *bytes;
    uint64_t address, size;
};

static struct section find_section(Elf *elf, const char *wanted)
{
    size_t names;
    struct section section = {0};

    elf_getshdrstrndx(elf, &names);
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
        GElf_Shdr header;
        gelf_getshdr(scn, &header);
        if (strcmp(elf_strptr(elf, names, header.sh_name), wanted) == 0)
            section =
                (struct section){elf_getdata(scn, NULL)->d_buf, header.sh_addr, header.sh_size};
    }
    return section;
}

/* What a ref at `address` points to. */
static const char *text_at(const struct section *strings, uint64_t address, int32_t ref)
{
    uint64_t offset = address + (uint64_t)(int64_t)ref - strings->address;

    if (ref == 0)
        return "";
    return offset < strings->size ? strings->bytes + offset : "(outside)";
}

/* The name without .constprop.0 and its like, which are whole copies. */
static char *origin_of(const char *name)
{
    static const char *const copies[] = {".constprop.", ".isra.", ".specialized."};
    size_t len = strlen(name);

    for (size_t idx = 0; idx < sizeof copies / sizeof *copies; idx++) {
        const char *suffix = strstr(name, copies[idx]);
        if (suffix && (size_t)(suffix - name) < len)
            len = (size_t)(suffix - name);
    }
    return strndup(name, len);
}

static void print_site(const struct section *sites, const struct section *strings, size_t offset)
{
    struct cprof_site site;
    uint64_t address = sites->address + offset;

    memcpy(&site, sites->bytes + offset, sizeof site);
    char *name =
        origin_of(text_at(strings, address + offsetof(struct cprof_site, name_ref), site.name_ref));
    const char *file =
        text_at(strings, address + offsetof(struct cprof_site, file_ref), site.file_ref);
    char *people =
        strncmp(name, "_Z", 2) == 0 ? cplus_demangle_v3(name, DMGL_PARAMS | DMGL_ANSI) : NULL;
    static const char *const flags[] = {"-", "forced", "cxx", "forced,cxx"};
    printf("%s %s %s %s:%u %u %s %s\n", site.flags & CPROF_SITE_INSTRUMENTED ? "in" : "out",
           site.reason < CPROF_REASON_COUNT ? reasons[site.reason] : "?",
           flags[!!(site.flags & CPROF_SITE_FORCED) + 2 * !!(site.flags & CPROF_SITE_CXX)],
           *file ? file : "-", site.line, site.lines, name, people ? people : name);
    free(people);
    free(name);
}

/* A field of an allocation record that is a ref to a text. */
#define ALLOCATION_TEXT(strings, address, record, field)                                           \
    text_at(strings, (address) + offsetof(struct cprof_allocation, field), (record)->field)

/* The name of the function whose record a ref leads to. */
static const char *function_at(const struct section *sites, const struct section *strings,
                               uint64_t address, int32_t ref)
{
    uint64_t offset = address + (uint64_t)(int64_t)ref - sites->address;
    struct cprof_site site;

    if (ref == 0)
        return "-";
    if (offset % sizeof site || offset >= sites->size)
        return "(outside)";
    memcpy(&site, sites->bytes + offset, sizeof site);
    return text_at(strings, sites->address + offset + offsetof(struct cprof_site, name_ref),
                   site.name_ref);
}

/* Frames come as "name\tfile\tline\tcolumn\n". */
static void print_frames(const char *frames)
{
    static const char *const parts[] = {" %.*s", "@%.*s", ":%.*s", ":%.*s"};

    for (size_t part = 0; *frames; part++) {
        size_t len = strcspn(frames, "\t\n");
        printf(parts[part % 4], (int)len, frames);
        frames += len + 1;
    }
}

static void print_allocation(const struct section *allocations, const struct section *sites,
                             const struct section *strings, size_t offset)
{
    struct cprof_allocation record;
    uint64_t address = allocations->address + offset;

    memcpy(&record, allocations->bytes + offset, sizeof record);
    const char *file = ALLOCATION_TEXT(strings, address, &record, file_ref);
    const char *type = ALLOCATION_TEXT(strings, address, &record, type_ref);
    printf("%s:%u:%u %s %s ", *file ? file : "-", record.line, record.column,
           record.kind < CPROF_KIND_COUNT ? kinds[record.kind] : "?",
           ALLOCATION_TEXT(strings, address, &record, callee_ref));
    if (record.flags & CPROF_ALLOCATION_HAS_SIZE)
        printf("%llu", (unsigned long long)record.size);
    else
        putchar('-');
    printf(" %llu %u %u '%s' %s", (unsigned long long)record.alignment, record.loop_depth,
           record.flags & ~CPROF_ALLOCATION_HAS_SIZE, type,
           function_at(sites, strings, address, record.site_ref));
    print_frames(ALLOCATION_TEXT(strings, address, &record, inline_ref));
    putchar('\n');
}

/* One object's: a header as large as a record, and so many records. */
static size_t print_calls(const struct section *calls, const struct section *sites,
                          const struct section *strings, size_t offset)
{
    struct cprof_calls header;
    uint64_t address = calls->address + offset;

    memcpy(&header, calls->bytes + offset, sizeof header);
    uint64_t texts =
        address + offsetof(struct cprof_calls, string_ref) + (uint64_t)(int64_t)header.string_ref;
    uint64_t first =
        address + offsetof(struct cprof_calls, site_ref) + (uint64_t)(int64_t)header.site_ref;
    for (uint32_t idx = 0; idx < header.count; idx++) {
        struct cprof_call call;
        memcpy(&call, calls->bytes + offset + (idx + 1) * sizeof call, sizeof call);
        uint64_t caller = first + call.caller * sizeof(struct cprof_site);
        printf("%s:%u:%u %s %s %u\n", text_at(strings, texts, (int32_t)call.file), call.line,
               call.column, function_at(sites, strings, caller - 1, 1),
               text_at(strings, texts, (int32_t)call.callee), call.flags);
    }
    return (header.count + 1) * sizeof header;
}

int main(int count, char **words)
{
    bool allocations_wanted = count == 3 && strcmp(words[1], "--allocations") == 0;
    bool calls_wanted = count == 3 && strcmp(words[1], "--calls") == 0;
    bool sites_wanted = count == 2;
    bool known = allocations_wanted || calls_wanted || sites_wanted;
    int file = known ? open(words[count - 1], O_RDONLY) : -1;
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(file, ELF_C_READ, NULL);

    if (!elf || elf_kind(elf) != ELF_K_ELF) {
        fprintf(stderr, "usage: corpus_table [--allocations|--calls] PROGRAM; %s is none\n",
                count > 1 ? words[count - 1] : "nothing");
        return 2;
    }
    struct section sites = find_section(elf, CPROF_SECTION_SITE);
    struct section strings = find_section(elf, CPROF_SECTION_STRING);
    struct section allocations = find_section(elf, CPROF_SECTION_ALLOCATION);
    struct section calls = find_section(elf, CPROF_SECTION_CALL);
    for (size_t offset = 0; allocations_wanted && offset < allocations.size;
         offset += sizeof(struct cprof_allocation))
        print_allocation(&allocations, &sites, &strings, offset);
    for (size_t offset = 0; calls_wanted && offset < calls.size;)
        offset += print_calls(&calls, &sites, &strings, offset);
    for (size_t offset = 0; sites_wanted && offset < sites.size;
         offset += sizeof(struct cprof_site))
        print_site(&sites, &strings, offset);
    elf_end(elf);
    close(file);
    return 0;
}
