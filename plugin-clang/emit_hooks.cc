/* Puts the hooks into a function's IR: entry, every exit, and the places where
 * control comes back by a jump.  Called by pass with facts; the instructions
 * themselves come from policy/hook_text.
 *
 * Each hook is a `callbr` with the hot instructions, whose labels lead to cold
 * blocks with the call into the runtime, as in plugin-gcc.  The entry comes in
 * two halves, because LLVM 16 does not let a callbr's results be used where its
 * labels lead.
 */
#include "plugin.h"

#include <cprof/abi.h>

namespace {

/* The function under work and the value that carries its caller's node. */
struct hooks {
    llvm::Function *function;
    const cprof_hook_shape *shape;
    llvm::Constant *site, *id;
    llvm::Type *pointer;
    llvm::Value *caller; /* valid from the end of the entry code on */
    llvm::DebugLoc location;
};

/* GCC's notation of operands in LLVM's. */
std::string ir_text(const char *text)
{
    std::string result;

    for (const char *letter = text; *letter; letter++) {
        if (*letter == '$') {
            result += "$$";
        } else if (*letter != '%') {
            result += *letter;
        } else if (letter[1] == '%') {
            result += *++letter;
        } else {
            char modifier = isalpha((unsigned char)letter[1]) ? *++letter : '\0';
            result += modifier ? "${" : "$";
            while (isdigit((unsigned char)letter[1]))
                result += *++letter;
            if (modifier)
                result = result + ":" + modifier + "}";
        }
    }
    return result;
}

llvm::InlineAsm *asm_of(llvm::Type *result, llvm::ArrayRef<llvm::Value *> inputs, const char *text,
                        const std::string &constraints)
{
    llvm::SmallVector<llvm::Type *, 4> types;

    for (llvm::Value *input : inputs)
        types.push_back(input->getType());
    return llvm::InlineAsm::get(llvm::FunctionType::get(result, types, false), ir_text(text),
                                constraints, true);
}

/* A block at the function's end; the compiler places what is cold there too. */
llvm::BasicBlock *block_new(struct hooks *hooks, const char *name)
{
    return llvm::BasicBlock::Create(hooks->function->getContext(), name, hooks->function);
}

void mark(struct hooks *hooks, llvm::CallBase *call)
{
    call->setDoesNotThrow();
    call->setDebugLoc(hooks->location);
}

/* The call itself: reads `caller`, gives back what the runtime makes of it. */
llvm::Value *cold_call(struct hooks *hooks, llvm::IRBuilder<> &builder, const char *text,
                       llvm::Value *caller, bool with_site)
{
    llvm::SmallVector<llvm::Value *, 2> inputs = {caller};
    std::string constraints = "=r,0";

    if (with_site) {
        inputs.push_back(hooks->site);
        constraints += ",i";
    }
    constraints += with_site ? ",~{rax},~{flags}" : ",~{flags}";
    llvm::InlineAsm *code = asm_of(hooks->pointer, inputs, text, constraints);
    llvm::CallInst *call = builder.CreateCall(code->getFunctionType(), code, inputs);
    mark(hooks, call);
    call->addFnAttr(llvm::Attribute::Cold);
    return call;
}

/* Ends `block` with the hot instructions, which go on at `onward` or at a label. */
llvm::CallBrInst *hot_branch(struct hooks *hooks, llvm::BasicBlock *block, llvm::InlineAsm *code,
                             llvm::ArrayRef<llvm::Value *> inputs, llvm::BasicBlock *onward,
                             llvm::ArrayRef<llvm::BasicBlock *> labels)
{
    llvm::IRBuilder<> builder(block);
    llvm::CallBrInst *branch =
        builder.CreateCallBr(code->getFunctionType(), code, onward, labels, inputs);

    mark(hooks, branch);
    return branch;
}

/* What the load gives. */
struct loaded {
    llvm::Value *caller, *scratch, *offset;
    llvm::BasicBlock *step; /* where the second half goes */
};

struct loaded emit_load(struct hooks *hooks, llvm::BasicBlock *entry, llvm::BasicBlock *early)
{
    char text[CPROF_HOOK_TEXT_MAX];
    unsigned count = 1 + cprof_hook_scratch_count(hooks->shape);
    llvm::SmallVector<llvm::Type *, 3> types(count, hooks->pointer);
    std::string constraints = "=&r,=&r";
    struct loaded loaded = {};
    llvm::CallBase *call;

