/* Puts notes around the calls of allocators, and wrappers in the place of their
 * addresses.  Called by the pass before the hooks are put in, so that a note is made
 * while the function is the current one.  What is an allocator policy says; where the
 * notes of each stand, include/cprof/abi.h.
 *
 * The program goes on to call its own allocator, whichever that is.  A note hands over
 * the block that it is told of, so that nothing has to be kept across it.
 */
#include "plugin.h"

#include <cprof/abi.h>

namespace {

/* One allocator call and what was found out before anything is changed. */
struct noted_call {
    llvm::CallBase *call;
    struct cprof_allocator allocator;
    struct cprof_facts_of_allocation facts;
    llvm::Constant *site; /* its record */
};

} // namespace

struct cprof_allocations {
    std::deque<noted_call> calls;
    cprof_untouched untouched;
};

namespace {

enum note {
#define CPROF_NOTE(name, signature) NOTE_##name,
#include <cprof/note.def>
#undef CPROF_NOTE
};

const struct {
    const char *symbol, *signature;
} notes[] = {
#define CPROF_NOTE(name, signature) {CPROF_SYMBOL_##name, signature},
#include <cprof/note.def>
#undef CPROF_NOTE
};

llvm::Function *note_function(llvm::Module &module, enum note note)
{
    llvm::LLVMContext &context = module.getContext();
    llvm::Type *pointer = llvm::PointerType::getUnqual(context);
    const char *letter = notes[note].signature;
    llvm::Type *result = *letter == 'v' ? llvm::Type::getVoidTy(context) : pointer;
    llvm::SmallVector<llvm::Type *, 8> parameters;

    while (*++letter)
        parameters.push_back(*letter == 'p' ? pointer : llvm::Type::getInt64Ty(context));
    llvm::Function *function = cprof_hidden_function(
        module, notes[note].symbol, llvm::FunctionType::get(result, parameters, false));
    function->setDoesNotThrow();
    return function;
}

/* What a note is passed, collected before it is built. */
struct note_call {
    llvm::IRBuilder<> builder;
    const struct noted_call *noted;
    llvm::SmallVector<llvm::Value *, 6> arguments;

