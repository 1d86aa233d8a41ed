/* The profile's file: made at the start on tmpfs, grown by extents, and moved to
 * its place at the end.  No descriptor stays open, so growing opens it again by
 * the path; where that fails, recording goes on in memory and the profile says
 * so.  Called by process.c, tree.c, thread.c, module.c and fork.c.
 */

/* ---- Text ------------------------------------------------------------------ */

/* Appends to a path of PATH_MAX_LEN bytes; false when it does not fit. */
static bool path_append(char *path, const char *part)
{
    size_t len = string_len(path), more = string_len(part);

    if (len + more + 1 > PATH_MAX_LEN)
        return false;
    bytes_copy(path + len, part, more + 1);
    return true;
}

static bool path_append_number(char *path, uint64_t number)
{
    char digits[24];
    size_t idx = sizeof digits - 1;

    digits[idx] = '\0';
    do
        digits[--idx] = (char)('0' + number % 10);
    while (number /= 10);
    return path_append(path, digits + idx);
}

static void path_set(char *path, const char *text)
{
    path[0] = '\0';
    path_append(path, text);
}

/* ---- Growing -----------------------------------------------------------------
 *
 * The file is made larger once, at the start, as a hole of FILE_RESERVE bytes,
 * and mapped whole at `process->window`.  An extent takes the next part of it:
 * the kernel is asked to allocate its pages, and the part is mapped a second
 * time where it is wanted.  That needs no descriptor, no path and no rights, so
 * it works after chroot, setuid or with every descriptor in use.  Where the
 * kernel cannot do it (before 5.14; valgrind), the file is opened again by its
 * path; where that fails too, recording goes on in memory and the profile says
 * so. */

static uint64_t file_size_limit(void)
{
    uint64_t limit[2] = {UINT64_MAX, UINT64_MAX};

    /* Beyond RLIMIT_FSIZE the kernel would kill the host with SIGXFSZ. */
    SYSTEM_4(prlimit64, 0, RESOURCE_FILE_SIZE, 0, limit);
    return limit[0];
}

/* Allocated storage cannot raise SIGBUS when it is touched. */
static bool storage_allocate(struct process *process, uint64_t offset, uint64_t len)
{
    if (process->window && offset + len <= process->window_len &&
        SYSTEM_3(madvise, process->window + offset, len, ADVICE_POPULATE_WRITE) == 0)
        return true;
    if (offset + len > file_size_limit())
        return false;
    long file = file_open(process->file_path, OPEN_READ_WRITE | OPEN_NO_FOLLOW, 0);
    if (file < 0)
        return false;
    bool done = SYSTEM_4(fallocate, file, 0, offset, len) == 0;
    file_close(file);
    return done;
}

/* Maps a part of the file, at `address` or anywhere. */
static void *storage_map(struct process *process, uint64_t offset, void *address, uint64_t len)
{
    enum { MAY_MOVE = 1, FIXED = 2 };
    const int protection = PROTECTION_READ | PROTECTION_WRITE;

    if (process->window && offset + len <= process->window_len) {
        if (!address)
            return process->window + offset;
        /* old size 0: a second mapping of the same pages */
        long mapped = system_call(__NR_mremap, (long)(process->window + offset), 0, (long)len,
                                  MAY_MOVE | FIXED, (long)address, 0);
        if (mapped == (long)address)
            return address;
    }
    long file = file_open(process->file_path, OPEN_READ_WRITE | OPEN_NO_FOLLOW, 0);
    if (file < 0)
        return NULL;
    void *mapped = memory_map(address, len, protection,
                              MAPPING_SHARED | (address ? MAPPING_FIXED : 0), (int)file, offset);
    file_close(file);
    return mapped;
}

static void storage_unmap(struct process *process, void *mapped, uint64_t len)
{
    char *window = process->window;

    if (mapped &&
        !(window && (char *)mapped >= window && (char *)mapped < window + process->window_len))
        SYSTEM_2(munmap, mapped, len);
}

static void extent_publish(struct process *process, const struct cprof_extent *extent)
{
    uint64_t entry = __atomic_fetch_add(&process->extent_next, 1, __ATOMIC_RELAXED);

    if (entry >= CPROF_EXTENT_MAX)
        return;
    struct cprof_extent *place = &process->contents[entry];
    place->offset = extent->offset;
    place->length = extent->length;
    place->first = extent->first;
    place->record_size = extent->record_size;
    __atomic_store_n(&place->type, extent->type, __ATOMIC_RELEASE);
}

