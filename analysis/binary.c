/* Records of ELF files and archives; see binary.h. */
#include "binary.h"

#include <ar.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "fault.h"
#include "object.h"

/* Where the records go, and what errors call the file. */
struct reading_binary {
    const char *name;
    binary_taker *taker;
    void *context;
    struct cprof_error *error;
    bool in_archive; /* where a file without records is nothing special */
    bool found;
};

bool binary_recognises(const void *bytes, size_t len)
{
    return (len >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0) ||
           (len >= SARMAG && memcmp(bytes, ARMAG, SARMAG) == 0);
}

static enum cprof_status give(struct reading_binary *reading, const struct records *records)
{
    reading->found = true;
    return reading->taker(reading->context, records, reading->error);
}

static enum cprof_status without_records(const struct reading_binary *reading)
{
    if (reading->in_archive)
        return CPROF_OK;
    return fault_set(reading->error, CPROF_INPUT,
                     "%.600s: not built with cprof; compile it with the output of `cprof flags`",
                     reading->name);
}

static enum cprof_status for_lto(const struct reading_binary *reading)
{
    if (reading->in_archive)
        return CPROF_OK;
    return fault_set(reading->error, CPROF_INPUT,
                     "%.600s: an object for link-time optimisation, whose functions are decided "
                     "in the link; name the linked program or library",
                     reading->name);
}

static enum cprof_status damaged(const struct reading_binary *reading)
{
    return fault_set(reading->error, CPROF_INPUT, "%.600s: a damaged ELF file; build it again",
                     reading->name);
}

/* ---- Linked --------------------------------------------------------------- */

/* A section by its name. */
struct section {
    const unsigned char *ptr;
    size_t len;
    uint64_t address;
};

/* False if it is not there or lies outside of the file. */
static bool find_section(Elf *elf, const char *wanted, struct section *found)
{
    size_t names, len;
    const char *bytes = elf_rawfile(elf, &len);
    if (!bytes || elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        const char *name;
        if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
            continue;
        name = elf_strptr(elf, names, header.sh_name);
        if (!name || strcmp(name, wanted) != 0)
            continue;
        if (header.sh_offset > len || header.sh_size > len - header.sh_offset)
            return false;
        *found = (struct section){.ptr = (const unsigned char *)bytes + header.sh_offset,
                                  .len = (size_t)header.sh_size,
                                  .address = header.sh_addr};
        return true;
    }
    return false;
}

static struct records_array array_of(const struct section *section, size_t size)
{
    return (struct records_array){.ptr = section->ptr,
                                  .address = section->address,
                                  .count = section->len / size,
                                  .size = size};
}

static enum cprof_status read_linked(struct reading_binary *reading, Elf *elf)
{
    struct section sites, strings, lines = {0}, allocations = {0};
    if (!find_section(elf, BINARY_SECTION_SITE, &sites) ||
        !find_section(elf, BINARY_SECTION_STRING, &strings))
        return without_records(reading);
    find_section(elf, BINARY_SECTION_LINE, &lines); /* only where there were lists */
    find_section(elf, BINARY_SECTION_ALLOCATION, &allocations);
    struct records records = {.sites = array_of(&sites, sizeof(struct cprof_site)),
                              .lines = array_of(&lines, sizeof(struct cprof_line)),
                              .allocations =
                                  array_of(&allocations, sizeof(struct cprof_allocation)),
                              .strings = strings.ptr,
                              .string_address = strings.address,
                              .string_len = strings.len};
    return give(reading, &records);
}

/* ---- Not linked ----------------------------------------------------------- */

static bool is_for_lto(Elf *elf)
{
    size_t names;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        const char *name =
            gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
        if (name && strncmp(name, ".gnu.lto_", strlen(".gnu.lto_")) == 0)
            return true;
    }
    return false;
}

static enum cprof_status read_object(struct reading_binary *reading, Elf *elf)
{
    struct object object;
    enum cprof_status status = CPROF_OK;
    switch (object_open(&object, elf)) {
    case OBJECT_OK:
        status = give(reading, &object.records);
        break;
    case OBJECT_WITHOUT_RECORDS:
        status = is_for_lto(elf) ? for_lto(reading) : without_records(reading);
        break;
    case OBJECT_DAMAGED:
        status = damaged(reading);
        break;
    case OBJECT_NO_MEMORY:
        status = fault_memory(reading->error, reading->name);
    }
    object_close(&object);
    return status;
}

static enum cprof_status read_elf(struct reading_binary *reading, Elf *elf)
{
    GElf_Ehdr header;
    if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
        return damaged(reading);
    return header.e_type == ET_REL ? read_object(reading, elf) : read_linked(reading, elf);
}

static enum cprof_status read_archive(struct reading_binary *reading, Elf *archive)
{
    enum cprof_status status = CPROF_OK;
    Elf_Cmd next = ELF_C_READ_MMAP; /* as elf_memory has it */
    reading->in_archive = true;
    for (Elf *member; status == CPROF_OK && (member = elf_begin(-1, next, archive));) {
        if (elf_kind(member) == ELF_K_ELF) /* others are the archive's own tables */
            status = read_elf(reading, member);
        next = elf_next(member);
        elf_end(member);
    }
    reading->in_archive = false;
    return status == CPROF_OK && !reading->found ? without_records(reading) : status;
}

enum cprof_status binary_read(const char *name, void *bytes, size_t len, binary_taker *taker,
                              void *context, struct cprof_error *error)
{
    struct reading_binary reading = {
        .name = name, .taker = taker, .context = context, .error = error};
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory(bytes, len);
    enum cprof_status status = !elf                        ? damaged(&reading)
                               : elf_kind(elf) == ELF_K_AR ? read_archive(&reading, elf)
                                                           : read_elf(&reading, elf);
    elf_end(elf);
    return status;
}