    /* the scratch is a number, and the last one the TLS offset */
    for (unsigned idx = 1; idx < count; idx++)
        types[idx] = llvm::Type::getInt64Ty(hooks->function->getContext());
    if (count > 2)
        constraints += ",=&r";
    if (early)
        constraints += ",!i";
    constraints += ",~{flags}";
    cprof_hook_load(text, hooks->shape);
    llvm::InlineAsm *code =
        asm_of(llvm::StructType::get(hooks->function->getContext(), types), {}, text, constraints);
    loaded.step = early ? block_new(hooks, "cprof.step") : entry;
    llvm::IRBuilder<> builder(entry);
    if (early)
        call = hot_branch(hooks, entry, code, {}, loaded.step, {early});
    else
        call = builder.CreateCall(code->getFunctionType(), code, {});
    mark(hooks, call);
    builder.SetInsertPoint(loaded.step);
    loaded.caller = builder.CreateExtractValue(call, 0);
    loaded.scratch = builder.CreateExtractValue(call, 1);
    loaded.offset = count > 2 ? builder.CreateExtractValue(call, 2) : nullptr;
    return loaded;
}

void emit_step(struct hooks *hooks, const struct loaded *loaded, llvm::BasicBlock *onward,
               llvm::BasicBlock *enter, llvm::BasicBlock *begin)
{
    char text[CPROF_HOOK_TEXT_MAX];
    llvm::SmallVector<llvm::Value *, 4> inputs = {loaded->scratch, loaded->caller};
    std::string constraints = "=&r,0,r";

    if (loaded->offset) {
        inputs.push_back(loaded->offset);
        constraints += ",r";
    }
    inputs.push_back(hooks->id);
    constraints += ",i,!i,!i,~{flags}";
    cprof_hook_step(text, hooks->shape);
    hot_branch(hooks, loaded->step, asm_of(loaded->scratch->getType(), inputs, text, constraints),
               inputs, onward, {enter, begin});
}

/* Splits the entry block behind its allocas, which have to stay there to be part
 * of the frame; gives back the second half. */
llvm::BasicBlock *entry_split(llvm::Function *function)
{
    llvm::BasicBlock *entry = &function->getEntryBlock();
    llvm::SmallVector<llvm::AllocaInst *, 8> allocas;

    for (llvm::Instruction &instruction : *entry)
        if (auto *alloca = llvm::dyn_cast<llvm::AllocaInst>(&instruction))
            if (alloca->isStaticAlloca())
                allocas.push_back(alloca);
    for (auto it = allocas.rbegin(); it != allocas.rend(); ++it)
        (*it)->moveBefore(&*entry->begin());
    auto position = entry->begin();
    for (size_t idx = 0; idx < allocas.size(); idx++)
        ++position;
    return entry->splitBasicBlock(position, "cprof.body");
}

void emit_entry(struct hooks *hooks)
{
    char text[CPROF_HOOK_TEXT_MAX];
    llvm::BasicBlock *body = entry_split(hooks->function);
    llvm::BasicBlock *entry = &hooks->function->getEntryBlock();
    bool may_be_early = cprof_hook_may_be_early(hooks->shape);

    entry->getTerminator()->eraseFromParent();
    llvm::BasicBlock *early = may_be_early ? block_new(hooks, "cprof.early") : nullptr;
    struct loaded loaded = emit_load(hooks, entry, early);
    llvm::BasicBlock *enter = block_new(hooks, "cprof.enter");
    llvm::BasicBlock *begin = block_new(hooks, "cprof.begin");
    llvm::BasicBlock *join = llvm::BasicBlock::Create(hooks->function->getContext(), "cprof.join",
                                                      hooks->function, body);
    if (loaded.step != entry)
        loaded.step->moveBefore(join);
    emit_step(hooks, &loaded, join, enter, begin);

    llvm::IRBuilder<> cold(enter);
    cprof_hook_enter_call(text, hooks->shape);
    llvm::Value *entered = cold_call(hooks, cold, text, loaded.caller, true);
    cold.CreateBr(join);
    cold.SetInsertPoint(begin);
    cprof_hook_begin_call(text, hooks->shape);
    llvm::Value *begun = cold_call(hooks, cold, text, loaded.caller, false);
    cold.CreateBr(join);

    llvm::IRBuilder<> builder(join);
    llvm::PHINode *phi = builder.CreatePHI(hooks->pointer, 4);
    phi->addIncoming(loaded.caller, loaded.step);
    phi->addIncoming(entered, enter);
    phi->addIncoming(begun, begin);
    if (early) {
        llvm::Type *wide = llvm::Type::getInt64Ty(hooks->function->getContext());
        cold.SetInsertPoint(early);
        cold.CreateBr(join);
        phi->addIncoming(llvm::ConstantExpr::getIntToPtr(
                             llvm::ConstantInt::get(wide, CPROF_TAG_TIMED), hooks->pointer),
                         early);
    }
    builder.CreateBr(body);
    hooks->caller = phi;
}

/* The exit before `position`. */
void emit_exit(struct hooks *hooks, llvm::Instruction *position)
{
    char text[CPROF_HOOK_TEXT_MAX];
    bool scratch = hooks->shape->shared_object;
    llvm::LLVMContext &context = hooks->function->getContext();
    llvm::Type *result = scratch ? llvm::Type::getInt64Ty(context) : llvm::Type::getVoidTy(context);
    llvm::BasicBlock *hot = position->getParent();
    llvm::BasicBlock *rest = hot->splitBasicBlock(position->getIterator(), "cprof.left");
    llvm::BasicBlock *end = block_new(hooks, "cprof.end");

    hot->getTerminator()->eraseFromParent();
    cprof_hook_exit(text, hooks->shape);
    hot_branch(
        hooks, hot,
        asm_of(result, {hooks->caller}, text, scratch ? "=&r,r,!i,~{flags}" : "r,!i,~{flags}"),
        {hooks->caller}, rest, {end});
    llvm::IRBuilder<> cold(end);
    cprof_hook_end_call(text, hooks->shape);
    cold_call(hooks, cold, text, hooks->caller, false);
    cold.CreateBr(rest);
}

/* The node again, after control came back by a jump: a second return of setjmp,
 * a landing pad, a stack switch. */
void emit_return(struct hooks *hooks, llvm::Instruction *before)
{
    char text[CPROF_HOOK_TEXT_MAX];
    llvm::IRBuilder<> builder(before);

    cprof_hook_return_call(text, hooks->shape);
    cold_call(hooks, builder, text, hooks->caller, true)->setName("cprof.again");
}

void emit_return_after(struct hooks *hooks, llvm::CallBase *call)
{
    if (auto *invoke = llvm::dyn_cast<llvm::InvokeInst>(call)) {
        llvm::BasicBlock *onward = llvm::SplitEdge(invoke->getParent(), invoke->getNormalDest());
        emit_return(hooks, onward->getTerminator());
    } else if (!call->isTerminator()) {
        emit_return(hooks, call->getNextNode());
    }
}

/* What in the body needs a hook, collected before any block is split. */
struct places {
    llvm::SmallVector<llvm::Instruction *, 8> exits; /* returns, and calls that are jumps */
    llvm::SmallVector<llvm::CallBase *, 2> jumps_back;
    llvm::SmallVector<llvm::Instruction *, 4> landings;
    unsigned calls; /* other than these jumps */
};

bool comes_back_by_jump(const llvm::CallBase *call)
{
    if (call->isInlineAsm())
        return false;
    if (call->hasFnAttr(llvm::Attribute::ReturnsTwice))
        return true;
    const llvm::Function *callee = call->getCalledFunction();
    return callee && cprof_policy_is_switch(cprof_unit.policy, callee->getName().str().c_str());
}

void places_collect(llvm::Function *function, struct places *places)
{
    for (llvm::BasicBlock &block : *function)
        for (llvm::Instruction &instruction : block) {
            if (auto *end = llvm::dyn_cast<llvm::ReturnInst>(&instruction)) {
                llvm::CallInst *jump = cprof_tail_call_before(end, end->getReturnValue());
                places->exits.push_back(jump ? (llvm::Instruction *)jump : end);
                places->calls -= jump != nullptr;
            } else if (llvm::isa<llvm::LandingPadInst>(instruction)) {
                places->landings.push_back(&instruction);
            } else if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction)) {
                if (comes_back_by_jump(call))
                    places->jumps_back.push_back(call);
                places->calls += cprof_is_call(instruction);
            }
        }
}

