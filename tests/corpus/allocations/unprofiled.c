/* options: -fplugin-arg-cprof-min-size=6 */
/* Functions without hooks have notes, those that are marked have none. */
#include <stdlib.h>

static void *volatile sink;

/* too short for hooks */
__attribute__((noipa)) void short_one(void)
{
    sink = malloc(8);
}

__attribute__((noipa, no_instrument_function)) void marked(void)
{
    free(sink);
    sink = malloc(9);
    free(sink);
    sink = malloc(10);
    free(sink);
    sink = malloc(11);
}

__attribute__((noipa, no_profile)) void marked_too(void)
{
    free(sink);
    sink = malloc(12);
}

int main(void)
{
    short_one();
    marked();
    marked_too();
    free(sink);
    return 0;
}
