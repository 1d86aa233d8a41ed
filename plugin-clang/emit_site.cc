/* The object's tables as LLVM constants, and the runtime that goes with them as
 * module assembly.  Called by pass.
 *
 * GCC's plugin writes the same records as text (policy/site_text.c), because GCC
 * has no tree for a distance between sections.  LLVM has one, and its link-time
 * optimiser moves functions between modules: what they refer to has to be known
 * to it, so that here hooks name constants and not labels.
 */
#include "plugin.h"

#include <cprof/abi.h>

namespace {

struct call_record {
    unsigned caller;
    unsigned callee, file; /* offsets of strings, 0 for none */
    cprof_call_facts facts;
};

struct site_record {
    unsigned name, file;
    cprof_site_facts facts;
};

struct allocation_record {
    unsigned file, callee, type, inlined; /* offsets of strings, 0 for none */
    cprof_allocation_facts facts;
};

struct line_record {
    unsigned file, text; /* offsets of strings */
    uint32_t line, flags;
};

} // namespace

struct cprof_tables {
    llvm::Module *module;
    llvm::GlobalVariable *sites, *ids, *allocations; /* the last NULL if there are none */
    llvm::GlobalVariable *words[2];                  /* of tallies, by `shared`; likewise */
    llvm::StructType *site_type, *allocation_type;
    std::vector<unsigned> id_of; /* by site; only for the instrumented */
    std::vector<site_record> site_records;
    std::vector<call_record> call_records;
    std::vector<allocation_record> allocation_records;
    llvm::StringMap<unsigned> string_offsets;
    std::string strings; /* starts with a NUL, so that no string has offset 0 */
};

namespace {

llvm::GlobalVariable *table_new(llvm::Module &module, llvm::Type *element, size_t count,
                                bool constant, const char *section, unsigned alignment)
{
    auto *table = new llvm::GlobalVariable(module, llvm::ArrayType::get(element, count), constant,
                                           llvm::GlobalValue::PrivateLinkage, nullptr, section);

    table->setSection(section);
    table->setAlignment(llvm::Align(alignment));
    return table;
}

llvm::Constant *address(llvm::GlobalVariable *table, llvm::ArrayRef<unsigned> path)
{
    llvm::Type *word = llvm::Type::getInt32Ty(table->getContext());
    llvm::SmallVector<llvm::Constant *, 4> indices = {llvm::ConstantInt::get(word, 0)};

    for (unsigned step : path)
        indices.push_back(llvm::ConstantInt::get(word, step));
    return llvm::ConstantExpr::getInBoundsGetElementPtr(table->getValueType(), table, indices);
}

unsigned string_offset(struct cprof_tables *tables, llvm::StringRef string)
{
    auto inserted = tables->string_offsets.insert({string, (unsigned)tables->strings.size()});

    if (inserted.second) {
        tables->strings += string;
        tables->strings += '\0';
    }
    return inserted.first->second;
}

/* What a ref holds: the distance from itself, at `path` of the table. */
llvm::Constant *distance(llvm::GlobalVariable *table, llvm::ArrayRef<unsigned> path,
                         llvm::Constant *target)
{
    llvm::Type *wide = llvm::Type::getInt64Ty(table->getContext());
    llvm::Constant *between =
        llvm::ConstantExpr::getSub(llvm::ConstantExpr::getPtrToInt(target, wide),
                                   llvm::ConstantExpr::getPtrToInt(address(table, path), wide));

    return llvm::ConstantExpr::getTrunc(between, llvm::Type::getInt32Ty(table->getContext()));
}

/* Fields of one record, in the order of its .def file. */
struct record {
    llvm::GlobalVariable *table, *strings;
    unsigned idx;
    llvm::SmallVector<llvm::Constant *, 16> fields;

