/* What the files of this folder share.  Reading order: plugin (options, events,
 * the PROFILING macro), pass (what happens to a module), location (of calls, cheaply), facts
 * (compiler objects to plain facts), call_graph (which slot), tail_call (which calls are jumps),
 * emit_hooks (IR), allocation (facts of allocator calls), emit_allocation (IR),
 * emit_wrapper (allocators' addresses), emit_site (tables).  The same names and the same order as
 * in plugin-gcc/.
 */
#ifndef CPROF_PLUGIN_H
#define CPROF_PLUGIN_H

#include "llvm_compat.h"

#include "allocation.h"
#include "hook_text.h"
#include "policy.h"
#include "site_text.h"

/* What the source says of a function, by its assembler name. */
struct cprof_source_facts {
    std::string name; /* bare; a mangled one policy takes apart itself */
    const char *file; /* as the compiler was given it; lives as long as the unit */
    unsigned line, line_count;
    bool profile, no_profile, no_instrument;
};

/* State of one compiler process; Clang compiles one unit a process.  It lives in
 * plugin.cc. */
struct cprof_unit {
    struct cprof_policy *policy;
    clang::CompilerInstance *compiler; /* NULL where the input is IR */
    bool freestanding, intel_syntax;   /* what stands in the way of hooks */
    bool calls_alone;                  /* location.cc is at work */
    bool locations_are_ours;           /* nobody else asked for debug information */
    bool linked_later;                 /* as IR, where inlining goes on */
    llvm::StringMap<cprof_source_facts> functions;
    llvm::StringMap<std::string> files;           /* absolute name to the name as given */
    llvm::StringMap<std::string> plain_names;     /* name as opened to the name as given */
    llvm::StringMap<std::string> allocated_types; /* FILE:LINE:COLUMN of a call to the type */
    bool types_noted;
    llvm::StringMap<const clang::FunctionDecl *> unlocated; /* whose places location.cc finds */
    std::set<std::string> allocators; /* names of the user's, which facts point at */
};
extern struct cprof_unit cprof_unit;

struct cprof_tables; /* of a module, while it is worked on: emit_site.cc */

/* plugin.cc */
bool cprof_unit_says_profiling(void);
bool cprof_unit_profiles(llvm::Module &module); /* and gets ready, where it does */
void cprof_warn(const char *sentence);

/* location.cc: a definition before Clang makes IR of it; then in the IR, before it is
 * optimised, the places of what `is_read`. */
void cprof_locations_replace(clang::ASTContext &context, clang::FunctionDecl *function);
void cprof_locations_of_calls(llvm::Function &function, bool (*is_read)(const llvm::Instruction &));

/* pass.cc */
void cprof_passes_register(llvm::PassBuilder &builder);

/* One function with a body: what is known of it, and what was decided. */
struct cprof_facts_of_function {
    llvm::Function *function;
    struct cprof_function_facts policy;
    struct cprof_site_facts site;
    struct cprof_hook_shape shape;
    std::string name, readable, file; /* what the facts point at */
};

/* facts.cc */
void cprof_source_facts_collect(llvm::Module &module, clang::ASTContext &context);
void cprof_facts_collect(llvm::Function &function, struct cprof_facts_of_function *facts);
bool cprof_module_defines_resolver(const llvm::Module &module);
std::string cprof_file_name(const llvm::DIFile *file);
/* The function's name in the source, without its class and template arguments. */
std::string cprof_bare_name(const llvm::DISubprogram *program);
const char *cprof_plain_file_name(llvm::StringRef opened);
const char *cprof_main_file_name(const llvm::Module &module);
static inline bool cprof_is_call(const llvm::Instruction &instruction)
{
    auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    return call && !call->isInlineAsm() && !llvm::isa<llvm::IntrinsicInst>(call);
}
void cprof_annotations_to_attributes(llvm::Module &module);

typedef llvm::SmallVector<cprof_facts_of_function *, 0> cprof_functions;

/* call_graph.cc: each function in its turn, then all slots. */
struct cprof_call_graph *cprof_call_graph_new(llvm::Module &module,
                                              const cprof_functions &functions);
