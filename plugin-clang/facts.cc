/* Compiler objects to plain facts: what policy and the site record want to know
 * of a function.  Decides nothing.
 *
 * The IR knows names, lines and calls.  What only the source knows (where a body
 * ends, which attributes it bears) is looked up in the AST, once, for those
 * functions alone that are still there after inlining.
 */
#include "plugin.h"

namespace {

/* The name of a file as GCC has it: not by way of the folder that it is in, and for
 * a system header the shorter one of two.  Lives as long as the unit. */
const char *plain_name(llvm::StringRef opened)
{
    auto found = cprof_unit.plain_names.find(opened);
    if (found != cprof_unit.plain_names.end())
        return found->second.c_str();
    llvm::StringRef name = opened;
    while (name.consume_front("./"))
        name = name.ltrim('/');
    return (cprof_unit.plain_names[opened] = name.str()).c_str();
}

/* Clang opens the headers of the system by ways through `..`. */
void system_header_note(clang::SourceManager &sources, cprof_file_entry entry)
{
    llvm::StringRef opened = cprof_opened_name(entry);
    llvm::SmallString<256> shorter;

    if (!opened.contains("/../"))
        return;
    clang::FileID file = sources.translateFile(entry);
    if (file.isValid() && sources.isInSystemHeader(sources.getLocForStartOfFile(file)) &&
        !llvm::sys::fs::real_path(opened, shorter) && shorter.size() < opened.size())
        cprof_unit.plain_names[opened] = shorter.str().str();
}

/* What one look through the AST is for: the lines on which wanted functions
 * stand, so that few names have to be mangled.  Clang 16 copies its options
 * before a plugin can ask it for locations; there, without -g, no line is known
 * and every name is looked at. */
class source_visitor : public clang::RecursiveASTVisitor<source_visitor> {
  public:
    source_visitor(clang::ASTContext &context, const llvm::DenseSet<unsigned> &lines,
                   llvm::StringMap<bool> &wanted)
        : context(context), sources(context.getSourceManager()), names(context), lines(lines),
          wanted(wanted)
    {
    }

    bool into_bodies = false; /* where lambdas and local classes are */

    bool shouldVisitTemplateInstantiations() const
    {
        return true;
    }
    bool shouldVisitImplicitCode() const
    {
        return true;
    }
    bool TraverseStmt(clang::Stmt *statement)
    {
        return into_bodies ? RecursiveASTVisitor::TraverseStmt(statement) : true;
    }
    bool VisitFunctionDecl(clang::FunctionDecl *function)
    {
        if (!function->isThisDeclarationADefinition() || function->isDependentContext())
            return true;
        clang::PresumedLoc start = sources.getPresumedLoc(written(function)->getLocation());
        if (start.isInvalid() || (!lines.empty() && !lines.count(start.getLine())))
            return true;
        std::string version = version_suffix(function);
        for (const std::string &name : names.getAllManglings(function))
            note(function, name + version, start);
        note(function, names.getName(function) + version, start);
        if (function->getIdentifier() &&
            function->isInExternCContext()) /* static, and kept under either name */
            note(function, function->getName(), start);
        return true;
    }

  private:
    clang::ASTContext &context;
    clang::SourceManager &sources;
    clang::ASTNameGenerator names;
    const llvm::DenseSet<unsigned> &lines;
    llvm::StringMap<bool> &wanted;

    /* Where the function stands: Clang 16 puts what it makes of a template to the
     * declaration in the class. */
    static const clang::FunctionDecl *written(const clang::FunctionDecl *function)
    {
        const clang::FunctionDecl *pattern = function->getTemplateInstantiationPattern();
        const clang::FunctionDecl *definition = nullptr;
        return pattern && pattern->hasBody(definition) ? definition : function;
    }

    /* Versions of a function for several targets differ in their suffix alone. */
    static std::string version_suffix(const clang::FunctionDecl *function)
    {
        auto *target = function->getAttr<clang::TargetAttr>();

        if (!target || !function->isMultiVersion() || target->isDefaultVersion())
            return "";
        std::string suffix = "." + target->getFeaturesStr().str();
        std::replace(suffix.begin(), suffix.end(), ',', '_');
        std::replace(suffix.begin(), suffix.end(), '=', '_');
        return suffix;
    }

