/* The object's tables, and the runtime that goes with them: text appended to
 * the assembler output, annobin's way, because GCC has no tree for a distance
 * between sections.  Called by the pass for each function and by the plugin at
 * the end of the unit.
 */
#include "plugin.h"

#include <cprof/record.h>

namespace {

struct cprof_site_text *tables(void)
{
    if (!cprof_unit.tables) {
        char compiler[64];
        snprintf(compiler, sizeof compiler, "%s %s", lang_hooks.name ? lang_hooks.name : "GNU",
                 gcc_version.basever);
        cprof_unit.tables = cprof_site_text_new(asm_out_file, compiler);
    }
    return cprof_unit.tables;
}

/* The COMDAT groups of the runtime; the linker keeps one of each.  An object for
 * an executable says so even where the runtime comes from a library. */
void write_runtime(void)
{
    if (cprof_unit.carries_runtime)
        fwrite(cprof_runtime_text, 1, cprof_runtime_text_end - cprof_runtime_text, asm_out_file);
    if (!cprof_unit.for_shared_object)
        fwrite(cprof_preinit_text, 1, cprof_preinit_text_end - cprof_preinit_text, asm_out_file);
}

/* Which list lines named a function of this unit; one unit alone cannot say
 * that a line names nothing. */
void lines_emit(void)
{
    struct cprof_policy_line line;

    for (size_t idx = 0; cprof_policy_line_at(cprof_unit.policy, idx, &line); idx++)
        cprof_site_text_line(cprof_unit.tables, &line);
}

void call_emit(gcall *call, unsigned number, basic_block block)
{
    struct cprof_call_facts facts = {};
    tree callee = gimple_call_fndecl(call);
    expanded_location location = expand_location(gimple_location(call));

    facts.caller = number;
    if (callee && DECL_NAME(callee)) {
        facts.callee = IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(callee));
        if (*facts.callee == '*')
            facts.callee++;
    }
    facts.file = cprof_file_name(location);
    facts.line = location.line;
    facts.column = location.column > 0xffff ? 0xffff : location.column;
    facts.loop_depth = bb_loop_depth(block) > 255 ? 255 : bb_loop_depth(block);
    facts.flags =
        (callee ? 0 : CPROF_CALL_INDIRECT) | (gimple_call_tail_p(call) ? CPROF_CALL_TAIL : 0);
    cprof_site_text_call(tables(), &facts);
}

void inlined_emit(tree origin, unsigned number)
{
    struct cprof_call_facts facts = {};
    expanded_location location = expand_location(DECL_SOURCE_LOCATION(origin));
    char name[256];

    facts.caller = number;
    facts.callee = cprof_bare_name(origin, name, sizeof name);
    facts.file = cprof_file_name(location);
    facts.line = location.line;
    facts.flags = CPROF_CALL_INLINED;
    cprof_site_text_call(tables(), &facts);
}

} // namespace

unsigned cprof_site_emit(const struct cprof_site_facts *facts)
{
    return cprof_site_text_site(tables(), facts);
}

unsigned cprof_allocation_emit(const struct cprof_allocation_facts *facts)
{
    return cprof_site_text_allocation(tables(), facts);
}

void cprof_tally_emit(bool shared)
{
    cprof_site_text_tally(tables(), shared);
}

void cprof_calls_emit(function *fun, unsigned number)
{
    basic_block block;
    bool had_loops = loops_for_fn(fun) != NULL;

    if (!had_loops)
        loop_optimizer_init(AVOID_CFG_MODIFICATIONS);
    FOR_EACH_BB_FN (block, fun)
        for (gimple_stmt_iterator it = gsi_start_bb(block); !gsi_end_p(it); gsi_next(&it)) {
            gcall *call = dyn_cast<gcall *>(gsi_stmt(it));
            if (call && !gimple_call_internal_p(call))
                call_emit(call, number, block);
        }
    if (!had_loops)
        loop_optimizer_finalize();
}

/* By the scopes that statements came with.  Each scope is met once, so it costs no more
 * than to look at all statements. */
void cprof_inlined_emit(function *fun, unsigned number)
{
    hash_set<tree> known;
    basic_block block;

    FOR_EACH_BB_FN (block, fun)
        for (gimple_stmt_iterator it = gsi_start_bb(block); !gsi_end_p(it); gsi_next(&it))
            for (tree scope = gimple_block(gsi_stmt(it));
                 scope && TREE_CODE(scope) == BLOCK && !known.add(scope);
                 scope = BLOCK_SUPERCONTEXT(scope)) {
                tree origin =
                    inlined_function_outer_scope_p(scope) ? block_ultimate_origin(scope) : NULL;
                if (origin && TREE_CODE(origin) == FUNCTION_DECL && !known.add(origin))
                    inlined_emit(origin, number);
            }
}

void cprof_unit_finish(void)
{
    if (!cprof_unit.tables && !cprof_wrappers_needed())
        return;
    tables();
    lines_emit();
    cprof_site_text_free(cprof_unit.tables);
    cprof_unit.tables = NULL;
    cprof_wrappers_write(asm_out_file);
    write_runtime();
}
