/* What a plugin's notes of allocations call; include/cprof/abi.h says where each
 * stands.  Each leaves errno and the vector registers alone, and does nothing before
 * the start, in threads that cannot be recorded and under CPROF_ALLOC=off.  Part of
 * runtime.c.
 */

typedef const struct cprof_allocation *allocation_site;

HIDDEN void *__cprof_track(void *block, uint64_t size, allocation_site site);
HIDDEN void __cprof_untrack(void *block, allocation_site site);
HIDDEN void *__cprof_allocated(void *block, uint64_t size, allocation_site site);
HIDDEN void *__cprof_copied(char *string, allocation_site site);
HIDDEN void __cprof_release(void *block, allocation_site site);
HIDDEN void *__cprof_resize(void *block, allocation_site site);
HIDDEN void *__cprof_resized(void *block, uint64_t count, uint64_t size, void *token,
                             allocation_site site);
HIDDEN void __cprof_filled(void **block, uint64_t size, int64_t result, allocation_site site);
HIDDEN void *__cprof_grow(void **block, allocation_site site);
HIDDEN void __cprof_grown(void **block, uint64_t *size, void *token, allocation_site site);
HIDDEN void *__cprof_mapped(void *block, uint64_t length, allocation_site site);
HIDDEN void __cprof_unmap(void *block, uint64_t length, allocation_site site);

/* NULL: nothing is noted. */
static inline struct process *noting_process(void)
{
    return LIKELY(__cprof_left_offset != 0) ? __cprof_process : NULL;
}

static inline uint32_t allocation_id(allocation_site site)
{
    return module_first_allocation + (uint32_t)(site - __start_cprof_allocation);
}

/* ---- Allocating ------------------------------------------------------------ */

HOT void note_allocated(struct process *process, bool seldom, void *block, uint64_t size,
                        allocation_site site, uint32_t flags)
{
    struct cprof_node *standing;
    uint32_t id = allocation_id(site);
    struct heap_thread *self = heap_thread_at(process, id, &standing);

    if (UNLIKELY(!self))
        return;
    struct cprof_node *leaf = allocation_leaf(process, self, standing, id, flags);
    if (UNLIKELY(!leaf)) {
        lost_add(process);
        return;
    }
    if (UNLIKELY(!event_begin(process, self, leaf, (uintptr_t)block, size)))
        return;
    if (seldom)
        event_allocated_seldom(process, self, leaf, (uintptr_t)block, size);
    else
        event_allocated(process, self, false, leaf, (uintptr_t)block, size);
    event_end(process, self);
}

static NOINLINE void note_failed(struct process *process)
{
    if (is_alive(process))
        __atomic_fetch_add(&process->heap.record->failed, 1, __ATOMIC_RELAXED);
}

/* For what is rarer than malloc and new, and for samples. */
static NOINLINE void note_apart(struct process *process, void *block, uint64_t size,
                                allocation_site site, uint32_t flags)
{
    note_allocated(process, true, block, size, site, flags);
}

/* The bytes that were left to the thread's next sample have been used up. */
static SELDOM void note_sampled(struct process *process, void *block, uint64_t size,
                                allocation_site site, uint32_t flags)
{
    struct heap_thread *self = heap_thread_here(process, allocation_id(site));

    if (self && is_sampled(process, self, size))
        note_apart(process, block, size, site, flags);
}

/* Takes a block's bytes, and one for those of none, from what is left to the thread's
 * next sample: one instruction, for handlers' sake.  True: the block has to be noted. */
static inline bool left_take(intptr_t offset, uint64_t size)
{
    bool crossed;
    __asm__ volatile("stc\n\tsbbq %1, %%fs:(%2)"
                     : "=@ccl"(crossed)
                     : "r"(size), "r"(offset)
                     : "memory");
    return crossed;
}

static NOINLINE void *track_otherwise(void *block, uint64_t size, allocation_site site)
{
    struct process *process = __cprof_process;

    if (!block)
        note_failed(process);
    else if (is_sampling(process))
        note_sampled(process, block, size, site, 0);
    else
        note_allocated(process, false, block, size, site, 0);
    if (UNLIKELY(size >> 47)) /* an allocator of the program's own makes of sizes what it likes */
        left_set(&process->heap, LEFT_UNKNOWN);
    return block;
}

/* What handlers have left to an event that is done. */
static NOINLINE void *track_deferred(void *block)
{
    deferred_run(__cprof_process, heap_self(&__cprof_process->heap));
    return block;
}

void *__cprof_track(void *block, uint64_t size, allocation_site site)
{
    struct process *process = __cprof_process;
    struct heap_thread *self = heap_self(&process->heap);

    if (UNLIKELY(!block) ||
        !allocated_alone(process, self, (uintptr_t)block, size, allocation_id(site)))
        return track_otherwise(block, size, site);
    return LIKELY(!self->deferred_marks) ? block : track_deferred(block);
}

