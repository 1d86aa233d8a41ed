// cprof.h in C++: a scope ends when an exception leaves it, too.
#include <cprof/cprof.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>

static void throws(cprof_profiler *profiler)
{
    CPROF_PROFILER_SCOPE(profiler, "throws");
    throw std::runtime_error("on purpose");
}

int main()
{
    cprof_profiler *profiler = cprof_profiler_new();
    {
        CPROF_PROFILER_SCOPE(profiler, "outer");
        CPROF_TRACK_ALLOCATIONS("block");
        cprof_free(cprof_malloc(5));
        try {
            throws(profiler);
        } catch (const std::runtime_error &) {
        }
    }
    std::size_t count;
    const cprof_function *stats = cprof_profiler_stats(profiler, &count);
    bool right = count == 2 && std::strcmp(stats[0].name, "outer") == 0 && stats[1].calls == 1 &&
                 cprof_profiler_depth(profiler) == 0;
    right = right && cprof_tracker_total_freed(cprof_tracker_of_thread()) == 5;
    cprof_profiler_free(profiler);
    std::puts(right ? "scopes end" : "FAILED");
    return right ? 0 : 1;
}
