/* The unit's call graph, for policy's slot plan: asked once, when inlining is
 * done.  Called by pass.
 */
#include "plugin.h"

#include "slot_plan.h"

namespace {

typedef llvm::DenseMap<const llvm::Function *, unsigned> numbers;

/* Functions that a call through a pointer may reach: those of its type whose
 * address is taken.  Each gets its share of the weight. */
struct targets_by_type {
    llvm::DenseMap<const llvm::FunctionType *, llvm::SmallVector<unsigned, 4>> targets;

    targets_by_type(llvm::Module &module, const numbers &number_of)
    {
        for (llvm::Function &function : module) {
            auto found = number_of.find(&function);
            if (found != number_of.end() && function.hasAddressTaken())
                targets[function.getFunctionType()].push_back(found->second);
        }
    }
};

void calls_add(struct cprof_slot_plan *plan, unsigned caller, llvm::Function &function,
               const numbers &number_of, targets_by_type &by_type,
               llvm::BlockFrequencyInfo &frequencies)
{
    for (llvm::BasicBlock &block : function) {
        double weight = cprof_block_share(frequencies, &block);
        for (llvm::Instruction &instruction : block) {
            if (!cprof_is_call(instruction))
                continue;
            auto &call = llvm::cast<llvm::CallBase>(instruction);
            auto *callee = llvm::dyn_cast<llvm::Function>(
                call.getCalledOperand()->stripPointerCastsAndAliases());
            if (callee) {
                auto found = number_of.find(callee);
                if (found != number_of.end())
                    cprof_slot_plan_call(plan, caller, found->second, weight);
                continue;
            }
            auto &targets = by_type.targets[call.getFunctionType()];
            for (unsigned target : targets)
                cprof_slot_plan_call(plan, caller, target, weight / targets.size());
        }
    }
}

} // namespace

void cprof_call_graph_plan(llvm::Module &module, cprof_functions &functions,
                           llvm::FunctionAnalysisManager &analyses)
{
    numbers number_of;

    for (unsigned idx = 0; idx < functions.size(); idx++)
        number_of[functions[idx]->function] = idx;
    targets_by_type by_type(module, number_of);
    struct cprof_slot_plan *plan = cprof_slot_plan_new(functions.size());
    for (unsigned idx = 0; idx < functions.size(); idx++) {
        llvm::Function &function = *functions[idx]->function;
        if (!function.hasLocalLinkage())
            cprof_slot_plan_public(plan, idx, functions[idx]->name.c_str());
        if (functions[idx]->site.flags & CPROF_SITE_LEAF)
            continue; /* the analysis costs */
        calls_add(plan, idx, function, number_of, by_type,
                  analyses.getResult<llvm::BlockFrequencyAnalysis>(function));
    }
    cprof_slot_plan_solve(plan);
    for (unsigned idx = 0; idx < functions.size(); idx++)
        functions[idx]->site.slot = cprof_slot_plan_slot(plan, idx);
    cprof_slot_plan_free(plan);
}