void *__cprof_allocated(void *block, uint64_t size, allocation_site site)
{
    intptr_t offset = __cprof_left_offset;

    return offset && (!block || left_take(offset, size)) ? __cprof_track(block, size, site) : block;
}

static void note_seldom(struct process *process, void *block, uint64_t size, allocation_site site,
                        uint32_t flags)
{
    if (!is_sampling(process))
        note_apart(process, block, size, site, flags);
    else if (left_take(process->heap.left_offset, size))
        note_sampled(process, block, size, site, flags);
}

void *__cprof_copied(char *string, allocation_site site)
{
    return __cprof_allocated(string, string ? string_len(string) + 1 : 0, site);
}

void __cprof_filled(void **block, uint64_t size, int64_t result, allocation_site site)
{
    bool prints = site->kind == CPROF_KIND_ASPRINTF;
    bool given = prints ? result >= 0 : result == 0;

    __cprof_allocated(given ? *block : NULL, prints ? (uint64_t)result + 1 : size, site);
}

void *__cprof_mapped(void *block, uint64_t length, allocation_site site)
{
    struct process *process = noting_process();

    if (process && block != (void *)-1)
        note_seldom(process, block, length, site, CPROF_PLACE_APART);
    else if (process)
        note_failed(process);
    return block;
}

/* ---- Releasing --------------------------------------------------------------- */

HOT void note_released(struct process *process, bool seldom, void *block, allocation_site site)
{
    struct heap_thread *self = heap_thread_here(process, allocation_id(site));

    if (UNLIKELY(!self) || UNLIKELY(!event_begin(process, self, NULL, (uintptr_t)block, 0)))
        return;
    if (seldom)
        event_released_seldom(process, self, (uintptr_t)block);
    else
        event_released(process, self, false, (uintptr_t)block);
    event_end(process, self);
}

static SELDOM void release_sampled(struct process *process, void *block, allocation_site site)
{
    note_released(process, true, block, site);
}

static NOINLINE void untrack_otherwise(void *block, allocation_site site)
{
    struct process *process = __cprof_process;

    if (UNLIKELY(is_sampling(process)))
        release_sampled(process, block, site);
    else
        note_released(process, false, block, site);
}

/* Blocks stand behind the one that is released. */
static NOINLINE void untrack_between(void *block, struct block *at)
{
    struct process *process = __cprof_process;
    struct heap_thread *self = heap_self(&process->heap);
    struct shard *shard = shard_of(process->heap.heap, block_hash((uintptr_t)block));
    const struct block found = *at;

    gap_close(shard, at);
    shard->used--;
    alone_released(process, self, found, (uintptr_t)block);
    event_end(process, self);
}

void __cprof_untrack(void *block, allocation_site site)
{
    struct process *process = __cprof_process;
    struct heap_thread *self = heap_self(&process->heap);
    struct shard *shard;

    if (UNLIKELY(!block))
        return;
    struct block *at = alone_find(process, self, (uintptr_t)block, &shard);
    if (UNLIKELY(!at)) {
        untrack_otherwise(block, site);
        return;
    }
    if (UNLIKELY(at[1].key)) {
        untrack_between(block, at);
        return;
    }
    const struct block found = *at;
    at->key = 0;
    shard->used--;
    alone_released(process, self, found, (uintptr_t)block);
    alone_end(self);
    if (UNLIKELY(self->deferred_marks))
        track_deferred(block);
}

void __cprof_release(void *block, allocation_site site)
{
    const struct process *process = noting_process();

    if (process && !filter_excludes(process, (uintptr_t)block))
        __cprof_untrack(block, site);
}

/* A part of a mapping: what lies behind it stays. */
static void part_released(struct process *process, struct heap_thread *self, struct block block,
                          uintptr_t address, uint64_t size, uint64_t length)
{
    uint64_t rest = size - length;

    if (blocks_add(process, is_raced(process), address + length,
                   block_of(process, address + length, block_node(process, block), rest,
                            block_birth(block)))
            .at &&
        rest >= HUGE_SIZE)
        huge_add(process, address + length, rest);
    filter_change(process, is_sampling(process), address + length, 1);
    bytes_released(process, self, is_raced(process), block, length);
}

SELDOM void __cprof_unmap(void *block, uint64_t length, allocation_site site)
{
    struct process *process = noting_process();
    uintptr_t address = (uintptr_t)block;

    if (!process || filter_excludes(process, address))
        return;
    struct heap_thread *self = heap_thread_here(process, allocation_id(site));
    if (UNLIKELY(!self) || UNLIKELY(!event_begin(process, self, NULL, address, 0)))
        return;
    struct block found = block_take(process, is_sampling(process), is_raced(process), address);
    uint64_t size = found.key ? size_of_block(process->heap.heap, found) : 0;
    length = (length + 4095) & ~(uint64_t)4095;
    if (found.key && length < size)
        part_released(process, self, found, address, size, length);
    else if (found.key)
        block_released_seldom(process, self, found, address, size);
    event_end(process, self);
}

