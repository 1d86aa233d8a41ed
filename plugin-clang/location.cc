/* Where calls stand in the source, without what Clang takes for it.
 *
 * Its own locations, one for each expression, are a fortieth of a compilation, and all but
 * those of calls are thrown away (pass.cc).  So functions of C whose calls all name whom they
 * call go without (nodebug), and their calls say the place in another way: Clang writes
 * `!srcloc`, a number that its SourceManager understands, to calls of what bears the attribute
 * `error`.  The one that callees get here is neither an error's nor a warning's, so that nothing
 * else comes of it; and who declares a function again cannot add one of these, which have to be on
 * the first declaration.
 *
 *     before:  call @f(), !srcloc !3                  !3 = !{i64 1057}
 *     after:   call @f(), !dbg !DILocation(line: 12, column: 9, scope: !5)
 *
 * What has calls of another kind keeps Clang's locations.  Called by plugin.cc as
 * definitions come, and by pass.cc before the optimiser starts.
 */
#include "plugin.h"

namespace {

/* Neither the error's nor the warning's spellings, and not "to be found out". */
enum { SPELLING_OF_NONE = 14 };

/* What a body has to tell. */
struct body_reader {
    llvm::SmallVectorImpl<clang::Decl *> &callees;
    bool readable = true; /* each call has a callee with a name */

    void read(clang::Stmt *statement);
    void read_call(clang::CallExpr *call);
};

/* As Clang finds whom a call's attributes are of (CodeGenFunction::EmitCallee). */
void body_reader::read_call(clang::CallExpr *call)
{
    clang::Decl *callee = call->getCalleeDecl();

    if (callee && (llvm::isa<clang::FunctionDecl>(callee) || llvm::isa<clang::VarDecl>(callee)))
        callees.push_back(callee);
    else
        readable = false;
}

/* Blocks, atomics and complex numbers make calls that stand nowhere. */
void body_reader::read(clang::Stmt *statement)
{
    switch (statement->getStmtClass()) {
    case clang::Stmt::DeclRefExprClass: /* half of all, and without children */
    case clang::Stmt::IntegerLiteralClass:
        return;
    case clang::Stmt::CallExprClass:
        read_call(llvm::cast<clang::CallExpr>(statement));
        break;
    case clang::Stmt::BlockExprClass:
    case clang::Stmt::AtomicExprClass:
        readable = false;
        break;
    case clang::Stmt::BinaryOperatorClass:
    case clang::Stmt::CompoundAssignOperatorClass:
        readable = readable && !llvm::cast<clang::Expr>(statement)->getType()->isAnyComplexType();
        break;
    case clang::Stmt::DeclStmtClass:
        for (const clang::Decl *decl : llvm::cast<clang::DeclStmt>(statement)->decls())
            readable = readable && !decl->hasAttr<clang::CleanupAttr>();
        break;
    default:
        break;
    }
    for (clang::Stmt *child : statement->children())
        if (child && readable)
            read(child);
}

/* Whose name in the IR is the one in the source. */
bool is_plainly_named(const clang::FunctionDecl *function)
{
    return function->getIdentifier() && !function->hasAttr<clang::AsmLabelAttr>() &&
           !function->hasAttr<clang::OverloadableAttr>() && !function->isMultiVersion();
}

void callee_mark(clang::ASTContext &context, clang::Decl *callee)
{
    if (callee->hasAttr<clang::ErrorAttr>())
        return;
    callee->addAttr(clang::ErrorAttr::CreateImplicit(
        context, "cprof",
        cprof_attribute_spelled(clang::AttributeCommonInfo::AT_Error, SPELLING_OF_NONE)));
}

} // namespace

void cprof_locations_replace(clang::ASTContext &context, clang::FunctionDecl *function)
{
    llvm::SmallVector<clang::Decl *, 64> callees;
    body_reader reader = {callees};

    if (!function->doesThisDeclarationHaveABody() || !is_plainly_named(function))
        return;
    reader.read(function->getBody());
    if (!reader.readable)
        return;
    function->addAttr(clang::NoDebugAttr::CreateImplicit(context));
    cprof_unit.unlocated[function->getName()] = function;
    for (clang::Decl *callee : callees)
        callee_mark(context, callee);
}

