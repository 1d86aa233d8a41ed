/* Contract 1: what a plugin emits and the runtime understands.
 *
 * Both plugins and the runtime include this file and nothing else of each
 * other.  It fixes the shape of a node as the inline code sees it, the names of
 * the sections and symbols an instrumented object carries, and the records in
 * those sections.  It must not know any compiler header, nor anything that only
 * a reader of profiles needs (that is format.h).
 *
 * Changing anything here changes CPROF_ABI_VERSION: every instrumented object
 * refers to a symbol that carries the number, so a mixture fails at link time.
 */
#ifndef CPROF_ABI_H
#define CPROF_ABI_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <cprof/record.h>

#define CPROF_ABI_VERSION 1

/* ---- The hot node -------------------------------------------------------
 *
 * `tls.current` (symbol __cprof_current) points at the hot part of the node
 * that the thread is in: an array of slots, one of which the callee looks at.
 * Nodes come in blocks of 512, a block in zones of 64 KiB, one piece of each
 * node in each zone:
 *
 *   zone 0     slots 0 to 15  (private memory, wiped in a forked child)
 *                block + 128 * idx + 64  <- the pointer; these slots are at
 *                -64 .. +63 of it and have a one-byte displacement
 *   zone 1     file part (struct cprof_node of format.h, shared with readers)
 *   zones 2-4  slots 16 to 63 (private)
 *   zone 5     spare slots, for callees whose slots collide: the cold path
 *                looks there (private)
 *
 * So constant displacements lead from the pointer to all of them, short enough
 * for a sentinel in the program's own memory.  Pages that nobody uses are never
 * touched.  The low bits of the pointer are free for tags.
 */
#define CPROF_NODE_STRIDE 128
#define CPROF_HOT_BIAS 64
#define CPROF_ZONE 0x10000
#define CPROF_ZONE_COUNT 6
#define CPROF_BLOCK (CPROF_ZONE_COUNT * CPROF_ZONE)
#define CPROF_SLOT_COUNT 64
#define CPROF_SPARE_COUNT 16
#define CPROF_SLOT_SIZE 8

/* A slot: the site id of the child it leads to, and the signed distance from
 * this hot pointer to the child's.  All zero is empty: no site has id 0. */
struct cprof_slot {
    uint32_t site_id;
    int32_t distance;
};

/* Displacement from a hot pointer to the countdown of its file part. */
#define CPROF_LEFT_DISPLACEMENT (CPROF_ZONE - CPROF_HOT_BIAS)

/* Displacements from a hot pointer to a slot, 0 .. CPROF_SLOT_COUNT - 1, and to a
 * spare one.  Slots 0 to 7 have the second line of the piece: the countdown is
 * at the start of the first, and processors that compare twelve bits of addresses
 * take the load of a slot for one of what was just stored 64 KiB further. */
#define CPROF_SLOT_IN_ZONE(number) ((int)(((number) + 8) % 16) * CPROF_SLOT_SIZE - CPROF_HOT_BIAS)
#define CPROF_SLOT(number)                                                                         \
    (((number) < 16 ? 0 : 1 + (int)(number) / 16) * CPROF_ZONE + CPROF_SLOT_IN_ZONE(number))
#define CPROF_SPARE(number) (5 * CPROF_ZONE + CPROF_SLOT_IN_ZONE(number))

/* What a frame keeps of its caller is the caller's hot pointer; this bit of it
 * says that the call is being timed and its exit has to go the cold way. */
#define CPROF_TAG_TIMED 1

/* The id of a site whose module is not registered.  Not 0, which is what an empty
 * slot holds and, so that each matches, the sites of a program that is switched off. */
#define CPROF_SITE_UNREGISTERED 0xfffffffdu

/* The id of all sites of a module that the program has paused (user.h): matches no
 * slot, so every call takes the cold path, which does nothing. */
#define CPROF_SITE_PAUSED 0xfffffffbu

/* As the slot of a site: none.  A block of user.h has no hook that would look. */
#define CPROF_SLOT_NONE 1

/* ---- Sections -----------------------------------------------------------
 * C identifiers, so that the linker gives __start_ and __stop_ symbols. */
#define CPROF_SECTION_SITE "cprof_site"             /* struct cprof_site records      */
#define CPROF_SECTION_ID "cprof_id"                 /* uint32_t, one an active site   */
#define CPROF_SECTION_CALL "cprof_call"             /* struct cprof_calls and cprof_call */
#define CPROF_SECTION_LINE "cprof_line"             /* struct cprof_line, with lists  */
#define CPROF_SECTION_ALLOCATION "cprof_allocation" /* struct cprof_allocation, 8-aligned */
#define CPROF_SECTION_STRING "cprof_string"         /* NUL-terminated UTF-8           */

static_assert(sizeof(struct cprof_slot) == CPROF_SLOT_SIZE, "slot size");
static_assert(16 * CPROF_SLOT_SIZE == CPROF_NODE_STRIDE, "sixteen slots fill the stride");

/* ---- Symbols ------------------------------------------------------------
 * Hidden in every module; see docs/adr/0001.  The dot keeps them out of the way
 * of build tools that read `nm`: libtool declares every name that C could, and
 * its configure test fails on a thread's variable. */
