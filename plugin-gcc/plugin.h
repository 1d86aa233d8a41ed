/* What the files of this folder share.  Reading order: plugin (options, events,
 * the PROFILING macro), pass (what happens to a function), facts (compiler
 * objects to plain facts), call_graph (which slot), tail_call (which calls are
 * jumps), emit_hooks (GIMPLE), allocation (facts of allocator calls), emit_allocation (GIMPLE),
 * emit_wrapper (allocators' addresses), emit_site (tables).
 */
#ifndef CPROF_PLUGIN_H
#define CPROF_PLUGIN_H

#include "gcc_compat.h"

#include "allocation.h"
#include "policy.h"
#include "site_text.h"

/* State of one compiler process.  GCC compiles one unit a process, so this is
 * as local as it gets; it lives in plugin.cc. */
struct cprof_unit {
    struct cprof_policy *policy;
    bool profiling;   /* as far as known; see plugin.cc */
    bool is_lto_link; /* lto1: the macro is gone, functions are marked */
    bool carries_runtime;
    bool for_shared_object;               /* may become part of one: the TLS offset is a variable */
    bool resolver_sought, resolver_found; /* an ifunc resolver in the unit; facts.cc */
    struct cprof_site_text *tables;
};
extern struct cprof_unit cprof_unit;

/* pass.cc */
opt_pass *cprof_pass_new(gcc::context *context);
void cprof_thunks_pass(void);

/* facts.cc */
struct cprof_facts_of_function {
    struct cprof_function_facts policy;
    struct cprof_site_facts site;
    bool calls_nothing;    /* no call that is not a tail call: may use the red zone */
    bool defines_resolver; /* the unit has an ifunc: hooks test before they touch TLS */
};
void cprof_facts_prepare(void);
void cprof_facts_collect(tree decl, function *body, struct cprof_facts_of_function *facts);
const char *cprof_file_name(expanded_location location);
const char *cprof_main_file_name(void); /* "" in an LTO link */
bool cprof_function_is_marked(tree decl);
void cprof_function_mark(tree decl);
void cprof_attributes_register(void);
void cprof_attributes_forget(void);

/* call_graph.cc */
void cprof_call_graph_plan(void);
unsigned cprof_call_graph_slot(tree decl);

/* tail_call.cc */
bool cprof_tail_call_may_jump(function *fun, gcall *call);

/* emit_hooks.cc */
/* Ends the block that `onward` leads out of with instructions: outputs are the scratch
 * registers, then come the inputs (`number` may be a constant, or NULL), and the label
 * leads to a new cold block, which goes on where `onward` leads; gives that block. */
basic_block cprof_branch_emit(function *fun, edge onward, const char *text, unsigned scratch_count,
                              tree input, tree number);
void cprof_hooks_emit(function *fun, unsigned number, const struct cprof_facts_of_function *facts);

/* allocation.cc */
/* The function's name in the source, without its class and template arguments. */
const char *cprof_bare_name(tree decl, char *room, size_t size);
void cprof_signature_of_call(gcall *call, char *signature);
void cprof_signature_of_type(tree type, char *signature);
bool cprof_allocator_find(tree decl, const char *signature, struct cprof_allocator *allocator);
/* What its strings are, facts->inlined alone is the caller's to free. */
void cprof_allocation_collect(gcall *call, const struct cprof_allocator *allocator,
                              unsigned loop_depth, struct cprof_allocation_facts *facts);

/* Before the function loses the types that the front end knows. */
void cprof_types_note(tree function);

/* emit_allocation.cc: says whether it changed anything. */
bool cprof_allocations_emit(function *fun, unsigned number, enum cprof_reason reason);

/* emit_wrapper.cc */
void cprof_allocations_keep(const char *plugin);
tree cprof_hidden_function_new(const char *symbol, tree type);
tree cprof_wrapper_of(tree allocator); /* NULL: none stands for it */
void cprof_addresses_replace(function *fun);
void cprof_initialisers_wrap(void);
bool cprof_wrappers_needed(void);
void cprof_wrappers_write(FILE *output);

/* emit_site.cc */
unsigned cprof_site_emit(const struct cprof_site_facts *facts);
void cprof_calls_emit(function *fun, unsigned number);
void cprof_inlined_emit(function *fun, unsigned number);
void cprof_tally_emit(bool shared);
unsigned cprof_allocation_emit(const struct cprof_allocation_facts *facts);
void cprof_unit_finish(void);

/* The runtime's assembly text, from the build (text.S). */
extern "C" const char cprof_runtime_text[], cprof_runtime_text_end[];
extern "C" const char cprof_preinit_text[], cprof_preinit_text_end[];

#endif
