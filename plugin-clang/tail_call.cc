/* Which calls will be jumps.  The exit goes before a jump, because nothing comes
 * back; before any other call it must not, or the callee is shown beside its caller
 * instead of below it.  Called by emit_hooks.
 *
 * Only the code generator knows, and it decides later.  What is said here follows
 * its rule (isInTailCallPosition, X86TargetLowering) and errs towards "a call":
 * behind that the exit keeps the code generator from making a jump.
 * tests/program/jumps.sh holds it against the machine code.
 */
#include "plugin.h"

namespace {

/* Arguments on the stack: there is no place for them once the frame is gone. */
bool fits_registers(const llvm::CallBase *call)
{
    unsigned general = 0, vector = 0;

    for (unsigned idx = 0; idx < call->arg_size(); idx++) {
        llvm::Type *type = call->getArgOperand(idx)->getType();
        unsigned bits = (unsigned)type->getPrimitiveSizeInBits().getKnownMinValue();
        if (call->isByValArgument(idx) || call->isInAllocaArgument(idx) || type->isX86_FP80Ty() ||
            type->isAggregateType())
            return false;
        if (type->isFPOrFPVectorTy() || type->isVectorTy())
            vector += bits > 128 ? bits / 128 : 1;
        else
            general += bits > 64 ? (bits + 63) / 64 : 1;
    }
    return general <= 6 && vector <= 8;
}

/* Conventions that pass, return and keep the same on x86-64. */
bool is_plain(llvm::CallingConv::ID convention)
{
    return convention == llvm::CallingConv::C || convention == llvm::CallingConv::Fast ||
           convention == llvm::CallingConv::X86_64_SysV;
}

bool has_x87(const llvm::Type *type)
{
    for (const llvm::Type *part : type->subtypes())
        if (has_x87(part))
            return true;
    return type->isX86_FP80Ty();
}

/* What the caller's caller finds in the register, it finds as well when the callee
 * has returned to it. */
bool returns_alike(const llvm::CallInst *call, const llvm::Value *returned)
{
    const llvm::Function *function = call->getFunction();

    /* an x87 value that nobody takes has to be popped */
    if (has_x87(call->getType()) ? returned != call : has_x87(function->getReturnType()))
        return false;
    if (!returned || llvm::isa<llvm::UndefValue>(returned))
        return true;
    for (auto kind : {llvm::Attribute::ZExt, llvm::Attribute::SExt, llvm::Attribute::InReg})
        if (function->getAttributes().hasRetAttr(kind) != call->getAttributes().hasRetAttr(kind))
            return false;
    return returned == call;
}

/* One element of a vector, by a number known at run time only, goes through a copy
 * of the vector on the stack. */
bool needs_aligned_copy(const llvm::Instruction *instruction)
{
    const llvm::Value *number = nullptr;

    if (auto *taken = llvm::dyn_cast<llvm::ExtractElementInst>(instruction))
        number = taken->getIndexOperand();
    else if (llvm::isa<llvm::InsertElementInst>(instruction))
        number = instruction->getOperand(2);
    return number && !llvm::isa<llvm::Constant>(number) &&
           instruction->getOperand(0)->getType()->getPrimitiveSizeInBits() > 128;
}

/* A frame that is not taken down by moving the stack pointer back. */
bool has_special_frame(const llvm::Function *function)
{
    bool allocas = false;

    for (const llvm::BasicBlock &block : *function)
        for (const llvm::Instruction &instruction : block) {
            auto *alloca = llvm::dyn_cast<llvm::AllocaInst>(&instruction);
            allocas = allocas || alloca;
            if ((alloca && alloca->getAlign().value() > 16) || needs_aligned_copy(&instruction))
                return true;
        }
    if (function->hasFnAttribute("stackrealign") || function->hasStructRetAttr())
        return true;
    /* these move variables to a frame of their own, later than this is asked */
    return allocas && (function->hasFnAttribute(llvm::Attribute::SanitizeAddress) ||
                       function->hasFnAttribute(llvm::Attribute::SanitizeHWAddress) ||
                       function->hasFnAttribute(llvm::Attribute::SanitizeMemTag) ||
                       function->hasFnAttribute(llvm::Attribute::SafeStack));
}

/* Passes that will put code between the call and the return. */
bool will_end_otherwise(const llvm::Function *function)
{
    for (const char *name : {"instrument-function-exit-inlined", "sanitize_realtime"})
        if (function->hasFnAttribute(name))
            return true;
    return function->getFnAttribute("disable-tail-calls").getValueAsString() == "true" ||
           function->hasFnAttribute(llvm::Attribute::SanitizeThread) ||
           function->hasFnAttribute(llvm::Attribute::SanitizeMemory);
}

bool is_jump(const llvm::CallInst *call, const llvm::Value *returned)
{
    const llvm::Function *function = call->getFunction();

    if (call->isMustTailCall())
        return true;
    return call->isTailCall() && !call->isInlineAsm() && is_plain(call->getCallingConv()) &&
           is_plain(function->getCallingConv()) && fits_registers(call) &&
           returns_alike(call, returned) && !has_special_frame(function) &&
           !will_end_otherwise(function);
}

/* May stand between a jump and the return. */
bool is_nothing(const llvm::Instruction *instruction)
{
    auto *intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(instruction);

    if (instruction->isDebugOrPseudoInst())
        return true;
    return intrinsic &&
           (intrinsic->getIntrinsicID() == llvm::Intrinsic::lifetime_end ||
            intrinsic->getIntrinsicID() == llvm::Intrinsic::assume ||
            intrinsic->getIntrinsicID() == llvm::Intrinsic::experimental_noalias_scope_decl);
}

const llvm::Instruction *previous_real(const llvm::Instruction *instruction)
{
    do
        instruction = instruction->getPrevNode();
    while (instruction && is_nothing(instruction));
    return instruction;
}

/* A block with a return and nothing else but its phis. */
llvm::ReturnInst *bare_return(llvm::BasicBlock *block)
{
    auto *end = llvm::dyn_cast<llvm::ReturnInst>(block->getTerminator());

    if (!end)
        return nullptr;
    const llvm::Instruction *found = previous_real(end);
    return !found || llvm::isa<llvm::PHINode>(found) ? end : nullptr;
}

} // namespace

