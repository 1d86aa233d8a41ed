/* Puts the hooks into a function's IR: entry, every exit, and the places where
 * control comes back by a jump.  Called by pass with facts; the instructions
 * themselves come from policy/hook_text.
 *
 * Each hook is a `callbr` with the hot instructions, whose labels lead to cold
 * blocks with the call into the runtime, as in plugin-gcc.  Each costs LLVM a parser
 * of its own, so few of them are worth more than short ones.
 */
#include "plugin.h"

#include <cprof/abi.h>

namespace {

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

} // namespace

llvm::InlineAsm *cprof_asm_of(llvm::Type *result, llvm::ArrayRef<llvm::Value *> inputs,
                              const char *text, const std::string &constraints)
{
    llvm::SmallVector<llvm::Type *, 4> types;

    for (llvm::Value *input : inputs)
        types.push_back(input->getType());
    return llvm::InlineAsm::get(llvm::FunctionType::get(result, types, false), ir_text(text),
                                constraints, true);
}

namespace {

/* The function under work and the value that carries its caller's node. */
struct hooks {
    llvm::Function *function;
    const cprof_hook_shape *shape;
    llvm::Constant *site, *id;
    llvm::Type *pointer;
    /* From the end of the entry code on: in a register, or, where nothing is
     * optimised and each block would have a copy on the stack, in one variable. */
    llvm::Value *caller;
    llvm::AllocaInst *variable;
    llvm::DebugLoc location;
};

llvm::Value *caller_read(const struct hooks *hooks, llvm::IRBuilder<> &builder)
{
    return hooks->variable ? builder.CreateLoad(hooks->pointer, hooks->variable) : hooks->caller;
}

/* Hooks change the flags, and LLVM looks through all registers of the machine for
 * that word, which took 2 % of a compilation.  Between entry code and body, and
 * between body and return, nothing keeps flags, so that it says nothing there;
 * but what LTO inlines into another function stands amid its code. */
const char *flags_clobber(void)
{
    return cprof_unit.linked_later ? ",~{flags}" : "";
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

/* The call itself: reads the caller's node, gives back what the runtime makes of it.
 * rax is a result that nobody reads: as a clobber its name would be sought like that
 * of the flags. */
llvm::Value *cold_call(struct hooks *hooks, llvm::IRBuilder<> &builder, llvm::Value *caller,
                       const char *text, bool with_site, const char *clobber)
{
    llvm::SmallVector<llvm::Value *, 2> inputs = {caller};
    llvm::Type *result = hooks->pointer;

    if (with_site) {
        inputs.push_back(hooks->site);
        result = llvm::StructType::get(hooks->pointer, builder.getInt64Ty());
    }
    std::string constraints = with_site ? "=r,=&A,0,i" : "=r,0";
    llvm::InlineAsm *code = cprof_asm_of(result, inputs, text, constraints + clobber);
    llvm::CallInst *call = builder.CreateCall(code->getFunctionType(), code, inputs);
    mark(hooks, call);
    call->addFnAttr(llvm::Attribute::Cold);
    return with_site ? builder.CreateExtractValue(call, 0) : call;
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

/* Where the entry's instructions lead. */
struct ways {
    llvm::BasicBlock *hot, *enter, *begin, *early; /* early: NULL where it cannot be */
};

/* The results of the entry's first instructions: caller, scratch [, TLS offset]. */
llvm::Type *loaded_type(struct hooks *hooks, std::string *constraints)
{
    unsigned count = 1 + cprof_hook_scratch_count(hooks->shape);
    llvm::LLVMContext &context = hooks->function->getContext();
    llvm::SmallVector<llvm::Type *, 3> types(count, llvm::Type::getInt64Ty(context));

    types[0] = hooks->pointer;
    *constraints = count > 2 ? "=&r,=&r,=&r" : "=&r,=&r";
    return llvm::StructType::get(context, types);
}

llvm::CallBase *emit_load(struct hooks *hooks, llvm::BasicBlock *entry, llvm::BasicBlock *step,
                          const struct ways *ways)
{
    char text[CPROF_HOOK_TEXT_MAX];
    std::string constraints;
    llvm::Type *result = loaded_type(hooks, &constraints);
    llvm::IRBuilder<> builder(entry);

    if (ways->early)
        constraints += ",!i";
    cprof_hook_load(text, hooks->shape);
    llvm::InlineAsm *code = cprof_asm_of(result, {}, text, constraints + flags_clobber());
    if (ways->early)
        return hot_branch(hooks, entry, code, {}, step, {ways->early});
    llvm::CallInst *call = builder.CreateCall(code->getFunctionType(), code, {});
    mark(hooks, call);
    return call;
}

/* What each way through the entry code makes of the caller's node. */
struct merge {
    llvm::AllocaInst *variable;
    llvm::PHINode *phi;
};

struct merge merge_new(struct hooks *hooks, llvm::IRBuilder<> &builder)
{
    struct merge merge = {hooks->variable, nullptr};

    if (!merge.variable)
        merge.phi = builder.CreatePHI(hooks->pointer, 4);
    return merge;
}

void merge_add(struct merge *merge, llvm::IRBuilder<> &builder, llvm::Value *value)
{
    if (merge->variable)
        builder.CreateStore(value, merge->variable);
    else
        merge->phi->addIncoming(value, builder.GetInsertBlock());
}

/* In two statements; gives back what has the caller's node as its first result.  One
 * would do as well and cost less to compile, but what a callbr gives is not in its place
 * behind the labels when the register allocator puts it on the stack (LLVM 19 stores it
 * on the way that falls through only). */
llvm::CallBase *emit_hot_entry(struct hooks *hooks, llvm::BasicBlock *entry,
                               const struct ways *ways, struct merge *merge)
{
    char text[CPROF_HOOK_TEXT_MAX];
    llvm::BasicBlock *step = ways->early ? block_new(hooks, "cprof.step") : entry;
    llvm::CallBase *loaded = emit_load(hooks, entry, step, ways);
    std::string constraints = "=&r,0,r";
    llvm::IRBuilder<> builder(step);
    llvm::Value *caller = builder.CreateExtractValue(loaded, 0);
    llvm::Value *scratch = builder.CreateExtractValue(loaded, 1);
    llvm::SmallVector<llvm::Value *, 4> inputs = {scratch, caller};

    if (step != entry)
        step->moveAfter(entry);
    merge_add(merge, builder, caller);
    if (hooks->shape->shared_object) {
        inputs.push_back(builder.CreateExtractValue(loaded, 2));
        constraints += ",r";
    }
    inputs.push_back(hooks->id);
    constraints += std::string(",i,!i,!i") + flags_clobber();
    cprof_hook_step(text, hooks->shape);
    hot_branch(hooks, step, cprof_asm_of(scratch->getType(), inputs, text, constraints), inputs,
               ways->hot, {ways->enter, ways->begin});
    return loaded;
}

/* Arguments on their way into variables, as they are written where nothing is
 * optimised: behind the hook each would have a second copy on the stack. */
bool keeps_argument(const llvm::Instruction &instruction)
{
    auto *store = llvm::dyn_cast<llvm::StoreInst>(&instruction);
    return instruction.isDebugOrPseudoInst() ||
           (store && llvm::isa<llvm::Argument>(store->getValueOperand()) &&
            llvm::isa<llvm::AllocaInst>(store->getPointerOperand()));
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
    while (function->hasOptNone() && keeps_argument(*position))
        ++position;
    return entry->splitBasicBlock(position, "cprof.body");
}

/* Before thread-local storage exists: a tag that leads to the cold exit.  An
 * instruction says it, or LLVM 16 does away with the block and sets it on the hot
 * path. */
llvm::Value *early_caller(struct hooks *hooks, llvm::IRBuilder<> &builder)
{
    llvm::Value *tag =
        llvm::ConstantExpr::getIntToPtr(builder.getInt64(CPROF_TAG_TIMED), hooks->pointer);
    llvm::InlineAsm *code = cprof_asm_of(hooks->pointer, {tag}, "", "=r,0");
    llvm::CallInst *call = builder.CreateCall(code->getFunctionType(), code, {tag});

    mark(hooks, call);
    return call;
}

/* A cold way through the entry code: what it makes of the caller's node. */
void way_add(struct hooks *hooks, struct merge *merge, llvm::BasicBlock *block,
             llvm::BasicBlock *body, llvm::CallBase *loaded, const char *text, bool with_site)
{
    llvm::IRBuilder<> builder(block);
    llvm::Value *caller =
        hooks->variable ? caller_read(hooks, builder) : builder.CreateExtractValue(loaded, 0);

    merge_add(merge, builder, cold_call(hooks, builder, caller, text, with_site, flags_clobber()));
    builder.CreateBr(body);
}

void emit_entry(struct hooks *hooks)
{
    char text[CPROF_HOOK_TEXT_MAX];
    if (hooks->function->hasOptNone())
        hooks->variable = new llvm::AllocaInst(hooks->pointer, 0, "cprof.caller",
                                               &*hooks->function->getEntryBlock().begin());
    llvm::BasicBlock *body = entry_split(hooks->function);
    llvm::BasicBlock *entry = &hooks->function->getEntryBlock();
    struct ways ways = {body, block_new(hooks, "cprof.enter"), block_new(hooks, "cprof.begin"),
                        cprof_hook_may_be_early(hooks->shape) ? block_new(hooks, "cprof.early")
                                                              : nullptr};

    entry->getTerminator()->eraseFromParent();
    llvm::IRBuilder<> builder(body, body->begin());
    struct merge merge = merge_new(hooks, builder);
    llvm::CallBase *loaded = emit_hot_entry(hooks, entry, &ways, &merge);
    cprof_hook_enter_call(text, hooks->shape);
    way_add(hooks, &merge, ways.enter, body, loaded, text, true);
    cprof_hook_begin_call(text, hooks->shape);
    way_add(hooks, &merge, ways.begin, body, loaded, text, cprof_hook_begin_has_site(hooks->shape));
    if (ways.early) {
        llvm::IRBuilder<> early(ways.early);
        merge_add(&merge, early, early_caller(hooks, early));
        early.CreateBr(body);
    }
    hooks->caller = merge.phi;
}

/* The one hook of a build with a budget.  An ordinary branch on what the instruction
 * makes of the flags, and no callbr: LLVM wants the frame of a function set up before a
 * callbr's label, which took fib's short way out from it. */
void emit_tally(struct hooks *hooks, llvm::Constant *word)
{
    char text[CPROF_HOOK_TEXT_MAX];
    llvm::LLVMContext &context = hooks->function->getContext();
    llvm::BasicBlock *body = entry_split(hooks->function);
    llvm::BasicBlock *entry = &hooks->function->getEntryBlock();
    llvm::BasicBlock *cold = block_new(hooks, "cprof.tally");

    entry->getTerminator()->eraseFromParent();
    cprof_hook_tally(text, hooks->shape);
    llvm::IRBuilder<> hot(entry), builder(cold);
    llvm::InlineAsm *count =
        cprof_asm_of(hot.getInt32Ty(), {word}, text, std::string("={@ccs},i") + flags_clobber());
    llvm::CallInst *ended = hot.CreateCall(count->getFunctionType(), count, {word});
    mark(hooks, ended);
    hot.CreateCondBr(hot.CreateIsNotNull(ended), cold, body,
                     llvm::MDBuilder(context).createBranchWeights(1, 1 << 20));
    cprof_hook_tally_call(text, hooks->shape);
    llvm::InlineAsm *code = cprof_asm_of(builder.getInt64Ty(), {word, hooks->site}, text,
                                         std::string("=&A,i,i") + flags_clobber());
    llvm::CallInst *call = builder.CreateCall(code->getFunctionType(), code, {word, hooks->site});
    mark(hooks, call);
    call->addFnAttr(llvm::Attribute::Cold);
    builder.CreateBr(body);
}

/* Where nothing is optimised, a return reads its value from a variable; behind the
 * hook it needs no copy of it. */
llvm::Instruction *before_value(llvm::Instruction *position)
{
    auto *end = llvm::dyn_cast<llvm::ReturnInst>(position);
    auto *load = end ? llvm::dyn_cast_or_null<llvm::LoadInst>(end->getReturnValue()) : nullptr;
    bool is_variable = load && load == end->getPrevNode() && load->hasOneUse() &&
                       llvm::isa<llvm::AllocaInst>(load->getPointerOperand());
    return is_variable ? load : position;
}

/* The exit before `position`. */
void emit_exit(struct hooks *hooks, llvm::Instruction *position)
{
    position = before_value(position);
    char text[CPROF_HOOK_TEXT_MAX];
    bool scratch = cprof_hook_exit_scratch(hooks->shape);
    llvm::LLVMContext &context = hooks->function->getContext();
    llvm::Type *result = scratch ? llvm::Type::getInt64Ty(context) : llvm::Type::getVoidTy(context);
    llvm::BasicBlock *hot = position->getParent();
    llvm::BasicBlock *rest = hot->splitBasicBlock(position->getIterator(), "cprof.left");
    llvm::BasicBlock *end = block_new(hooks, "cprof.end");

    hot->getTerminator()->eraseFromParent();
    cprof_hook_exit(text, hooks->shape);
    llvm::IRBuilder<> builder(hot);
    llvm::Value *caller = caller_read(hooks, builder);
    hot_branch(hooks, hot,
               cprof_asm_of(result, {caller}, text,
                            std::string(scratch ? "=&r,r,!i" : "r,!i") + flags_clobber()),
               {caller}, rest, {end});
    llvm::IRBuilder<> cold(end);
    cprof_hook_end_call(text, hooks->shape);
    cold_call(hooks, cold, caller_read(hooks, cold), text, false, flags_clobber());
    cold.CreateBr(rest);
}

/* The node again, after control came back by a jump: a second return of setjmp,
 * a landing pad, a stack switch. */
void emit_return(struct hooks *hooks, llvm::Instruction *before)
{
    char text[CPROF_HOOK_TEXT_MAX];
    llvm::IRBuilder<> builder(before);

    cprof_hook_return_call(text, hooks->shape);
    cold_call(hooks, builder, caller_read(hooks, builder), text, true, ",~{flags}")
        ->setName("cprof.again");
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
    shape.leaf = (facts->site.flags & CPROF_SITE_LEAF) && places.landings.empty() &&
                 places.jumps_back.empty();
    if (cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_BUDGET, "on")) {
        bool shared = cprof_hook_tally_is_shared(&shape);
        emit_tally(&hooks, cprof_tables_word_address(tables, shape.number, shared));
        return;
    }
    emit_entry(&hooks);
    for (llvm::Instruction *landing : places.landings)
        emit_return(&hooks, landing->getNextNode());
    for (llvm::CallBase *call : places.jumps_back)
        emit_return_after(&hooks, call);
    for (llvm::Instruction *position : places.exits)
        emit_exit(&hooks, position);
}
