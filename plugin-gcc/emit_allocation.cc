/* Puts notes around the calls of allocators.  Called by the pass before the hooks are put in, so
 * that a note is made while the function is the current one.  What is an allocator policy says;
 * where the notes of each stand, include/cprof/abi.h.
 *
 * The program goes on to call its own allocator, whichever that is.  A note hands over
 * the block that it is told of, so that nothing has to be kept across it.
 */
#include "plugin.h"

#include "hook_text.h"

#include <cprof/abi.h>

namespace {

/* One allocator call and what was found out before anything is changed. */
struct noted_call {
    gcall *call;
    struct cprof_allocator allocator;
    struct cprof_allocation_facts facts;
    tree site; /* address of its record */
};

enum note {
#define CPROF_NOTE(name, signature) NOTE_##name,
#include <cprof/note.def>
#undef CPROF_NOTE
    NOTE_COUNT
};

const struct {
    const char *symbol, *signature;
} notes[] = {
#define CPROF_NOTE(name, signature) {CPROF_SYMBOL_##name, signature},
#include <cprof/note.def>
#undef CPROF_NOTE
};

tree note_decls[NOTE_COUNT];

/* `leaf`: it never comes back into the unit, so it needs none of the edges that a call
 * has in a function with setjmp or computed jumps. */
tree note_decl(enum note note)
{
    tree parameters[8];
    unsigned count = 0;

    if (note_decls[note])
        return note_decls[note];
    const char *letter = notes[note].signature;
    tree result = *letter == 'v' ? void_type_node : ptr_type_node;
    while (*++letter)
        parameters[count++] = *letter == 'p' ? ptr_type_node : long_unsigned_type_node;
    tree decl = cprof_hidden_function_new(notes[note].symbol,
                                          build_function_type_array(result, count, parameters));
    TREE_NOTHROW(decl) = 1;
    DECL_ATTRIBUTES(decl) = tree_cons(get_identifier("leaf"), NULL_TREE, NULL_TREE);
    return note_decls[note] = decl;
}

/* The address of a record, which stands in the assembler's text under a label. */
tree record_address(unsigned number)
{
    tree record = build_decl(UNKNOWN_LOCATION, VAR_DECL, NULL_TREE, char_type_node);
    char label[64];

    snprintf(label, sizeof label, "*.Lcprof_allocation_%u", number);
    TREE_STATIC(record) = 1;
    TREE_ADDRESSABLE(record) = 1;
    TREE_READONLY(record) = 1;
    DECL_ARTIFICIAL(record) = 1;
    DECL_IGNORED_P(record) = 1;
    SET_DECL_ASSEMBLER_NAME(record, get_identifier(label));
    return build_fold_addr_expr(record);
}

/* What a note is passed, collected before it is built. */
struct note_call {
    gimple_seq *place;
    auto_vec<tree, 6> arguments;

