/* What every invented program has: slots for blocks, a log, threads.  Included by the
 * programs that invent.awk writes.  Nothing here allocates.
 */
enum { SLOTS = 300, LOG_MAX = 1 << 20, ROUNDS = 60 };

struct entry {
    void *block;
    size_t size;
    int line;
    short thread;
    char event;
};

static const char word[] = "forty characters are enough for strdup...";
static struct entry entries[LOG_MAX];
static uint64_t entry_count;
static void *blocks[SLOTS];
static char held[SLOTS];
static __thread int thread;
static __thread uint64_t state;
static pthread_barrier_t start; /* a tree is for threads of one time: nobody may end early */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void top(void);

static __attribute__((unused)) size_t choose(size_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % (n ? n : 1);
}

/* Racing threads may take the same slot. */
static __attribute__((unused)) void lock_slot(unsigned slot)
{
    while (__atomic_exchange_n(&held[slot], 1, __ATOMIC_ACQUIRE))
        sched_yield();
}

static __attribute__((unused)) void unlock_slot(unsigned slot)
{
    __atomic_store_n(&held[slot], 0, __ATOMIC_RELEASE);
}

static void note(char event, int line, void *block, size_t size)
{
    uint64_t idx = __atomic_fetch_add(&entry_count, 1, __ATOMIC_RELAXED);
    if (idx >= LOG_MAX)
        abort();
    entries[idx] = (struct entry){block, size, line, (short)thread, event};
}

static __attribute__((unused, noinline)) void drop(unsigned slot)
{
    if (!blocks[slot])
        return;
    note('f', 0, blocks[slot], 0);
    free(blocks[slot]);
    blocks[slot] = NULL;
}

static void *work(void *number)
{
    thread = (int)(intptr_t)number;
    state = SEED * 1000 + (uint64_t)thread;
    pthread_barrier_wait(&start);
    for (int round = 0; round < ROUNDS; round++) {
        if (TURNS)
            pthread_mutex_lock(&turn);
        top();
        if (TURNS)
            pthread_mutex_unlock(&turn);
        if (TURNS && THREADS > 1)
            sched_yield();
    }
    pthread_barrier_wait(&start);
    return NULL;
}

static char *put_number(char *at, uint64_t number)
{
    char digits[24], *digit = digits + sizeof digits;
    do
        *--digit = (char)('0' + number % 10);
    while (number /= 10);
    memcpy(at, digit, (size_t)(digits + sizeof digits - digit));
    return at + (digits + sizeof digits - digit);
}

static void dump(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (uint64_t idx = 0; idx < entry_count; idx++) {
        char text[160], *at = text;
        at = put_number(at, (uint64_t)entries[idx].thread);
        *at++ = ' ';
        *at++ = entries[idx].event;
        *at++ = ' ';
        at = put_number(at, (uint64_t)entries[idx].line);
        *at++ = ' ';
        at = put_number(at, (uint64_t)(uintptr_t)entries[idx].block);
        *at++ = ' ';
        at = put_number(at, entries[idx].size);
        *at++ = '\n';
        if (write(file, text, (size_t)(at - text)) < 0)
            abort();
    }
    close(file);
}

int main(int count, char **words)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&start, NULL, THREADS);
    for (intptr_t idx = 1; idx < THREADS; idx++)
        if (pthread_create(&threads[idx], NULL, work, (void *)idx) != 0)
            abort();
    work(NULL);
    for (int idx = 1; idx < THREADS; idx++)
        pthread_join(threads[idx], NULL);
    if (count > 1)
        dump(words[1]);
    return 0;
}
