/* Blocks, counters and control of the run.  C and C++. */
#include <cprof/user.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
#include <stdexcept>
#endif

CPROF_PROFILE int work(int value)
{
    return value * 3 + 1;
}

/* A block in a loop, one inside of it, and calls below both. */
CPROF_PROFILE int blocks(int count)
{
    int sum = 0;
    for (int idx = 0; idx < count; idx++) {
        CPROF_SCOPE("outer block");
        sum += work(idx);
        if (idx % 2) {
            CPROF_SCOPE("inner \"block\"");
            sum += work(sum);
        }
        if (idx % 5 == 4)
            continue; /* leaves the block, too */
        CPROF_COUNT("rounds", 1);
        CPROF_COUNT("balance", idx % 3 ? -7 : 2);
    }
    return sum;
}

CPROF_PROFILE int depth(int level)
{
    CPROF_SCOPE("level");
    return level ? depth(level - 1) + work(level) : 0;
}

#ifdef __cplusplus
CPROF_PROFILE int thrown(int count)
{
    int caught = 0;
    for (int idx = 0; idx < count; idx++) {
        try {
            CPROF_SCOPE("throwing");
            throw std::runtime_error("on purpose");
        } catch (const std::runtime_error &) {
            caught += work(idx) > 0;
        }
    }
    return caught;
}

template <class T> CPROF_PROFILE T twice(T value)
{
    CPROF_SCOPE("template");
    return value + value;
}
#endif

CPROF_PROFILE void run(void)
{
    volatile int sink = blocks(10);
    sink += depth(5);
#ifdef __cplusplus
    sink += thrown(4) + twice(3) + (int)twice(1.5);
#endif
    (void)sink;
}

int main(int count, char **words)
{
    const char *what = count > 1 ? words[1] : "";
    if (strcmp(what, "reset") == 0) {
        run();
        cprof_run_reset();
    }
    if (strcmp(what, "pause") == 0) {
        cprof_run_pause();
        run();
        cprof_run_resume();
    }
    run();
    if (strcmp(what, "snapshot") == 0) {
        int first = cprof_run_snapshot(words[2]), second = cprof_run_snapshot(words[2]);
        run();
        cprof_run_flush();
        if (count > 3) /* not built for profiling: nothing is written */
            return first || second ? EXIT_FAILURE : EXIT_SUCCESS;
        return first && !second ? EXIT_SUCCESS : EXIT_FAILURE; /* it was there already */
    }
    return EXIT_SUCCESS;
}