#define CPROF_SYMBOL(name) "__cprof_" name ".1"            /* the ABI version */
#define CPROF_SYMBOL_CURRENT CPROF_SYMBOL("current")       /* TLS: hot pointer       */
#define CPROF_SYMBOL_TLS_OFFSET CPROF_SYMBOL("tls_offset") /* of it; 0: not started  */
#define CPROF_SYMBOL_ENTER CPROF_SYMBOL("enter")           /* cold: slot missed      */
#define CPROF_SYMBOL_BEGIN CPROF_SYMBOL("begin")           /* cold: countdown ran out*/
#define CPROF_SYMBOL_ENTER_LEAF CPROF_SYMBOL("enter_leaf") /* the same, of a function  */
#define CPROF_SYMBOL_BEGIN_LEAF CPROF_SYMBOL("begin_leaf") /* that does not stand on it */
#define CPROF_SYMBOL_END CPROF_SYMBOL("end")               /* cold: timed call ends  */
#define CPROF_SYMBOL_RETURN CPROF_SYMBOL("return")         /* cold: back by a jump   */
#define CPROF_SYMBOL_TALLY CPROF_SYMBOL("tally")           /* cold: see below        */
#define CPROF_SYMBOL_TALLY_SHARED CPROF_SYMBOL("tally_shared")
#define CPROF_SYMBOL_ABI CPROF_SYMBOL("abi")

/* ---- Tallies ----------------------------------------------------------------
 *
 * What functions have instead of hooks where the build asks for a budget: a word of 4
 * bytes, 0 at the start, from which each call takes 1.  A call that makes it negative
 * asks the runtime for the next interval and adds that: nothing is stored, so that the
 * calls of handlers in between are kept.  The words are the threads' own in executables
 * (tally) and the process's in what may become part of a shared object (tally_shared),
 * whose thread-local storage has no room for them when it comes by dlopen.
 *
 * A unit with tallies says where they are by a record in this section: a program that has
 * any is run as CPROF_MODE_BUDGET, and a forked child begins anew with them. */
#define CPROF_SECTION_TALLY "cprof_tally" /* struct cprof_tallies */

struct cprof_tallies {
    int32_t words_ref; /* of the first, from here or, if not shared, from the thread pointer */
    uint32_t count;    /* 0: it is not known where they are */
    uint32_t shared;   /* 1: of the process */
};

/* ---- Notes of allocations -------------------------------------------------
 *
 * The program calls its own allocator; before and after it stand calls of these,
 * ordinary C calls that may change what a C call may, but for vector registers and
 * errno.  tls.current is the node of the function that allocates.  The first column
 * is what policy/allocator.def calls the way the allocator works.
 *
 *   RETURNS  p = malloc(n)            p = malloc(n); if (take(p, n)) p = track(p, n, site)
 *   COPIES   p = strdup(s)            p = copied(strdup(s), site)
 *   RELEASES free(p)                  if (ask(p)) untrack(p, site); free(p)
 *   RESIZES  p = realloc(q, n)        token = resize(q, site);
 *                                     p = resized(realloc(q, n), 1, n, token, site)
 *   FILLS    r = posix_memalign(&p, a, n)   r = ...; filled(&p, n, r, site)
 *            r = asprintf(&p, ...)          r = ...; filled(&p, 0, r, site)
 *   GROWS    r = getline(&p, &n, file)      token = grow(&p, site); r = ...;
 *                                           grown(&p, &n, token, site)
 *   MAPS     p = mmap(0, n, ...)      p = mapped(mmap(0, n, ...), n, site)
 *   UNMAPS   munmap(p, n)             unmap(p, n, site); munmap(p, n)
 *
 * `take` and `ask` are in line (policy/hook_text), for when only some blocks are noted:
 *   take     offset = left_offset; offset && (!p || ((thread's word at offset) -= n + 1) < 0)
 *   ask      *(&filter_none + filter_distance + (p >> CPROF_FILTER_SHIFT & filter_mask))
 * All four words are 0 until the runtime has started and where nothing is noted.  The
 * wrappers of policy/wrapper_text call allocated() and release(), which are both at once.
 *
 * A block that was not given (NULL, MAP_FAILED, a result that says so) is noted all
 * the same.  Between `resize` and `resized`, `grow` and `grown`, the block belongs to
 * nobody; `resized` with NULL for a size other than 0 says that it stays as it was.
 * A call that throws has no note behind it. */
#define CPROF_SYMBOL_LEFT_OFFSET CPROF_SYMBOL("left_offset")
#define CPROF_SYMBOL_FILTER_NONE CPROF_SYMBOL("filter_none")
#define CPROF_SYMBOL_FILTER_MASK CPROF_SYMBOL("filter_mask")
#define CPROF_SYMBOL_FILTER_DISTANCE CPROF_SYMBOL("filter_distance")
#define CPROF_FILTER_SHIFT 8
#define CPROF_SYMBOL_TRACK CPROF_SYMBOL("track")
#define CPROF_SYMBOL_UNTRACK CPROF_SYMBOL("untrack")
#define CPROF_SYMBOL_ALLOCATED CPROF_SYMBOL("allocated")
#define CPROF_SYMBOL_COPIED CPROF_SYMBOL("copied")
#define CPROF_SYMBOL_RELEASE CPROF_SYMBOL("release")
#define CPROF_SYMBOL_RESIZE CPROF_SYMBOL("resize")
#define CPROF_SYMBOL_RESIZED CPROF_SYMBOL("resized")
#define CPROF_SYMBOL_FILLED CPROF_SYMBOL("filled")
#define CPROF_SYMBOL_GROW CPROF_SYMBOL("grow")
#define CPROF_SYMBOL_GROWN CPROF_SYMBOL("grown")
#define CPROF_SYMBOL_MAPPED CPROF_SYMBOL("mapped")
#define CPROF_SYMBOL_UNMAP CPROF_SYMBOL("unmap")

#endif
