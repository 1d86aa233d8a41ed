/* CPROF_ALLOC=sampled: which blocks are noted, and what they stand for.
 *
 * A sample falls on every SAMPLE_BYTES-th byte that a thread allocates, on average and
 * at random: a Poisson process.  A block of s bytes is noted when at least one falls
 * into it, with the chance p = 1 - exp(-s / SAMPLE_BYTES), and then counts for 1 / p
 * blocks and s / p bytes.  So all sums are without bias, live bytes included, because a
 * block is given back with the weight that it was noted with (Horvitz and Thompson,
 * 1952).  Called by heap.c and allocation.c.
 */

enum { SAMPLE_SHIFT = 16, SAMPLE_BYTES = 1 << SAMPLE_SHIFT };

/* 2 to the power of -fraction, both in units of 2^-32: Horner's scheme for the series of
 * the exponential function, coefficients ln(2)^n / n!. */
static uint64_t power_of_half(uint64_t fraction)
{
    static const uint64_t coefficients[] = {65510,     661577,     5726720,   41309550,
                                            238388332, 1031764991, 2977044472};
    uint64_t sum = 0;

    for (size_t idx = 0; idx < sizeof coefficients / sizeof *coefficients; idx++)
        sum = (coefficients[idx] - sum) * fraction >> 32;
    return ((uint64_t)1 << 32) - sum;
}

/* 1 / p in units of 2^-32, for a block of fewer than 16 * SAMPLE_BYTES. */
static uint64_t reciprocal_chance(uint64_t size)
{
    const uint64_t log2_e = 0x171547652;
    uint64_t exponent = size << (32 - SAMPLE_SHIFT);
    uint64_t binary = (uint64_t)((unsigned __int128)exponent * log2_e >> 32);
    uint64_t missed = power_of_half(binary & 0xffffffffu) >> (binary >> 32);

    return UINT64_MAX / (((uint64_t)1 << 32) - missed);
}

/* The count is rounded at random, but each time alike for the same block. */
static NOINLINE struct weight sampled_weight(uint64_t size, uint64_t birth)
{
    uint64_t at_least = size ? size : 1;

    if (size >= 16 * (uint64_t)SAMPLE_BYTES)
        return (struct weight){1, size};
    uint64_t each = reciprocal_chance(at_least);
    uint64_t dither = birth * 0x9e3779b97f4a7c15u >> 32;
    return (struct weight){(each + dither) >> 32, (uint64_t)((unsigned __int128)size * each >> 32)};
}

HOT struct weight weight_of(bool sampled, uint64_t size, uint64_t birth)
{
    return !sampled ? (struct weight){1, size} : sampled_weight(size, birth);
}

static inline bool is_sampling(const struct process *process)
{
    return process->heap.mode == CPROF_HEAP_SAMPLED;
}

/* Whether a sample falls into the next block of the thread. */
static inline bool is_sampled(struct process *process, struct heap_thread *self, uint64_t size)
{
    self->sample_left -= (int64_t)(size ? size : 1);
    if (LIKELY(self->sample_left >= 0)) {
        self->newest = 0;
        return false;
    }
    self->sample_left = interval_draw(&process->threads[self->idx], SAMPLE_BYTES);
    return true;
}

/* ---- The filter -----------------------------------------------------------------
 * Most releases are of blocks that were not noted; one load tells. */

static inline uint16_t *filter_of(struct heap *heap, uintptr_t address)
{
    return &heap->filter[block_hash(address) >> (64 - FILTER_BITS)];
}

HOT bool filter_excludes(struct process *process, uintptr_t address)
{
    return is_sampling(process) && !*filter_of(process->heap.heap, address);
}

HOT void filter_change(struct process *process, bool sampled, uintptr_t address, uint16_t change)
{
    if (sampled)
        __atomic_fetch_add(filter_of(process->heap.heap, address), change, __ATOMIC_RELAXED);
}
