/* What a plugin's notes of allocations call; include/cprof/abi.h says where each
 * stands.  Part of runtime.c.
 *
 * Nothing is recorded yet.
 */

typedef const struct cprof_allocation *allocation_site;

HIDDEN void *__cprof_allocated(void *block, uint64_t size, allocation_site site);
HIDDEN void *__cprof_copied(char *string, allocation_site site);
HIDDEN void __cprof_release(void *block, allocation_site site);
HIDDEN void *__cprof_resize(void *block, allocation_site site);
HIDDEN void *__cprof_resized(void *block, uint64_t count, uint64_t size, void *token,
                             allocation_site site);
HIDDEN void __cprof_filled(void **block, uint64_t size, int64_t result, allocation_site site);
HIDDEN void *__cprof_grow(void **block, allocation_site site);
HIDDEN void __cprof_grown(void **block, uint64_t *size, void *token, allocation_site site);
HIDDEN void *__cprof_mapped(void *block, uint64_t length, allocation_site site);
HIDDEN void __cprof_unmap(void *block, uint64_t length, allocation_site site);

void *__cprof_allocated(void *block, uint64_t size, allocation_site site)
{
    (void)size, (void)site;
    return block;
}

void *__cprof_copied(char *string, allocation_site site)
{
    (void)site;
    return string;
}

void __cprof_release(void *block, allocation_site site)
{
    (void)block, (void)site;
}

void *__cprof_resize(void *block, allocation_site site)
{
    (void)site;
    return block;
}

void *__cprof_resized(void *block, uint64_t count, uint64_t size, void *token, allocation_site site)
{
    (void)count, (void)size, (void)token, (void)site;
    return block;
}

void __cprof_filled(void **block, uint64_t size, int64_t result, allocation_site site)
{
    (void)block, (void)size, (void)result, (void)site;
}

void *__cprof_grow(void **block, allocation_site site)
{
    (void)site;
    return block;
}

void __cprof_grown(void **block, uint64_t *size, void *token, allocation_site site)
{
    (void)block, (void)size, (void)token, (void)site;
}

void *__cprof_mapped(void *block, uint64_t length, allocation_site site)
{
    (void)length, (void)site;
    return block;
}

void __cprof_unmap(void *block, uint64_t length, allocation_site site)
{
    (void)block, (void)length, (void)site;
}
