/* Clang's way in: reads the plugin's options, finds out whether PROFILING is on,
 * and registers the passes.  Without PROFILING it must leave no trace in the
 * object.  Opened by the loader (loader/loader.c) inside `clang -cc1`.
 *
 * One -fplugin is enough: the action below runs beside the compilation and adds
 * this file to the list of pass plugins.  -fpass-plugin comes in through
 * llvmGetPassPluginInfo alone; it serves input that is IR, as in the second half
 * of a compilation with -save-temps.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <unistd.h>

struct cprof_unit cprof_unit;

namespace {

std::vector<std::string> words_of(const std::string &process)
{
    FILE *file = fopen(("/proc/" + process + "/cmdline").c_str(), "re");
    std::vector<std::string> words;
    std::string word;

    for (int letter; file && (letter = getc(file)) != EOF;) {
        if (letter)
            word += (char)letter;
        else
            words.push_back(word), word.clear();
    }
    if (file)
        fclose(file);
    return words;
}

bool is_among(const std::vector<std::string> &words, const char *wanted)
{
    return std::find(words.begin(), words.end(), wanted) != words.end();
}

/* The words of the driver's command line, which know what `clang -cc1` is not
 * told: preprocessed input has lost its -D.  The driver is this process, or its
 * parent where it runs several. */
std::vector<std::string> driver_words(void)
{
    std::vector<std::string> words = words_of("self");
    bool is_driver = words.size() < 2 || words[1] != "-cc1";
    return is_driver ? words : words_of(std::to_string(getppid()));
}

/* What the last -D or -U makes of PROFILING. */
enum cprof_said driver_said(void)
{
    std::vector<std::string> words = driver_words();
    enum cprof_said result = CPROF_SAID_NOTHING;

    for (size_t idx = 0; idx < words.size(); idx++) {
        llvm::StringRef word = words[idx];
        if (!word.starts_with("-D") && !word.starts_with("-U"))
            continue;
        bool defines = word.starts_with("-D");
        llvm::StringRef definition = word.substr(2);
        if (definition.empty() && idx + 1 < words.size())
            definition = words[++idx];
        enum cprof_said said = cprof_policy_said(definition.data(), defines);
        result = said ? said : result;
    }
    return result;
}

bool command_line_says_profiling(clang::CompilerInstance &compiler)
{
    enum cprof_said result = CPROF_SAID_NOTHING;

    for (const auto &macro : compiler.getPreprocessorOpts().Macros) {
        enum cprof_said said = cprof_policy_said(macro.first.c_str(), !macro.second);
        result = said ? said : result;
    }
    return result == CPROF_SAID_ON;
}

/* Whether a macro's value is true the way `#if` sees it: a number, possibly in
 * parentheses or behind other macros.  Anything else counts as on, because it
 * was defined on purpose. */
bool macro_is_true(clang::Preprocessor &preprocessor, const clang::IdentifierInfo *name, int depth)
{
    const clang::MacroInfo *macro = preprocessor.getMacroInfo(name);

    if (!macro || depth > 8)
        return false;
    for (const clang::Token &token : macro->tokens()) {
        if (token.is(clang::tok::numeric_constant)) {
            std::string number = preprocessor.getSpelling(token);
            return strtoul(number.c_str(), nullptr, 0) != 0;
        }
        if (token.getIdentifierInfo())
            return macro_is_true(preprocessor, token.getIdentifierInfo(), depth + 1);
    }
    return true;
}

bool is_preprocessed(clang::CompilerInstance &compiler)
{
    const auto &inputs = compiler.getFrontendOpts().Inputs;
    return !inputs.empty() && inputs[0].getKind().isPreprocessed();
}

bool preprocessed_text_has_mark(clang::SourceManager &sources)
{
    if (!sources.hasLineTable())
        return false;
    clang::LineTableInfo &lines = sources.getLineTable();
    for (unsigned idx = 0; idx < lines.getNumFilenames(); idx++)
        if (lines.getFilename(idx) == CPROF_PREPROCESSED_MARK)
            return true;
    return false;
}

bool preprocessed_text_profiles(clang::CompilerInstance &compiler)
{
    enum cprof_said said = driver_said();
    return said == CPROF_SAID_ON ||
           (said == CPROF_SAID_NOTHING && preprocessed_text_has_mark(compiler.getSourceManager()));
}

