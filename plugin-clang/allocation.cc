/* Calls and addresses of allocators to plain facts: what policy asks of a callee,
 * and what the record of an allocation site tells.  Decides nothing.  Called by
 * emit_allocation.
 */
#include "plugin.h"

#include <cprof/record.h>

namespace {

/* The optimiser finds out by itself what could be marked malloc; what the source
 * marks is known before it starts. */
const char marked_name[] = "cprof-malloc";

char letter_of(const llvm::Type *type)
{
    if (type->isVoidTy())
        return 'v';
    if (type->isPointerTy())
        return 'p';
    return type->isIntegerTy() ? 'i' : 'x';
}

std::string signature_of(const llvm::Type *result, llvm::ArrayRef<llvm::Type *> parameters)
{
    std::string signature(1, letter_of(result));

    for (const llvm::Type *parameter : parameters)
        if (signature.size() < CPROF_SIGNATURE_MAX - 1)
            signature += letter_of(parameter);
    return signature;
}

void marks_note(const llvm::Function &function, struct cprof_callee_facts *facts)
{
    llvm::Attribute sized = function.getFnAttribute(llvm::Attribute::AllocSize);

    if (!function.hasFnAttribute(marked_name) || !sized.isValid())
        return;
    auto arguments = sized.getAllocSizeArgs();
    facts->marked_size = arguments.first + 1;
    facts->marked_count = arguments.second ? *arguments.second + 1 : 0;
}

/* The frames between the call and the function that it is in now, innermost first. */
std::string frames_of(const llvm::DILocation *location)
{
    std::string text;

    for (; location && location->getInlinedAt(); location = location->getInlinedAt()) {
        const llvm::DILocation *from = location->getInlinedAt();
        text += cprof_bare_name(location->getScope()->getSubprogram()) + "\t" +
                cprof_file_name(from->getFile()) + "\t" + std::to_string(from->getLine()) + "\t" +
                std::to_string(from->getColumn()) + "\n";
    }
    return text;
}

/* ---- Types -----------------------------------------------------------------
 * What the block is converted to stands in the source alone. */

std::string place_text(llvm::StringRef file, unsigned line, unsigned column)
{
    return (file + ":" + llvm::Twine(line) + ":" + llvm::Twine(column)).str();
}

class type_visitor : public clang::RecursiveASTVisitor<type_visitor> {
  public:
    explicit type_visitor(clang::ASTContext &context)
        : sources(context.getSourceManager()), policy(context.getPrintingPolicy())
    {
        policy.SuppressTagKeyword = true;
        policy.SuppressScope = true;
        policy.AnonymousTagLocations = false;
        policy.Bool = true;
    }
    bool shouldVisitTemplateInstantiations() const
    {
        return true;
    }
    bool VisitCXXNewExpr(clang::CXXNewExpr *expression)
    {
        note(expression, expression->getAllocatedType());
        return true;
    }
    /* the outermost conversion comes first and counts */
    bool VisitCastExpr(clang::CastExpr *cast)
    {
        clang::QualType pointee = cast->getType()->getPointeeType();
        auto *call = llvm::dyn_cast<clang::CallExpr>(cast->getSubExpr()->IgnoreParenCasts());

        if (call && !pointee.isNull() && !pointee->isVoidType() && call->getDirectCallee() &&
            call->getType()->isVoidPointerType())
            note(call, pointee);
        return true;
    }

  private:
    clang::SourceManager &sources;
    clang::PrintingPolicy policy;
    llvm::DenseSet<const clang::Expr *> seen;

    /* A template's types at one place are several: then none is told. */
    void note(const clang::Expr *call, clang::QualType type)
    {
        clang::PresumedLoc place = sources.getPresumedLoc(call->getExprLoc());

        if (place.isInvalid() || type->isDependentType() || !seen.insert(call).second)
            return;
        std::string name = type.getCanonicalType().getUnqualifiedType().getAsString(policy);
        if (name.find('(') != std::string::npos)
            return; /* it has none */
        const char *file = cprof_plain_file_name(place.getFilename());
        auto known = cprof_unit.allocated_types.try_emplace(
            place_text(file, place.getLine(), place.getColumn()), name);
        if (!known.second && known.first->second != name)
            known.first->second.clear();
    }
};

/* ---- Sizes ---------------------------------------------------------------- */

/* The value of an argument, where it is a constant. */
bool constant_of(const void *call, unsigned number, uint64_t *value)
{
    auto *constant = llvm::dyn_cast<llvm::ConstantInt>(
        static_cast<const llvm::CallBase *>(call)->getArgOperand(number - 1));

    if (!constant || constant->getBitWidth() > 64)
        return false;
    *value = constant->getZExtValue();
    return true;
}

} // namespace

