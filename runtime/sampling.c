/* CPROF_ALLOC=sampled: which blocks are noted, and what they stand for.
 *
 * A sample falls on every SAMPLE_BYTES-th byte that a thread allocates, on average and
 * at random: a Poisson process.  A block of s bytes is noted when at least one falls
 * into it or the byte behind it (so that none is of 0 bytes), with the chance
 * p = 1 - exp(-(s + 1) / SAMPLE_BYTES), and then counts for 1 / p blocks and s / p bytes.  So all
 * sums are without bias, live bytes included, because a block is given back with the weight that it
 * was noted with (Horvitz and Thompson, 1952).  Called by heap_events.c and allocation.c.
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
    if (size >= 16 * (uint64_t)SAMPLE_BYTES)
        return (struct weight){1, size};
    uint64_t each = reciprocal_chance(size + 1);
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

/* -log2 of a random number between 0 and 1 in units of 2^-26, bit by bit: the square of
 * a number has twice its logarithm. */
static uint64_t negative_log2(uint32_t random)
{
    uint32_t zeros = (uint32_t)__builtin_clz(random | 1);
    uint64_t mantissa = (uint64_t)(random | 1) << zeros, logarithm = 0; /* 1 is 2^31 */

    for (uint32_t bit = 0; bit < 26; bit++) {
        mantissa = mantissa * mantissa >> 31;
        logarithm = 2 * logarithm + (mantissa >> 32);
        mantissa >>= mantissa >> 32;
    }
    return ((uint64_t)(zeros + 1) << 26) - logarithm;
}

/* Bytes to the next sample.  interval_draw() is off by up to a tenth where little is
 * left, which countdowns of calls can bear and estimates of small blocks cannot. */
static int64_t left_draw(struct heap_thread *self)
{
    const uint64_t ln_2 = 0xb17217f8; /* times 2^32 */

    return (int64_t)((negative_log2(random_next(&self->random)) * ln_2 >> 32) >>
                     (26 - SAMPLE_SHIFT));
}

/* The note's first look found no byte left: whether a sample falls into the block.  A
 * thread's first one knows of none yet. */
static bool is_sampled(struct process *process, struct heap_thread *self, uint64_t size)
{
    int64_t left = left_draw(self);

    if (left_get(&process->heap) < LEFT_UNKNOWN / 2 && left > (int64_t)size) {
        left_set(&process->heap, left - (int64_t)size - 1);
        return false;
    }
    if (left_get(&process->heap) < LEFT_UNKNOWN / 2)
        left = left_draw(self);
    left_set(&process->heap, left);
    self->newest_left = left;
    return true;
}

/* Whether the thread has allocated nothing since the newest block. */
HOT bool is_newest(const struct process *process, const struct heap_thread *self, bool sampled,
                   uintptr_t address)
{
    return self->newest == address && (!sampled || left_get(&process->heap) == self->newest_left);
}

/* ---- The filter -----------------------------------------------------------------
 * Most releases are of blocks that were not noted; one load tells.  A byte stands for
 * 256 bytes of addresses, so that neighbours share its cache line, and for those 256
 * MiB away; a 256th of the small blocks beside noted ones are looked up in vain.  Where
 * all blocks are noted there is one byte, `any`, for all. */

HOT uint8_t *filter_of(const struct heap_parts *parts, uintptr_t address)
{
    return &parts->filter[address >> CPROF_FILTER_SHIFT & parts->filter_mask];
}

HOT bool filter_excludes(const struct process *process, uintptr_t address)
{
    return !*filter_of(&process->heap, address);
}

/* What has become too many to count stays. */
static NOINLINE void filter_count(struct process *process, uintptr_t address, int change)
{
    uint8_t *count = filter_of(&process->heap, address);
    uint8_t old = __atomic_load_n(count, __ATOMIC_RELAXED);

    while (old != UINT8_MAX &&
           !__atomic_compare_exchange_n(count, &old, (uint8_t)(old + change), true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

HOT void filter_change(struct process *process, bool sampled, uintptr_t address, int change)
{
    if (UNLIKELY(sampled))
        filter_count(process, address, change);
}
