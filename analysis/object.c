/* Linking the records of an object file; see object.h. */
#include "object.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "binary.h"

/* The kinds of section, in the order in which they are laid out. */
enum kind { KIND_SITE, KIND_LINE, KIND_ALLOCATION, KIND_STRING, KIND_COUNT };

static const char *const kind_names[KIND_COUNT] = {
    BINARY_SECTION_SITE, BINARY_SECTION_LINE, BINARY_SECTION_ALLOCATION, BINARY_SECTION_STRING};

/* More would not fit into a ref, and no compiler writes it. */
#define MOST_BYTES ((uint64_t)1 << 30)

/* Where the sections of the file went; -1: nowhere. */
struct layout {
    Elf *elf;
    size_t names; /* the section that holds the sections' names */
    size_t section_count;
    int64_t *places; /* by section: offset in the object's bytes */
    uint64_t starts[KIND_COUNT + 1];
    unsigned char *bytes;
};

static bool is_of_kind(const struct layout *layout, const GElf_Shdr *header, enum kind kind)
{
    const char *name = elf_strptr(layout->elf, layout->names, header->sh_name);
    return header->sh_type == SHT_PROGBITS && name && strcmp(name, kind_names[kind]) == 0;
}

static Elf_Data *data_of(Elf_Scn *section)
{
    Elf_Data *data = elf_getdata(section, NULL);
    return data && data->d_buf ? data : NULL;
}

/* Gives a section its place behind the others.  False: it is not all there. */
static bool place_section(struct layout *layout, Elf_Scn *section, uint64_t *used)
{
    Elf_Data *data = data_of(section);
    if (!data || data->d_size > MOST_BYTES - *used)
        return false;
    layout->places[elf_ndxscn(section)] = (int64_t)*used;
    *used += data->d_size;
    return true;
}

static enum object_result plan(struct layout *layout)
{
    uint64_t used = 0;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        layout->starts[kind] = used;
        for (Elf_Scn *section = NULL; (section = elf_nextscn(layout->elf, section));) {
            GElf_Shdr header;
            if (gelf_getshdr(section, &header) && header.sh_size &&
                is_of_kind(layout, &header, (enum kind)kind) &&
                !place_section(layout, section, &used))
                return OBJECT_DAMAGED;
        }
    }
    layout->starts[KIND_COUNT] = used;
    return layout->starts[KIND_LINE] ? OBJECT_OK : OBJECT_WITHOUT_RECORDS;
}

static void copy_sections(struct layout *layout)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(layout->elf, section));) {
        int64_t place = layout->places[elf_ndxscn(section)];
        if (place < 0)
            continue;
        Elf_Data *data = data_of(section);
        memcpy(layout->bytes + place, data->d_buf, data->d_size);
    }
}

/* Of the relocations only distances between the sections matter; what leads
 * elsewhere, to the id words, stays 0. */
static void relocate_one(struct layout *layout, const GElf_Rela *relocation, Elf_Data *symbols,
                         int64_t place, uint64_t size)
{
    GElf_Sym symbol;
    if (GELF_R_TYPE(relocation->r_info) != R_X86_64_PC32 || size < 4 ||
        relocation->r_offset > size - 4 ||
        !gelf_getsym(symbols, (int)GELF_R_SYM(relocation->r_info), &symbol) ||
        symbol.st_shndx >= layout->section_count || layout->places[symbol.st_shndx] < 0)
        return;
    uint64_t position = (uint64_t)place + relocation->r_offset;
    uint64_t target = (uint64_t)layout->places[symbol.st_shndx] + symbol.st_value +
                      (uint64_t)relocation->r_addend;
    uint32_t distance = (uint32_t)(target - position);
    memcpy(layout->bytes + position, &distance, sizeof distance);
}

static void relocate(struct layout *layout)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(layout->elf, section));) {
        GElf_Shdr header, target;
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_RELA ||
            header.sh_info >= layout->section_count || layout->places[header.sh_info] < 0 ||
            !gelf_getshdr(elf_getscn(layout->elf, header.sh_info), &target))
            continue;
        Elf_Data *relocations = data_of(section);
        Elf_Scn *table = elf_getscn(layout->elf, header.sh_link);
        Elf_Data *symbols = table ? data_of(table) : NULL;
        GElf_Rela relocation;
        for (int idx = 0; relocations && symbols && gelf_getrela(relocations, idx, &relocation);
             idx++)
            relocate_one(layout, &relocation, symbols, layout->places[header.sh_info],
                         target.sh_size);
    }
}

static struct records_array array_of(const struct layout *layout, enum kind kind, size_t size)
{
    uint64_t start = layout->starts[kind], len = layout->starts[kind + 1] - start;
    return (struct records_array){
        .ptr = layout->bytes + start, .address = start, .count = (size_t)len / size, .size = size};
}

static enum object_result lay_out(struct layout *layout, struct object *object)
{
    enum object_result result = plan(layout);
    if (result != OBJECT_OK)
        return result;
    layout->bytes = object->bytes = malloc(layout->starts[KIND_COUNT]);
    if (!layout->bytes)
        return OBJECT_NO_MEMORY;
    copy_sections(layout);
    relocate(layout);
    uint64_t strings = layout->starts[KIND_STRING];
    object->records = (struct records){
        .sites = array_of(layout, KIND_SITE, sizeof(struct cprof_site)),
        .lines = array_of(layout, KIND_LINE, sizeof(struct cprof_line)),
        .allocations = array_of(layout, KIND_ALLOCATION, sizeof(struct cprof_allocation)),
        .strings = layout->bytes + strings,
        .string_address = strings,
        .string_len = (size_t)(layout->starts[KIND_COUNT] - strings)};
    return OBJECT_OK;
}

enum object_result object_open(struct object *object, Elf *elf)
{
    struct layout layout = {.elf = elf};
    *object = (struct object){0};
    if (elf_getshdrstrndx(elf, &layout.names) != 0 ||
        elf_getshdrnum(elf, &layout.section_count) != 0)
        return OBJECT_DAMAGED;
    layout.places = malloc((layout.section_count + 1) * sizeof *layout.places);
    if (!layout.places)
        return OBJECT_NO_MEMORY;
    memset(layout.places, -1, (layout.section_count + 1) * sizeof *layout.places);
    enum object_result result = lay_out(&layout, object);
    free(layout.places);
    return result;
}

void object_close(struct object *object)
{
    free(object->bytes);
    *object = (struct object){0};
}