    static bool is_mark(const clang::Attr *attribute, llvm::StringRef annotation)
    {
        if (annotation.empty())
            return llvm::isa<clang::NoInstrumentFunctionAttr>(attribute);
        auto *mark = llvm::dyn_cast<clang::AnnotateAttr>(attribute);
        return mark && mark->getAnnotation() == annotation;
    }

    /* Clang gives an explicit specialisation the attributes of its template, GCC and
     * the people who write it do not. */
    static bool is_of_template(const clang::FunctionDecl *function, const clang::Attr *attribute)
    {
        if (function->getTemplateSpecializationKind() != clang::TSK_ExplicitSpecialization)
            return false;
        const clang::FunctionTemplateDecl *primary = function->getPrimaryTemplate();
        const clang::FunctionDecl *pattern =
            primary ? primary->getTemplatedDecl() : function->getInstantiatedFromMemberFunction();
        if (pattern)
            for (const clang::FunctionDecl *other : pattern->redecls())
                for (const clang::Attr *same : other->attrs())
                    if (same->getLocation() == attribute->getLocation())
                        return true;
        return false;
    }

    /* Whether the source says it, on whatever declaration. */
    static bool bears(const clang::FunctionDecl *function, llvm::StringRef annotation)
    {
        for (const clang::FunctionDecl *declaration : function->redecls())
            for (const clang::Attr *attribute : declaration->attrs())
                if (is_mark(attribute, annotation) && !is_of_template(function, attribute))
                    return true;
        return false;
    }

    void note(clang::FunctionDecl *function, llvm::StringRef mangled, clang::PresumedLoc start)
    {
        llvm::StringRef name = llvm::GlobalValue::dropLLVMManglingEscape(mangled);
        auto found = wanted.find(name);

        if (found == wanted.end())
            return;
        found->second = true;
        clang::PresumedLoc end =
            sources.getPresumedLoc(written(function)->getSourceRange().getEnd());
        cprof_source_facts &facts = cprof_unit.functions[name];
        facts.name = function->getNameAsString();
        facts.file = plain_name(start.getFilename());
        facts.line = start.getLine();
        if (end.isValid() && !strcmp(start.getFilename(), end.getFilename()) &&
            end.getLine() >= start.getLine())
            facts.line_count = end.getLine() - start.getLine() + 1;
        facts.profile = bears(function, "cprof-profile");
        facts.no_profile = bears(function, "cprof-no-profile");
        facts.no_instrument = bears(function, "");
    }
};

/* The function that a piece or a copy was made of. */
llvm::StringRef origin_name(llvm::StringRef name)
{
    return name.substr(0, name.find('.', 1));
}

bool is_partial(llvm::StringRef name)
{
    for (const char *suffix : {".resume", ".destroy", ".cleanup", ".cold", ".part"})
        if (name.contains(suffix))
            return true;
    return false;
}

bool is_static_init(llvm::StringRef name)
{
    for (const char *prefix : {"_GLOBAL__", "__cxx_global_", "__tls_init", "_ZTH", "asan.module_",
                               "tsan.module_", "msan.module_", "__odr_asan_"})
        if (name.starts_with(prefix))
            return true;
    return false;
}

/* Jumps that the compiler makes: to the real method (_ZTh, _ZTv, _ZTc), to a
 * thread-local variable, to std::terminate, to a coroutine's await_suspend. */
bool is_thunk(llvm::StringRef name)
{
    for (const char *prefix : {"_ZTh", "_ZTv", "_ZTc", "_ZTW", "__clang_call_terminate"})
        if (name.starts_with(prefix))
            return true;
    return name.contains(".__await_suspend_wrapper__");
}

/* The method that a thunk goes to: _ZThn16_N4both3runEv to _ZN4both3runEv. */
std::string thunk_target(llvm::StringRef name)
{
    llvm::StringRef rest = name.drop_front(std::min<size_t>(name.size(), strlen("_ZT")));
    int offsets = rest.consume_front("c") ? 2 : 1;

    while (offsets-- > 0) {
        int numbers = rest.starts_with("v") ? 2 : 1;
        rest = rest.drop_front(rest.empty() ? 0 : 1);
        while (numbers-- > 0)
            rest = rest.drop_front(std::min(rest.size(), rest.find('_') + 1));
    }
    return "_Z" + rest.str();
}

/* Clang's own: for target_clones and versions of a function. */
bool is_made_resolver(llvm::StringRef name)
{
    return name.ends_with(".resolver");
}

/* Stands nowhere in the source. */
bool is_made(llvm::StringRef name)
{
    return is_static_init(name) || is_thunk(name) || is_made_resolver(name);
}

bool is_ifunc_resolver(const llvm::Function &function)
{
    for (const llvm::GlobalIFunc &indirect : function.getParent()->ifuncs())
        if (indirect.getResolverFunction() == &function)
            return true;
    return is_made_resolver(function.getName());
}

void look_at_body(llvm::Function &function, struct cprof_site_facts *site)
{
    bool calls = false;

    for (llvm::BasicBlock &block : function)
        for (llvm::Instruction &instruction : block) {
            if (instruction.isDebugOrPseudoInst())
                continue;
            site->statements++;
            calls = calls || cprof_is_call(instruction);
        }
    if (!calls)
        site->flags |= CPROF_SITE_LEAF;
}

/* What was made has no line, but a thunk that of its method; neither has a size. */
void place_of_made(llvm::Function &function, struct cprof_facts_of_function *facts)
{
    auto found = cprof_unit.functions.find(thunk_target(facts->name));

    if (is_thunk(facts->name) && found != cprof_unit.functions.end()) {
        facts->file = found->second.file;
        facts->site.line = found->second.line;
    } else
        facts->file = cprof_main_file_name(*function.getParent());
}

/* Where there is no source; Clang 16 loses the marks of constructors there. */
void marks_from_ir(llvm::Function &function, struct cprof_facts_of_function *facts)
{
    facts->policy.attribute_profile = function.hasFnAttribute("cprof-profile");
    facts->policy.attribute_no_profile = function.hasFnAttribute("cprof-no-profile");
}

void look_at_source(llvm::Function &function, struct cprof_facts_of_function *facts)
{
    auto found = cprof_unit.functions.find(facts->name);
    const llvm::DISubprogram *program = function.getSubprogram();

    if (found == cprof_unit.functions.end())
        found = cprof_unit.functions.find(origin_name(facts->name));
    if (is_made(facts->name))
        place_of_made(function, facts);
    else if (found != cprof_unit.functions.end()) {
        facts->readable = found->second.name;
        facts->file = found->second.file;
        facts->site.line = found->second.line;
        facts->site.lines = found->second.line_count;
        facts->policy.attribute_profile = found->second.profile;
        facts->policy.attribute_no_profile = found->second.no_profile;
        facts->policy.attribute_no_instrument = found->second.no_instrument;
    } else {
        marks_from_ir(function, facts);
        if (program) {
            if (!program->getName().empty())
                facts->readable = program->getName().str();
            facts->file = cprof_file_name(program->getFile());
            facts->site.line = program->getLine();
        }
    }
}

} // namespace