bool source_says_profiling(clang::CompilerInstance &compiler)
{
    clang::Preprocessor &preprocessor = compiler.getPreprocessor();
    const clang::IdentifierInfo *name = preprocessor.getIdentifierInfo("PROFILING");

    if (preprocessor.getMacroInfo(name))
        return macro_is_true(preprocessor, name, 0);
    return is_preprocessed(compiler) && preprocessed_text_profiles(compiler);
}

std::string own_path(void)
{
    Dl_info info;
    return dladdr((void *)own_path, &info) && info.dli_fname ? info.dli_fname : "";
}

bool option_read(const std::string &word, std::string *message)
{
    size_t position = word.find('=');
    std::string key = word.substr(0, position);
    std::string value = position == std::string::npos ? "" : word.substr(position + 1);
    char sentence[512];

    if (cprof_policy_option(cprof_unit.policy, key.c_str(),
                            position == std::string::npos ? nullptr : value.c_str(), sentence,
                            sizeof sentence))
        return true;
    *message = std::string("cprof: ") + sentence;
    return false;
}

/* The attributes.  They become annotations, which the first pass turns into
 * attributes of the IR's; where profiling is off they do nothing at all. */
struct mark_attribute : clang::ParsedAttrInfo {
    const char *annotation;

    explicit mark_attribute(const char *annotation) : annotation(annotation)
    {
        OptArgs = 15;
    }
    bool diagAppertainsToDecl(clang::Sema &sema, const clang::ParsedAttr &attribute,
                              const clang::Decl *decl) const override
    {
        if (llvm::isa<clang::FunctionDecl>(decl))
            return true;
        unsigned warning = sema.getDiagnostics().getCustomDiagID(
            clang::DiagnosticsEngine::Warning, "%0 attribute applies to functions only");
        sema.Diag(attribute.getLoc(), warning) << attribute;
        return false;
    }
    AttrHandling handleDeclAttribute(clang::Sema &sema, clang::Decl *decl,
                                     const clang::ParsedAttr &attribute) const override
    {
        if (!cprof_unit.compiler || !source_says_profiling(*cprof_unit.compiler))
            return AttributeApplied;
        decl->addAttr(clang::AnnotateAttr::CreateImplicit(sema.Context, annotation, nullptr, 0,
                                                          attribute.getRange()));
        /* one that was asked for by name must not be inlined away */
        if (strcmp(annotation, "cprof-profile") == 0 && !decl->hasAttr<clang::NoInlineAttr>() &&
            !decl->hasAttr<clang::AlwaysInlineAttr>())
            decl->addAttr(clang::NoInlineAttr::CreateImplicit(sema.Context, attribute.getRange()));
        return AttributeApplied;
    }
};

struct profile_attribute : mark_attribute {
    profile_attribute() : mark_attribute("cprof-profile")
    {
        static constexpr Spelling all[] = {{clang::ParsedAttr::AS_GNU, "profile"},
                                           {clang::ParsedAttr::AS_GNU, "__profile__"},
                                           {clang::ParsedAttr::AS_CXX11, "gnu::profile"},
                                           {clang::ParsedAttr::AS_CXX11, "cprof::profile"},
                                           {CPROF_ATTRIBUTE_C23, "gnu::profile"},
                                           {CPROF_ATTRIBUTE_C23, "cprof::profile"}};
        Spellings = all;
    }
};

struct no_profile_attribute : mark_attribute {
    no_profile_attribute() : mark_attribute("cprof-no-profile")
    {
        static constexpr Spelling all[] = {{clang::ParsedAttr::AS_GNU, "no_profile"},
                                           {clang::ParsedAttr::AS_GNU, "__no_profile__"},
                                           {clang::ParsedAttr::AS_CXX11, "gnu::no_profile"},
                                           {clang::ParsedAttr::AS_CXX11, "cprof::no_profile"},
                                           {CPROF_ATTRIBUTE_C23, "gnu::no_profile"},
                                           {CPROF_ATTRIBUTE_C23, "cprof::no_profile"}};
        Spellings = all;
    }
};