    note_call(llvm::Instruction *before, const struct noted_call *noted)
        : builder(before), noted(noted)
    {
        builder.SetCurrentDebugLocation(noted->call->getDebugLoc());
    }
    void pass(llvm::Value *value)
    {
        bool number = value->getType()->isIntegerTy();
        arguments.push_back(number ? builder.CreateSExtOrTrunc(value, builder.getInt64Ty())
                                   : value);
    }
    void pass_number(uint64_t value)
    {
        arguments.push_back(builder.getInt64(value));
    }
    /* An argument of the allocator; the number counts from 1. */
    void pass_argument(unsigned number)
    {
        pass(noted->call->getArgOperand(number - 1));
    }
    llvm::CallInst *put(enum note note)
    {
        arguments.push_back(noted->site);
        llvm::CallInst *call =
            builder.CreateCall(note_function(*noted->call->getModule(), note), arguments);
        call->setDoesNotThrow();
        return call;
    }
};

/* Bytes asked for. */
void pass_size(struct note_call *note)
{
    const struct cprof_allocator *allocator = &note->noted->allocator;

    note->pass_argument(allocator->size);
    if (!allocator->count)
        return;
    note->pass_argument(allocator->count);
    llvm::Value *count = note->arguments.pop_back_val(), *size = note->arguments.pop_back_val();
    note->pass(note->builder.CreateMul(size, count));
}

/* Ends the block in front of `position` with instructions whose label leads to a block
 * of its own, for a note; gives where that note stands, before the jump back. */
llvm::Instruction *branch_emit(llvm::Instruction *position, const struct noted_call *noted,
                               const char *text, const char *constraints,
                               llvm::ArrayRef<llvm::Value *> inputs, unsigned scratch_count)
{
    llvm::LLVMContext &context = position->getContext();
    llvm::BasicBlock *hot = position->getParent();
    llvm::BasicBlock *rest = hot->splitBasicBlock(position->getIterator(), "cprof.went");
    llvm::BasicBlock *cold =
        llvm::BasicBlock::Create(context, "cprof.note", position->getFunction());
    llvm::Type *number = llvm::Type::getInt64Ty(context);
    llvm::Type *result = scratch_count == 1 ? number : llvm::StructType::get(number, number);
    llvm::InlineAsm *code = cprof_asm_of(result, inputs, text, constraints);

    hot->getTerminator()->eraseFromParent();
    llvm::IRBuilder<> builder(hot);
    llvm::CallBrInst *branch =
        builder.CreateCallBr(code->getFunctionType(), code, rest, {cold}, inputs);
    branch->setDoesNotThrow();
    branch->setDebugLoc(noted->call->getDebugLoc());
    builder.SetInsertPoint(cold);
    return builder.CreateBr(rest);
}

/* The note of a release, and in front of it the question whether there is one. */
void put_untrack(const struct noted_call *noted)
{
    char text[CPROF_HOOK_TEXT_MAX];
    llvm::Value *block = noted->call->getArgOperand(noted->allocator.block - 1);

    cprof_note_ask(text);
    struct note_call note(
        branch_emit(noted->call, noted, text, "=&r,=&r,r,!i,~{flags}", {block}, 2), noted);
    note.pass(block);
    note.put(NOTE_UNTRACK)->addFnAttr(llvm::Attribute::Cold);
}

/* The note of a block, and in front of it the instructions that say whether there is
 * one: y = malloc(n); take(n) or z = track(y, n, site); x = y or z. */
void put_track(const struct noted_call *noted, llvm::Instruction *position)
{
    char text[CPROF_HOOK_TEXT_MAX];
    struct note_call sizes(position, noted);

    pass_size(&sizes);
    llvm::Value *size = sizes.arguments.pop_back_val();
    cprof_note_take(text);
    llvm::BasicBlock *hot = position->getParent();
    struct note_call note(
        branch_emit(position, noted, text, "=&r,r,re,!i,~{flags}", {noted->call, size}, 1), noted);
    llvm::BasicBlock *cold = note.builder.GetInsertBlock();
    note.pass(noted->call);
    note.pass(size);
    llvm::CallInst *handing = note.put(NOTE_TRACK);
    handing->addFnAttr(llvm::Attribute::Cold);
    llvm::PHINode *phi =
        llvm::PHINode::Create(noted->call->getType(), 2, "", &*position->getParent()->begin());
    noted->call->replaceUsesWithIf(phi, [handing, hot](llvm::Use &use) {
        return use.getUser() != handing && use.getUser() != hot->getTerminator();
    });
    phi->addIncoming(noted->call, hot);
    phi->addIncoming(handing, cold);
}

/* What stands before the call; gives the token that is passed behind it. */
llvm::Value *notes_before(const struct noted_call *noted)
{
    const struct cprof_allocator *allocator = &noted->allocator;
    struct note_call note(noted->call, noted);

    switch (allocator->way) {
    case CPROF_WAY_RELEASES:
        put_untrack(noted);
        return nullptr;
    case CPROF_WAY_UNMAPS:
        note.pass_argument(allocator->block);
        note.pass_argument(allocator->size);
        return note.put(NOTE_UNMAP);
    case CPROF_WAY_RESIZES:
    case CPROF_WAY_GROWS:
        note.pass_argument(allocator->block);
        return note.put(allocator->way == CPROF_WAY_GROWS ? NOTE_GROW : NOTE_RESIZE);
    default:
        return nullptr;
    }
}

/* The note that hands over what the allocator returned. */
llvm::CallInst *put_returning(struct note_call *note, llvm::Value *token)
{
    const struct cprof_allocator *allocator = &note->noted->allocator;

    note->pass(note->noted->call);
    switch (allocator->way) {
    case CPROF_WAY_COPIES:
        return note->put(NOTE_COPIED);
    case CPROF_WAY_RESIZES:
        if (allocator->count)
            note->pass_argument(allocator->count);
        else
            note->pass_number(1);
        note->pass_argument(allocator->size);
        note->pass(token);
        return note->put(NOTE_RESIZED);
    default:
        pass_size(note);
        return note->put(NOTE_MAPPED);
    }
}

/* Of allocators that store the block through a pointer. */
void put_storing(struct note_call *note, llvm::Value *token)
{
    const struct cprof_allocator *allocator = &note->noted->allocator;
    bool fills = allocator->way == CPROF_WAY_FILLS;

    note->pass_argument(allocator->block);
    if (allocator->size)
        note->pass_argument(allocator->size);
    else
        note->pass_number(0);
    note->pass(fills ? note->noted->call : token);
    note->put(fills ? NOTE_FILLED : NOTE_GROWN);
}

/* Where control comes when the call has returned; NULL where it does not. */
llvm::Instruction *behind(llvm::CallBase *call)
{
    if (auto *invoke = llvm::dyn_cast<llvm::InvokeInst>(call))
        return llvm::SplitEdge(invoke->getParent(), invoke->getNormalDest())->getTerminator();
    return call->isTerminator() ? nullptr : call->getNextNode();
}

void notes_after(const struct noted_call *noted, llvm::Value *token)
{
    enum cprof_way way = noted->allocator.way;

    if (cprof_allocator_gives_back(&noted->allocator))
        return;
    llvm::Instruction *position = behind(noted->call);
    if (!position)
        return;
    if (way == CPROF_WAY_RETURNS) {
        put_track(noted, position);
        return;
    }
    struct note_call note(position, noted);
    if (way == CPROF_WAY_FILLS || way == CPROF_WAY_GROWS) {
        put_storing(&note, token);
        return;
    }
    llvm::CallInst *handing = put_returning(&note, token);
    noted->call->replaceUsesWithIf(handing,
                                   [handing](llvm::Use &use) { return use.getUser() != handing; });
}

/* ---- Calls ---------------------------------------------------------------- */

/* In an allocator's own body its blocks are not noted, because its callers note them;
 * a piece that was split off may have been called from somewhere else. */
bool is_allocator(const llvm::Function &function)
{
    std::string signature = cprof_signature_of_type(function.getFunctionType());
    struct cprof_allocator allocator;

    return cprof_allocator_find(function, signature.c_str(), &allocator);
}

llvm::Function *callee_of(const llvm::CallBase *call)
{
    return call->isInlineAsm()
               ? nullptr
               : llvm::dyn_cast<llvm::Function>(call->getCalledOperand()->stripPointerCasts());
}

/* Facts first: what is put in later changes blocks and loops. */
void calls_collect(const struct cprof_facts_of_function *facts, std::deque<noted_call> *calls,
                   llvm::FunctionAnalysisManager &analyses)
{
    llvm::Function &function = *facts->function;
    bool inside = is_allocator(function);
    unsigned number = 0;

    for (llvm::BasicBlock &block : function)
        for (llvm::Instruction &instruction : block) {
            auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
            llvm::Function *callee = call ? callee_of(call) : nullptr;
            if (!callee || callee->isIntrinsic())
                continue;
            struct noted_call noted = {};
            std::string signature = cprof_signature_of_call(call);
            noted.call = call;
            if (!cprof_allocator_find(*callee, signature.c_str(), &noted.allocator) ||
                (inside && !cprof_policy_notes_inside(&noted.allocator)))
                continue;
            cprof_types_note();
            llvm::LoopInfo &loops = analyses.getResult<llvm::LoopAnalysis>(function);
            cprof_allocation_collect(call, &noted.allocator, loops.getLoopDepth(&block),
                                     &noted.facts);
            noted.facts.record.site = facts->shape.number;
            noted.facts.record.number = number++;
            calls->push_back(std::move(noted));
        }
}

/* What has to stay a jump cannot have a note behind it: it goes by the wrapper. */
bool by_wrapper(const struct noted_call &noted)
{
    if (!noted.call->isMustTailCall() || cprof_allocator_gives_back(&noted.allocator))
        return false;
    if (llvm::Function *wrapper = cprof_wrapper_of(*callee_of(noted.call)))
        noted.call->setCalledOperand(wrapper);
    return true;
}

} // namespace

struct cprof_allocations *cprof_allocations_new(void)
{
    return new cprof_allocations();
}

void cprof_allocations_collect(struct cprof_allocations *allocations,
                               const struct cprof_facts_of_function *facts,
                               llvm::FunctionAnalysisManager &analyses)
{
    if (cprof_policy_notes(cprof_unit.policy, (enum cprof_reason)facts->site.reason))
        calls_collect(facts, &allocations->calls, analyses);
    else
        allocations->untouched.insert(facts->function);
}

void cprof_allocations_emit(struct cprof_allocations *allocations, llvm::Module &module,
                            struct cprof_tables *tables)
{
    std::deque<noted_call> &calls = allocations->calls;

    cprof_addresses_replace(module, allocations->untouched);
    calls.erase(std::remove_if(calls.begin(), calls.end(), by_wrapper), calls.end());
    if (!calls.empty())
        cprof_tables_allocations_begin(tables, calls.size());
    for (struct noted_call &noted : calls) {
        noted.site = cprof_tables_allocation(tables, &noted.facts);
        notes_after(&noted, notes_before(&noted));
    }
    delete allocations;
}
