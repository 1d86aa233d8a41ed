/* Sections of an ELF file; see binary.h. */
#include "binary.h"

#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "fault.h"

bool binary_recognises(const void *bytes, size_t len)
{
    return len >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

/* The bytes and address of a section, or false if it is not there or lies
 * outside of the file. */
static bool find_section(Elf *elf, const char *wanted, const unsigned char *bytes, size_t len,
                         const unsigned char **ptr, size_t *size, uint64_t *address)
{
    size_t names;
    if (elf_getshdrstrndx(elf, &names) != 0)
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
        *ptr = bytes + header.sh_offset;
        *size = (size_t)header.sh_size;
        *address = header.sh_addr;
        return true;
    }
    return false;
}

static enum cprof_status read_sections(Elf *elf, struct records *records, const char *name,
                                       const unsigned char *bytes, size_t len,
                                       struct cprof_error *error)
{
    GElf_Ehdr header;
    if (!elf || elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
        return fault_set(error, CPROF_INPUT, "%.600s: a damaged ELF file; link it again", name);
    if (header.e_type == ET_REL)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: an object file, whose records are not resolved yet; name the "
                         "linked program or library",
                         name);
    size_t size;
    if (!find_section(elf, BINARY_SECTION_SITE, bytes, len, &records->sites, &size,
                      &records->site_address) ||
        !find_section(elf, BINARY_SECTION_STRING, bytes, len, &records->strings,
                      &records->string_len, &records->string_address))
        return fault_set(error, CPROF_INPUT,
                         "%.600s: not built with cprof; compile it with the output of `cprof "
                         "flags`",
                         name);
    records->site_size = sizeof(struct cprof_site);
    records->site_count = size / records->site_size;
    return CPROF_OK;
}

enum cprof_status binary_open(struct records *records, const char *name, void *bytes, size_t len,
                              struct cprof_error *error)
{
    *records = (struct records){0};
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory(bytes, len);
    enum cprof_status status = read_sections(elf, records, name, bytes, len, error);
    elf_end(elf);
    return status;
}
