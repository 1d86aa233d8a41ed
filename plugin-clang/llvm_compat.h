/* The only file of this folder that includes LLVM's and Clang's headers, and the
 * place where differences between the versions 16 and 20 are evened out.
 * Precompiled by CMakeLists.txt: the headers are most of what a build costs.
 */
#ifndef CPROF_LLVM_COMPAT_H
#define CPROF_LLVM_COMPAT_H

/* clang-format off */
#include "llvm/Config/llvm-config.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/DIBuilder.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/GlobalIFunc.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/PassPlugin.h"
#include "llvm/Support/Path.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/Mangle.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/SourceManagerInternals.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "clang/Sema/ParsedAttr.h"
#include "clang/Sema/Sema.h"
/* clang-format on */

#if LLVM_VERSION_MAJOR < 16 || LLVM_VERSION_MAJOR > 20
#error "cprof supports LLVM 16 to 20"
#endif

#if LLVM_VERSION_MAJOR >= 17
#include "llvm/TargetParser/Triple.h"
namespace cprof_debug_info = llvm::codegenoptions;
#else
#include "llvm/ADT/Triple.h"
namespace cprof_debug_info = clang::codegenoptions;
#endif

#if LLVM_VERSION_MAJOR >= 18
#define CPROF_ATTRIBUTE_C23 clang::ParsedAttr::AS_C23
#else
#define CPROF_ATTRIBUTE_C23 clang::ParsedAttr::AS_C2x
#endif

/* An attribute that stands nowhere, with a spelling by its number. */
static inline clang::AttributeCommonInfo
cprof_attribute_spelled(clang::AttributeCommonInfo::Kind kind, unsigned spelling)
{
    typedef clang::AttributeCommonInfo common;
#if LLVM_VERSION_MAJOR >= 17
    return common(clang::SourceRange(), kind, common::Form(common::AS_GNU, spelling, false, false));
#else
    return common(clang::SourceRange(), kind, common::AS_GNU, spelling);
#endif
}

/* The name that a file was opened by. */
static inline llvm::StringRef cprof_opened_name(clang::FileEntryRef file)
{
    return file.getName();
}
#if LLVM_VERSION_MAJOR >= 18
typedef clang::FileEntryRef cprof_file_entry;
#else
typedef const clang::FileEntry *cprof_file_entry;
static inline llvm::StringRef cprof_opened_name(const clang::FileEntry *file)
{
    return file->getName();
}
#endif

/* The callback gained an argument that nobody here needs. */
template <typename Pass> void cprof_optimizer_last(llvm::PassBuilder &builder, Pass pass)
{
#if LLVM_VERSION_MAJOR >= 20
    builder.registerOptimizerLastEPCallback(
        [pass](llvm::ModulePassManager &manager, llvm::OptimizationLevel,
               llvm::ThinOrFullLTOPhase) { manager.addPass(Pass(pass)); });
#else
    builder.registerOptimizerLastEPCallback(
        [pass](llvm::ModulePassManager &manager, llvm::OptimizationLevel) {
            manager.addPass(Pass(pass));
        });
#endif
}

#endif
