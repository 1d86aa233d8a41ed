/* Reading of plugin options, by the table option.def.
 *
 * Every refusal is one sentence that names the option and what is valid; the
 * plugin prints it as a compile error.  No option may be half applied.  Called
 * by the plugins through policy.h, once for each argument.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "policy.h"
#include "state.h"

struct message {
    char *text;
    size_t size;
};

enum option_kind { KIND_FLAG, KIND_CHOICE, KIND_NUMBER, KIND_LIST, KIND_NAME, KIND_ALLOCATOR };

struct option {
    const char *word;
    enum option_kind kind;
    const char *value; /* as shown to people; of a CHOICE, its words */
    const char *preset;
};

static const struct option options[] = {
#define CPROF_OPTION(name, word, kind, value, preset, meaning) {word, KIND_##kind, value, preset},
#include "option.def"
#undef CPROF_OPTION
};

static const char *const option_words[] = {
#define CPROF_OPTION(name, word, kind, value, preset, meaning) word,
#include "option.def"
#undef CPROF_OPTION
};

/* Finds `word` among words separated by |; gives the one in the table, which
 * outlives the caller's, but is not terminated. */
static const char *find_choice(const char *words, const char *word, size_t len)
{
    for (const char *at = words; at != NULL && *at != '\0'; at = strchr(at, '|')) {
        at += *at == '|';
        if (strcspn(at, "|") == len && strncmp(at, word, len) == 0)
            return at;
    }
    return NULL;
}

static const char *choices_of(const struct option *option)
{
    return option->kind == KIND_FLAG ? "on|off" : option->value;
}

static bool set_choice(struct cprof_policy *policy, enum cprof_option which, const char *value,
                       struct message message)
{
    const struct option *option = &options[which];
    const char *words = choices_of(option);
    const char *chosen = find_choice(words, value, strlen(value));
    if (chosen == NULL) {
        snprintf(message.text, message.size, "option '%s' cannot be '%s'; it is one of %s",
                 option->word, value, words);
        return false;
    }
    policy->chosen[which] = chosen;
    return true;
}

static bool set_number(struct cprof_policy *policy, enum cprof_option which, const char *value,
                       struct message message)
{
    char *end = NULL;
    unsigned long number = strtoul(value, &end, 10);
    /* strtoul takes blanks and a sign, which nobody writes on purpose; what is
     * too large for it is too large for us. */
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || number > INT_MAX) {
        snprintf(message.text, message.size,
                 "option '%s' needs a whole number of %s, 0 and up, not '%s'", options[which].word,
                 options[which].value, value);
        return false;
    }
    policy->min_size = (unsigned)number;
    return true;
}

static bool set_list(struct cprof_policy *policy, enum cprof_option which, const char *value,
                     struct message message)
{
    bool allow = which == CPROF_OPTION_ALLOWLIST;
    struct cprof_list *list = allow ? policy->allowlist : policy->denylist;
    if (!cprof_list_read(list, value, message.text, message.size))
        return false;
    if (allow)
        policy->has_allowlist = true;
    return true;
}

static bool no_memory(struct message message)
{
    snprintf(message.text, message.size, "there is no memory left for the options");
    return false;
}

static bool set_name(struct cprof_policy *policy, enum cprof_option which, const char *value,
                     struct message message)
{
    (void)which;
    char **names = realloc(policy->switches, (policy->switch_count + 1) * sizeof *names);
    if (names == NULL)
        return no_memory(message);
    policy->switches = names;
    names[policy->switch_count] = strdup(value);
    if (names[policy->switch_count] == NULL)
        return no_memory(message);
    policy->switch_count++;
    return true;
}

/* Reads a number of an argument, 1 to 255, and moves behind it. */
static bool read_position(const char **text, unsigned *position)
{
    size_t len = strspn(*text, "0123456789");
    if (len == 0 || len > 3)
        return false;
    *position = (unsigned)strtoul(*text, NULL, 10);
    *text += len;
    return *position >= 1 && *position <= 255;
}

/* Reads `N` or `N,M`, the arguments that hold the size. */
static bool read_arguments(const char *text, struct cprof_policy_allocator *allocator)
{
    if (!read_position(&text, &allocator->first))
        return false;
    if (*text == ',') {
        text++;
        if (!read_position(&text, &allocator->second))
            return false;
    }
    return *text == '\0';
}

