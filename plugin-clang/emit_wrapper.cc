/* Puts wrappers in the place of allocators' addresses, in code and in initialisers, so
 * that a call through a pointer is noted, too.  Called by emit_allocation; what a
 * wrapper does policy writes.
 */
#include "plugin.h"

namespace {

/* Lists of the compiler's own (llvm.used) are no uses. */
bool is_compilers(const llvm::User *user)
{
    auto *variable = llvm::dyn_cast<llvm::GlobalVariable>(user);

    if (variable)
        return variable->getName().starts_with("llvm.");
    for (const llvm::User *next : user->users())
        if (llvm::isa<llvm::Constant>(next) && is_compilers(next))
            return true;
    return false;
}

bool takes_address(const llvm::Use &use, const cprof_untouched &untouched)
{
    const llvm::User *user = use.getUser();

    if (auto *call = llvm::dyn_cast<llvm::CallBase>(user))
        if (call->isCallee(&use))
            return false;
    if (auto *instruction = llvm::dyn_cast<llvm::Instruction>(user))
        return !untouched.count(instruction->getFunction());
    if (llvm::isa<llvm::GlobalValue>(user) && !llvm::isa<llvm::GlobalVariable>(user))
        return false; /* an alias, or a function's own */
    return !is_compilers(user);
}

} // namespace

/* A function that is hidden in the module. */
llvm::Function *cprof_hidden_function(llvm::Module &module, llvm::StringRef name,
                                      llvm::FunctionType *type)
{
    llvm::Function *function = module.getFunction(name);

    if (!function)
        function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, name, module);
    function->setVisibility(llvm::GlobalValue::HiddenVisibility);
    function->setDSOLocal(true);
    return function;
}

/* The function that stands for an allocator; NULL if none does.  A weak one's address
 * is asked for whether it is there. */
llvm::Function *cprof_wrapper_of(llvm::Function &function)
{
    std::string signature = cprof_signature_of_type(function.getFunctionType());
    struct cprof_allocator allocator;

    if (function.hasLocalLinkage() || function.isWeakForLinker() ||
        !cprof_allocator_find(function, signature.c_str(), &allocator) ||
        !cprof_wrapper_is_possible(&allocator))
        return nullptr;
    llvm::Module &module = *function.getParent();
    char *name = cprof_wrapper_name(&allocator);
    llvm::Function *wrapper = module.getFunction(name);
    if (!wrapper) {
        char *text = cprof_wrapper_text(&allocator, cprof_main_file_name(module));
        wrapper = cprof_hidden_function(module, name, function.getFunctionType());
        module.appendModuleInlineAsm(text);
        free(text);
    }
    free(name);
    return wrapper;
}

void cprof_addresses_replace(llvm::Module &module, const cprof_untouched &untouched)
{
    llvm::SmallVector<llvm::Function *, 8> taken;

    for (llvm::Function &function : module)
        if (llvm::any_of(function.uses(), [&untouched](const llvm::Use &use) {
                return takes_address(use, untouched);
            }))
            taken.push_back(&function);
    for (llvm::Function *function : taken)
        if (llvm::Function *wrapper = cprof_wrapper_of(*function))
            function->replaceUsesWithIf(
                wrapper, [&untouched](llvm::Use &use) { return takes_address(use, untouched); });
}