std::string cprof_bare_name(const llvm::DISubprogram *program)
{
    llvm::StringRef name = program->getName();

    return (name.starts_with("operator") ? name : name.take_until([](char letter) {
               return letter == '<';
           }))
        .str();
}

std::string cprof_signature_of_call(const llvm::CallBase *call)
{
    llvm::SmallVector<llvm::Type *, 8> parameters;

    for (const llvm::Use &argument : call->args())
        parameters.push_back(argument->getType());
    return signature_of(call->getType(), parameters);
}

std::string cprof_signature_of_type(const llvm::FunctionType *type)
{
    return signature_of(type->getReturnType(), type->params());
}

bool cprof_allocator_find(const llvm::Function &function, const char *signature,
                          struct cprof_allocator *allocator)
{
    struct cprof_callee_facts facts = {};

    if (function.isIntrinsic())
        return false;
    std::string name = llvm::GlobalValue::dropLLVMManglingEscape(function.getName()).str();
    facts.assembler_name = name.c_str();
    facts.signature = signature;
    facts.local = function.hasLocalLinkage();
    marks_note(function, &facts);
    if (!cprof_policy_allocator(cprof_unit.policy, &facts, allocator))
        return false;
    if (allocator->symbol == facts.assembler_name) /* it lives as long as the unit */
        allocator->symbol = cprof_unit.allocators.insert(name).first->c_str();
    return true;
}

/* Calls of allocators that the unit defines have to be seen: not with other parameters,
 * and not inlined, but for those that are only marked: these call another. */
void cprof_allocators_mark(llvm::Module &module)
{
    llvm::SmallVector<llvm::GlobalValue *, 4> kept;

    for (llvm::Function &function : module) {
        if (function.hasRetAttribute(llvm::Attribute::NoAlias) &&
            function.hasFnAttribute(llvm::Attribute::AllocSize))
            function.addFnAttr(marked_name);
        std::string signature = cprof_signature_of_type(function.getFunctionType());
        struct cprof_allocator allocator;
        if (function.isDeclaration() ||
            !cprof_allocator_find(function, signature.c_str(), &allocator) ||
            (allocator.kind == CPROF_KIND_CUSTOM &&
             !cprof_policy_find_allocator(cprof_unit.policy, allocator.symbol)))
            continue;
        if (!function.hasFnAttribute(llvm::Attribute::AlwaysInline))
            function.addFnAttr(llvm::Attribute::NoInline);
        if (function.hasLocalLinkage())
            kept.push_back(&function);
    }
    if (!kept.empty())
        llvm::appendToCompilerUsed(module, kept);
}

void cprof_allocation_collect(const llvm::CallBase *call, const struct cprof_allocator *allocator,
                              unsigned loop_depth, struct cprof_facts_of_allocation *facts)
{
    const llvm::DILocation *location = call->getDebugLoc();

    facts->record = {};
    if (location) {
        facts->file = cprof_file_name(location->getFile());
        facts->inlined = frames_of(location);
        facts->record.line = location->getLine();
        facts->record.column = (uint16_t)location->getColumn();
    }
    if (!cprof_allocator_gives_back(allocator))
        facts->type = cprof_unit.allocated_types.lookup(
            place_text(facts->file, facts->record.line, facts->record.column));
    cprof_allocation_describe(allocator, loop_depth, constant_of, call, &facts->record);
}

void cprof_types_note(void)
{
    if (!cprof_unit.compiler || cprof_unit.types_noted)
        return;
    cprof_unit.types_noted = true;
    clang::ASTContext &context = cprof_unit.compiler->getASTContext();
    type_visitor(context).TraverseDecl(context.getTranslationUnitDecl());
}
