/* Modules: an executable or shared object with hooks registers its tables, and
 * finds the process's state if another module has made it.
 *
 * A module's note (.note.cprof) holds the distance to its __cprof_process
 * pointer, so a shared object can look at every loaded module, whatever its
 * symbols' visibility, RTLD_LOCAL or not (docs/adr/0001).
 */

extern HIDDEN const struct cprof_site __start_cprof_site[] __attribute__((weak));
extern HIDDEN const struct cprof_site __stop_cprof_site[] __attribute__((weak));
extern HIDDEN const struct cprof_call __start_cprof_call[] __attribute__((weak));
extern HIDDEN const struct cprof_call __stop_cprof_call[] __attribute__((weak));
extern HIDDEN const struct cprof_line __start_cprof_line[] __attribute__((weak));
extern HIDDEN const struct cprof_line __stop_cprof_line[] __attribute__((weak));
extern HIDDEN const struct cprof_allocation __start_cprof_allocation[] __attribute__((weak));
extern HIDDEN const struct cprof_allocation __stop_cprof_allocation[] __attribute__((weak));
extern HIDDEN const struct cprof_tallies __start_cprof_tally[] __attribute__((weak));
extern HIDDEN const struct cprof_tallies __stop_cprof_tally[] __attribute__((weak));
extern HIDDEN const char __start_cprof_string[] __attribute__((weak));
extern HIDDEN const char __stop_cprof_string[] __attribute__((weak));

static uint32_t module_first_site;       /* of this module, once registered */
static uint32_t module_first_allocation; /* likewise: the id of its first allocation site */

/* The parts of a module's extent: one walk for writing and comparing. */
typedef bool part_function(char *place, const void *bytes, size_t len);

static bool part_write(char *place, const void *bytes, size_t len)
{
    bytes_copy(place, bytes, len);
    return true;
}

static bool part_compare(char *place, const void *bytes, size_t len)
{
    return bytes_equal(place, bytes, len);
}

static bool module_parts(const struct cprof_module *module, char *extent, part_function *part)
{
    return part(extent + module->site_offset, __start_cprof_site,
                module->site_count * sizeof(struct cprof_site)) &&
           part(extent + module->call_offset, __start_cprof_call,
                module->call_count * sizeof(struct cprof_call)) &&
           part(extent + module->line_offset, __start_cprof_line,
                module->line_count * sizeof(struct cprof_line)) &&
           part(extent + module->allocation_offset, __start_cprof_allocation,
                module->allocation_count * sizeof(struct cprof_allocation)) &&
           part(extent + module->string_offset, __start_cprof_string, module->string_len);
}

static void module_write(struct process *process, const struct cprof_module *module,
                         uint64_t first_site)
{
    struct cprof_extent extent = {0, module->string_offset + module->string_len, first_site, 0,
                                  CPROF_EXTENT_MODULE};
    char *place = NULL;

    if (extent_allocate(process, &extent))
        place = storage_map(process, extent.offset, NULL, extent.length);
    if (!place) {
        trouble_add(process, CPROF_TROUBLE_MODULE);
        return;
    }
    bytes_copy(place, module, sizeof *module);
    module_parts(module, place, part_write);
    extent_publish(process, &extent);
    storage_unmap(process, place, extent.length);
}

/* A library that was closed and opened again gets its old ids, so that neither
 * file nor tree grows with each time.  The first site's id, or 0. */
static uint32_t module_known(struct process *process, const struct cprof_module *module)
{
    uint64_t count =
        process->extent_next < CPROF_EXTENT_MAX ? process->extent_next : CPROF_EXTENT_MAX;

    for (uint64_t idx = 0; idx < count; idx++) {
        const struct cprof_extent *extent = &process->contents[idx];
        if (extent->type != CPROF_EXTENT_MODULE ||
            extent->length != module->string_offset + module->string_len)
            continue;
        char *place = storage_map(process, extent->offset, NULL, extent->length);
        struct cprof_module *known = (struct cprof_module *)place;
        bool same = place && known->unloaded_ticks && known->site_count == module->site_count &&
                    known->call_count == module->call_count &&
                    known->line_count == module->line_count &&
                    known->allocation_count == module->allocation_count &&
                    module_parts(module, place, part_compare);
        if (same)
            known->unloaded_ticks = 0;
        storage_unmap(process, place, extent->length);
        if (same)
            return (uint32_t)extent->first;
    }
    return 0;
}

/* Notes that the module is gone, for module_known and for readers. */
static void module_unloaded(struct process *process)
{
    uint64_t count =
        process->extent_next < CPROF_EXTENT_MAX ? process->extent_next : CPROF_EXTENT_MAX;

    for (uint64_t idx = 0; idx < count; idx++) {
        const struct cprof_extent *extent = &process->contents[idx];
        if (extent->type != CPROF_EXTENT_MODULE || extent->first != module_first_site)
            continue;
        struct cprof_module *module = storage_map(process, extent->offset, NULL, extent->length);
        if (module)
            module->unloaded_ticks = ticks_now(process);
        storage_unmap(process, module, extent->length);
    }
}

/* Sites get first, first + 1 and so on, or all the same. */
static void site_ids_set(uint32_t first, uint32_t step)
{
    uint32_t count = (uint32_t)(__stop_cprof_site - __start_cprof_site);

    for (uint32_t idx = 0; idx < count; idx++) {
        const struct cprof_site *site = &__start_cprof_site[idx];
        if (site->id_ref)
            *(uint32_t *)((uintptr_t)&site->id_ref + (uintptr_t)(intptr_t)site->id_ref) =
                first + idx * step;
    }
}

/* The id that the site has but for pauses. */
static uint32_t site_number(const struct cprof_site *site)
{
    return module_first_site + (uint32_t)(site - __start_cprof_site);
}