/* The jump in front of `end` (a return, or a branch to one that returns `returned`),
 * if there is one. */
llvm::CallInst *cprof_tail_call_before(llvm::Instruction *end, llvm::Value *returned)
{
    const llvm::Instruction *found = previous_real(end);
    auto *call = llvm::dyn_cast_or_null<llvm::CallInst>(const_cast<llvm::Instruction *>(found));

    if (!call || llvm::isa<llvm::IntrinsicInst>(call) || !is_jump(call, returned))
        return nullptr;
    return call;
}

/* Paths that share a return get one of their own where a jump stands in front: the
 * shared one will have an exit, behind which a jump is none. */
void cprof_tail_returns_split(llvm::Function *function)
{
    llvm::SmallVector<llvm::ReturnInst *, 4> shared;

    for (llvm::BasicBlock &block : *function)
        if (llvm::ReturnInst *end = bare_return(&block))
            shared.push_back(end);
    for (llvm::ReturnInst *end : shared) {
        llvm::BasicBlock *block = end->getParent();
        llvm::Value *value = end->getReturnValue();
        auto *phi = llvm::dyn_cast_or_null<llvm::PHINode>(value);
        llvm::SmallVector<llvm::BasicBlock *, 8> before(llvm::predecessors(block));
        for (llvm::BasicBlock *from : before) {
            auto *branch = llvm::dyn_cast<llvm::BranchInst>(from->getTerminator());
            if (!branch || branch->isConditional())
                continue;
            llvm::Value *mine =
                phi && phi->getParent() == block ? phi->getIncomingValueForBlock(from) : value;
            if (!cprof_tail_call_before(branch, mine))
                continue;
            block->removePredecessor(from, true);
            llvm::ReturnInst::Create(function->getContext(), mine, from)
                ->setDebugLoc(end->getDebugLoc());
            branch->eraseFromParent();
        }
        if (llvm::pred_empty(block) && block != &function->getEntryBlock())
            llvm::DeleteDeadBlock(block);
    }
}