/* Debug information names files from the folder of the compilation where it can;
 * the tables name them as the compiler was given them, which is what GCC does. */
std::string cprof_file_name(const llvm::DIFile *file)
{
    if (!file)
        return "";
    llvm::SmallString<256> path(file->getFilename());
    if (!llvm::sys::path::is_absolute(path)) {
        path = file->getDirectory();
        llvm::sys::path::append(path, file->getFilename());
    }
    auto found = cprof_unit.files.find(path);
    return found == cprof_unit.files.end() ? file->getFilename().str() : found->second;
}

const char *cprof_plain_file_name(llvm::StringRef opened)
{
    return plain_name(opened);
}

const char *cprof_main_file_name(const llvm::Module &module)
{
    return plain_name(module.getSourceFileName());
}

bool cprof_module_defines_resolver(const llvm::Module &module)
{
    return !module.ifunc_empty();
}

void cprof_source_facts_collect(llvm::Module &module, clang::ASTContext &context)
{
    clang::SourceManager &sources = context.getSourceManager();
    llvm::DenseSet<unsigned> lines;
    llvm::StringMap<bool> wanted; /* to: found */

    for (auto it = sources.fileinfo_begin(); it != sources.fileinfo_end(); ++it) {
        llvm::StringRef opened = cprof_opened_name(it->first);
        llvm::SmallString<256> path(opened);
        sources.getFileManager().makeAbsolutePath(path);
        system_header_note(sources, it->first);
        cprof_unit.files[path] = plain_name(opened);
    }
    for (llvm::Function &function : module) {
        const llvm::DISubprogram *program = function.getSubprogram();
        llvm::StringRef name = llvm::GlobalValue::dropLLVMManglingEscape(function.getName());
        if (is_thunk(name) && !function.isDeclaration())
            wanted.try_emplace(thunk_target(name), true);
        if (function.isDeclaration() || is_made(name))
            continue;
        if (program)
            lines.insert(program->getLine());
        wanted[name] = false;
        wanted[origin_name(name)] = name != origin_name(name);
    }
    source_visitor visitor(context, lines, wanted);
    visitor.TraverseDecl(context.getTranslationUnitDecl());
    for (auto &name : wanted)
        if (!name.second)
            visitor.into_bodies = true;
    if (visitor.into_bodies)
        visitor.TraverseDecl(context.getTranslationUnitDecl());
}

