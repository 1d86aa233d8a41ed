/* The passes: what happens to a module.
 *
 * The one that writes hooks runs last of the optimiser's: after inlining and
 * vectorising, at every level, so that the optimised program is the measured one.
 * (In a compilation for LTO that is before the link-time inliner; what it then
 * inlines keeps its hooks and is counted as the function that it was.)
 *
 *     int work(int n)              int work(int n)
 *     {                            {
 *         if (n < 2)                   cur = tls.current; ... count (entry)
 *             return n;                if (n < 2) {
 *         return other(n);                 tls.current = cur;     (exit)
 *     }                                    return n;
 *                                      }
 *                                      tls.current = cur;         (exit)
 *                                      return other(n);  // still a jump
 *                                  }
 *
 * The pass asks policy and emits; it decides nothing.
 */
#include "plugin.h"

namespace {

const char done_name[] = "cprof.done";

/* Attributes travel as annotations, which keep a function alive; read before the
 * inliner runs, they no longer do. */
struct marks_pass : llvm::PassInfoMixin<marks_pass> {
    llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &)
    {
        cprof_annotations_to_attributes(module);
        if (cprof_unit_says_profiling())
            cprof_allocators_mark(module);
        return llvm::PreservedAnalyses::none();
    }
    static bool isRequired()
    {
        return true;
    }
};

/* Whose location the tables tell, or what may become such a call. */
bool location_is_read(const llvm::Instruction &instruction)
{
    auto *intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction);
    return intrinsic ? !intrinsic->isAssumeLikeIntrinsic() : llvm::isa<llvm::CallBase>(instruction);
}

/* Of other instructions only their function is read later, for the records of what was
 * inlined.  One location a function is enough for that, and the inliner, which copies
 * each, has less to look up. */
struct locations_pass : llvm::PassInfoMixin<locations_pass> {
    llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &)
    {
        llvm::DISubprogram *program = function.getSubprogram();

        if (!program)
            cprof_locations_of_calls(function, location_is_read);
        if (!program || !cprof_unit.locations_are_ours)
            return llvm::PreservedAnalyses::all();
        llvm::DebugLoc place =
            llvm::DILocation::get(function.getContext(), program->getLine(), 0, program);
        for (llvm::Instruction &instruction : llvm::instructions(function))
            if (instruction.getDebugLoc() && !location_is_read(instruction))
                instruction.setDebugLoc(place);
        return llvm::PreservedAnalyses::all();
    }
    static bool isRequired() /* functions that are not to be optimised, too */
    {
        return true;
    }
};

/* A compilation can be cut in two (-save-temps, LTO), each half with the pass. */
bool is_done(llvm::Module &module)
{
    return module.getNamedMetadata(done_name) != nullptr;
}

const char *obstacle(const llvm::Module &module)
{
    llvm::Triple target(module.getTargetTriple());

    if (target.getArch() != llvm::Triple::x86_64 || target.isX32())
        return "only x86-64 is supported";
    if (!target.isOSLinux())
        return "only Linux is supported";
    if (cprof_unit.intel_syntax)
        return "-masm=intel does not take their AT&T assembly";
    if (cprof_unit.freestanding)
        return "a freestanding program has no thread-local storage that they could rely on";
    return nullptr;
}

bool is_for_shared_object(const llvm::Module &module)
{
    return module.getPICLevel() != llvm::PICLevel::NotPIC &&
           module.getPIELevel() == llvm::PIELevel::Default;
}

void say(const struct cprof_facts_of_function *facts, enum cprof_reason reason)
{
    char *demangled = cprof_policy_readable(facts->name.c_str());

    llvm::errs() << facts->file << ":" << facts->site.line << ": note: cprof: "
                 << (cprof_reason_is_in(reason) ? "hooks in '" : "leaves out '")
                 << (demangled ? demangled : facts->readable.c_str())
                 << "': " << cprof_reason_words(reason) << "\n";
    free(demangled);
}

void decide(struct cprof_facts_of_function *facts)
{
    enum cprof_reason reason = cprof_policy_decide(cprof_unit.policy, &facts->policy);
    bool in = cprof_reason_is_in(reason);

    facts->site.reason = reason;
    if (in)
        facts->site.flags |= CPROF_SITE_INSTRUMENTED;
    if (cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_VERBOSE, "on"))
        say(facts, reason);
}