/* ---- Resizing ---------------------------------------------------------------------
 * From before the call on the old block is nobody's: another thread may be given its
 * address at once. */

/* Takes the block out of the table until the call is over. */
static struct parked_block *block_park(struct process *process, struct heap_thread *self,
                                       uintptr_t address)
{
    struct parked_block *parked = &self->parked[self->parked_next++ % PARKED_MAX];

    if (!event_begin(process, self, NULL, address, 0))
        return NULL;
    parked->address = address;
    parked->block = block_take(process, is_sampling(process), is_raced(process), address);
    parked->size = parked->block.key ? size_of_block(process->heap.heap, parked->block) : 0;
    event_end(process, self);
    return parked;
}

/* The call has left the block as it was. */
static void block_return(struct process *process, struct heap_thread *self,
                         const struct parked_block *parked)
{
    if (!parked->block.key || !event_begin(process, self, NULL, 0, 0))
        return;
    if (blocks_add(process, is_raced(process), parked->address, parked->block).at &&
        parked->size >= HUGE_SIZE)
        huge_add(process, parked->address, parked->size);
    filter_change(process, is_sampling(process), parked->address, 1);
    event_end(process, self);
}

/* The call has released it, and perhaps moved it. */
static void block_resized(struct process *process, struct heap_thread *self,
                          const struct parked_block *parked)
{
    if (!parked->block.key || !event_begin(process, self, NULL, 0, 0))
        return;
    self->newest = 0;
    block_released(process, self, is_sampling(process), is_raced(process), parked->block,
                   parked->address, parked->size);
    event_end(process, self);
}

/* What the site's node knows about growing. */
static void growth_note(struct process *process, struct heap_thread *self,
                        const struct parked_block *parked, const struct cprof_node *standing,
                        uint32_t id, uintptr_t address, uint64_t size)
{
    if (!parked->block.key)
        return;
    struct cprof_node *node = allocation_leaf(process, self, standing, id, 0);
    if (!node)
        return;
    struct weight old = weight_of(is_sampling(process), parked->size, block_birth(parked->block));
    node->u.alloc.moved_count += address != parked->address ? old.count : 0;
    if (size <= parked->size)
        return;
    node->u.alloc.grown_count += old.count;
    node->u.alloc.grown_bytes += (size - parked->size) * old.count;
}

static void *resize_begin(void *block, allocation_site site)
{
    struct process *process = noting_process();

    if (!process || !block || filter_excludes(process, (uintptr_t)block))
        return NULL;
    struct heap_thread *self = heap_thread_here(process, allocation_id(site));
    return self ? block_park(process, self, (uintptr_t)block) : NULL;
}

/* `block` is there now, with `size` bytes; NULL: the old one was only released. */
static void resize_end(struct process *process, void *block, uint64_t size,
                       const struct parked_block *parked, allocation_site site)
{
    struct cprof_node *standing;
    uint32_t id = allocation_id(site);
    struct heap_thread *self = heap_thread_at(process, id, &standing);

    if (!self)
        return;
    if (parked)
        block_resized(process, self, parked);
    if (!block)
        return;
    if (parked)
        growth_note(process, self, parked, standing, id, (uintptr_t)block, size);
    note_seldom(process, block, size, site, 0);
}

void *__cprof_resize(void *block, allocation_site site)
{
    return resize_begin(block, site);
}

void *__cprof_resized(void *block, uint64_t count, uint64_t size, void *token, allocation_site site)
{
    struct process *process = noting_process();
    uint64_t bytes;
    bool failed = (__builtin_mul_overflow(count, size, &bytes) || bytes) && !block;

    if (block && !token) /* nothing known was there before: often a first allocation */
        return __cprof_allocated(block, bytes, site);
    if (!process)
        return block;
    if (!failed) {
        resize_end(process, block, bytes, token, site);
        return block;
    }
    struct heap_thread *self = heap_thread_here(process, allocation_id(site));
    note_failed(process);
    if (self && token)
        block_return(process, self, token);
    return block;
}

void *__cprof_grow(void **block, allocation_site site)
{
    return block ? resize_begin(*block, site) : NULL;
}

/* getline has left the buffer as it was, made it larger, or made one. */
void __cprof_grown(void **block, uint64_t *size, void *token, allocation_site site)
{
    struct process *process = noting_process();
    const struct parked_block *parked = token;

    if (!process || !block || !size)
        return;
    bool same = parked && (uintptr_t)*block == parked->address &&
                (*size == parked->size || !parked->block.key);
    if (!same) {
        if (*block)
            resize_end(process, *block, *size, parked, site);
        return;
    }
    struct heap_thread *self = heap_thread_here(process, allocation_id(site));
    if (self)
        block_return(process, self, parked);
}