/* A function that calls has no use for the red zone, and says so: the code
 * generator might still find that a call is none (memcmp, a dead one), and a hook's
 * cold calls would write into variables.  LTO inlines a hook into others. */
bool red_zone_is_free(llvm::Function *function, const struct places *places)
{
    if (places->calls == 0 || cprof_unit.linked_later)
        return false;
    function->addFnAttr(llvm::Attribute::NoRedZone);
    return true;
}

} // namespace

void cprof_hooks_emit(const struct cprof_facts_of_function *facts, struct cprof_tables *tables)
{
    llvm::Function *function = facts->function;
    struct cprof_hook_shape shape = facts->shape;
    struct hooks hooks = {};
    struct places places = {};

    hooks.function = function;
    hooks.shape = &shape;
    hooks.site = cprof_tables_site_address(tables, facts->shape.number);
    hooks.id = cprof_tables_id_address(tables, facts->shape.number);
    hooks.pointer = llvm::PointerType::getUnqual(function->getContext());
    if (llvm::DISubprogram *program = function->getSubprogram())
        hooks.location =
            llvm::DILocation::get(function->getContext(), program->getLine(), 0, program);
    cprof_tail_returns_split(function);
    places_collect(function, &places);
    shape.keep_red_zone = !red_zone_is_free(function, &places);
    emit_entry(&hooks);
    for (llvm::Instruction *landing : places.landings)
        emit_return(&hooks, landing->getNextNode());
    for (llvm::CallBase *call : places.jumps_back)
        emit_return_after(&hooks, call);
    for (llvm::Instruction *position : places.exits)
        emit_exit(&hooks, position);
}
