/* Functions that spend known time on the real clock and keep the books about it.
 *
 * Each spins on the clock until its share is over and notes what it really got, a
 * clock reading at each end: so a busy machine lengthens both what is noted and
 * what the profile says.  Run by real_clock.sh.  Prints a line a function: NAME
 * CALLS SELF_NS KIND, KIND being spin or sleep.  The notes must not be taken by
 * functions that are profiled themselves.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define OWN __attribute__((noipa))
#define INLINED static inline __attribute__((always_inline))

struct book {
    const char *name, *kind;
    uint64_t calls, ns;
};

#define BOOKS(book)                                                                                \
    book(spin_10us, spin) book(spin_20us, spin) book(spin_50us, spin) book(spin_200us, spin)       \
        book(spin_2ms, spin) book(parent, spin) book(recursive, spin) book(even, spin)             \
            book(odd, spin) book(catching, spin) book(jumping, spin) book(tail_first, spin)        \
                book(tail_second, spin) book(sleep_10ms, sleep)

enum {
#define BOOK(name, kind) BOOK_##name,
    BOOKS(BOOK)
#undef BOOK
        BOOK_COUNT
};

static struct book books[] = {
#define BOOK(name, kind) {#name, #kind, 0, 0},
    BOOKS(BOOK)
#undef BOOK
};

/* Not on the stack: a local whose address is known to others keeps the compiler
 * from making tail_first end in a jump. */
static struct timespec time_now;

INLINED uint64_t now(void)
{
    clock_gettime(CLOCK_MONOTONIC, &time_now);
    return (uint64_t)time_now.tv_sec * 1000000000u + (uint64_t)time_now.tv_nsec;
}

INLINED void spin(int book, uint64_t ns)
{
    uint64_t start = now(), end;

    do
        end = now();
    while (end - start < ns);
    books[book].ns += end - start;
}

#define CALLED(name) (books[BOOK_##name].calls++)
#define SPIN(name, us) spin(BOOK_##name, (us)*1000u)

#define LEAF(name, us)                                                                             \
    OWN void name(void);                                                                           \
    OWN void name(void)                                                                            \
    {                                                                                              \
        CALLED(name);                                                                              \
        SPIN(name, us);                                                                            \
    }
LEAF(spin_10us, 10)
LEAF(spin_20us, 20)
LEAF(spin_50us, 50)
LEAF(spin_200us, 200)
LEAF(spin_2ms, 2000)

/* Its own time is in pieces, around other functions'. */
static OWN void parent(void)
{
    CALLED(parent);
    SPIN(parent, 10);
    spin_10us();
    SPIN(parent, 15);
    spin_20us();
    spin_10us();
    SPIN(parent, 10);
}

static OWN void recursive(int depth)
{
    CALLED(recursive);
    SPIN(recursive, 10);
    if (depth > 0)
        recursive(depth - 1);
    SPIN(recursive, 10);
}

static OWN void odd(int depth);
static OWN void even(int depth)
{
    CALLED(even);
    SPIN(even, 20);
    if (depth > 0)
        odd(depth - 1);
    SPIN(even, 10);
}

static OWN void odd(int depth)
{
    CALLED(odd);
    if (depth > 0)
        even(depth - 1);
    SPIN(odd, 12);
}

static jmp_buf place;

static OWN void jumping(void)
{
    CALLED(jumping);
    SPIN(jumping, 25);
    longjmp(place, 1);
}

static OWN void catching(void)
{
    CALLED(catching);
    SPIN(catching, 10);
    if (setjmp(place) == 0)
        jumping();
    SPIN(catching, 20);
}

static OWN void tail_second(void)
{
    CALLED(tail_second);
    SPIN(tail_second, 30);
}

static OWN void tail_first(void)
{
    CALLED(tail_first);
    SPIN(tail_first, 10);
    tail_second();
}

static OWN void sleep_10ms(void)
{
    const struct timespec time = {0, 10000000};
    CALLED(sleep_10ms);
    uint64_t start = now();
    nanosleep(&time, NULL);
    books[BOOK_sleep_10ms].ns += now() - start;
}

int main(void)
{
    for (int round = 0; round < 500; round++) {
        for (int again = 0; again < 4; again++) {
            spin_10us();
            parent();
            catching();
            tail_first();
        }
        spin_50us();
        spin_200us();
        recursive(6);
        even(7);
        if (round % 10 == 0) {
            spin_2ms();
            sleep_10ms();
        }
    }
    for (int idx = 0; idx < BOOK_COUNT; idx++)
        printf("%s %lu %lu %s\n", books[idx].name, (unsigned long)books[idx].calls,
               (unsigned long)books[idx].ns, books[idx].kind);
    return 0;
}
