/* Turns the runtime's object file into the text that plugins append to every object
 * (docs/adr/0001): all of it in one COMDAT group, so that the linker keeps one copy a
 * module, and no name that the object's own code could also use: "__cprof_" in front,
 * and behind it a dot and the ABI version (abi.h says what the dot is for).
 *
 *   carry runtime.o > carried.s
 *
 * Machine code as strings: an assembler takes 64 KiB of them in a fraction of the time of
 * the 20,000 lines that they were made of, and does so for every object of a build.
 * Runs in the build alone; runtime/CMakeLists.txt calls it.  Knows x86-64.
 */
#include <err.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cprof/abi.h>

#define GROUP "__cprof_runtime"
#define BASE_LABEL ".Lcprof_section_"

/* A relocation of a type that both assemblers know by this name. */
static const struct {
    unsigned type;
    const char *name;
} relocations[] = {
#define RELOCATION(name)                                                                           \
    {                                                                                              \
        name, #name                                                                                \
    }
    RELOCATION(R_X86_64_64),        RELOCATION(R_X86_64_PC32),
    RELOCATION(R_X86_64_PLT32),     RELOCATION(R_X86_64_GOTPCREL),
    RELOCATION(R_X86_64_GOTPCRELX), RELOCATION(R_X86_64_REX_GOTPCRELX),
    RELOCATION(R_X86_64_GOTTPOFF),  RELOCATION(R_X86_64_TPOFF32),
#undef RELOCATION
};

/* A section, and the relocations in it. */
struct piece {
    size_t idx;
    const Elf64_Shdr *header;
    const char *name;
    const unsigned char *bytes; /* NULL where there are none */
    const Elf64_Rela *relas;
    size_t rela_count;
};

struct object {
    Elf *elf;
    size_t names; /* the section with the sections' names */
    const Elf64_Sym *symbols;
    size_t symbol_count, symbol_names;
};

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_frames(const char *section)
{
    return strcmp(section, ".eh_frame") == 0;
}

/* ---- Reading ---------------------------------------------------------------- */

static struct piece piece_of(const struct object *object, Elf_Scn *section)
{
    const Elf64_Shdr *header = elf64_getshdr(section);
    const Elf_Data *data = elf_getdata(section, NULL);
    struct piece piece = {.idx = elf_ndxscn(section),
                          .header = header,
                          .name = elf_strptr(object->elf, object->names, header->sh_name),
                          .bytes = data ? data->d_buf : NULL};
    Elf_Scn *other = NULL;

    while ((other = elf_nextscn(object->elf, other))) {
        header = elf64_getshdr(other);
        if (header->sh_type == SHT_RELA && header->sh_info == piece.idx) {
            piece.relas = elf_getdata(other, NULL)->d_buf;
            piece.rela_count = header->sh_size / sizeof *piece.relas;
        }
    }
    return piece;
}

static void object_open(struct object *object, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf_Scn *section = NULL;
    bool has_frames = false;

    if (fd < 0)
        err(1, "%s", path);
    elf_version(EV_CURRENT);
    object->elf = elf_begin(fd, ELF_C_READ, NULL);
    if (elf_getshdrstrndx(object->elf, &object->names) != 0)
        errx(1, "%s: %s", path, elf_errmsg(-1));
    while ((section = elf_nextscn(object->elf, section))) {
        const Elf64_Shdr *header = elf64_getshdr(section);
        if (header->sh_type == SHT_SYMTAB) {
            object->symbols = elf_getdata(section, NULL)->d_buf;
            object->symbol_count = header->sh_size / sizeof *object->symbols;
            object->symbol_names = header->sh_link;
        }
        has_frames |= is_frames(elf_strptr(object->elf, object->names, header->sh_name));
    }
    if (!object->symbols || !has_frames)
        errx(1, "%s: no symbols, or no .eh_frame", path);
}

/* ---- Names ------------------------------------------------------------------ */

static const char *plain_name(const struct object *object, const Elf64_Sym *symbol)
{
    return elf_strptr(object->elf, object->symbol_names, symbol->st_name);
}

/* What libc and the linker define keeps its name. */
static void name_print(const struct object *object, const Elf64_Sym *symbol)
{
    const char *name = plain_name(object, symbol);
    bool ours = begins(name, "__cprof_");

    if (!ours && symbol->st_shndx == SHN_UNDEF)
        printf("%s", name);
    else
        printf("%s%s.%d", ours ? "" : "__cprof_rt_", name, CPROF_ABI_VERSION);
}

