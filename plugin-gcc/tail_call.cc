/* Which of the calls that GCC marked as tail calls cannot be jumps.  The exit goes
 * before a jump, because nothing comes back; before any other call it must not, or
 * the callee is shown beside its caller instead of below it.  Called by emit_hooks.
 *
 * The mark is a wish: expanding to RTL takes it back where the target or the stack
 * does not allow a jump (can_implement_as_sibling_call_p).  What is asked here is
 * what can be known before; where it is not certain, the wish stands, because a jump
 * that became a call could overflow the stack.  tests/program/jumps.sh holds it
 * against the machine code.
 */
#include "plugin.h"

namespace {

/* Bytes of arguments on the stack, counted as GCC's own layout does. */
struct argument_area {
    CUMULATIVE_ARGS registers;
    unsigned HOST_WIDE_INT bytes;

    argument_area(tree type, tree decl) : bytes(0)
    {
        INIT_CUMULATIVE_ARGS(registers, type, NULL_RTX, decl, -1);
    }
    void add(tree type, bool named)
    {
        cumulative_args_t packed = pack_cumulative_args(&registers);
        function_arg_info argument(type, named);
        if (pass_by_reference(&registers, argument))
            argument = function_arg_info(build_pointer_type(type), named);
        if (!targetm.calls.function_arg(packed, argument))
            bytes += ROUND_UP((unsigned HOST_WIDE_INT)MAX(int_size_in_bytes(argument.type), 0), 8);
        targetm.calls.function_arg_advance(packed, argument);
    }
};

unsigned HOST_WIDE_INT bytes_for(gcall *call)
{
    tree type = gimple_call_fntype(call);
    argument_area area(type, gimple_call_fndecl(call));
    tree parameters = type ? TYPE_ARG_TYPES(type) : NULL_TREE;

    for (unsigned idx = 0; idx < gimple_call_num_args(call); idx++) {
        area.add(TREE_TYPE(gimple_call_arg(call, idx)), !type || !stdarg_p(type) || parameters);
        if (parameters)
            parameters = TREE_CHAIN(parameters);
    }
    return area.bytes;
}

unsigned HOST_WIDE_INT bytes_of(function *fun)
{
    argument_area area(TREE_TYPE(fun->decl), fun->decl);

    for (tree parameter = DECL_ARGUMENTS(fun->decl); parameter; parameter = DECL_CHAIN(parameter))
        area.add(DECL_ARG_TYPE(parameter), true);
    return area.bytes;
}

} // namespace

bool cprof_tail_call_may_jump(function *fun, gcall *call)
{
    tree type = gimple_call_fntype(call);
    tree decl = gimple_call_fndecl(call);

    if (gimple_call_must_tail_p(call))
        return true;
    if (!gimple_call_tail_p(call) || !type)
        return false;
    if (aggregate_value_p(TREE_TYPE(type), decl ? decl : type))
        return false;
    tree as_expanded = build_call_array(TREE_TYPE(type), gimple_call_fn(call), 0, NULL);
    if (!targetm.function_ok_for_sibcall(decl, as_expanded))
        return false;
    return bytes_for(call) <= bytes_of(fun);
}