/* Says, once the source is read, what cannot be done with it. */
struct unit_consumer : clang::ASTConsumer {
    clang::CompilerInstance &compiler;

    explicit unit_consumer(clang::CompilerInstance &compiler) : compiler(compiler)
    {
    }
    bool HandleTopLevelDecl(clang::DeclGroupRef group) override
    {
        if (!cprof_unit.calls_alone)
            return true;
        for (clang::Decl *decl : group)
            if (auto *function = llvm::dyn_cast<clang::FunctionDecl>(decl))
                cprof_locations_replace(compiler.getASTContext(), function);
        return true;
    }
    void HandleTranslationUnit(clang::ASTContext &) override
    {
        bool second_half_comes = false;

        for (const std::string &path : compiler.getCodeGenOpts().PassPlugins)
            second_half_comes = second_half_comes || llvm::sys::path::filename(path) == "cprof.so";
        if (compiler.getCodeGenOpts().DisableLLVMPasses && !second_half_comes &&
            source_says_profiling(compiler))
            cprof_warn("cprof: no hooks in this unit: this way of compiling in two steps "
                       "(-save-temps, -fembed-bitcode) needs -fpass-plugin= with the path of "
                       "cprof.so besides -fplugin=");
    }
};

/* Whether location.cc can find the places: in C, where no other source of calls is switched
 * on, and where its pass runs, which is the optimiser's.  Clang 16 makes no locations that it
 * could save (see below). */
bool calls_are_enough(clang::CompilerInstance &compiler)
{
    const clang::LangOptions &language = compiler.getLangOpts();
    const clang::CodeGenOptions &options = compiler.getCodeGenOpts();
    clang::frontend::ActionKind action = compiler.getFrontendOpts().ProgramAction;
    bool emits = action == clang::frontend::EmitObj || action == clang::frontend::EmitAssembly ||
                 action == clang::frontend::EmitBC;

    return LLVM_VERSION_MAJOR > 16 && emits && options.OptimizationLevel > 0 &&
           !options.DisableLLVMPasses && !language.CPlusPlus && !language.ObjC &&
           !language.OpenMP && !language.OpenCL && language.Sanitize.empty();
}

/* Locations are wanted in the tables whether or not debug information is.  They
 * cost a twentieth of the compilation, so a unit whose command line does not say
 * PROFILING goes without: one that defines it in its source has no lines of calls
 * then, unless there is -g. */
void locations_keep(clang::CompilerInstance &compiler)
{
    clang::CodeGenOptions &options = compiler.getCodeGenOpts();

    if (options.getDebugInfo() != cprof_debug_info::NoDebugInfo)
        return;
    options.setDebugInfo(cprof_debug_info::LocTrackingOnly);
    cprof_unit.locations_are_ours = true;
    cprof_unit.calls_alone = calls_are_enough(compiler);
}

void define_own_macro(clang::Preprocessor &preprocessor, const char *more)
{
    preprocessor.setPredefines(preprocessor.getPredefines() + "#define __CPROF__ 1\n" + more);
}

/* `clang -E` asks no plugin, unless one says that it replaces what is to be done. */
bool preprocesses_for_profiling(void)
{
    std::vector<std::string> words = words_of("self");
    return is_among(words, "-E") && !is_among(words, "-frewrite-includes") &&
           driver_said() == CPROF_SAID_ON;
}

/* What Clang would have done itself, and the text gets its mark. */
void preprocess(clang::CompilerInstance &compiler, const clang::FrontendInputFile &input)
{
    clang::PrintPreprocessedAction action;

    if (!action.BeginSourceFile(compiler, input))
        return;
    if (!is_preprocessed(compiler))
        define_own_macro(compiler.getPreprocessor(),
                         "# 1 \"" CPROF_PREPROCESSED_MARK "\" 1\n# 1 \"<built-in>\" 2\n");
    llvm::consumeError(action.Execute()); /* has been reported */
    action.EndSourceFile();
}

/* LTO, or someone who asks for IR to do the like. */
bool is_linked_later(clang::CompilerInstance &compiler)
{
    clang::frontend::ActionKind action = compiler.getFrontendOpts().ProgramAction;
    return compiler.getCodeGenOpts().PrepareForLTO || compiler.getCodeGenOpts().PrepareForThinLTO ||
           action == clang::frontend::EmitBC || action == clang::frontend::EmitLLVM;
}

