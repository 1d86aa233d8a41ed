/* The records a plugin writes into an object and the runtime copies, untouched,
 * into the profile: sites, call sites, allocation sites and the lines of lists.
 * They cross both walls, so abi.h and format.h include this file.  The fields stand
 * in site.def, call.def, allocation.def and line.def.
 */
#ifndef CPROF_RECORD_H
#define CPROF_RECORD_H

#include <assert.h>
#include <stdint.h>

/* Fixed width, little endian, no pointer.  A `ref` is a signed 32-bit distance
 * from the field's own address to what it names, 0 for nothing: the linker
 * resolves it in every kind of output without a dynamic relocation, and the
 * runtime can copy whole sections into a profile as they are. */
#define CPROF_FIELD(type, name, meaning) type name;
struct cprof_site {
#include <cprof/site.def>
};
struct cprof_call {
#include <cprof/call.def>
};
struct cprof_line {
#include <cprof/line.def>
};
struct cprof_allocation {
#include <cprof/allocation.def>
};
#undef CPROF_FIELD

static_assert(sizeof(struct cprof_site) == 44, "site records form an array");

/* In front of each object's call records, as large as one of them, so that the
 * section is an array whatever the linker joins.  The strings start with an empty
 * one: no string has offset 0. */
struct cprof_calls {
    int32_t site_ref;   /* the object's first site */
    int32_t string_ref; /* the object's strings */
    uint32_t count;     /* records that follow */
    uint32_t reserved[2];
};

static_assert(sizeof(struct cprof_call) == 20, "call records form an array");
static_assert(sizeof(struct cprof_calls) == sizeof(struct cprof_call), "and so do the headers");
static_assert(sizeof(struct cprof_line) == 16, "line records form an array");
static_assert(sizeof(struct cprof_allocation) == 1 << 6, "an address gives the number by a shift");

/* Why a site is instrumented or left out. */
enum cprof_reason {
#define CPROF_REASON(name, in, words) CPROF_REASON_##name,
#include <cprof/reason.def>
#undef CPROF_REASON
    CPROF_REASON_COUNT
};

/* What an allocation site calls. */
enum cprof_kind {
#define CPROF_KIND(name, word, meaning) CPROF_KIND_##name,
#define CPROF_RELEASE(name, word, meaning) CPROF_KIND_##name,
#include <cprof/kind.def>
#undef CPROF_KIND
#undef CPROF_RELEASE
    CPROF_KIND_COUNT
};

/* Bits of cprof_site.flags. */
#define CPROF_SITE_INSTRUMENTED 0x0001u /* has an id word; else left out      */
#define CPROF_SITE_LEAF 0x0002u         /* calls nothing                      */
#define CPROF_SITE_FORCED 0x0004u       /* __attribute__((profile))           */
#define CPROF_SITE_CXX 0x0008u          /* name is mangled                    */
#define CPROF_SITE_PARTIAL 0x0010u      /* a piece split off (.part, .cold)   */
#define CPROF_SITE_HAS_LOOP 0x0020u
#define CPROF_SITE_SCOPE 0x0080u   /* a block: CPROF_SCOPE of user.h, which knows the number */
#define CPROF_SITE_COUNTER 0x0100u /* CPROF_COUNT of user.h, likewise */
#define CPROF_SITE_TINY 0x0040u    /* a call costs about what it does    */

/* Bits of cprof_call.flags. */
#define CPROF_CALL_INDIRECT 0x01u
#define CPROF_CALL_TAIL 0x02u
#define CPROF_CALL_INLINED 0x04u /* no call any more: see below */

/* An INLINED record, one a caller and inlined function, says whose code is in the
 * caller: `callee` is the function's name in the source, without classes and
 * parameters, file and line are where it is defined. */

/* Bits of cprof_allocation.flags. */
#define CPROF_ALLOCATION_HAS_SIZE 0x01u /* `size` is known where it was compiled */
#define CPROF_ALLOCATION_WRAPPER 0x02u  /* see below */
#define CPROF_ALLOCATION_NOTHROW 0x04u  /* operator new that gives NULL and throws not */

/* A wrapper stands for an allocator whose address the program takes: the site belongs
 * to no function, the node in the tree is that of whoever calls, and the file is the
 * unit's whose wrapper the linker kept. */

/* `inline_ref` names a string of frames, the innermost first.  A frame is the inlined
 * function's name and where that was called from, in the next frame's function or, for
 * the last, in the record's: "name\tfile\tline\tcolumn\n".  The name is the one in the
 * source, without classes and parameters. */

/* Bits of cprof_line.flags. */
#define CPROF_LINE_MATCHED 0x01u /* it named a function of the unit         */
#define CPROF_LINE_ALLOW 0x02u   /* of an allowlist; else of a denylist     */

#endif
