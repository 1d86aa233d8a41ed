/* The table of live blocks: by address, what each is.  16 bytes a block in shards
 * that grow by a sixth when they are four fifths full, so that a live block takes 24
 * bytes at most once there are some ten thousand; small tables may be half empty.
 *
 * A shard has a lock of its own, held for some ten instructions, and taken where the
 * process has more threads than one: a tenth of what an event takes (docs/adr/0051).  Who waits for
 * one a second takes it: its holder was interrupted by a handler that never came back, or was
 * stopped by a debugger or a garbage collector.  Should the holder go on after all, what it finds
 * can still be searched, because memory of old tables stays mapped; the worst that follows is a
 * block forgotten.  Called by heap_events.c and allocation.c.
 */

HOT bool lock_try(uint32_t *lock)
{
    uint32_t nobody = 0;
    return __atomic_compare_exchange_n(lock, &nobody, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static NOINLINE void lock_wait(uint32_t *lock)
{
    const int64_t millisecond[2] = {0, 1000000};

    for (unsigned round = 0; round < LOCK_SPINS + LOCK_SLEEPS; round++) {
        if (!__atomic_load_n(lock, __ATOMIC_RELAXED) && lock_try(lock))
            return;
        if (round >= LOCK_SPINS)
            SYSTEM_2(nanosleep, millisecond, 0);
        else if (round % 64 == 63)
            SYSTEM_0(sched_yield);
        else
            __builtin_ia32_pause();
    }
}

HOT void lock_take(uint32_t *lock)
{
    if (UNLIKELY(!lock_try(lock)))
        lock_wait(lock);
}

HOT void lock_release(uint32_t *lock)
{
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

/* Whether another thread may note events, too.  libc's word holds from before such a
 * thread begins.  Asked before a lock is taken, not again before it is
 * released. */
HOT bool is_raced(const struct process *process)
{
    return UNLIKELY(!*process->heap.single);
}

/* ---- A block's parts ------------------------------------------------------- */

HOT struct cprof_node *block_node(const struct process *process, struct block block)
{
    uint64_t strides = block.value >> (BLOCK_SIZE_BITS + BLOCK_BIRTH_HIGH);
    return (struct cprof_node *)(process->base + strides * CPROF_NODE_STRIDE);
}

HOT uint64_t block_birth(struct block block)
{
    return (block.value & ((1u << BLOCK_BIRTH_HIGH) - 1)) << BLOCK_BIRTH_LOW |
           (block.key & ((1u << BLOCK_BIRTH_LOW) - 1));
}

HOT uint64_t block_small_size(struct block block)
{
    return block.value >> BLOCK_BIRTH_HIGH & HUGE_SIZE;
}

HOT struct block block_of(const struct process *process, uintptr_t address,
                          const struct cprof_node *node, uint64_t size, uint64_t birth)
{
    uint64_t strides = ((uintptr_t)node - process->base) / CPROF_NODE_STRIDE;
    uint64_t small = size < HUGE_SIZE ? size : HUGE_SIZE;
    return (struct block){
        (uint64_t)address << BLOCK_BIRTH_LOW | (birth & ((1u << BLOCK_BIRTH_LOW) - 1)),
        strides << (BLOCK_SIZE_BITS + BLOCK_BIRTH_HIGH) | small << BLOCK_BIRTH_HIGH |
            (birth >> BLOCK_BIRTH_LOW & ((1u << BLOCK_BIRTH_HIGH) - 1))};
}

HOT bool block_is_at(struct block block, uintptr_t address)
{
    return block.key >> BLOCK_BIRTH_LOW == address;
}

/* No room: what the block's release would say is not known. */
static NOINLINE void block_untracked(struct process *process)
{
    trouble_add(process, CPROF_TROUBLE_HEAP);
    __atomic_fetch_add(&process->heap.record->untracked, 1, __ATOMIC_RELAXED);
}

/* ---- Huge blocks ------------------------------------------------------------
 * There are few: an address space holds a million of them, and a program does not. */

static NOINLINE void huge_add(struct process *process, uintptr_t address, uint64_t size)
{
    struct heap *heap = process->heap.heap;

    lock_take(&heap->huge_lock);
    uint32_t idx = 0;
    while (idx < heap->huge_used && heap->huge[idx].address && heap->huge[idx].address != address)
        idx++;
    if (idx < HUGE_MAX) {
        heap->huge[idx] = (struct huge_block){address, size};
        if (idx == heap->huge_used)
            heap->huge_used++;
    } else {
        block_untracked(process);
    }
    lock_release(&heap->huge_lock);
}

static NOINLINE uint64_t huge_take(struct heap *heap, uintptr_t address)
{
    uint64_t size = HUGE_SIZE;

    lock_take(&heap->huge_lock);
    for (uint32_t idx = 0; idx < heap->huge_used; idx++)
        if (heap->huge[idx].address == address) {
            size = heap->huge[idx].size;
            heap->huge[idx].address = 0;
            break;
        }
    lock_release(&heap->huge_lock);
    return size;
}

/* ---- Shards -------------------------------------------------------------------- */

/* Blocks that are neighbours in memory are allocated, and often released, one after the
 * other.  So those of 256 bytes share a hash and stand in neighbouring places, two cache
 * lines instead of one each.  No more than sixteen do: what a pool hands out in smaller
 * steps than malloc differs in the low bits, and goes elsewhere, or searches would be
 * long and the slack at the table's end too short.  The top bits choose the shard, the
 * next ones the place in it, in proportion, so that a capacity need be no power of two. */
HOT uint64_t block_hash(uintptr_t address)
{
    return (address & ~(uintptr_t)0xf0) * 0x9e3779b97f4a7c15u;
}

HOT struct shard *shard_of(struct heap *heap, uint64_t hash)
{
    struct shard *shard = &heap->shards[hash >> (64 - SHARD_BITS)];

    KEPT(shard);
    return shard;
}

/* Up to seven places behind the end of the capacity: there is slack. */
HOT uint64_t shard_home(const struct shard *shard, uint64_t hash, uintptr_t address)
{
    return ((hash << SHARD_BITS >> 32) * shard->capacity >> 32) + (address >> 5) % 8;
}

HOT uint64_t home_of(const struct shard *shard, struct block block)
{
    uintptr_t address = block.key >> BLOCK_BIRTH_LOW;
    return shard_home(shard, block_hash(address), address);
}

/* The block at the address, or the free place where it would stand; `last` when
 * there is none. */
HOT struct block *shard_find(const struct shard *shard, uint64_t hash, uintptr_t address)
{
    struct block *at = shard->blocks + shard_home(shard, hash, address);

    while (at->key && !block_is_at(*at, address))
        at++;
    return at;
}

static void shard_set(struct shard *shard, struct block *blocks, uint32_t capacity, uint32_t slack)
{
    shard->capacity = capacity;
    shard->limit = capacity <= SHARD_ROOMY ? capacity / 2 : (uint32_t)((uint64_t)capacity * 4 / 5);
    shard->last = blocks + capacity + slack - 1; /* always free: it ends every search */
    shard->blocks = blocks;
}

static size_t shard_bytes(uint32_t capacity)
{
    return ((capacity + SHARD_SLACK) * sizeof(struct block) + 4095) & ~(size_t)4095;
}

/* Copies the blocks in their order, which the larger table keeps but for neighbours.
 * False: the slack was too short. */
static bool blocks_copy(struct shard *shard, const struct block *from, const struct block *end)
{
    for (; from < end; from++) {
        if (!from->key)
            continue;
        struct block *at = shard->blocks + home_of(shard, *from);
        while (at->key)
            at++;
        if (at >= shard->last)
            return false;
        *at = *from;
    }
    return true;
}

static uint32_t capacity_next(uint32_t capacity)
{
    return capacity < SHARD_ROOMY ? 2 * capacity : capacity + capacity / 6;
}

/* Moves the blocks to a larger table; the shard is locked. */
static NOINLINE bool shard_grow(struct heap *heap, struct shard *shard)
{
    struct shard old = *shard;

    if (!old.blocks) {
        shard_set(shard, heap->first_blocks[shard - heap->shards], SHARD_FIRST, SHARD_SLACK);
        return true;
    }
    for (uint32_t capacity = capacity_next(old.capacity); capacity < 1u << 30;
         capacity = capacity_next(capacity)) {
        size_t len = shard_bytes(capacity);
        struct block *blocks =
            memory_map(NULL, len, PROTECTION_READ | PROTECTION_WRITE,
                       MAPPING_PRIVATE | MAPPING_ANONYMOUS | MAPPING_NORESERVE, -1, 0);
        if (!blocks)
            return false;
        SYSTEM_3(madvise, blocks, len, ADVICE_WIPE_ON_FORK);
        struct shard larger = old;
        shard_set(&larger, blocks, capacity, (uint32_t)(len / sizeof *blocks) - capacity);
        if (!blocks_copy(&larger, old.blocks, old.last)) {
            SYSTEM_2(munmap, blocks, len);
            continue;
        }
        shard_set(shard, blocks, capacity, (uint32_t)(len / sizeof *blocks) - capacity);
        if (old.capacity > SHARD_FIRST)
            SYSTEM_3(madvise, old.blocks, shard_bytes(old.capacity), ADVICE_DO_NOT_NEED);
        return true;
    }
    return false;
}

/* ---- Adding and taking ------------------------------------------------------------ */

/* What has become of a block that was added. */
struct placing {
    struct block *at;      /* NULL: no memory */
    struct block replaced; /* the one that stood at the address; key 0: none */
};

HOT struct placing blocks_add(struct process *process, bool raced, uintptr_t address,
                              struct block block)
{
    struct heap *heap = process->heap.heap;
    uint64_t hash = block_hash(address);
    struct shard *shard = shard_of(heap, hash);
    bool done = true;

    if (raced)
        lock_take(&shard->lock);
    if (UNLIKELY(shard->used >= shard->limit))
        done = shard_grow(heap, shard);
    struct block *at = done ? shard_find(shard, hash, address) : NULL;
    while (UNLIKELY(at == shard->last) && done) {
        done = shard_grow(heap, shard);
        at = done ? shard_find(shard, hash, address) : NULL;
    }
    struct placing placing = {at, {0, 0}};
    if (LIKELY(done)) {
        placing.replaced = *at;
        shard->used += !placing.replaced.key; /* first: a jump may leave it too high */
        at->value = block.value;
        at->key = block.key;
    }
    if (raced)
        lock_release(&shard->lock);
    return placing;
}

/* Closes the gap at `hole`, so that every search still ends at its block. */
HOT void gap_close(const struct shard *shard, struct block *hole)
{
    for (struct block *next = hole + 1; next->key; next++)
        if (home_of(shard, *next) <= (uint64_t)(hole - shard->blocks)) {
            *hole = *next;
            hole = next;
        }
    hole->key = 0;
}

/* Takes the block at the address out of the table; key 0: none is known. */
HOT struct block blocks_take(struct process *process, bool raced, uintptr_t address)
{
    uint64_t hash = block_hash(address);
    struct shard *shard = shard_of(process->heap.heap, hash);
    struct block found = {0, 0};

    if (raced)
        lock_take(&shard->lock);
    if (LIKELY(shard->used)) {
        struct block *at = shard_find(shard, hash, address);
        found = *at;
        if (LIKELY(found.key)) {
            gap_close(shard, at);
            shard->used--;
        }
    }
    if (raced)
        lock_release(&shard->lock);
    return found;
}