    void integer(unsigned bits, uint64_t value)
    {
        fields.push_back(
            llvm::ConstantInt::get(llvm::IntegerType::get(table->getContext(), bits), value));
    }
    void reference(llvm::Constant *target)
    {
        fields.push_back(distance(table, {idx, (unsigned)fields.size()}, target));
    }
    void string(unsigned offset)
    {
        if (offset)
            reference(address(strings, {offset}));
        else
            integer(32, 0);
    }
};

llvm::StructType *record_type(llvm::LLVMContext &context, llvm::ArrayRef<unsigned> bits)
{
    llvm::SmallVector<llvm::Type *, 16> types;

    for (unsigned width : bits)
        types.push_back(llvm::IntegerType::get(context, width));
    return llvm::StructType::get(context, types);
}

#define int32_t_BITS 32
#define uint32_t_BITS 32
#define uint16_t_BITS 16
#define uint8_t_BITS 8
#define uint64_t_BITS 64
#define CPROF_FIELD(type, name, meaning) type##_BITS,
const unsigned site_bits[] = {
#include <cprof/site.def>
};
const unsigned allocation_bits[] = {
#include <cprof/allocation.def>
};
const unsigned line_bits[] = {
#include <cprof/line.def>
};
#undef CPROF_FIELD

llvm::Constant *site_constant(struct cprof_tables *tables, llvm::GlobalVariable *strings,
                              unsigned number, unsigned compiler)
{
    const site_record &site = tables->site_records[number];
    record made = {tables->sites, strings, number, {}};

    /* one line a field of site.def, in its order */
    made.string(site.name);
    made.string(site.file);
    if (site.facts.flags & CPROF_SITE_INSTRUMENTED)
        made.reference(cprof_tables_id_address(tables, number));
    else
        made.integer(32, 0);
    made.integer(32, site.facts.line);
    made.integer(32, site.facts.flags);
    made.integer(32, site.facts.reason);
    made.integer(32, site.facts.lines);
    made.integer(32, site.facts.statements);
    made.string(compiler);
    made.integer(32, (uint32_t)CPROF_SLOT(site.facts.slot));
    made.integer(32, (uint32_t)CPROF_SPARE(number % CPROF_SPARE_COUNT));
    return llvm::ConstantStruct::get(tables->site_type, made.fields);
}

/* A header and plain numbers: the many records of this table cost the compiler
 * and the linker next to nothing. */
llvm::GlobalVariable *calls_emit(struct cprof_tables *tables, llvm::GlobalVariable *strings)
{
    llvm::Module &module = *tables->module;
    llvm::LLVMContext &context = module.getContext();
    std::vector<uint32_t> words;

    for (const call_record &call : tables->call_records) {
        /* the fields of call.def, in its order, the last three in one number */
        words.insert(words.end(), {call.caller, call.callee, call.file, call.facts.line,
                                   call.facts.column | (uint32_t)call.facts.loop_depth << 16 |
                                       (uint32_t)call.facts.flags << 24});
    }
    llvm::Constant *records = llvm::ConstantDataArray::get(context, words);
    llvm::Type *word = llvm::Type::getInt32Ty(context);
    auto *type = llvm::StructType::get(context, {word, word, word, word, word, records->getType()});
    auto *table = new llvm::GlobalVariable(module, type, true, llvm::GlobalValue::PrivateLinkage,
                                           nullptr, CPROF_SECTION_CALL);
    auto number = [word](size_t value) { return llvm::ConstantInt::get(word, value); };

    table->setSection(CPROF_SECTION_CALL);
    table->setAlignment(llvm::Align(4));
    table->setInitializer(llvm::ConstantStruct::get(
        type,
        {distance(table, {0}, cprof_tables_site_address(tables, 0)), distance(table, {1}, strings),
         number(tables->call_records.size()), number(0), number(0), records}));
    return table;
}

llvm::Constant *allocation_constant(struct cprof_tables *tables, llvm::GlobalVariable *strings,
                                    unsigned number)
{
    const allocation_record &row = tables->allocation_records[number];
    record made = {tables->allocations, strings, number, {}};

    /* one line a field of allocation.def, in its order */
    made.reference(cprof_tables_site_address(tables, row.facts.site));
    made.string(row.file);
    made.string(row.callee);
    made.string(row.type);
    made.string(row.inlined);
    made.integer(32, row.facts.line);
    made.integer(32, row.facts.flags);
    made.integer(16, row.facts.column);
    made.integer(8, row.facts.loop_depth);
    made.integer(8, row.facts.kind);
    made.integer(64, row.facts.size);
    made.integer(64, row.facts.alignment);
    made.integer(32, row.facts.number);
    made.integer(32, 0);
    made.integer(64, 0);
    return llvm::ConstantStruct::get(tables->allocation_type, made.fields);
}

void initialise(llvm::GlobalVariable *table, llvm::ArrayRef<llvm::Constant *> values)
{
    table->setInitializer(
        llvm::ConstantArray::get(llvm::cast<llvm::ArrayType>(table->getValueType()), values));
}

/* Which list lines named a function of this unit; one unit alone cannot say that
 * a line names nothing.  No section where there are no lists. */
void lines_emit(llvm::Module &module, llvm::GlobalVariable *strings,
                const std::vector<line_record> &lines)
{
    llvm::StructType *type = record_type(module.getContext(), line_bits);
    std::vector<llvm::Constant *> values;

    if (lines.empty())
        return;
    auto *table = table_new(module, type, lines.size(), true, CPROF_SECTION_LINE, 4);
    for (unsigned idx = 0; idx < lines.size(); idx++) {
        record made = {table, strings, idx, {}};
        /* one line a field of line.def, in its order */
        made.string(lines[idx].file);
        made.string(lines[idx].text);
        made.integer(32, lines[idx].line);
        made.integer(32, lines[idx].flags);
        values.push_back(llvm::ConstantStruct::get(type, made.fields));
    }
    initialise(table, values);
    llvm::appendToUsed(module, {table});
}

void allocations_emit(struct cprof_tables *tables, llvm::GlobalVariable *strings)
{
    std::vector<llvm::Constant *> values;

    if (!tables->allocations)
        return;
    for (unsigned idx = 0; idx < tables->allocation_records.size(); idx++)
        values.push_back(allocation_constant(tables, strings, idx));
    initialise(tables->allocations, values);
    llvm::appendToUsed(*tables->module, {tables->allocations});
}

/* Where the unit's tallies are.  LLVM has no constant for a place in thread-local storage,
 * so that is text, which names a variable: where modules are linked as IR the name would
 * become another one's, and the place stays unknown. */
void tallies_emit(struct cprof_tables *tables, bool shared)
{
    llvm::Module &module = *tables->module;
    llvm::Type *word = llvm::Type::getInt32Ty(module.getContext());
    llvm::GlobalVariable *words = tables->words[shared];
    size_t count = tables->id_of.size();

    if (!words)
        return;
    if (!shared && !cprof_unit.linked_later) {
        module.appendModuleInlineAsm(("\t.pushsection " CPROF_SECTION_TALLY ",\"aR\",@progbits\n"
                                      "\t.balign 4\n\t.long " +
                                      words->getName() + "@tpoff, " + llvm::Twine(count) +
                                      ", 0\n\t.popsection\n")
                                         .str());
        return;
    }
    auto *table = table_new(module, word, 3, true, CPROF_SECTION_TALLY, 4);
    /* the fields of struct cprof_tallies, in its order */
    initialise(table, {shared ? distance(table, {0}, address(words, {0}))
                              : (llvm::Constant *)llvm::ConstantInt::get(word, 0),
                       llvm::ConstantInt::get(word, shared ? count : 0),
                       llvm::ConstantInt::get(word, shared)});
    llvm::appendToUsed(module, {table});
}

void text_append(llvm::Module &module, const char *begin, const char *end)
{
    module.appendModuleInlineAsm(llvm::StringRef(begin, end - begin));
}

} // namespace