/* Takes the next part of the file for an extent; its offset is filled in.  It
 * becomes part of the profile with extent_publish. */
static bool extent_allocate(struct process *process, struct cprof_extent *extent)
{
    uint64_t size = (extent->length + 4095) & ~(uint64_t)4095;

    if (!process->file_path[0])
        return false;
    if (process->extent_next >= CPROF_EXTENT_MAX) {
        trouble_add(process, CPROF_TROUBLE_EXTENTS);
        return false;
    }
    extent->offset = __atomic_fetch_add(&process->file_end, size, __ATOMIC_RELAXED);
    if (!storage_allocate(process, extent->offset, size))
        return false;
    uint64_t end = extent->offset + size;
    uint64_t known = __atomic_load_n(&process->header->file_length, __ATOMIC_RELAXED);
    while (known < end && !__atomic_compare_exchange_n(&process->header->file_length, &known, end,
                                                       false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
    return true;
}

/* Where an extent's storage goes: all of it to an address, or pieces of `piece`
 * bytes `stride` apart. */
struct place {
    char *address;
    uint64_t piece, stride;
};

/* Puts an extent's storage in its place, or plain memory. */
static SELDOM bool extent_map(struct process *process, struct cprof_extent *extent,
                              struct place place)
{
    uint64_t piece = place.piece && place.piece < extent->length ? place.piece : extent->length;
    bool mapped = extent_allocate(process, extent);

    for (uint64_t idx = 0; mapped && idx * piece < extent->length; idx++)
        mapped = storage_map(process, extent->offset + idx * piece,
                             place.address + idx * place.stride, piece);
    if (mapped) {
        extent_publish(process, extent);
        return true;
    }
    trouble_add(process, CPROF_TROUBLE_NO_FILE);
    for (uint64_t idx = 0; idx * piece < extent->length; idx++)
        if (!memory_map(place.address + idx * place.stride, piece,
                        PROTECTION_READ | PROTECTION_WRITE,
                        MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_FIXED, -1, 0))
            return false;
    return true;
}

/* One thread grows at a time.  Asynchronous signals wait meanwhile, so that no
 * handler finds its own thread in here; the synchronous ones cannot. */
static uint64_t signals_block(void)
{
    enum { HOW_BLOCK = 0 };
    const uint64_t synchronous = 1u << (4 - 1) | 1u << (5 - 1) | 1u << (7 - 1) | 1u << (8 - 1) |
                                 1u << (11 - 1) | 1u << (31 - 1);
    uint64_t all = ~synchronous, old = 0;

    SYSTEM_4(rt_sigprocmask, HOW_BLOCK, &all, &old, sizeof all);
    return old;
}

static void signals_restore(uint64_t old)
{
    enum { HOW_SET = 2 };
    SYSTEM_4(rt_sigprocmask, HOW_SET, &old, 0, sizeof old);
}

static bool grow_begin(struct process *process, const uint32_t *limit, uint32_t wanted)
{
    uint32_t tid = thread_id();

    while (__atomic_load_n(limit, __ATOMIC_ACQUIRE) < wanted) {
        uint32_t nobody = 0;
        if (__atomic_compare_exchange_n(&process->growing, &nobody, tid, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return true;
        if (nobody == tid) /* a synchronous handler inside our own growing */
            return false;
        SYSTEM_0(sched_yield);
    }
    return false;
}

static void grow_end(struct process *process)
{
    __atomic_store_n(&process->growing, 0, __ATOMIC_RELEASE);
}

/* How many nodes the next extent gets: a quarter more than there are, so that
 * little stays unused, up to 4 MiB.  Whole blocks, but for the first, which comes in
 * two parts: its pages were a third of all that a short program waited for. */
static uint32_t extent_nodes(uint32_t limit)
{
    uint32_t count = limit / 4 / BLOCK_NODES * BLOCK_NODES;

    if (limit < BLOCK_NODES)
        return limit ? BLOCK_NODES - limit : FIRST_NODES;
    return count < BLOCK_NODES ? BLOCK_NODES : count > 32768 ? 32768 : count;
}

/* How many records of the type the next extent gets, where `limit` have storage. */
static uint32_t extent_records(uint32_t type, uint32_t limit)
{
    switch (type) {
    case CPROF_EXTENT_NODES:
        return extent_nodes(limit);
    case CPROF_EXTENT_THREADS:
        return limit < 4096 ? FIRST_THREADS : 4096;
    default:
        return limit < 4 * FIRST_DURATIONS ? FIRST_DURATIONS : 4 * FIRST_DURATIONS;
    }
}

/* Records that get their storage by and by. */
struct growth {
    uint32_t *limit; /* how many have it */
    uint32_t most, record_size, type;
    struct place first; /* number 0's */
};

static struct place growth_place(const struct growth *growth, uint32_t number)
{
    struct place place = growth->first;
    uint64_t distance = (uint64_t)number * growth->record_size;

    place.address +=
        place.piece ? distance / place.piece * place.stride + distance % place.piece : distance;
    return place;
}

/* Makes records [0, wanted) usable.  How many come next is asked while nobody else
 * grows: a number from before would be of a limit that others have moved since. */
static SELDOM bool records_grow(struct process *process, const struct growth *growth,
                                uint32_t wanted)
{
    uint64_t signals = signals_block();
    while (grow_begin(process, growth->limit, wanted)) {
        uint32_t limit = *growth->limit, count = extent_records(growth->type, limit);
        struct cprof_extent extent = {0, (uint64_t)count * growth->record_size, limit,
                                      growth->record_size, growth->type};
        bool done = limit + count <= growth->most &&
                    extent_map(process, &extent, growth_place(growth, limit));
        if (done)
            __atomic_store_n(growth->limit, limit + count, __ATOMIC_RELEASE);
        grow_end(process);
        if (!done)
            break;
    }
    signals_restore(signals);
    return *growth->limit >= wanted;
}

static bool nodes_grow(struct process *process, uint32_t wanted)
{
    if (LIKELY(__atomic_load_n(&process->node_limit, __ATOMIC_ACQUIRE) >= wanted))
        return true;
    struct growth growth = {&process->node_limit,
                            NODE_MAX,
                            CPROF_NODE_SIZE,
                            CPROF_EXTENT_NODES,
                            {(char *)node_of(process, 0), CPROF_ZONE, CPROF_BLOCK}};
    return records_grow(process, &growth, wanted);
}

static bool threads_grow(struct process *process, uint32_t wanted)
{
    if (LIKELY(__atomic_load_n(&process->thread_limit, __ATOMIC_ACQUIRE) >= wanted))
        return true;
    struct growth growth = {&process->thread_limit,
                            THREAD_MAX,
                            sizeof(struct cprof_thread),
                            CPROF_EXTENT_THREADS,
                            {(char *)process->file_threads, 0, 0}};
    return records_grow(process, &growth, wanted);
}

static bool durations_grow(struct process *process, uint32_t wanted)
{
    if (LIKELY(__atomic_load_n(&process->duration_limit, __ATOMIC_ACQUIRE) >= wanted))
        return true;
    struct growth growth = {&process->duration_limit,
                            DURATION_MAX,
                            sizeof(struct cprof_durations),
                            CPROF_EXTENT_DURATIONS,
                            {(char *)process->durations, 0, 0}};
    return records_grow(process, &growth, wanted);
}

/* ---- Names ------------------------------------------------------------------- */

static bool is_on_tmpfs(const char *folder)
{
    enum { MAGIC_OF_TMPFS = 0x01021994 };
    int64_t facts[16] = {0};

    return SYSTEM_2(statfs, folder, facts) == 0 && facts[0] == MAGIC_OF_TMPFS;
}

/* A name that nobody can guess, for a file in a folder that everybody may
 * write. */
static bool path_append_random(char *path)
{
    uint8_t bytes[12];
    char text[2 * sizeof bytes + 1];

    if (SYSTEM_3(getrandom, bytes, sizeof bytes, 0) != sizeof bytes)
        return false;
    for (size_t idx = 0; idx < sizeof bytes; idx++) {
        text[2 * idx] = (char)('a' + (bytes[idx] & 15));
        text[2 * idx + 1] = (char)('a' + (bytes[idx] >> 4));
    }
    text[sizeof text - 1] = '\0';
    return path_append(path, text);
}

static const char *program_name(const struct process *process)
{
    const char *name = process->header->program;

    for (const char *character = name; *character; character++)
        if (*character == '/')
            name = character + 1;
    return *name ? name : "program";
}

static bool append_build_id(char *path, const struct cprof_header *header)
{
    char text[2 * sizeof header->build_id + 1];

    for (uint32_t idx = 0; idx < header->build_id_len; idx++) {
        text[2 * idx] = "0123456789abcdef"[header->build_id[idx] >> 4];
        text[2 * idx + 1] = "0123456789abcdef"[header->build_id[idx] & 15];
    }
    text[2 * header->build_id_len] = '\0';
    return path_append(path, text);
}

/* One directive of CPROF_OUTPUT; an unknown one stands for itself. */
static bool append_directive(struct process *process, char *path, char directive)
{
    const struct cprof_header *header = process->header;
    char itself[3] = {'%', directive, '\0'};

    switch (directive) {
    case 'p':
        return path_append_number(path, header->pid);
    case 'e':
        return path_append(path, program_name(process));
    case 'h':
        return path_append(path, header->host);
    case 'b':
        return append_build_id(path, header);
    case 't':
        return path_append_number(path, header->started_ns / 1000000000u);
    case '%':
        return path_append(path, "%");
    default:
        return path_append(path, itself);
    }
}

/* The link's name from the pattern, absolute, because the program may change
 * its working directory. */
static SELDOM bool path_from_pattern(struct process *process, char *path)
{
    const char *pattern = process->pattern;
    bool fits = pattern[0] != '\0'; /* it was too long */

    path[0] = '\0';
    if (fits && pattern[0] != '/')
        fits = path_append(path, process->folder) && path_append(path, "/");
    for (; fits && *pattern; pattern++) {
        char plain[2] = {*pattern, '\0'};
        if (*pattern == '%' && pattern[1])
            fits = append_directive(process, path, *++pattern);
        else
            fits = path_append(path, plain);
    }
    return fits;
}

static void folders_create(char *path)
{
    for (char *character = path + 1; *character; character++) {
        if (*character != '/')
            continue;
        *character = '\0';
        SYSTEM_2(mkdir, path, 0777);
        *character = '/';
    }
}

/* ---- Moving to the output folder ------------------------------------------------ */

static bool bytes_send(long to, long from, uint64_t len)
{
    while (len) {
        long sent = SYSTEM_4(sendfile, to, from, 0, len);
        if (sent == -ERROR_INTERRUPTED)
            continue;
        if (sent <= 0)
            return false;
        len -= (uint64_t)sent;
    }
    return true;
}

/* Threads that go on may make the file longer while it is copied, the samples of the
 * kernel by an extent of their own: what the copy says of itself ends where it ends. */
static bool copy_limit(const struct process *process, long copy, uint64_t len)
{
    const uint32_t none = 0;
    bool done = SYSTEM_4(pwrite64, copy, &len, sizeof len,
                         offsetof(struct cprof_header, file_length)) == sizeof len;

    for (uint64_t idx = 0; done && idx < CPROF_EXTENT_MAX; idx++) {
        const struct cprof_extent *extent = &process->contents[idx];
        if (extent->type && extent->offset + extent->length > len)
            done = SYSTEM_4(pwrite64, copy, &none, sizeof none,
                            CPROF_TOC_OFFSET + idx * sizeof *extent +
                                offsetof(struct cprof_extent, type)) == sizeof none;
    }
    return done;
}

/* Copies `from` beside `to` and renames it over: whoever opens `to` sees the
 * link or the whole file.  `process` is whose file it is, NULL: nobody's any more.  Always a copy,
 * even within one file system: what is mapped keeps its hole, and a thread that still records must
 * not have it cut off under its feet. */
static SELDOM bool file_move(const struct process *process, const char *from, const char *to,
                             uint64_t len)
{
    char beside[PATH_MAX_LEN];
    bool done = false;

    path_set(beside, to);
    if (!path_append(beside, ".moving") || !path_append_number(beside, (uint64_t)SYSTEM_0(getpid)))
        return false;
    SYSTEM_1(unlink, beside);
    long source = file_open(from, OPEN_READ | OPEN_NO_FOLLOW, 0);
    long target =
        source < 0
            ? -1
            : file_open(beside, OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_NO_FOLLOW, 0600);
    if (target >= 0) {
        done = bytes_send(target, source, len) && (!process || copy_limit(process, target, len));
        file_close(target);
        done = done && SYSTEM_2(rename, beside, to) == 0;
        if (!done)
            SYSTEM_1(unlink, beside);
        else if (!string_equal(from, to))
            SYSTEM_1(unlink, from);
    }
    if (source >= 0)
        file_close(source);
    return done;
}

/* ---- What is in the way ----------------------------------------------------------- */

/* Did this very process write that profile?  Then it is from before an exec. */
static bool is_own_profile(const struct process *process, const char *path, uint64_t *len)
{
    struct cprof_header found;
    const size_t wanted = offsetof(struct cprof_header, lost_calls);
    long file = file_open(path, OPEN_READ, 0);

    if (file < 0)
        return false;
    long got = SYSTEM_3(read, file, &found, wanted);
    file_close(file);
    if (got != (long)wanted)
        return false;
    for (int idx = 0; idx < CPROF_MAGIC_LEN; idx++)
        if (found.magic[idx] != (uint8_t)CPROF_MAGIC[idx])
            return false;
    *len = found.file_length;
    return found.pid == process->header->pid &&
           found.process_start == process->header->process_start;
}

/* Before an exec the program had no chance to finish its file; do it now. */
static void predecessor_finish(const char *path, uint64_t len)
{
    char target[PATH_MAX_LEN];
    long got = SYSTEM_3(readlink, path, target, sizeof target - 1);

    if (got <= 0)
        return;
    target[got] = '\0';
    file_move(NULL, target, path, len);
}

/* What the name leads to. */
enum { TYPE_NOTHING = 0, TYPE_FOLDER = 0040000, TYPE_FILE = 0100000, TYPE_MASK = 0170000 };

static uint32_t file_type(const char *path)
{
    uint64_t facts[18] = {0}; /* struct stat, of which [3] begins with the mode */

    return SYSTEM_2(stat, path, facts) == 0 ? facts[3] & TYPE_MASK : TYPE_NOTHING;
}

static bool is_link_into_proc(const char *path)
{
    char target[8] = {0};

    return SYSTEM_3(readlink, path, target, 6) == 6 && string_equal(target, "/proc/");
}

/* Into a folder, if the name is one's.  False: what stands there is not for renaming, a
 * device or a pipe (/dev/null, /dev/stdout); there is no profile then. */
static bool link_is_possible(struct process *process)
{
    char *path = process->link_path;
    uint32_t type = file_type(path);

    if (type == TYPE_FOLDER) {
        if (!path_append(path, "/cprof.out.") || !path_append_number(path, process->header->pid))
            return false;
        type = file_type(path);
    }
    return type == TYPE_NOTHING || (type == TYPE_FILE && !is_link_into_proc(path));
}

/* Makes the name free: a file of this process gets us the next number, anyone
 * else's becomes `.old`. */
static SELDOM bool link_place(struct process *process)
{
    char base[PATH_MAX_LEN], old[PATH_MAX_LEN];
    uint64_t len;

    path_set(base, process->link_path);
    while (is_own_profile(process, process->link_path, &len)) {
        predecessor_finish(process->link_path, len);
        path_set(process->link_path, base);
        if (!path_append(process->link_path, ".") ||
            !path_append_number(process->link_path, ++process->header->exec_number))
            return false;
    }
    path_set(old, process->link_path);
    if (path_append(old, ".old"))
        SYSTEM_2(rename, process->link_path, old);
    return true;
}

/* ---- Making ------------------------------------------------------------------------ */

static bool file_path_choose(struct process *process)
{
    static const char *const folders[] = {"/dev/shm", "/run", "/tmp"};

    for (unsigned idx = 0; idx < sizeof folders / sizeof *folders; idx++) {
        enum { MAY_WRITE = 2 };
        if (!is_on_tmpfs(folders[idx]) || SYSTEM_2(access, folders[idx], MAY_WRITE) != 0)
            continue;
        path_set(process->file_path, folders[idx]);
        return path_append(process->file_path, "/cprof.") && path_append_random(process->file_path);
    }
    path_set(process->file_path, process->link_path);
    return true;
}

/* Makes the file a hole and maps it whole.  Failing costs only what the comment
 * at the top of "Growing" says. */
static void window_open(struct process *process, long file)
{
    uint64_t limit = file_size_limit(),
             len = limit < FILE_RESERVE ? limit & ~(uint64_t)4095 : FILE_RESERVE;

    process->window = NULL;
    if (len <= CPROF_DATA_OFFSET || SYSTEM_2(ftruncate, file, len) != 0)
        return;
    process->window =
        memory_map(NULL, len, PROTECTION_READ | PROTECTION_WRITE, MAPPING_SHARED, (int)file, 0);
    process->window_len = process->window ? len : 0;
}

/* Makes the empty file and maps its first page and table of contents over the
 * anonymous ones that start-up has filled so far. */
static SELDOM bool file_create(struct process *process)
{
    if (!path_from_pattern(process, process->link_path))
        return false;
    folders_create(process->link_path);
    if (!link_is_possible(process) || !link_place(process) || !file_path_choose(process))
        return false;
    bool linked = !string_equal(process->file_path, process->link_path);
    long file = file_open(process->file_path,
                          OPEN_READ_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_NO_FOLLOW, 0600);
    if (file < 0)
        return false;
    bool ok = file_size_limit() >= CPROF_DATA_OFFSET &&
              SYSTEM_4(fallocate, file, 0, 0, CPROF_DATA_OFFSET) == 0 &&
              SYSTEM_3(write, file, process->header, CPROF_TOC_OFFSET) == CPROF_TOC_OFFSET;
    if (ok && linked)
        ok = SYSTEM_2(symlink, process->file_path, process->link_path) == 0;
    if (ok)
        ok = memory_map(process->header, CPROF_DATA_OFFSET, PROTECTION_READ | PROTECTION_WRITE,
                        MAPPING_SHARED | MAPPING_FIXED, (int)file, 0) != NULL;
    if (ok)
        window_open(process, file);
    file_close(file);
    if (!ok) {
        SYSTEM_1(unlink, process->file_path);
        if (linked)
            SYSTEM_1(unlink, process->link_path);
        process->file_path[0] = '\0';
    }
    if (!linked)
        trouble_add(process, CPROF_TROUBLE_DISK);
    process->file_end = CPROF_DATA_OFFSET;
    process->header->file_length = CPROF_DATA_OFFSET;
    return ok;
}

/* Whether `path` is the link to this process's file. */
static bool is_own_link(const struct process *process, const char *path)
{
    char target[PATH_MAX_LEN];
    long len = SYSTEM_3(readlink, path, target, sizeof target - 1);

    if (len <= 0)
        return false;
    target[len] = '\0';
    return string_equal(target, process->file_path);
}

/* Where the link is now: another process that was given the same name may have
 * moved it to `.old`, or have put its own file there. */
static SELDOM bool link_find(struct process *process)
{
    char old[PATH_MAX_LEN];

    if (is_own_link(process, process->link_path))
        return true;
    path_set(old, process->link_path);
    if (!path_append(old, ".old"))
        return false;
    if (!is_own_link(process, old))
        return link_place(process);
    path_set(process->link_path, old);
    return true;
}

/* The length without the nodes that nobody took, where they lie last. */
static uint64_t used_length(const struct process *process)
{
    const struct cprof_header *header = process->header;
    uint64_t nodes = (uint64_t)process->chunk_next * CHUNK_NODES;

    for (uint64_t idx = 0; idx < process->extent_next && idx < CPROF_EXTENT_MAX; idx++) {
        struct cprof_extent *extent = &process->contents[idx];
        bool is_last =
            ((extent->offset + extent->length + 4095) & ~(uint64_t)4095) == header->file_length;
        if (extent->type != CPROF_EXTENT_NODES || !is_last || nodes <= extent->first)
            continue;
        uint64_t used = (nodes - extent->first) * CPROF_NODE_SIZE;
        if (used < extent->length)
            extent->length = used;
        return extent->offset + extent->length;
    }
    return header->file_length;
}

/* At the very end: the bytes take the link's place, without the hole. */
static SELDOM void file_finish(struct process *process)
{
    if (!process->file_path[0])
        return;
    uint64_t len = used_length(process), found;
    process->header->file_length = len;
    if (!string_equal(process->file_path, process->link_path)) {
        if (link_find(process))
            file_move(process, process->file_path, process->link_path, len);
    } else if (is_own_profile(process, process->file_path, &found)) {
        file_move(process, process->file_path, process->link_path, len);
    }
}
