/* The kernel, called directly.  The runtime uses no libc: a program may define
 * any of libc's functions itself, and errno is the program's.  Only this file
 * knows system-call numbers.  All calls return a negative error number on
 * failure, as the kernel does.
 */
#ifndef CPROF_SYSTEM_H
#define CPROF_SYSTEM_H

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#define SYSTEM_0(name) system_call(__NR_##name, 0, 0, 0, 0, 0, 0)
#define SYSTEM_1(name, a) system_call(__NR_##name, (long)(a), 0, 0, 0, 0, 0)
#define SYSTEM_2(name, a, b) system_call(__NR_##name, (long)(a), (long)(b), 0, 0, 0, 0)
#define SYSTEM_3(name, a, b, c) system_call(__NR_##name, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define SYSTEM_4(name, a, b, c, d)                                                                 \
    system_call(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define SYSTEM_6(name, a, b, c, d, e, f)                                                           \
    system_call(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* The few constants needed; libc's headers for them bring declarations of
 * functions that must not be called. */
enum {
    PROTECTION_NONE = 0,
    PROTECTION_READ = 1,
    PROTECTION_WRITE = 2,
    PROTECTION_EXECUTE = 4,
    MAPPING_SHARED = 1,
    MAPPING_PRIVATE = 2,
    MAPPING_FIXED = 0x10,
    MAPPING_ANONYMOUS = 0x20,
    MAPPING_NORESERVE = 0x4000,
    ADVICE_DO_NOT_NEED = 4,
    ADVICE_WIPE_ON_FORK = 18,
    ADVICE_POPULATE_WRITE = 23,
    OPEN_READ = 0,
    OPEN_WRITE = 1,
    OPEN_READ_WRITE = 2,
    OPEN_CREATE = 0100,
    OPEN_EXCLUSIVE = 0200,
    OPEN_TRUNCATE = 01000,
    OPEN_NO_FOLLOW = 0400000,
    OPEN_CLOSE_ON_EXEC = 02000000,
    AT_WORKING_DIRECTORY = -100,
    CLOCK_OF_REAL_TIME = 0,
    CLOCK_OF_MONOTONIC = 1,
    CLOCK_OF_THREAD_CPU = 3,
    RESOURCE_FILE_SIZE = 1,
    ERROR_NO_SUCH_PROCESS = 3,
    ERROR_INTERRUPTED = 4,
    ERROR_EXISTS = 17,
};

static inline void *memory_map(void *address, size_t len, int protection, int flags, int file,
                               uint64_t offset)
{
    long result = SYSTEM_6(mmap, address, len, protection, flags, file, offset);
    return result < 0 && result > -4096 ? NULL : (void *)result;
}

static inline uint64_t clock_ns(int clock)
{
    struct {
        int64_t seconds, nanoseconds;
    } time = {0, 0};

    SYSTEM_2(clock_gettime, clock, &time);
    return (uint64_t)time.seconds * 1000000000u + (uint64_t)time.nanoseconds;
}

static inline long file_open(const char *path, int flags, int permissions)
{
    long result;
    do
        result =
            SYSTEM_4(openat, AT_WORKING_DIRECTORY, path, flags | OPEN_CLOSE_ON_EXEC, permissions);
    while (result == -ERROR_INTERRUPTED);
    return result;
}

static inline void file_close(long file)
{
    SYSTEM_1(close, file);
}

/* Memory and strings, because GCC may call the names below for assignments and
 * libc's belong to the program.  See the attribute in runtime.c's build flags. */
static inline void bytes_copy(void *to, const void *from, size_t len)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
}

static inline void bytes_clear(void *to, size_t len)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(len) : "a"(0) : "memory");
}

static inline int bytes_equal(const void *left, const void *right, size_t len)
{
    const unsigned char *a = left, *b = right;

    while (len && *a == *b)
        a++, b++, len--;
    return len == 0;
}

static inline size_t string_len(const char *string)
{
    size_t len = 0;
    while (string[len])
        len++;
    return len;
}

static inline int string_equal(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return *left == *right;
}

#endif