struct cprof_tables *cprof_tables_new(llvm::Module &module, const cprof_functions &functions)
{
    auto *tables = new cprof_tables();
    llvm::LLVMContext &context = module.getContext();
    unsigned id_count = 0;

    for (const cprof_facts_of_function *facts : functions)
        tables->id_of.push_back(facts->site.flags & CPROF_SITE_INSTRUMENTED ? id_count++ : ~0u);
    tables->module = &module;
    tables->strings = std::string(1, '\0');
    tables->site_type = record_type(context, site_bits);
    tables->sites =
        table_new(module, tables->site_type, functions.size(), true, CPROF_SECTION_SITE, 4);
    tables->ids =
        table_new(module, llvm::Type::getInt32Ty(context), id_count, false, CPROF_SECTION_ID, 4);
    return tables;
}

llvm::Constant *cprof_tables_site_address(struct cprof_tables *tables, unsigned number)
{
    return address(tables->sites, {number});
}

llvm::Constant *cprof_tables_id_address(struct cprof_tables *tables, unsigned number)
{
    return address(tables->ids, {tables->id_of[number]});
}

/* A word for each function, those without a hook included, as in policy/site_text.c. */
llvm::Constant *cprof_tables_word_address(struct cprof_tables *tables, unsigned number, bool shared)
{
    llvm::Type *word = llvm::Type::getInt32Ty(tables->module->getContext());
    llvm::Type *type = llvm::ArrayType::get(word, tables->id_of.size());
    llvm::GlobalVariable **words = &tables->words[shared];

    if (!*words)
        *words = new llvm::GlobalVariable(
            *tables->module, type, false, llvm::GlobalValue::InternalLinkage,
            llvm::Constant::getNullValue(type), "cprof.left", nullptr,
            shared ? llvm::GlobalValue::NotThreadLocal : llvm::GlobalValue::LocalExecTLSModel);
    return address(*words, {number});
}