static bool set_allocator(struct cprof_policy *policy, enum cprof_option which, const char *value,
                          struct message message)
{
    struct allocator added = {0};
    const char *colon = strrchr(value, ':');
    if (colon == NULL || colon == value || !read_arguments(colon + 1, &added.facts)) {
        snprintf(message.text, message.size,
                 "option '%s' needs %s, such as pool_alloc:2 or pool_calloc:1,2, not '%s'",
                 options[which].word, options[which].value, value);
        return false;
    }
    struct allocator *all =
        realloc(policy->allocators, (policy->allocator_count + 1) * sizeof *all);
    if (all == NULL)
        return no_memory(message);
    policy->allocators = all;
    added.name = strndup(value, (size_t)(colon - value));
    if (added.name == NULL)
        return no_memory(message);
    added.facts.name = added.name;
    all[policy->allocator_count++] = added;
    return true;
}

typedef bool option_setter(struct cprof_policy *, enum cprof_option, const char *, struct message);

static option_setter *const setters[] = {
    [KIND_FLAG] = set_choice, [KIND_CHOICE] = set_choice, [KIND_NUMBER] = set_number,
    [KIND_LIST] = set_list,   [KIND_NAME] = set_name,     [KIND_ALLOCATOR] = set_allocator,
};

/* Adds to a message, as much as still fits. */
static void append(struct message *message, const char *text)
{
    while (message->size > 1 && *text != '\0') {
        *message->text++ = *text++;
        message->size--;
    }
    if (message->size > 0)
        *message->text = '\0';
}

static bool unknown_option(const char *key, struct message message)
{
    const char *nearest = cprof_nearest_word(key, option_words, CPROF_OPTION_COUNT);
    append(&message, "unknown option '");
    append(&message, key);
    if (nearest != NULL) {
        append(&message, "', did you mean '");
        append(&message, nearest);
        append(&message, "'?");
    } else {
        append(&message, "'");
    }
    for (size_t idx = 0; idx < CPROF_OPTION_COUNT; idx++) {
        append(&message, idx == 0 ? " (valid: " : ", ");
        append(&message, option_words[idx]);
    }
    append(&message, ")");
    return false;
}

bool cprof_policy_option(struct cprof_policy *policy, const char *key, const char *value,
                         char *message_text, size_t message_size)
{
    struct message message = {message_text, message_size};
    size_t which = 0;
    while (which < CPROF_OPTION_COUNT && strcmp(options[which].word, key) != 0)
        which++;
    if (which == CPROF_OPTION_COUNT)
        return unknown_option(key, message);
    const struct option *option = &options[which];
    if (value == NULL && option->kind == KIND_FLAG)
        value = "on";
    if (value == NULL || *value == '\0') {
        snprintf(message.text, message.size, "option '%s' needs a value: %s=%s", key, key,
                 choices_of(option));
        return false;
    }
    return setters[option->kind](policy, (enum cprof_option)which, value, message);
}

bool cprof_policy_chosen(const struct cprof_policy *policy, enum cprof_option option,
                         const char *word)
{
    const char *chosen = policy->chosen[option];
    return chosen != NULL && strcspn(chosen, "|") == strlen(word) &&
           strncmp(chosen, word, strlen(word)) == 0;
}

struct cprof_policy *cprof_policy_new(void)
{
    struct cprof_policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL)
        return NULL;
    policy->allowlist = cprof_list_new();
    policy->denylist = cprof_list_new();
    if (policy->allowlist == NULL || policy->denylist == NULL) {
        cprof_policy_free(policy);
        return NULL;
    }
    for (size_t which = 0; which < CPROF_OPTION_COUNT; which++) {
        const struct option *option = &options[which];
        if (option->kind == KIND_FLAG || option->kind == KIND_CHOICE)
            policy->chosen[which] =
                find_choice(choices_of(option), option->preset, strlen(option->preset));
    }
    return policy;
}

void cprof_policy_free(struct cprof_policy *policy)
{
    if (policy == NULL)
        return;
    cprof_list_free(policy->allowlist);
    cprof_list_free(policy->denylist);
    for (size_t idx = 0; idx < policy->switch_count; idx++)
        free(policy->switches[idx]);
    free(policy->switches);
    for (size_t idx = 0; idx < policy->allocator_count; idx++)
        free(policy->allocators[idx].name);
    free(policy->allocators);
    free(policy);
}
