/*
 * matches, replace and split: compiling and running patterns.
 *
 * A pattern that is not valid XPath makes the call null, as FEEL wants it. PCRE2's limits on match
 * effort keep a pattern such as "(a+)+$" from running for ever.
 */
#include "policy/feel/builtins/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/machine.h"

enum {
    PATTERN_BYTES_MAX = 16 * 1024,
    MATCH_STEPS_MAX = 1000000,
    MATCH_DEPTH_MAX = 5000,
    MATCH_HEAP_KIB_MAX = 16 * 1024,
};

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    bool is_literal;
};

/** Flags to PCRE2's options; false where one is not XPath's. */
static bool read_flags(struct text flags, uint32_t *ret_options, bool *ret_ignores_space,
                       bool *ret_is_literal)
{
    uint32_t options =
        PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;

    *ret_ignores_space = false;
    *ret_is_literal = false;
    for (size_t i = 0; i < flags.length; i++) {
        switch (flags.bytes[i]) {
        case 's':
            options |= PCRE2_DOTALL;
            break;
        case 'm':
            options |= PCRE2_MULTILINE;
            break;
        case 'i':
            options |= PCRE2_CASELESS;
            break;
        case 'x':
            *ret_ignores_space = true;
            break;
        case 'q':
            *ret_is_literal = true;
            break;
        default:
            return false;
        }
    }
    *ret_options = options;
    return true;
}

enum berm_status regex_create(struct text pattern, struct text flags, struct regex **ret_regex,
                              struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer translated = {.cap_bytes = 1 << 20};
    CLEANUP(regex_freep) struct regex *regex = NULL;
    pcre2_compile_context *context;
    uint32_t options;
    bool ignores_space;
    bool is_literal;
    int error;
    PCRE2_SIZE place;

    *ret_regex = NULL;
    if (pattern.length > PATTERN_BYTES_MAX ||
        !read_flags(flags, &options, &ignores_space, &is_literal))
        return BERM_OK;
    if (is_literal) {
        buffer_append_text(&translated, pattern);
        options &= PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_CASELESS;
        options |= PCRE2_LITERAL;
    } else if (!xpath_to_pcre(pattern, ignores_space, &translated)) {
        return BERM_OK;
    }
    TRY(buffer_status(&translated, err));
    regex = calloc(1, sizeof *regex);
    context = pcre2_compile_context_create(NULL);
    if (regex == NULL || context == NULL) {
        pcre2_compile_context_free(context);
        return fail_with(err, BERM_NO_MEMORY, "no memory for a pattern");
    }
    /* "." stops at both characters that end a line in XPath, \n and \r. */
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    regex->is_literal = is_literal;
    regex->code = pcre2_compile((PCRE2_SPTR)(translated.length > 0 ? translated.bytes : ""),
                                translated.length, options, &error, &place, context);
    pcre2_compile_context_free(context);
    if (regex->code == NULL)
        return BERM_OK;
    regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
    regex->limits = pcre2_match_context_create(NULL);
    if (regex->match == NULL || regex->limits == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a pattern");
    pcre2_set_match_limit(regex->limits, MATCH_STEPS_MAX);
    pcre2_set_depth_limit(regex->limits, MATCH_DEPTH_MAX);
    pcre2_set_heap_limit(regex->limits, MATCH_HEAP_KIB_MAX);
    *ret_regex = regex;
    regex = NULL;
    return BERM_OK;
}

void regex_free(struct regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_match_context_free(regex->limits);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
    free(regex);
}

void regex_freep(struct regex **regex)
{
    regex_free(*regex);
    *regex = NULL;
}

enum berm_status regex_find(struct regex *regex, struct text text, size_t offset,
                            bool *ret_is_found, size_t *ret_start, size_t *ret_end,
                            struct berm_error *err)
{
    int count = pcre2_match(regex->code, (PCRE2_SPTR)(text.length > 0 ? text.bytes : ""),
                            text.length, offset, PCRE2_NO_UTF_CHECK, regex->match, regex->limits);
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(regex->match);

    *ret_is_found = count > 0;
    if (count == PCRE2_ERROR_NOMATCH)
        return BERM_OK;
    if (count < 0)
        return fail_with(err, BERM_LIMIT,
                         "a pattern tries too many ways to match; write it with fewer repetitions "
                         "inside each other");
    *ret_start = ends[0];
    *ret_end = ends[1];
    return BERM_OK;
}

uint32_t regex_group_count(const struct regex *regex)
{
    return pcre2_get_ovector_count(regex->match) - 1;
}

struct text regex_group(const struct regex *regex, struct text text, uint32_t group)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(regex->match);

    if (group > regex_group_count(regex) || ends[group * 2] == PCRE2_UNSET)
        return (struct text){NULL, 0};
    return (struct text){text.bytes + ends[group * 2], ends[group * 2 + 1] - ends[group * 2]};
}

bool regex_is_literal(const struct regex *regex)
{
    return regex->is_literal;
}