void cprof_tables_site(struct cprof_tables *tables, const struct cprof_facts_of_function *facts)
{
    tables->site_records.push_back({string_offset(tables, facts->site.name),
                                    string_offset(tables, facts->site.file), facts->site});
}

void cprof_tables_calls(struct cprof_tables *tables, const struct cprof_facts_of_function *facts,
                        llvm::FunctionAnalysisManager &analyses)
{
    llvm::Function &function = *facts->function;
    llvm::LoopInfo &loops = analyses.getResult<llvm::LoopAnalysis>(function);

    for (llvm::BasicBlock &block : function)
        for (llvm::Instruction &instruction : block) {
            if (!cprof_is_call(instruction))
                continue;
            auto &call = llvm::cast<llvm::CallBase>(instruction);
            call_record made = {};
            auto *callee =
                llvm::dyn_cast<llvm::GlobalValue>(call.getCalledOperand()->stripPointerCasts());
            made.caller = facts->shape.number;
            if (callee)
                made.callee = string_offset(
                    tables, llvm::GlobalValue::dropLLVMManglingEscape(callee->getName()));
            if (const llvm::DILocation *location = instruction.getDebugLoc()) {
                made.file = string_offset(tables, cprof_file_name(location->getFile()));
                made.facts.line = location->getLine();
                made.facts.column = (uint16_t)location->getColumn();
            }
            unsigned depth = loops.getLoopDepth(&block);
            auto *plain = llvm::dyn_cast<llvm::CallInst>(&instruction);
            made.facts.loop_depth = (uint8_t)(depth > 255 ? 255 : depth);
            made.facts.flags = (uint8_t)((callee ? 0 : CPROF_CALL_INDIRECT) |
                                         (plain && plain->isTailCall() ? CPROF_CALL_TAIL : 0));
            tables->call_records.push_back(made);
        }
}

/* By the places that instructions came from; one that has been met is not gone through
 * again. */
