/* Does runtime/frames.c read the tables as others do?  Reads lines "ADDRESS REGISTER OFFSET
 * SAVED", what readelf makes of a library's .eh_frame, and counts the rules that are the
 * same, others, and what frames.c does not understand.  Its argument is the library's name
 * without folders.  REGISTER is a number, or -1 where it is no register's; SAVED is where
 * rbp is, from there, or 0.  Used by frames.sh.
 */
#include "runtime.c"

/* What cmake/carry.c puts around the code. */
const char __cprof_text_start[1], __cprof_text_end[1];

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* The library's own table, and how far it was moved. */
struct wanted {
    const char *name;
    uintptr_t moved;
    const struct frame_index *frames;
};

static int look(struct loaded_module *module, size_t size, void *of)
{
    struct wanted *wanted = of;

    (void)size;
    const char *slash = module->name ? strrchr(module->name, '/') : NULL;
    if (!slash || strcmp(slash + 1, wanted->name) != 0)
        return 0;
    wanted->moved = module->address;
    wanted->frames =
        code_region_of(module->headers, module->header_count, module->address, 0).frames;
    return 1;
}

int main(int count, char **words)
{
    struct wanted wanted = {.name = count > 1 ? words[1] : ""};
    unsigned long long address;
    long long from, offset, saved;
    unsigned same = 0, other = 0, left = 0;

    if (!dlopen(wanted.name, RTLD_NOW) || !dl_iterate_phdr(look, &wanted) || !wanted.frames)
        return 2;
    while (scanf("%llx %lld %lld %lld", &address, &from, &offset, &saved) == 4) {
        struct frame_rule rule;
        bool known = frame_rule_at(wanted.frames, wanted.moved + address, &rule);
        if (!known) {
            left += from >= 0;
        } else if (from == (long long)rule.from && offset == rule.offset &&
                   saved == rule.base_offset) {
            same++;
        } else {
            other++;
            printf("%llx: readelf %lld%+lld %lld, frames.c %llu%+lld %lld\n", address, from, offset,
                   saved, (unsigned long long)rule.from, (long long)rule.offset,
                   (long long)rule.base_offset);
        }
    }
    printf("%u %u %u\n", same, other, left);
    return 0;
}