void cprof_call_graph_add(struct cprof_call_graph *graph,
                          const struct cprof_facts_of_function *facts,
                          llvm::FunctionAnalysisManager &analyses);
/* Fills in the slots and frees. */
void cprof_call_graph_solve(struct cprof_call_graph *graph, cprof_functions &functions);

/* tail_call.cc: calls that the code generator will make jumps. */
llvm::CallInst *cprof_tail_call_before(llvm::Instruction *end, llvm::Value *returned);
void cprof_tail_returns_split(llvm::Function *function);

/* allocation.cc */
struct cprof_facts_of_allocation {
    struct cprof_allocation_facts record; /* without what stands below */
    std::string file, type, inlined;
};
void cprof_allocators_mark(llvm::Module &module); /* before it is optimised */
std::string cprof_signature_of_call(const llvm::CallBase *call);
std::string cprof_signature_of_type(const llvm::FunctionType *type);
void cprof_types_note(void); /* once, where there are calls of allocators */
bool cprof_allocator_find(const llvm::Function &function, const char *signature,
                          struct cprof_allocator *allocator);
void cprof_allocation_collect(const llvm::CallBase *call, const struct cprof_allocator *allocator,
                              unsigned loop_depth, struct cprof_facts_of_allocation *facts);

/* emit_allocation.cc: each function in its turn, then all notes. */
struct cprof_allocations *cprof_allocations_new(void);
void cprof_allocations_collect(struct cprof_allocations *allocations,
                               const struct cprof_facts_of_function *facts,
                               llvm::FunctionAnalysisManager &analyses);
/* Changes the module and frees. */
void cprof_allocations_emit(struct cprof_allocations *allocations, llvm::Module &module,
                            struct cprof_tables *tables);

/* emit_wrapper.cc */
typedef llvm::DenseSet<const llvm::Function *> cprof_untouched; /* their code stays as it is */
llvm::Function *cprof_hidden_function(llvm::Module &module, llvm::StringRef name,
                                      llvm::FunctionType *type);
llvm::Function *cprof_wrapper_of(llvm::Function &allocator); /* NULL: none stands for it */
void cprof_addresses_replace(llvm::Module &module, const cprof_untouched &untouched);

/* emit_site.cc */
struct cprof_tables *cprof_tables_new(llvm::Module &module, const cprof_functions &functions);
void cprof_tables_site(struct cprof_tables *tables, const struct cprof_facts_of_function *facts);
void cprof_tables_calls(struct cprof_tables *tables, const struct cprof_facts_of_function *facts,
                        llvm::FunctionAnalysisManager &analyses);
void cprof_tables_inlined(struct cprof_tables *tables, const struct cprof_facts_of_function *facts);
/* Room for so many records of allocation sites, then one after the other; gives the
 * record's address. */
void cprof_tables_allocations_begin(struct cprof_tables *tables, size_t count);
llvm::Constant *cprof_tables_allocation(struct cprof_tables *tables,
                                        const struct cprof_facts_of_allocation *facts);
/* What a hook names as operands. */
llvm::Constant *cprof_tables_site_address(struct cprof_tables *tables, unsigned number);
llvm::Constant *cprof_tables_id_address(struct cprof_tables *tables, unsigned number);
/* The word of a tally, of each thread or of all. */
llvm::Constant *cprof_tables_word_address(struct cprof_tables *tables, unsigned number,
                                          bool shared);
/* Writes everything into the module and frees. */
void cprof_tables_free(struct cprof_tables *tables);
void cprof_runtime_emit(llvm::Module &module, bool for_shared_object);

/* emit_hooks.cc */
/* Instructions of policy/hook_text with LLVM's constraints, outputs in front. */
llvm::InlineAsm *cprof_asm_of(llvm::Type *result, llvm::ArrayRef<llvm::Value *> inputs,
                              const char *text, const std::string &constraints);
void cprof_hooks_emit(const struct cprof_facts_of_function *facts, struct cprof_tables *tables);

/* The runtime's assembly text, from the build (runtime/text.S). */
extern "C" const char cprof_runtime_text[], cprof_runtime_text_end[];
extern "C" const char cprof_preinit_text[], cprof_preinit_text_end[];

#endif