    void pass(tree value)
    {
        tree type = POINTER_TYPE_P(TREE_TYPE(value)) ? ptr_type_node : long_unsigned_type_node;
        arguments.safe_push(gimple_convert(place, type, value));
    }
    void pass_number(uint64_t value)
    {
        arguments.safe_push(build_int_cstu(long_unsigned_type_node, value));
    }
    /* An argument of the allocator; the number counts from 1. */
    void pass_argument(const struct noted_call *noted, unsigned number)
    {
        pass(gimple_call_arg(noted->call, number - 1));
    }
    void put(enum note note, tree site, tree result)
    {
        arguments.safe_push(site);
        gcall *call = gimple_build_call_vec(note_decl(note), arguments);
        gimple_call_set_nothrow(call, true);
        if (result) {
            gimple_call_set_lhs(call, result);
            if (TREE_CODE(result) == SSA_NAME)
                SSA_NAME_DEF_STMT(result) = call;
        }
        gimple_seq_add_stmt(place, call);
    }
};

/* Bytes asked for. */
void pass_size(struct note_call *note, const struct noted_call *noted)
{
    const struct cprof_allocator *allocator = &noted->allocator;

    note->pass_argument(noted, allocator->size);
    if (!allocator->count)
        return;
    note->pass_argument(noted, allocator->count);
    tree count = note->arguments.pop(), size = note->arguments.pop();
    note->pass(gimple_build(note->place, MULT_EXPR, long_unsigned_type_node, size, count));
}

/* The block that `block` goes on in, from behind `statement` (NULL: its start). */
edge split_behind(basic_block block, gimple *statement)
{
    return statement ? split_block(block, statement) : split_block_after_labels(block);
}

/* The note of a release, and in front of it the question whether there is one. */
void put_untrack(function *fun, const struct noted_call *noted)
{
    gimple_stmt_iterator position = gsi_for_stmt(noted->call);
    char text[CPROF_HOOK_TEXT_MAX];
    gimple_seq asking = NULL, sequence = NULL;
    struct note_call question = {&asking, {}}, note = {&sequence, {}};

    question.pass_argument(noted, noted->allocator.block);
    tree block = question.arguments.pop();
    if (asking)
        gsi_insert_seq_before(&position, asking, GSI_SAME_STMT);
    position = gsi_for_stmt(noted->call);
    gsi_prev(&position);
    edge onward =
        split_behind(gimple_bb(noted->call), gsi_end_p(position) ? NULL : gsi_stmt(position));
    cprof_note_ask(text);
    gimple_stmt_iterator cold =
        gsi_start_bb(cprof_branch_emit(fun, onward, text, 2, block, NULL_TREE));
    note.pass(block);
    note.put(NOTE_UNTRACK, noted->site, NULL_TREE);
    gsi_insert_seq_after(&cold, sequence, GSI_NEW_STMT);
}

/* What stands before the call; gives the token that is passed behind it. */
tree notes_before(function *fun, const struct noted_call *noted)
{
    const struct cprof_allocator *allocator = &noted->allocator;
    gimple_stmt_iterator position = gsi_for_stmt(noted->call);
    gimple_seq sequence = NULL;
    struct note_call note = {&sequence, {}};
    tree token = NULL_TREE;

    switch (allocator->way) {
    case CPROF_WAY_RELEASES:
        put_untrack(fun, noted);
        return NULL_TREE;
    case CPROF_WAY_UNMAPS:
        note.pass_argument(noted, allocator->block);
        note.pass_argument(noted, allocator->size);
        note.put(NOTE_UNMAP, noted->site, NULL_TREE);
        break;
    case CPROF_WAY_RESIZES:
    case CPROF_WAY_GROWS:
        note.pass_argument(noted, allocator->block);
        token = make_ssa_name_fn(fun, ptr_type_node, NULL);
        note.put(allocator->way == CPROF_WAY_GROWS ? NOTE_GROW : NOTE_RESIZE, noted->site, token);
        break;
    default:
        return NULL_TREE;
    }
    gsi_insert_seq_before(&position, sequence, GSI_SAME_STMT);
    return token;
}

/* Takes the result away from the call, so that the note behind it can hand it over:
 * `x = malloc (n)` to `y = malloc (n); x = allocated (y, n, site)`.  Where jumps lead
 * out of the call, what it defines has to stay, and the note's result is left alone. */
void result_divert(function *fun, gcall *call, tree *from_call, tree *from_note)
{
    tree result = gimple_call_lhs(call);

    if (result && TREE_CODE(result) == SSA_NAME && SSA_NAME_OCCURS_IN_ABNORMAL_PHI(result)) {
        *from_call = result;
        *from_note = NULL_TREE;
        return;
    }
    tree type = result ? TREE_TYPE(result) : gimple_call_return_type(call);
    *from_call = make_ssa_name_fn(fun, type, call);
    *from_note = result;
    gimple_call_set_lhs(call, *from_call);
    update_stmt(call);
}

/* The note that hands over what the allocator returned. */
void put_returning(struct note_call *note, const struct noted_call *noted, tree token,
                   function *fun)
{
    const struct cprof_allocator *allocator = &noted->allocator;
    tree block, result;

    result_divert(fun, noted->call, &block, &result);
    note->pass(block);
    switch (allocator->way) {
    case CPROF_WAY_COPIES:
        note->put(NOTE_COPIED, noted->site, result);
        return;
    case CPROF_WAY_RESIZES:
        if (allocator->count)
            note->pass_argument(noted, allocator->count);
        else
            note->pass_number(1);
        note->pass_argument(noted, allocator->size);
        note->pass(token);
        note->put(NOTE_RESIZED, noted->site, result);
        return;
    default:
        pass_size(note, noted);
        note->put(NOTE_MAPPED, noted->site, result);
    }
}

/* Of allocators that store the block through a pointer. */
void put_storing(struct note_call *note, const struct noted_call *noted, tree token, function *fun)
{
    const struct cprof_allocator *allocator = &noted->allocator;
    tree result = NULL_TREE;

    if (allocator->way == CPROF_WAY_FILLS)
        result = gimple_call_lhs(noted->call);
    if (allocator->way == CPROF_WAY_FILLS && (!result || TREE_CODE(result) != SSA_NAME)) {
        tree stored = result;
        result = make_ssa_name_fn(fun, gimple_call_return_type(noted->call), noted->call);
        gimple_call_set_lhs(noted->call, result);
        update_stmt(noted->call);
        if (stored)
            gimple_seq_add_stmt(note->place, gimple_build_assign(stored, result));
    }
    note->pass_argument(noted, allocator->block);
    if (allocator->size)
        note->pass_argument(noted, allocator->size);
    else
        note->pass_number(0);
    note->pass(allocator->way == CPROF_WAY_FILLS ? result : token);
    note->put(allocator->way == CPROF_WAY_FILLS ? NOTE_FILLED : NOTE_GROWN, noted->site, NULL_TREE);
}

/* The note of a block and in front of it the instructions that say whether there is one:
 * `x = malloc (n)` to `y = malloc (n); take (n) or z = track (y, n, site); x = y or z`.
 * `onward` leads from behind the call. */
void put_track(function *fun, const struct noted_call *noted, edge onward)
{
    char text[CPROF_HOOK_TEXT_MAX];
    gimple_seq sizing = NULL, sequence = NULL, handing = NULL;
    struct note_call sizes = {&sizing, {}}, note = {&sequence, {}};
    tree block, result;
    basic_block hot = onward->src;

    result_divert(fun, noted->call, &block, &result);
    sizes.pass(block);
    pass_size(&sizes, noted);
    tree size = sizes.arguments[1], pointer = sizes.arguments[0];
    gimple_stmt_iterator position = gsi_last_bb(hot);
    if (sizing)
        gsi_insert_seq_after(&position, sizing, GSI_NEW_STMT);
    cprof_note_take(text);
    basic_block cold = cprof_branch_emit(fun, onward, text, 1, pointer, size);
    note.pass(block);
    note.pass(size);
    tree handed = result ? make_ssa_name_fn(fun, TREE_TYPE(block), NULL) : NULL_TREE;
    note.put(NOTE_TRACK, noted->site, handed);
    position = gsi_start_bb(cold);
    gsi_insert_seq_after(&position, sequence, GSI_NEW_STMT);
    if (!result)
        return;
    bool stored = TREE_CODE(result) != SSA_NAME;
    gphi *phi = create_phi_node(stored ? make_ssa_name_fn(fun, TREE_TYPE(block), NULL) : result,
                                onward->dest);
    add_phi_arg(phi, block, onward, UNKNOWN_LOCATION);
    add_phi_arg(phi, handed, single_succ_edge(cold), UNKNOWN_LOCATION);
    if (!stored)
        return;
    gimple_seq_add_stmt(&handing, gimple_build_assign(result, gimple_phi_result(phi)));
    position = gsi_after_labels(onward->dest);
    gsi_insert_seq_before(&position, handing, GSI_SAME_STMT);
}

void notes_after(function *fun, const struct noted_call *noted, tree token)
{
    gcall *call = noted->call;
    gimple_seq sequence = NULL;
    struct note_call note = {&sequence, {}};
    bool ends_block = stmt_ends_bb_p(call);
    edge onward = ends_block ? find_fallthru_edge(gimple_bb(call)->succs) : NULL;

    if (cprof_allocator_gives_back(&noted->allocator) || (ends_block && !onward))
        return;
    gimple_call_set_tail(call, false);
    if (noted->allocator.way == CPROF_WAY_RETURNS) {
        basic_block behind = ends_block ? split_edge(onward) : gimple_bb(call);
        put_track(fun, noted, split_behind(behind, ends_block ? NULL : call));
        return;
    }
    if (noted->allocator.way == CPROF_WAY_FILLS || noted->allocator.way == CPROF_WAY_GROWS)
        put_storing(&note, noted, token, fun);
    else
        put_returning(&note, noted, token, fun);
    if (ends_block) {
        gimple_stmt_iterator start = gsi_start_bb(split_edge(onward));
        gsi_insert_seq_before(&start, sequence, GSI_NEW_STMT);
    } else {
        gimple_stmt_iterator position = gsi_for_stmt(call);
        gsi_insert_seq_after(&position, sequence, GSI_NEW_STMT);
    }
}

/* ---- A function ----------------------------------------------------------- */

/* In an allocator's own body its blocks are not noted, because its callers note them;
 * a piece that was split off may have been called from somewhere else. */
bool is_allocator(tree decl)
{
    char signature[CPROF_SIGNATURE_MAX];
    struct cprof_allocator allocator;
    const char *name = IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(decl));
    tree origin = DECL_ORIGIN(decl);

