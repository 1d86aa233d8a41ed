/* Calls and addresses of allocators to plain facts: what policy asks of a callee,
 * and what the record of an allocation site tells.  Decides nothing.  Called by
 * emit_allocation.
 */
#include "plugin.h"

#include <cprof/record.h>

namespace {

char letter_of(tree type)
{
    if (VOID_TYPE_P(type))
        return 'v';
    if (POINTER_TYPE_P(type))
        return 'p';
    return INTEGRAL_TYPE_P(type) ? 'i' : 'x';
}

/* Of a function marked malloc and alloc_size: what holds its size.  Marks that come
 * with a function that gives back (malloc (pool_free)) only Clang would not know. */
void marks_note(tree decl, struct cprof_callee_facts *facts)
{
    tree marked = lookup_attribute("malloc", DECL_ATTRIBUTES(decl));
    tree sized = lookup_attribute("alloc_size", TYPE_ATTRIBUTES(TREE_TYPE(decl)));

    if (!marked || TREE_VALUE(marked) || !sized)
        return;
    tree arguments = TREE_VALUE(sized);
    if (!arguments || !tree_fits_uhwi_p(TREE_VALUE(arguments)))
        return;
    facts->marked_size = tree_to_uhwi(TREE_VALUE(arguments));
    arguments = TREE_CHAIN(arguments);
    if (arguments && tree_fits_uhwi_p(TREE_VALUE(arguments)))
        facts->marked_count = tree_to_uhwi(TREE_VALUE(arguments));
}

/* The frames between the call and the function that it is in now, innermost first. */
char *frames_of(gcall *call)
{
    char *text = NULL, name[256];
    size_t size;
    FILE *output = NULL;

    for (tree block = gimple_block(call); block && TREE_CODE(block) == BLOCK;
         block = BLOCK_SUPERCONTEXT(block)) {
        tree origin = inlined_function_outer_scope_p(block) ? block_ultimate_origin(block) : NULL;
        if (!origin || TREE_CODE(origin) != FUNCTION_DECL)
            continue;
        expanded_location from = expand_location(get_start(BLOCK_SOURCE_LOCATION(block)));
        if (!output)
            output = open_memstream(&text, &size);
        fprintf(output, "%s\t%s\t%d\t%d\n", cprof_bare_name(origin, name, sizeof name),
                from.file ? cprof_file_name(from) : "", from.line, from.column);
    }
    if (output)
        fclose(output);
    return text;
}

/* ---- Types -----------------------------------------------------------------
 * What the block is converted to stands in the front end's trees alone. */

struct noted_type {
    tree function;
    location_t location; /* of the call */
    char *name;
};
vec<struct noted_type> noted_types;

/* The call of an allocator, behind conversions and what `new` wraps it in. */
tree allocator_call(tree expression)
{
    char signature[CPROF_SIGNATURE_MAX];
    struct cprof_allocator allocator;

    while (CONVERT_EXPR_P(expression) || TREE_CODE(expression) == NON_LVALUE_EXPR ||
           TREE_CODE(expression) == SAVE_EXPR)
        expression = TREE_OPERAND(expression, 0);
    tree callee = TREE_CODE(expression) == CALL_EXPR ? get_callee_fndecl(expression) : NULL_TREE;
    if (!callee)
        return NULL_TREE;
    cprof_signature_of_type(TREE_TYPE(callee), signature);
    return cprof_allocator_find(callee, signature, &allocator) ? expression : NULL_TREE;
}

/* What words GCC and Clang have for the same. */
const char *const spellings[][2] = {
    {"long unsigned int", "unsigned long"},
    {"long int", "long"},
    {"short int", "short"},
    {"short unsigned int", "unsigned short"},
    {"long long int", "long long"},
    {"long long unsigned int", "unsigned long long"},
    {"_Bool", "bool"},
};

/* A type's name without keywords, qualifiers and scopes; the caller's to free, NULL
 * where it has none. */
char *type_name(tree type)
{
    tree plain = TYPE_MAIN_VARIANT(type);
    if (TYPE_NAME(plain)) /* else a struct that has its name by typedef alone */
        type = plain;
    if (POINTER_TYPE_P(type)) {
        char *inner = type_name(TREE_TYPE(type));
        char *name =
            inner ? xasprintf("%s%s*", inner, inner[strlen(inner) - 1] == '*' ? "" : " ") : NULL;
        free(inner);
        return name;
    }
    tree identifier = TYPE_NAME(type);
    if (identifier && TREE_CODE(identifier) == TYPE_DECL)
        identifier = DECL_NAME(identifier);
    if (!identifier || !*IDENTIFIER_POINTER(identifier) ||
        strchr("<.$", *IDENTIFIER_POINTER(identifier)))
        return VOID_TYPE_P(type) ? xstrdup("void") : NULL;
    const char *name = IDENTIFIER_POINTER(identifier);
    for (unsigned idx = 0; idx < ARRAY_SIZE(spellings); idx++)
        if (strcmp(name, spellings[idx][0]) == 0)
            name = spellings[idx][1];
    return xstrdup(name);
}

/* A function's walk: `new` keeps the block in a variable of its own, and converts
 * that. */
struct types_walk {
    tree function;
    auto_vec<tree> blocks; /* a variable, then the call that filled it */
};

tree call_of_block(const struct types_walk *walk, tree expression)
{
    while (CONVERT_EXPR_P(expression) || TREE_CODE(expression) == POINTER_PLUS_EXPR)
        expression = TREE_OPERAND(expression, 0);
    for (unsigned idx = 0; idx < walk->blocks.length(); idx += 2)
        if (walk->blocks[idx] == expression)
            return walk->blocks[idx + 1];
    return NULL_TREE;
}

tree type_note(tree *place, int *, void *data)
{
    struct types_walk *walk = (struct types_walk *)data;
    tree expression = *place;

    if (TREE_CODE(expression) == TARGET_EXPR && TARGET_EXPR_INITIAL(expression)) {
        if (tree call = allocator_call(TARGET_EXPR_INITIAL(expression))) {
            walk->blocks.safe_push(TARGET_EXPR_SLOT(expression));
            walk->blocks.safe_push(call);
        }
    }
    if (!CONVERT_EXPR_P(expression) || !POINTER_TYPE_P(TREE_TYPE(expression)) ||
        VOID_TYPE_P(TREE_TYPE(TREE_TYPE(expression))))
        return NULL_TREE;
    tree inner = TREE_OPERAND(expression, 0);
    tree call = allocator_call(inner);
    if (!call)
        call = call_of_block(walk, inner);
    if (!call)
        return NULL_TREE;
    for (unsigned idx = 0; idx < noted_types.length(); idx++)
        if (noted_types[idx].function == walk->function &&
            noted_types[idx].location == get_pure_location(EXPR_LOCATION(call)))
            return NULL_TREE;
    noted_types.safe_push({walk->function, get_pure_location(EXPR_LOCATION(call)),
                           type_name(TREE_TYPE(TREE_TYPE(expression)))});
    return NULL_TREE;
}

/* The function in whose text the call stands. */
tree function_of_text(gcall *call)
{
    for (tree block = gimple_block(call); block && TREE_CODE(block) == BLOCK;
         block = BLOCK_SUPERCONTEXT(block)) {
        tree origin = inlined_function_outer_scope_p(block) ? block_ultimate_origin(block) : NULL;
        if (origin && TREE_CODE(origin) == FUNCTION_DECL)
            return origin;
    }
    return DECL_ORIGIN(current_function_decl);
}

const char *type_of(gcall *call)
{
    tree function = function_of_text(call);
    location_t location = get_pure_location(gimple_location(call));

    for (unsigned idx = 0; idx < noted_types.length(); idx++)
        if (noted_types[idx].location == location &&
            (noted_types[idx].function == function ||
             DECL_ABSTRACT_ORIGIN(function) == noted_types[idx].function))
            return noted_types[idx].name;
    return NULL;
}

/* ---- Sizes ---------------------------------------------------------------- */

/* The value of an argument, where it is a constant. */
bool constant_of(const void *call, unsigned number, uint64_t *value)
{
    tree argument = gimple_call_arg((const gcall *)call, number - 1);

    if (!tree_fits_uhwi_p(argument))
        return false;
    *value = tree_to_uhwi(argument);
    return true;
}

} // namespace

