/*
 * Reading pack.yaml. Every key is checked against the list of the documentation and every value for
 * its form; whether the decisions exist is asked later, when the policy has been read.
 */
#include "pack/manifest.h"

#include <string.h>

enum {
    PACK_NAME_MAX = 64,
    VERSION_MAX = 64,
    TIME_ZONE_MAX = 64,
    CURRENCY_LENGTH = 3,
    CURRENCY_DECIMALS_MAX = 4,
    REOPEN_PERCENT_MAX = 1000,
    ANSWER_DAYS_MAX = 365,
};

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_pack_name(struct text name)
{
    for (size_t i = 0; i < name.length; i++)
        if (!is_lower(name.bytes[i]) &&
            (i == 0 || (!is_digit(name.bytes[i]) && name.bytes[i] != '-')))
            return false;
    return name.length > 0 && name.length <= PACK_NAME_MAX;
}

static bool is_currency(struct text code)
{
    for (size_t i = 0; i < code.length; i++)
        if (code.bytes[i] < 'A' || code.bytes[i] > 'Z')
            return false;
    return code.length == CURRENCY_LENGTH;
}

/* The form of an IANA name; a path that leads elsewhere is none. */
static bool is_time_zone(struct text zone)
{
    for (size_t i = 0; i < zone.length; i++) {
        char c = zone.bytes[i];
        bool is_letter = is_lower(c) || (c >= 'A' && c <= 'Z');

        if (!is_letter && (i == 0 || (!is_digit(c) && strchr("/_+-", c) == NULL)))
            return false;
    }
    return zone.length > 0 && zone.length <= TIME_ZONE_MAX;
}

static bool is_version(struct text version)
{
    for (size_t i = 0; i < version.length; i++)
        if (version.bytes[i] <= ' ' || version.bytes[i] > '~')
            return false;
    return version.length > 0 && version.length <= VERSION_MAX;
}

/* A text that must be there and have a form. */
static enum berm_status read_formed(const struct yaml_node *root, struct text key,
                                    bool (*has_form)(struct text), const char *form,
                                    struct text *ret_text, struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(root, key);
    struct text text;

    TRY(yaml_required_text(root, key, &text, err));
    if (!has_form(text))
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'%.*s' is '%.*s'; it must be %s", TEXT_ARG(key), TEXT_ARG(text), form);
    *ret_text = text;
    return BERM_OK;
}

static enum berm_status read_money_decimals(const struct yaml_node *root, int *ret_decimals,
                                            struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(root, TEXT("money_decimals"));
    struct text text;

    TRY(yaml_required_text(root, TEXT("money_decimals"), &text, err));
    if (text.length != 1 || text.bytes[0] < '0' || text.bytes[0] > '0' + CURRENCY_DECIMALS_MAX)
        return fail_at(
            err, BERM_INVALID_INPUT, node->line, node->column,
            "'money_decimals' is '%.*s'; it must be 0 to %d, the places of the currency's "
            "smallest unit",
            TEXT_ARG(text), CURRENCY_DECIMALS_MAX);
    *ret_decimals = text.bytes[0] - '0';
    return BERM_OK;
}

/* Where the key is not there any growth makes a dismissed finding worse. */
static enum berm_status read_reopen_margin(const struct yaml_node *root, int *ret_percent,
                                           struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(root, TEXT("reopen_margin"));
    struct text text;
    int64_t percent = 0;

    TRY(yaml_optional_text(root, TEXT("reopen_margin"), &text, err));
    if (node != NULL &&
        (!text_parse_int64(text, &percent) || percent < 0 || percent > REOPEN_PERCENT_MAX))
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'reopen_margin' is '%.*s'; it must be 0 to %d, in percent", TEXT_ARG(text),
                       (int)REOPEN_PERCENT_MAX);
    *ret_percent = (int)percent;
    return BERM_OK;
}

static enum berm_status read_decision(const struct yaml_node *mapping, struct text key,
                                      struct manifest_decision *ret_decision,
                                      struct berm_error *err)
{
    ret_decision->node = yaml_find(mapping, key);
    return yaml_optional_text(mapping, key, &ret_decision->name, err);
}

static enum berm_status read_decisions(const struct yaml_node *root, struct manifest *manifest,
                                       struct berm_error *err)
{
    static const struct text keys[] = {TEXT("findings"), TEXT("risk_level"), TEXT("household_kind"),
                                       TEXT("measures"), TEXT("labour")};
    const struct yaml_node *node = yaml_find(root, TEXT("decisions"));

    if (node == NULL)
        return fail_at(
            err, BERM_INVALID_INPUT, root->line, root->column,
            "'decisions' is missing; add it with 'findings: NAME OF THE TABLE' below it");
    TRY(yaml_expect_keys(node, keys, ARRAY_COUNT(keys), "'decisions'", err));
    if (yaml_find(node, TEXT("findings")) == NULL)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'decisions' lacks 'findings'; add the name of the findings table");
    TRY(read_decision(node, TEXT("findings"), &manifest->findings, err));
    TRY(read_decision(node, TEXT("risk_level"), &manifest->risk_level, err));
    TRY(read_decision(node, TEXT("household_kind"), &manifest->household_kind, err));
    TRY(read_decision(node, TEXT("measures"), &manifest->measures, err));
    return read_decision(node, TEXT("labour"), &manifest->labour, err);
}