    if (strstr(name, ".part.") || strstr(name, ".cold"))
        return false;
    cprof_signature_of_type(TREE_TYPE(origin), signature);
    return cprof_allocator_find(origin, signature, &allocator);
}

void calls_collect(function *fun, vec<struct noted_call> *calls)
{
    bool inside = is_allocator(fun->decl);
    char signature[CPROF_SIGNATURE_MAX];
    basic_block block;

    FOR_EACH_BB_FN (block, fun)
        for (gimple_stmt_iterator it = gsi_start_bb(block); !gsi_end_p(it); gsi_next(&it)) {
            struct noted_call noted = {};
            noted.call = dyn_cast<gcall *>(gsi_stmt(it));
            tree callee = noted.call ? gimple_call_fndecl(noted.call) : NULL_TREE;
            if (!callee)
                continue;
            cprof_signature_of_call(noted.call, signature);
            if (cprof_allocator_find(callee, signature, &noted.allocator) &&
                (!inside || cprof_policy_notes_inside(&noted.allocator)))
                calls->safe_push(noted);
        }
}

/* Facts first: what is put in later changes blocks and loops. */
void facts_collect(function *fun, vec<struct noted_call> *calls, unsigned number)
{
    bool had_loops = loops_for_fn(fun) != NULL;
    unsigned idx;
    struct noted_call *noted;

    if (!had_loops)
        loop_optimizer_init(AVOID_CFG_MODIFICATIONS);
    FOR_EACH_VEC_ELT (*calls, idx, noted) {
        cprof_allocation_collect(noted->call, &noted->allocator,
                                 bb_loop_depth(gimple_bb(noted->call)), &noted->facts);
        noted->facts.site = number;
        noted->facts.number = idx;
    }
    if (!had_loops)
        loop_optimizer_finalize();
}