const char *cprof_bare_name(tree decl, char *room, size_t size)
{
    const char *name = lang_hooks.decl_printable_name(decl, 0);
    size_t len = strncmp(name, "operator", strlen("operator")) ? strcspn(name, "<") : strlen(name);

    snprintf(room, size, "%.*s", (int)len, name);
    return room;
}

void cprof_signature_of_call(gcall *call, char *signature)
{
    unsigned len = 0;

    signature[len++] = letter_of(gimple_call_return_type(call));
    for (unsigned idx = 0; idx < gimple_call_num_args(call) && len < CPROF_SIGNATURE_MAX - 1; idx++)
        signature[len++] = letter_of(TREE_TYPE(gimple_call_arg(call, idx)));
    signature[len] = '\0';
}

void cprof_signature_of_type(tree type, char *signature)
{
    unsigned len = 0;

    signature[len++] = letter_of(TREE_TYPE(type));
    for (tree parameter = TYPE_ARG_TYPES(type);
         parameter && !VOID_TYPE_P(TREE_VALUE(parameter)) && len < CPROF_SIGNATURE_MAX - 1;
         parameter = TREE_CHAIN(parameter))
        signature[len++] = letter_of(TREE_VALUE(parameter));
    signature[len] = '\0';
}

bool cprof_allocator_find(tree decl, const char *signature, struct cprof_allocator *allocator)
{
    struct cprof_callee_facts facts = {};

    if (TREE_CODE(decl) != FUNCTION_DECL || !DECL_NAME(decl))
        return false;
    facts.assembler_name = IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(decl));
    if (*facts.assembler_name == '*') /* an asm label is stored with a mark in front */
        facts.assembler_name++;
    facts.signature = signature;
    facts.local = !TREE_PUBLIC(decl);
    marks_note(decl, &facts);
    return cprof_policy_allocator(cprof_unit.policy, &facts, allocator);
}

void cprof_allocation_collect(gcall *call, const struct cprof_allocator *allocator,
                              unsigned loop_depth, struct cprof_allocation_facts *facts)
{
    expanded_location location = expand_location(get_start(gimple_location(call)));

    memset(facts, 0, sizeof *facts);
    facts->file = cprof_file_name(location);
    facts->type = cprof_allocator_gives_back(allocator) ? NULL : type_of(call);
    facts->inlined = frames_of(call);
    facts->line = location.line;
    facts->column = location.column > 0xffff ? 0xffff : location.column;
    cprof_allocation_describe(allocator, loop_depth, constant_of, call, facts);
}

void cprof_types_note(tree function)
{
    struct types_walk walk = {function, {}};

    walk_tree_without_duplicates(&DECL_SAVED_TREE(function), type_note, &walk);
}