namespace {

/* One function's places. */
struct places {
    clang::SourceManager &sources;
    llvm::DIBuilder &builder;
    llvm::DISubprogram *program;

    llvm::DIScope *scope_of(const clang::PresumedLoc &place)
    {
        llvm::DIFile *file = program->getFile();
        return file->getFilename() == place.getFilename()
                   ? (llvm::DIScope *)program
                   : builder.createLexicalBlockFile(
                         program, builder.createFile(place.getFilename(), file->getDirectory()));
    }
    llvm::DILocation *of_call(const llvm::Instruction &call)
    {
        llvm::MDNode *number = call.getMetadata("srcloc");
        auto *raw =
            number ? llvm::mdconst::dyn_extract<llvm::ConstantInt>(number->getOperand(0)) : nullptr;
        clang::PresumedLoc place;
        if (raw)
            place = sources.getPresumedLoc(sources.getExpansionLoc(
                clang::SourceLocation::getFromRawEncoding((unsigned)raw->getZExtValue())));
        if (place.isInvalid())
            return llvm::DILocation::get(program->getContext(), 0, 0, program);
        return llvm::DILocation::get(program->getContext(), place.getLine(), place.getColumn(),
                                     scope_of(place));
    }
};

/* Of calls of what the source itself marks, and of assembly, Clang says where they are. */
bool keeps_number(const llvm::Instruction &instruction)
{
    auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    const llvm::Function *callee = call ? call->getCalledFunction() : nullptr;

    if (call && call->isInlineAsm())
        return true;
    return callee &&
           (callee->hasFnAttribute("dontcall-warn") || callee->hasFnAttribute("dontcall-error"));
}

llvm::DISubprogram *program_new(llvm::DIBuilder &builder, llvm::DICompileUnit *unit,
                                const clang::FunctionDecl *function, clang::PresumedLoc place)
{
    llvm::DIFile *file = builder.createFile(place.getFilename(), unit->getDirectory());
    return builder.createFunction(file, function->getName(), "", file, place.getLine(),
                                  builder.createSubroutineType(builder.getOrCreateTypeArray({})),
                                  place.getLine(), llvm::DINode::FlagZero,
                                  llvm::DISubprogram::SPFlagDefinition);
}

} // namespace

void cprof_locations_of_calls(llvm::Function &function, bool (*is_read)(const llvm::Instruction &))
{
    auto found = cprof_unit.unlocated.find(function.getName());
    llvm::NamedMDNode *units = function.getParent()->getNamedMetadata("llvm.dbg.cu");

    if (found == cprof_unit.unlocated.end() || function.getSubprogram() || !units)
        return;
    clang::SourceManager &sources = cprof_unit.compiler->getSourceManager();
    auto *unit = llvm::cast<llvm::DICompileUnit>(units->getOperand(0));
    llvm::DIBuilder builder(*function.getParent(), false, unit);
    clang::PresumedLoc place = sources.getPresumedLoc(found->second->getLocation());
    if (place.isInvalid())
        return;
    places places = {sources, builder, program_new(builder, unit, found->second, place)};
    function.setSubprogram(places.program);
    llvm::DebugLoc own =
        llvm::DILocation::get(function.getContext(), place.getLine(), 0, places.program);
    for (llvm::Instruction &instruction : llvm::instructions(function)) {
        if (llvm::isa<llvm::AllocaInst>(instruction))
            continue;
        instruction.setDebugLoc(is_read(instruction) ? llvm::DebugLoc(places.of_call(instruction))
                                                     : own);
        if (!keeps_number(instruction))
            instruction.setMetadata("srcloc", nullptr);
    }
    builder.finalizeSubprogram(places.program);
}