void cprof_tables_inlined(struct cprof_tables *tables, const struct cprof_facts_of_function *facts)
{
    llvm::SmallPtrSet<const llvm::Metadata *, 32> known;

    for (llvm::Instruction &instruction : llvm::instructions(facts->function))
        for (const llvm::DILocation *at = instruction.getDebugLoc();
             at && at->getInlinedAt() && known.insert(at).second; at = at->getInlinedAt()) {
            const llvm::DISubprogram *program = at->getScope()->getSubprogram();
            call_record made = {};
            if (!known.insert(program).second)
                continue;
            made.caller = facts->shape.number;
            made.callee = string_offset(tables, cprof_bare_name(program));
            made.file = string_offset(tables, cprof_file_name(program->getFile()));
            made.facts.line = program->getLine();
            made.facts.flags = CPROF_CALL_INLINED;
            tables->call_records.push_back(made);
        }
}

void cprof_tables_allocations_begin(struct cprof_tables *tables, size_t count)
{
    tables->allocation_type = record_type(tables->module->getContext(), allocation_bits);
    tables->allocations = table_new(*tables->module, tables->allocation_type, count, true,
                                    CPROF_SECTION_ALLOCATION, 8);
}

llvm::Constant *cprof_tables_allocation(struct cprof_tables *tables,
                                        const struct cprof_facts_of_allocation *facts)
{
    auto offset = [tables](llvm::StringRef string) {
        return string.empty() ? 0 : string_offset(tables, string);
    };
    const cprof_allocation_facts &record = facts->record;
    unsigned number = (unsigned)tables->allocation_records.size();

    tables->allocation_records.push_back({offset(facts->file), offset(record.callee),
                                          offset(facts->type), offset(facts->inlined), record});
    return address(tables->allocations, {number});
}

void cprof_tables_free(struct cprof_tables *tables)
{
    llvm::Module &module = *tables->module;
    llvm::LLVMContext &context = module.getContext();
    unsigned compiler = string_offset(tables, "clang " LLVM_VERSION_STRING);
    std::vector<line_record> lines;
    struct cprof_policy_line line;

    for (size_t idx = 0; cprof_policy_line_at(cprof_unit.policy, idx, &line); idx++)
        lines.push_back({string_offset(tables, line.file), string_offset(tables, line.text),
                         line.line, line.flags});
    llvm::Constant *text = llvm::ConstantDataArray::getString(context, tables->strings, false);
    auto *strings =
        new llvm::GlobalVariable(module, text->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                 text, CPROF_SECTION_STRING);
    std::vector<llvm::Constant *> values;

    strings->setSection(CPROF_SECTION_STRING);
    strings->setAlignment(llvm::Align(1));
    for (unsigned idx = 0; idx < tables->site_records.size(); idx++)
        values.push_back(site_constant(tables, strings, idx, compiler));
    initialise(tables->sites, values);
    values.clear();
    values.assign(llvm::cast<llvm::ArrayType>(tables->ids->getValueType())->getNumElements(),
                  llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), CPROF_SITE_UNREGISTERED));
    initialise(tables->ids, values);
    llvm::appendToUsed(module, {tables->sites, tables->ids, strings});
    if (!tables->call_records.empty())
        llvm::appendToUsed(module, {calls_emit(tables, strings)});
    allocations_emit(tables, strings);
    lines_emit(module, strings, lines);
    tallies_emit(tables, false);
    tallies_emit(tables, true);
    delete tables;
}

/* The COMDAT groups of the runtime; the linker keeps one of each.  An object for
 * an executable says so even where the runtime comes from a library. */
void cprof_runtime_emit(llvm::Module &module, bool for_shared_object)
{
    /* a reference that no other ABI version satisfies */
    module.appendModuleInlineAsm("\t.pushsection " CPROF_SECTION_STRING ",\"aR\",@progbits\n"
                                 "\t.balign 4\n\t.long " CPROF_SYMBOL_ABI " - .\n"
                                 "\t.popsection\n");
    if (cprof_policy_chosen(cprof_unit.policy, CPROF_OPTION_RUNTIME, "carried"))
        text_append(module, cprof_runtime_text, cprof_runtime_text_end);
    if (!for_shared_object)
        text_append(module, cprof_preinit_text, cprof_preinit_text_end);
}