struct unit_action : clang::PluginASTAction {
    bool BeginInvocation(clang::CompilerInstance &compiler) override
    {
        preprocess(compiler, getCurrentInput());
        return false; /* there is nothing left to do */
    }
    std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &compiler,
                                                          llvm::StringRef) override
    {
        cprof_unit.compiler = &compiler;
        cprof_unit.freestanding = compiler.getLangOpts().Freestanding;
        cprof_unit.intel_syntax =
            compiler.getCodeGenOpts().getInlineAsmDialect() == clang::CodeGenOptions::IAD_Intel;
        cprof_unit.linked_later = is_linked_later(compiler);
        compiler.getCodeGenOpts().ClearASTBeforeBackend = false; /* facts.cc asks it */
        compiler.getCodeGenOpts().PassPlugins.push_back(own_path());
        if (is_preprocessed(compiler) && driver_said() == CPROF_SAID_ON)
            locations_keep(compiler);
        if (command_line_says_profiling(compiler)) {
            locations_keep(compiler);
            define_own_macro(compiler.getPreprocessor(), "");
        }
        return std::make_unique<unit_consumer>(compiler);
    }
    bool ParseArgs(const clang::CompilerInstance &compiler,
                   const std::vector<std::string> &words) override
    {
        std::string message;

        for (const std::string &word : words)
            if (!option_read(word, &message)) {
                clang::DiagnosticsEngine &diagnostics = compiler.getDiagnostics();
                diagnostics.Report(
                    diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Error, "%0"))
                    << message;
                return false;
            }
        return true;
    }
    ActionType getActionType() override
    {
        return preprocesses_for_profiling() ? ReplaceAction : AddBeforeMainAction;
    }
};

/* IR input has no action of ours, so its options come from the driver's words. */
void options_from_driver(void)
{
    const std::string prefix = "-fplugin-arg-cprof-";
    std::string message;

    for (const std::string &word : driver_words())
        if (word.compare(0, prefix.size(), prefix) == 0 &&
            !option_read(word.substr(prefix.size()), &message))
            cprof_warn(message.c_str());
}

struct policy_owner {
    policy_owner()
    {
        cprof_unit.policy = cprof_policy_new();
    }
} policy_owner;

clang::FrontendPluginRegistry::Add<unit_action> action("cprof", "profiling hooks");
clang::ParsedAttrInfoRegistry::Add<profile_attribute> profile("profile", "keeps a function in");
clang::ParsedAttrInfoRegistry::Add<no_profile_attribute> no_profile("no_profile", "keeps one out");

} // namespace

bool cprof_unit_says_profiling(void)
{
    clang::CompilerInstance *compiler = cprof_unit.compiler;

    return compiler ? source_says_profiling(*compiler) : driver_said() == CPROF_SAID_ON;
}

bool cprof_unit_profiles(llvm::Module &module)
{
    clang::CompilerInstance *compiler = cprof_unit.compiler;

    if (!cprof_unit_says_profiling())
        return false;
    cprof_unit.freestanding = cprof_unit.freestanding || is_among(driver_words(), "-nostdlib");
    if (compiler) {
        cprof_source_facts_collect(module, compiler->getASTContext());
    } else {
        options_from_driver();
        cprof_unit.linked_later = true; /* nobody says that it is not */
    }
    return true;
}

void cprof_warn(const char *sentence)
{
    if (!cprof_unit.compiler) {
        llvm::errs() << "warning: " << sentence << "\n";
        return;
    }
    /* With -Werror it stays a warning: a build whose target cannot be instrumented
     * must still build. */
    clang::DiagnosticsEngine &diagnostics = cprof_unit.compiler->getDiagnostics();
    bool errors = diagnostics.getWarningsAsErrors();
    diagnostics.setWarningsAsErrors(false);
    diagnostics.Report(diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Warning, "%0"))
        << sentence;
    diagnostics.setWarningsAsErrors(errors);
}

extern "C" __attribute__((visibility("default"))) llvm::PassPluginLibraryInfo
llvmGetPassPluginInfo(void)
{
    return {LLVM_PLUGIN_API_VERSION, "cprof", "1", cprof_passes_register};
}
