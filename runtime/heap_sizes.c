/* The sizes of the heap and of places, which belong to all threads, peaks and the series
 * over time.
 *
 * Their lock is only tried, and where another thread is inside, which is to say where
 * threads do race, the thread keeps its changes in a log of its own and tells them some
 * events later.  So peaks are exact as long as threads take turns, and otherwise off
 * by what each racing thread allocated in its newest CPROF_HEAP_BATCH events at most.
 * Called by heap_events.c.
 */

/* Events that a thread keeps to itself once another was inside: the lock's cache line
 * then comes over some hundred nanoseconds, and that is to be little an event. */
enum { RACING_BATCH = 64 };

/* A moment for the series.  When it is full, every second one goes, and from then on
 * half as many are taken. */
static NOINLINE void sample_add(struct process *process)
{
    struct heap *heap = process->heap.heap;
    struct cprof_heap *record = process->heap.record;

    if (record->sample_count == CPROF_HEAP_SAMPLES) {
        for (uint32_t idx = 0; idx < CPROF_HEAP_SAMPLES / 2; idx++) {
            struct cprof_heap_sample merged = record->samples[2 * idx + 1];
            if (record->samples[2 * idx].highest_bytes > merged.highest_bytes)
                merged.highest_bytes = record->samples[2 * idx].highest_bytes;
            record->samples[idx] = merged;
        }
        record->sample_count = CPROF_HEAP_SAMPLES / 2;
        heap->sample_step *= 2;
    }
    struct cprof_heap_sample *sample = &record->samples[record->sample_count];
    sample->sequence = record->sequence;
    sample->ticks = ticks_now(process);
    sample->live_bytes = record->live_bytes;
    sample->highest_bytes = heap->recent_highest;
    __atomic_store_n(&record->sample_count, record->sample_count + 1, __ATOMIC_RELEASE);
    heap->recent_highest = record->live_bytes;
    if (!heap->sample_step)
        heap->sample_step = 1;
    heap->next_sample = record->sequence + heap->sample_step;
}

/* Tells the heap of a change; its lock is held.  `highest` is the most by which it was
 * larger meanwhile, of which releases alone need not ask. */
HOT void sizes_add(struct process *process, uint32_t place, uint32_t allocations, int64_t change,
                   int64_t highest)
{
    struct heap *heap = process->heap.heap;
    struct cprof_heap *record = process->heap.record;
    struct cprof_place *at = &process->heap.places[place];

    if (allocations && at->live_bytes + highest > at->peak_bytes)
        at->peak_bytes = at->live_bytes + highest;
    at->live_bytes += change;
    record->sequence += allocations;
    if (UNLIKELY(at->flags & CPROF_PLACE_APART))
        return;
    if (allocations && record->live_bytes + highest > heap->recent_highest) {
        heap->recent_highest = record->live_bytes + highest;
        if (heap->recent_highest > record->peak_bytes) {
            record->peak_bytes = heap->recent_highest;
            record->peak_sequence = record->sequence;
            record->peak_number++;
        }
    }
    record->live_bytes += change;
}

/* And of the series, when its next moment has come. */
HOT void sizes_change(struct process *process, uint32_t place, uint32_t allocations, int64_t change,
                      int64_t highest)
{
    sizes_add(process, place, allocations, change, highest);
    if (UNLIKELY(process->heap.record->sequence > process->heap.heap->next_sample) && allocations)
        sample_add(process);
}

static void log_tell(struct process *process, struct heap_thread *self)
{
    for (uint32_t idx = 0; idx < self->log_count; idx++) {
        const struct log_entry *entry = &self->log[idx];
        sizes_change(process, entry->place, entry->allocations, entry->change, entry->highest);
    }
    self->log_count = 0;
    self->unsaid = 0;
}

/* An event of which the heap is not told now. */
static void log_add(struct heap_thread *self, uint32_t place, uint32_t allocations, int64_t change)
{
    struct log_entry *entry = self->log_count ? &self->log[self->log_count - 1] : NULL;

    if (!entry || entry->place != place) {
        entry = &self->log[self->log_count++];
        *entry = (struct log_entry){.place = place};
    }
    entry->allocations += allocations;
    entry->change += change;
    if (entry->change > entry->highest)
        entry->highest = entry->change;
    self->sequence += allocations;
    self->unsaid++;
}

/* Threads race, or have done so a moment ago. */
static NOINLINE uint64_t change_later(struct process *process, struct heap_thread *self,
                                      uint32_t place, uint32_t allocations, int64_t change)
{
    struct heap *heap = process->heap.heap;
    uint64_t number = self->peak_number;

    log_add(self, place, allocations, change);
    bool full = self->log_count == LOG_MAX || self->unsaid >= CPROF_HEAP_BATCH;
    if (!full && self->unsaid < self->batch)
        return number;
    if (!lock_try(&heap->lock)) {
        self->batch = self->batch < RACING_BATCH ? RACING_BATCH : 2 * self->batch;
        if (self->batch > CPROF_HEAP_BATCH)
            self->batch = CPROF_HEAP_BATCH;
        if (!full)
            return number;
        lock_take(&heap->lock);
    }
    log_tell(process, self);
    self->sequence = process->heap.record->sequence;
    self->peak_number = process->heap.record->peak_number;
    bool alone = heap->last_thread == self->idx;
    heap->last_thread = self->idx;
    lock_release(&heap->lock);
    if (alone)
        self->batch /= 2;
    else if (self->batch)
        self->batch--;
    return number;
}

/* The heap changes by so many bytes at a place.  Returns the number of the newest peak
 * before; self->sequence is the heap's afterwards. */
HOT uint64_t size_change(struct process *process, struct heap_thread *self, bool raced,
                         uint32_t place, uint32_t allocations, int64_t change)
{
    struct heap *heap = process->heap.heap;

    if (UNLIKELY(self->batch > 1 || self->log_count) || (raced && UNLIKELY(!lock_try(&heap->lock))))
        return change_later(process, self, place, allocations, change);
    const struct cprof_heap *record = process->heap.record;
    uint64_t number = record->peak_number;
    sizes_change(process, place, allocations, change, change);
    self->sequence = record->sequence;
    if (raced)
        lock_release(&heap->lock);
    self->peak_number = number;
    return number;
}
