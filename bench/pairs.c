/* A loop of malloc and free: pairs ROUNDS [THREADS].  Each thread makes ROUNDS pairs of
 * 32 bytes.  For bench/heap, as are the other two programs here.
 */
#include <pthread.h>
#include <stdlib.h>

enum { THREAD_MAX = 64 };

static void *work(void *argument)
{
    const long rounds = *(const long *)argument;
    void *volatile keep;

    for (long idx = 0; idx < rounds; idx++) {
        keep = malloc(32);
        free(keep);
    }
    return NULL;
}

int main(int count, char **words)
{
    pthread_t threads[THREAD_MAX];
    long rounds = count > 1 ? atol(words[1]) : 1000000;
    int others = count > 2 ? atoi(words[2]) - 1 : 0;

    for (int idx = 0; idx < others && idx < THREAD_MAX; idx++)
        if (pthread_create(&threads[idx], NULL, work, &rounds) != 0)
            return 1;
    work(&rounds);
    for (int idx = 0; idx < others && idx < THREAD_MAX; idx++)
        pthread_join(threads[idx], NULL);
    return 0;
}
