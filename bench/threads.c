/* Calls on two threads at once: what shared counters cost, and whether any is lost.
 *
 * usage: threads N ROUNDS.  Each thread computes fib(N) ROUNDS times.  Built by
 * bench/compare, with -fno-optimize-sibling-calls.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned long number, rounds;

__attribute__((noinline)) static unsigned long fib(unsigned long n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static void *work(void *sum)
{
    for (unsigned long round = 0; round < rounds; round++)
        *(unsigned long *)sum += fib(number);
    return NULL;
}

int main(int count, char **words)
{
    pthread_t thread;
    unsigned long first = 0, second = 0;

    number = count > 1 ? strtoul(words[1], NULL, 10) : 20;
    rounds = count > 2 ? strtoul(words[2], NULL, 10) : 1;
    if (pthread_create(&thread, NULL, work, &first) != 0)
        return 1;
    work(&second);
    pthread_join(thread, NULL);
    printf("%lu\n", first + second);
    return first != second;
}
