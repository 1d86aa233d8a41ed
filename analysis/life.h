/* Whether a process still lives, and what its threads do at this moment: facts
 * that a profile cannot hold about itself.  life.c asks /proc; load only gets
 * the answer, and so stays pure.  Called by profile.c, store.c and list_text.c.
 */
#ifndef CPROF_ANALYSIS_LIFE_H
#define CPROF_ANALYSIS_LIFE_H

#include <cprof/cprof.h>
#include <cprof/format.h>
#include <sys/types.h>

/* A thread that exists. */
struct life_thread {
    uint32_t tid;
    bool sleeps;
};

struct life {
    bool running;    /* the process exists on this machine */
    uint64_t now_ns; /* CLOCK_MONOTONIC when its file was read; 0: the bytes are only a copy, and
                        what has happened since is unknown */
    struct life_thread *threads; /* known only with now_ns */
    size_t thread_count, thread_capacity;
};

/* Which file bytes were read from, and when. */
struct life_source {
    dev_t device;
    ino_t inode;
    uint64_t read_ns; /* CLOCK_MONOTONIC before the first byte */
};

uint64_t life_now(void);

/* Whether the process that wrote this header runs on this machine. */
bool life_alive(const struct cprof_header *header);

/* All of the above; `source` NULL: bytes from anywhere.  False: no memory. */
bool life_ask(struct life *life, const struct cprof_header *header,
              const struct life_source *source);
void life_free(struct life *life);

#endif
