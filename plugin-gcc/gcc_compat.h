/* The only file of this folder that includes GCC's headers, and the place where
 * differences between GCC 11 and 14 are evened out.  Order matters: GCC's
 * headers are not self-contained.
 */
#ifndef CPROF_GCC_COMPAT_H
#define CPROF_GCC_COMPAT_H

/* clang-format off */
#include "gcc-plugin.h"
#include "plugin-version.h"
#include "backend.h"
#include "rtl.h"
#include "tree.h"
#include "tm_p.h"
#include "c-family/c-common.h"
#include "c-family/c-pragma.h"
#include "cpplib.h"
#include "gimple.h"
#include "ssa.h"
#include "cgraph.h"
#include "toplev.h"
#include "sreal.h"
#include "tree-pass.h"
#include "context.h"
#include "cfghooks.h"
#include "cfgloop.h"
#include "cfganal.h"
#include "tree-cfg.h"
#include "tree-eh.h"
#include "tree-into-ssa.h"
#include "gimple-iterator.h"
#include "gimple-fold.h"
#include "gimple-walk.h"
#include "stringpool.h"
#include "attribs.h"
#include "except.h"
#include "calls.h"
#include "diagnostic.h"
#include "output.h"
#include "opts.h"
#include "options.h"
#include "target.h"
#include "langhooks.h"
#include "gimple-pretty-print.h"
/* clang-format on */

#if GCCPLUGIN_VERSION_MAJOR < 11 || GCCPLUGIN_VERSION_MAJOR > 14
#error "cprof supports GCC 11 to 14"
#endif

/* lto1 has no C front end; the references must not stop the plugin loading. */
extern struct cpp_reader *parse_in __attribute__((weak));
extern int flag_hosted __attribute__((weak));

#endif
