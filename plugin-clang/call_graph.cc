/* The unit's call graph, for policy's slot plan: asked once, when inlining is
 * done.  Called by pass.
 */
#include "plugin.h"

#include "slot_plan.h"

namespace {

typedef llvm::DenseMap<const llvm::Function *, unsigned> numbers;

/* Functions that a call through a pointer may reach: those of its type whose
 * address is taken.  Each gets its share of the weight. */
typedef llvm::DenseMap<const llvm::FunctionType *, llvm::SmallVector<unsigned, 4>> targets_by_type;

} // namespace

struct cprof_call_graph {
    struct cprof_slot_plan *plan;
    numbers number_of;
    targets_by_type targets;
};

namespace {

/* Those of the unit that a call may reach. */
llvm::ArrayRef<unsigned> reached_by(const struct cprof_call_graph *graph,
                                    const llvm::CallBase &call)
{
    auto *callee =
        llvm::dyn_cast<llvm::Function>(call.getCalledOperand()->stripPointerCastsAndAliases());

    if (callee) {
        auto found = graph->number_of.find(callee);
        return found == graph->number_of.end() ? llvm::ArrayRef<unsigned>() : found->second;
    }
    auto found = graph->targets.find(call.getFunctionType());
    return found == graph->targets.end() ? llvm::ArrayRef<unsigned>() : found->second;
}

/* How often a block runs for one run of its function, by loops alone: LLVM's guess of
 * branches takes 3 % of what hooks take to compile, and its slots are no better
 * (docs/adr/0006). */
double block_weight(const llvm::LoopInfo &loops, const llvm::BasicBlock *block)
{
    double weight = llvm::isa<llvm::UnreachableInst>(block->getTerminator()) ? 0.01 : 1;

    for (unsigned depth = loops.getLoopDepth(block); depth > 0; depth--)
        weight *= 16;
    return weight;
}

/* Whether the call may become a jump: nothing but a return follows, perhaps one that
 * several blocks share, which LLVM copies to each of them. */
bool is_last(const llvm::Instruction &instruction)
{
    const auto *call = llvm::dyn_cast<llvm::CallInst>(&instruction);
    if (!call || !call->isTailCall())
        return false;
    const llvm::Instruction *after = call->getNextNonDebugInstruction();
    const auto *branch = llvm::dyn_cast<llvm::BranchInst>(after);
    if (branch && branch->isUnconditional())
        after = branch->getSuccessor(0)->getFirstNonPHIOrDbg();
    return llvm::isa<llvm::ReturnInst>(after);
}

} // namespace

struct cprof_call_graph *cprof_call_graph_new(llvm::Module &module,
                                              const cprof_functions &functions)
{
    auto *graph = new cprof_call_graph();

    for (unsigned idx = 0; idx < functions.size(); idx++)
        graph->number_of[functions[idx]->function] = idx;
    for (llvm::Function &function : module) {
        auto found = graph->number_of.find(&function);
        if (found != graph->number_of.end() && function.hasAddressTaken())
            graph->targets[function.getFunctionType()].push_back(found->second);
    }
    graph->plan = cprof_slot_plan_new(functions.size());
    return graph;
}

void cprof_call_graph_add(struct cprof_call_graph *graph,
                          const struct cprof_facts_of_function *facts,
                          llvm::FunctionAnalysisManager &analyses)
{
    llvm::Function &function = *facts->function;
    llvm::LoopInfo *loops = nullptr; /* it costs: where it is needed only */

    if (!function.hasLocalLinkage() || function.hasAddressTaken())
        cprof_slot_plan_public(graph->plan, facts->shape.number, facts->name.c_str());
    if (facts->site.flags & CPROF_SITE_LEAF)
        return;
    for (llvm::BasicBlock &block : function)
        for (llvm::Instruction &instruction : block) {
            if (!cprof_is_call(instruction))
                continue;
            llvm::ArrayRef<unsigned> reached =
                reached_by(graph, llvm::cast<llvm::CallBase>(instruction));
            if (reached.empty())
                continue;
            if (!loops)
                loops = &analyses.getResult<llvm::LoopAnalysis>(function);
            double weight = block_weight(*loops, &block);
            bool last = is_last(instruction);
            for (unsigned target : reached) {
                cprof_slot_plan_call(graph->plan, facts->shape.number, target,
                                     weight / reached.size());
                if (last)
                    cprof_slot_plan_tail_call(graph->plan, facts->shape.number, target);
            }
        }
}

void cprof_call_graph_solve(struct cprof_call_graph *graph, cprof_functions &functions)
{
    cprof_slot_plan_solve(graph->plan);
    for (unsigned idx = 0; idx < functions.size(); idx++)
        functions[idx]->site.slot = cprof_slot_plan_slot(graph->plan, idx);
    cprof_slot_plan_free(graph->plan);
    delete graph;
}
