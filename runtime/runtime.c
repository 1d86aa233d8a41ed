/* The runtime as one translation unit: nothing is visible outside it but the
 * hooks, the compiler sees the cold paths whole, and its code can be carried into
 * every object as one group (cmake/carry.c).
 */
#include "runtime.h"

#include "heap.h"

/* The reading order is also the order of declaration. */
/* clang-format off */
#include "clock.c"
#include "file.c"
#include "durations.c"
#include "charges.c"
#include "timed_calls.c"
#include "sampled_calls.c"
#include "timing.c"
#include "tree.c"
#include "thread.c"
#include "calibrate.c"
#include "blocks.c"
#include "sampling.c"
#include "heap_nodes.c"
#include "heap_sizes.c"
#include "heap_events.c"
#include "heap_alone.c"
#include "heap.c"
#include "module.c"
#include "tally.c"
#include "patch.c"
#include "frames.c"
#include "code_map.c"
#include "unwind.c"
#include "kernel_samples.c"
#include "process.c"
#include "fork.c"
#include "allocation.c"
#include "user.c"
#include "thunk.c"
/* clang-format on */