void cprof_facts_collect(llvm::Function &function, struct cprof_facts_of_function *facts)
{
    llvm::StringRef name = llvm::GlobalValue::dropLLVMManglingEscape(function.getName());

    facts->function = &function;
    facts->name = name.str();
    facts->readable = name.str();
    look_at_source(function, facts);
    look_at_body(function, &facts->site);
    facts->site.name = facts->name.c_str();
    facts->site.file = facts->file.c_str();
    if (name.starts_with("_Z"))
        facts->site.flags |= CPROF_SITE_CXX;
    if (is_partial(name))
        facts->site.flags |= CPROF_SITE_PARTIAL;

    facts->policy.assembler_name = facts->name.c_str();
    facts->policy.readable_name = facts->readable.c_str();
    facts->policy.file = facts->file.c_str();
    facts->policy.line = facts->site.line;
    facts->policy.line_count = facts->site.lines;
    facts->policy.naked = function.hasFnAttribute(llvm::Attribute::Naked);
    facts->policy.interrupt = function.getCallingConv() == llvm::CallingConv::X86_INTR ||
                              function.hasFnAttribute("no_caller_saved_registers");
    facts->policy.thunk = is_thunk(name);
    facts->policy.static_init = is_static_init(name);
    facts->policy.ifunc_resolver = is_ifunc_resolver(function);
    facts->policy.returns_twice_body = function.hasFnAttribute(llvm::Attribute::ReturnsTwice);
    if (facts->policy.attribute_profile)
        facts->site.flags |= CPROF_SITE_FORCED;
}

/* `llvm.global.annotations` is an array of { function, text, file, line, ... }. */
void cprof_annotations_to_attributes(llvm::Module &module)
{
    llvm::GlobalVariable *table = module.getNamedGlobal("llvm.global.annotations");
    llvm::SmallVector<llvm::Constant *, 16> kept;

    if (!table || !table->hasInitializer())
        return;
    auto *entries = llvm::dyn_cast<llvm::ConstantArray>(table->getInitializer());
    if (!entries)
        return;
    for (llvm::Use &entry : entries->operands()) {
        auto *fields = llvm::cast<llvm::ConstantStruct>(entry);
        auto *function = llvm::dyn_cast<llvm::Function>(fields->getOperand(0)->stripPointerCasts());
        auto *text =
            llvm::dyn_cast<llvm::GlobalVariable>(fields->getOperand(1)->stripPointerCasts());
        auto *letters = text && text->hasInitializer()
                            ? llvm::dyn_cast<llvm::ConstantDataArray>(text->getInitializer())
                            : nullptr;
        llvm::StringRef word =
            letters && letters->isCString() ? letters->getAsCString() : llvm::StringRef();
        if (function && word.starts_with("cprof-"))
            function->addFnAttr(word);
        else
            kept.push_back(fields);
    }
    if (kept.size() == entries->getNumOperands())
        return;
    std::string section = table->getSection().str();
    llvm::Type *element = llvm::cast<llvm::ArrayType>(table->getValueType())->getElementType();
    table->eraseFromParent();
    if (kept.empty())
        return;
    auto *type = llvm::ArrayType::get(element, kept.size());
    auto *remaining =
        new llvm::GlobalVariable(module, type, false, llvm::GlobalValue::AppendingLinkage,
                                 llvm::ConstantArray::get(type, kept), "llvm.global.annotations");
    remaining->setSection(section);
}