/* Without a name of its own in the text: sections, and strings of the compiler's. */
static bool is_place(const struct object *object, const Elf64_Sym *symbol)
{
    return ELF64_ST_TYPE(symbol->st_info) == STT_SECTION ||
           begins(plain_name(object, symbol), ".L");
}

/* The linker sorts .init_array.* by name and gathers notes by type; the others only
 * need a name of ours. */
static void section_name_print(const char *name)
{
    if (begins(name, ".init_array") || begins(name, ".fini_array") || begins(name, ".note"))
        printf("%s", name);
    else if (begins(name, ".rodata"))
        printf(".rodata.cprof");
    else if (begins(name, ".data.rel"))
        printf(".data.rel.ro.cprof");
    else
        printf("%s.cprof", name);
}

static const char *section_type(const struct piece *piece)
{
    switch (piece->header->sh_type) {
    case SHT_NOBITS:
        return "nobits";
    case SHT_NOTE:
        return "note";
    case SHT_INIT_ARRAY:
        return "init_array";
    case SHT_FINI_ARRAY:
        return "fini_array";
    default:
        return "progbits";
    }
}

/* ---- Text ------------------------------------------------------------------- */

/* As strings: an assembler reads a character of them in less time than a number takes
 * for each of its bytes. */
static void bytes_print(const struct piece *piece, size_t from, size_t end)
{
    enum { IN_A_LINE = 256 };

    if (!piece->bytes && end > from)
        printf("\t.zero %zu\n", end - from);
    for (size_t count = 0; piece->bytes && from < end; from++, count++) {
        const unsigned char byte = piece->bytes[from];
        const bool ends = count % IN_A_LINE == IN_A_LINE - 1 || from + 1 == end;
        const bool printable = byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';
        const unsigned next = ends ? 0 : piece->bytes[from + 1];
        if (count % IN_A_LINE == 0)
            printf("\t.ascii \"");
        printf(printable ? "%c" : next >= '0' && next <= '9' ? "\\%03o" : "\\%o", byte);
        if (ends)
            printf("\"\n");
    }
}

static void label_print(const struct object *object, const Elf64_Sym *symbol)
{
    static const char *const types[] = {[STT_NOTYPE] = "notype",
                                        [STT_OBJECT] = "object",
                                        [STT_FUNC] = "function",
                                        [STT_TLS] = "tls_object"};

    /* Weak besides: the linker sees the names of a module that link-time optimisation
     * has yet to compile, and not their group. */
    if (ELF64_ST_BIND(symbol->st_info) != STB_LOCAL) {
        printf("\t.weak ");
        name_print(object, symbol);
        printf("\n\t.hidden ");
        name_print(object, symbol);
        putchar('\n');
    }
    printf("\t.type ");
    name_print(object, symbol);
    printf(",@%s\n\t.size ", types[ELF64_ST_TYPE(symbol->st_info)]);
    name_print(object, symbol);
    printf(",%llu\n", (unsigned long long)symbol->st_size);
    name_print(object, symbol);
    printf(":\n");
}

static const char *relocation_name(unsigned type)
{
    for (size_t idx = 0; idx < sizeof relocations / sizeof *relocations; idx++)
        if (relocations[idx].type == type)
            return relocations[idx].name;
    errx(1, "relocations of type %u are not known here", type);
}

static void relocations_print(const struct object *object, const struct piece *piece)
{
    for (size_t idx = 0; idx < piece->rela_count; idx++) {
        const Elf64_Rela *rela = &piece->relas[idx];
        const Elf64_Sym *symbol = &object->symbols[ELF64_R_SYM(rela->r_info)];
        long long addend = rela->r_addend;

        printf("\t.reloc " BASE_LABEL "%zu+%llu,%s,", piece->idx,
               (unsigned long long)rela->r_offset,
               relocation_name((unsigned)ELF64_R_TYPE(rela->r_info)));
        if (is_place(object, symbol)) {
            printf(BASE_LABEL "%u", symbol->st_shndx);
            addend += (long long)symbol->st_value;
        } else {
            name_print(object, symbol);
        }
        printf("%+lld\n", addend);
    }
}