/* What has to stay a jump cannot have a note behind it: it goes by the wrapper. */
bool by_wrapper(const struct noted_call *noted)
{
    if (!gimple_call_must_tail_p(noted->call) || cprof_allocator_gives_back(&noted->allocator))
        return false;
    if (tree wrapper = cprof_wrapper_of(gimple_call_fndecl(noted->call)))
        gimple_call_set_fndecl(noted->call, wrapper);
    return true;
}

} // namespace

bool cprof_allocations_emit(function *fun, unsigned number, enum cprof_reason reason)
{
    auto_vec<struct noted_call> calls;
    unsigned idx;
    struct noted_call *noted;

    if (!cprof_policy_notes(cprof_unit.policy, reason))
        return false;
    cprof_initialisers_wrap();
    cprof_addresses_replace(fun);
    calls_collect(fun, &calls);
    if (calls.is_empty())
        return false;
    facts_collect(fun, &calls, number);
    free_dominance_info(fun, CDI_DOMINATORS);
    free_dominance_info(fun, CDI_POST_DOMINATORS);
    FOR_EACH_VEC_ELT (calls, idx, noted) {
        if (by_wrapper(noted))
            continue;
        noted->site = record_address(cprof_allocation_emit(&noted->facts));
        notes_after(fun, noted, notes_before(fun, noted));
        free((void *)noted->facts.inlined);
    }
    mark_virtual_operands_for_renaming(fun);
    return true;
}