static enum berm_status read_statistics(const struct yaml_node *root, struct manifest *manifest,
                                        struct berm_error *err)
{
    enum { REQUIRED = 2 }; /* the first two */
    static const struct text keys[] = {TEXT("welfare"), TEXT("line"), TEXT("size")};
    const struct yaml_node *node = yaml_find(root, TEXT("statistics"));

    if (node == NULL)
        return BERM_OK;
    TRY(yaml_expect_keys(node, keys, ARRAY_COUNT(keys), "'statistics'", err));
    for (size_t i = 0; i < REQUIRED; i++)
        if (yaml_find(node, keys[i]) == NULL)
            return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                           "'statistics' lacks '%.*s'; poverty is measured by both, 'welfare' and "
                           "'line'",
                           TEXT_ARG(keys[i]));
    TRY(read_decision(node, TEXT("welfare"), &manifest->welfare, err));
    TRY(read_decision(node, TEXT("line"), &manifest->line, err));
    return read_decision(node, TEXT("size"), &manifest->size, err);
}

static enum berm_status read_figures(struct arena *arena, const struct yaml_node *root,
                                     struct manifest *manifest, struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(root, TEXT("figures"));
    const struct text *names;
    struct manifest_decision *figures;

    if (node == NULL)
        return BERM_OK;
    TRY(yaml_texts(arena, node, "'figures'", &names, &manifest->figure_count, err));
    TRY(arena_new(arena, manifest->figure_count, sizeof *figures, &figures, err));
    for (size_t i = 0; i < manifest->figure_count; i++)
        figures[i] = (struct manifest_decision){.node = &node->items[i], .name = names[i]};
    manifest->figures = figures;
    return BERM_OK;
}

static enum berm_status read_grievances(const struct yaml_node *root, struct manifest *manifest,
                                        struct berm_error *err)
{
    static const struct text keys[] = {TEXT("answer_days"), TEXT("day_kind")};
    const struct yaml_node *node = yaml_find(root, TEXT("grievances"));
    struct text days, kind;
    int64_t count;

    if (node == NULL)
        return BERM_OK;
    TRY(yaml_expect_keys(node, keys, ARRAY_COUNT(keys), "'grievances'", err));
    TRY(yaml_required_text(node, keys[0], &days, err));
    TRY(yaml_optional_text(node, keys[1], &kind, err));
    if (!text_parse_int64(days, &count) || count < 1 || count > ANSWER_DAYS_MAX)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'answer_days' is '%.*s'; it must be a whole number from 1 to %d",
                       TEXT_ARG(days), (int)ANSWER_DAYS_MAX);
    if (kind.length > 0 && !text_equal(kind, TEXT("calendar")) &&
        !text_equal(kind, TEXT("working")))
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'day_kind' is '%.*s'; it must be calendar or working", TEXT_ARG(kind));
    manifest->grievance_clock = (struct clock_days){
        .count = (int)count,
        .kind = text_equal(kind, TEXT("working")) ? WORKING_DAYS : CALENDAR_DAYS};
    return BERM_OK;
}

static enum berm_status read_keys(struct arena *arena, const struct yaml_node *root,
                                  struct manifest *manifest, struct berm_error *err)
{
    static const struct text keys[] = {
        TEXT("name"),      TEXT("version"),   TEXT("title_en"),   TEXT("title_zh"),
        TEXT("currency"),  TEXT("time_zone"), TEXT("policy"),     TEXT("money_decimals"),
        TEXT("decisions"), TEXT("figures"),   TEXT("statistics"), TEXT("reopen_margin"),
        TEXT("grievances")};

    TRY(yaml_expect_keys(root, keys, ARRAY_COUNT(keys), "a pack", err));
    TRY(read_formed(root, TEXT("name"), is_pack_name,
                    "lower-case letters, digits and '-', with a letter in front, such as rural-cn",
                    &manifest->name, err));
    TRY(read_formed(root, TEXT("version"), is_version,
                    "a short word of ASCII characters, such as \"1.0.0\"", &manifest->version,
                    err));
    TRY(yaml_required_text(root, TEXT("title_en"), &manifest->title_en, err));
    TRY(yaml_optional_text(root, TEXT("title_zh"), &manifest->title_zh, err));
    TRY(read_formed(root, TEXT("currency"), is_currency,
                    "the three capital letters of ISO 4217, such as CNY", &manifest->currency,
                    err));
    TRY(read_money_decimals(root, &manifest->money_decimals, err));
    TRY(read_formed(root, TEXT("time_zone"), is_time_zone,
                    "the IANA name of a time zone, such as Asia/Shanghai", &manifest->time_zone,
                    err));
    TRY(yaml_optional_text(root, TEXT("policy"), &manifest->policy, err));
    if (manifest->policy.length == 0)
        manifest->policy = TEXT("policy.dmn");
    TRY(read_decisions(root, manifest, err));
    TRY(read_statistics(root, manifest, err));
    TRY(read_reopen_margin(root, &manifest->reopen_percent, err));
    TRY(read_grievances(root, manifest, err));
    return read_figures(arena, root, manifest, err);
}

enum berm_status manifest_read(struct arena *arena, struct text yaml, struct manifest *ret_manifest,
                               struct berm_error *err)
{
    struct manifest manifest = {0};
    const struct yaml_node *root;
    enum berm_status status = yaml_read(arena, yaml, &root, err);

    if (status == BERM_OK)
        status = read_keys(arena, root, &manifest, err);
    if (status != BERM_OK)
        return fail_within(err, status, "pack.yaml");
    *ret_manifest = manifest;
    return BERM_OK;
}