/* By place; of two at the same, as they stand in the file. */
static const Elf64_Sym *label_next(const struct object *object, const struct piece *piece,
                                   const Elf64_Sym *last)
{
    const Elf64_Sym *next = NULL;

    for (const Elf64_Sym *symbol = object->symbols; symbol < object->symbols + object->symbol_count;
         symbol++) {
        if (symbol->st_shndx != piece->idx || is_place(object, symbol))
            continue;
        bool behind = !last || symbol->st_value > last->st_value ||
                      (symbol->st_value == last->st_value && symbol > last);
        if (behind && (!next || symbol->st_value < next->st_value))
            next = symbol;
    }
    return next;
}

/* The runtime asks for the ends of its own code by these names (runtime/code_map.c). */
static void end_label_print(const char *name)
{
    printf("\t.weak %s\n\t.hidden %s\n%s:\n", name, name, name);
}

static bool is_code(const struct piece *piece)
{
    return strcmp(piece->name, ".text") == 0;
}

/* How frames are unwound stands where all of an object's does, and in no group: the linker
 * drops the entries of code that it has dropped.  The compiler's own entries follow; as
 * bytes ours take an assembler an eighth of what directives (.cfi_escape) would. */
static void section_print(const struct piece *piece)
{
    const Elf64_Shdr *header = piece->header;

    printf("\t.section ");
    if (is_frames(piece->name)) {
        printf("%s,\"a\"\n", piece->name);
    } else {
        section_name_print(piece->name);
        printf(",\"a%s%s%sG\",@%s," GROUP "_%d,comdat\n", header->sh_flags & SHF_WRITE ? "w" : "",
               header->sh_flags & SHF_EXECINSTR ? "x" : "", header->sh_flags & SHF_TLS ? "T" : "",
               section_type(piece), CPROF_ABI_VERSION);
    }
    printf("\t.balign %llu\n" BASE_LABEL "%zu:\n", (unsigned long long)header->sh_addralign,
           piece->idx);
}

static void piece_print(const struct object *object, const struct piece *piece)
{
    const Elf64_Sym *symbol = NULL;
    size_t offset = 0;

    section_print(piece);
    if (is_code(piece))
        end_label_print(CPROF_SYMBOL("text_start"));
    while ((symbol = label_next(object, piece, symbol))) {
        bytes_print(piece, offset, symbol->st_value);
        offset = symbol->st_value;
        label_print(object, symbol);
    }
    bytes_print(piece, offset, piece->header->sh_size);
    if (is_code(piece))
        end_label_print(CPROF_SYMBOL("text_end"));
    relocations_print(object, piece);
}

/* The rest is the compiler's word to the linker on the whole of an object. */
static bool is_carried(const struct object *object, Elf_Scn *section)
{
    const Elf64_Shdr *header = elf64_getshdr(section);
    const char *name = elf_strptr(object->elf, object->names, header->sh_name);

    return header->sh_flags & SHF_ALLOC && header->sh_size &&
           strcmp(name, ".note.gnu.property") != 0;
}

static void undefined_print(const struct object *object)
{
    for (size_t idx = 1; idx < object->symbol_count; idx++) {
        const Elf64_Sym *symbol = &object->symbols[idx];
        if (symbol->st_shndx != SHN_UNDEF || ELF64_ST_BIND(symbol->st_info) != STB_WEAK)
            continue;
        printf("\t.weak ");
        name_print(object, symbol);
        if (ELF64_ST_VISIBILITY(symbol->st_other) == STV_HIDDEN) {
            printf("\n\t.hidden ");
            name_print(object, symbol);
        }
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    struct object object = {0};
    Elf_Scn *section = NULL;

    if (argc != 2)
        errx(2, "usage: carry runtime.o > carried.s");
    object_open(&object, argv[1]);
    /* LLVM's link-time optimiser joins the texts of several objects in one: the second
     * and later ones must say nothing. */
    printf("\t.ifndef " CPROF_SYMBOL_ENTER "\n");
    undefined_print(&object);
    while ((section = elf_nextscn(object.elf, section)))
        if (is_carried(&object, section)) {
            struct piece piece = piece_of(&object, section);
            piece_print(&object, &piece);
        }
    printf("\t.endif\n\t.text\n");
    elf_end(object.elf);
    if (fflush(stdout) != 0 || ferror(stdout))
        err(1, "carried.s");
    return 0;
}