void shape_fill(struct cprof_facts_of_function *facts, bool for_shared_object, bool guarded)
{
    facts->shape.slot = facts->site.slot;
    facts->shape.shared_object = for_shared_object;
    facts->shape.guarded = guarded;
    facts->shape.keep_red_zone = true; /* until the jumps are known */
    facts->shape.by_operand = true;
}

/* What is read of a function is read in one go, while its instructions are in the
 * cache: here for what all functions have to be known for, ... */
void functions_collect(llvm::Module &module, std::deque<cprof_facts_of_function> *all,
                       cprof_functions *functions, llvm::FunctionAnalysisManager &analyses)
{
    for (llvm::Function &function : module)
        if (!function.isDeclaration() && !function.hasAvailableExternallyLinkage()) {
            all->emplace_back();
            functions->push_back(&all->back());
            all->back().function = &function;
            all->back().shape.number = (unsigned)functions->size() - 1;
        }
    struct cprof_call_graph *graph = cprof_call_graph_new(module, *functions);
    for (cprof_facts_of_function *facts : *functions) {
        cprof_facts_collect(*facts->function, facts);
        decide(facts);
        cprof_call_graph_add(graph, facts, analyses);
    }
    cprof_call_graph_solve(graph, *functions);
}

/* ... and here for the tables. */
void function_record(const struct cprof_facts_of_function *facts, struct cprof_tables *tables,
                     struct cprof_allocations *allocations, llvm::FunctionAnalysisManager &analyses)
{
    bool instrumented = facts->site.flags & CPROF_SITE_INSTRUMENTED;

    cprof_tables_site(tables, facts);
    if (instrumented && !(facts->site.flags & CPROF_SITE_LEAF))
        cprof_tables_calls(tables, facts, analyses);
    if (instrumented)
        cprof_tables_inlined(tables, facts);
    cprof_allocations_collect(allocations, facts, analyses);
}

void instrument(llvm::Module &module, llvm::FunctionAnalysisManager &analyses)
{
    std::deque<cprof_facts_of_function> all;
    cprof_functions functions;
    bool guarded = cprof_module_defines_resolver(module) ||
                   cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_GUARD, "on");
    bool for_shared_object = is_for_shared_object(module);

    functions_collect(module, &all, &functions, analyses);
    if (functions.empty())
        return;
    struct cprof_tables *tables = cprof_tables_new(module, functions);
    struct cprof_allocations *allocations = cprof_allocations_new();
    for (cprof_facts_of_function *facts : functions)
        function_record(facts, tables, allocations, analyses);
    cprof_allocations_emit(allocations, module, tables);
    for (cprof_facts_of_function *facts : functions)
        if (facts->site.flags & CPROF_SITE_INSTRUMENTED) {
            shape_fill(facts, for_shared_object, guarded);
            cprof_hooks_emit(facts, tables);
        }
    cprof_tables_free(tables);
    cprof_runtime_emit(module, for_shared_object);
    if (cprof_unit.locations_are_ours)
        llvm::StripDebugInfo(module); /* the code generator would carry it along for nobody */
}

struct hooks_pass : llvm::PassInfoMixin<hooks_pass> {
    llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &analyses)
    {
        if (is_done(module) || !cprof_unit_profiles(module))
            return llvm::PreservedAnalyses::all();
        module.getOrInsertNamedMetadata(done_name);
        if (const char *reason = obstacle(module)) {
            std::string sentence = std::string("cprof: no hooks in this unit: ") + reason;
            cprof_warn(sentence.c_str());
            return llvm::PreservedAnalyses::all();
        }
        instrument(
            module,
            analyses.getResult<llvm::FunctionAnalysisManagerModuleProxy>(module).getManager());
        return llvm::PreservedAnalyses::none();
    }
    static bool isRequired()
    {
        return true;
    }
};

} // namespace

void cprof_passes_register(llvm::PassBuilder &builder)
{
    builder.registerPipelineStartEPCallback(
        [](llvm::ModulePassManager &manager, llvm::OptimizationLevel level) {
            manager.addPass(marks_pass());
            if (level != llvm::OptimizationLevel::O0)
                manager.addPass(llvm::createModuleToFunctionPassAdaptor(locations_pass()));
        });
    cprof_optimizer_last(builder, hooks_pass());
}