/* Gives the module's sites their ids, after the profile knows them: an id that
 * a node holds can then always be resolved. */
static SELDOM void module_register(struct process *process)
{
    struct cprof_module module;
    uint32_t count = (uint32_t)(__stop_cprof_site - __start_cprof_site);

    if (process->mode == CPROF_MODE_OFF) {
        site_ids_set(0, 0); /* matches the off node's empty slots */
        return;
    }

    bytes_clear(&module, sizeof module);
    module.site_count = count;
    module.site_size = sizeof(struct cprof_site);
    module.site_address = (uintptr_t)__start_cprof_site;
    module.site_offset = sizeof module;
    module.call_count = (uint32_t)(__stop_cprof_call - __start_cprof_call);
    module.call_size = sizeof(struct cprof_call);
    module.call_address = (uintptr_t)__start_cprof_call;
    module.call_offset = module.site_offset + (uint64_t)count * sizeof(struct cprof_site);
    module.line_count = (uint32_t)(__stop_cprof_line - __start_cprof_line);
    module.line_size = sizeof(struct cprof_line);
    module.line_address = (uintptr_t)__start_cprof_line;
    module.line_offset =
        module.call_offset + (uint64_t)module.call_count * sizeof(struct cprof_call);
    module.allocation_count = (uint32_t)(__stop_cprof_allocation - __start_cprof_allocation);
    module.allocation_size = sizeof(struct cprof_allocation);
    module.allocation_address = (uintptr_t)__start_cprof_allocation;
    module.allocation_offset =
        module.line_offset + (uint64_t)module.line_count * sizeof(struct cprof_line);
    module.string_address = (uintptr_t)__start_cprof_string;
    module.string_offset = module.allocation_offset +
                           (uint64_t)module.allocation_count * sizeof(struct cprof_allocation);
    module.string_len = (uint64_t)(__stop_cprof_string - __start_cprof_string);

    uint32_t first = module_known(process, &module);
    if (!first) {
        first = __atomic_fetch_add(&process->site_next, count + module.allocation_count,
                                   __ATOMIC_RELAXED);
        module_write(process, &module, first);
    }
    if (module.allocation_count)
        heap_start(process);
    module_first_site = first;
    module_first_allocation = first + count;
    site_ids_set(first, 1);
    code_register(process);
    __atomic_fetch_add(&process->module_count, 1, __ATOMIC_RELAXED);
}

/* ---- Rendezvous ------------------------------------------------------------- */

/* What of <link.h> is needed; the real header would declare libc's functions. */
struct loaded_module {
    uintptr_t address;
    const char *name;
    const struct program_header {
        uint32_t type, flags;
        uint64_t offset, virtual_address, physical_address, file_size, memory_size, alignment;
    } * headers;
    uint16_t header_count;
};

extern int dl_iterate_phdr(int (*)(struct loaded_module *, size_t, void *), void *)
    __attribute__((weak));

struct note {
    uint32_t name_len, data_len, type;
    char name[8]; /* "cprof" and padding */
    int32_t process_ref;
};

enum { TYPE_OF_LOAD_SEGMENT = 1, TYPE_OF_NOTE_SEGMENT = 4 };

static struct process *process_of_note(const struct note *note)
{
    if (note->name_len != 6 || note->data_len != 4 || !string_equal(note->name, "cprof") ||
        note->type != CPROF_ABI_VERSION)
        return NULL;
    return *(struct process **)((uintptr_t)&note->process_ref +
                                (uintptr_t)(intptr_t)note->process_ref);
}

/* Looks at every word, because a walk from note to note goes astray: mold puts
 * notes of different alignments into one segment. */
static int look_into_module(struct loaded_module *module, size_t size, void *found)
{
    (void)size;
    for (uint16_t idx = 0; idx < module->header_count; idx++) {
        const struct program_header *header = &module->headers[idx];
        uintptr_t position = module->address + header->virtual_address;
        uintptr_t end = position + header->memory_size;
        if (header->type != TYPE_OF_NOTE_SEGMENT)
            continue;
        for (; end - position >= sizeof(struct note); position += 4) {
            struct process *process = process_of_note((const struct note *)position);
            if (process && process->identity == PROCESS_IDENTITY) {
                *(struct process **)found = process;
                return 1;
            }
        }
    }
    return 0;
}

static struct process *process_of_others(void)
{
    struct process *found = NULL;

    if (dl_iterate_phdr)
        dl_iterate_phdr(look_into_module, &found);
    return found;
}

/* By its name dlopen would make the linker warn in a static program. */
extern void *dlsym(void *, const char *) __attribute__((weak));

/* A shared object that owns the process's TLS word must stay when it is closed:
 * keeps the module that `own` lies in. */
static int pin_if_own(struct loaded_module *module, size_t size, void *own)
{
    enum { RTLD_NOW_NOLOAD_NODELETE = 0x2 | 0x4 | 0x1000 };
    typedef void *open_function(const char *, int);

    (void)size;
    for (uint16_t idx = 0; idx < module->header_count; idx++) {
        const struct program_header *header = &module->headers[idx];
        uintptr_t start = module->address + header->virtual_address;
        if (header->type != TYPE_OF_LOAD_SEGMENT || (uintptr_t)own - start >= header->memory_size)
            continue;
        open_function *open =
            module->name && module->name[0] ? (open_function *)dlsym(NULL, "dlopen") : NULL;
        if (open)
            open(module->name, RTLD_NOW_NOLOAD_NODELETE);
        return 1;
    }
    return 0;
}

static void module_pin(void)
{
    if (dl_iterate_phdr && dlsym)
        dl_iterate_phdr(pin_if_own, &__cprof_process);
}
