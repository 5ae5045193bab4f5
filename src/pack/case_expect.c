/*
 * What a case expects. Codes, severities and decisions are looked up here: an expectation that the
 * pack cannot meet is a mistake of the case, and is better told so than as "expected, but did not
 * come".
 */
#include "pack/case_reading.h"
#include "pack/decisions.h"
#include "pack/tables.h"

/* ---- Findings and undetermined codes --------------------------------------------------------- */

static enum berm_status check_finding_code(const struct pack *pack, const struct yaml_node *node,
                                           struct text code, struct berm_error *err)
{
    struct text nearest;

    if (pack_finding(pack, code) != NULL)
        return BERM_OK;
    nearest = tables_nearest_finding(pack, code);
    if (nearest.length > 0)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "findings.csv has no code '%.*s'; did you mean '%.*s'?", TEXT_ARG(code),
                       TEXT_ARG(nearest));
    return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                   "findings.csv has no code '%.*s'; add it there or take it out", TEXT_ARG(code));
}

static enum berm_status read_severity(const struct yaml_node *node, struct case_finding *finding,
                                      struct berm_error *err)
{
    const struct yaml_node *severity = yaml_find(node, TEXT("severity"));

    TRY(yaml_optional_text(node, TEXT("severity"), &finding->severity, err));
    if (severity != NULL && !decisions_is_severity(finding->severity))
        return fail_at(err, BERM_INVALID_INPUT, severity->line, severity->column,
                       "'%.*s' is no severity; take low, medium, high or critical",
                       TEXT_ARG(finding->severity));
    return BERM_OK;
}

static enum berm_status read_decimal(const struct yaml_node *node, struct text key, bool *ret_has,
                                     struct feel_decimal *ret_decimal, struct berm_error *err)
{
    const struct yaml_node *decimal = yaml_find(node, key);

    *ret_has = decimal != NULL;
    if (decimal != NULL &&
        (decimal->kind != YAML_SCALAR || !feel_decimal_parse(decimal->text, ret_decimal)))
        return fail_at(err, BERM_INVALID_INPUT, decimal->line, decimal->column,
                       "'%.*s' must be a number, such as 4000 or 12.5", TEXT_ARG(key));
    return BERM_OK;
}

/* One entry of findings (names_key "reads") or undetermined (names_key "missing"). */
static enum berm_status read_finding(const struct case_reading *reading,
                                     const struct yaml_node *node, bool is_undetermined,
                                     struct case_finding *ret_finding, struct berm_error *err)
{
    static const struct text finding_keys[] = {TEXT("code"), TEXT("severity"), TEXT("threshold"),
                                               TEXT("distance"), TEXT("reads")};
    static const struct text undetermined_keys[] = {TEXT("code"), TEXT("missing")};
    const struct yaml_node *names =
        node->kind != YAML_MAPPING
            ? NULL
            : yaml_find(node, is_undetermined ? TEXT("missing") : TEXT("reads"));
    struct case_finding finding = {0};

    if (is_undetermined)
        TRY(yaml_expect_keys(node, undetermined_keys, ARRAY_COUNT(undetermined_keys),
                             "an undetermined finding", err));
    else
        TRY(yaml_expect_keys(node, finding_keys, ARRAY_COUNT(finding_keys), "a finding", err));
    TRY(yaml_required_text(node, TEXT("code"), &finding.code, err));
    TRY(check_finding_code(reading->pack, yaml_find(node, TEXT("code")), finding.code, err));
    TRY(read_severity(node, &finding, err));
    TRY(read_decimal(node, TEXT("threshold"), &finding.has_threshold, &finding.threshold, err));
    TRY(read_decimal(node, TEXT("distance"), &finding.has_distance, &finding.distance, err));
    if (names != NULL)
        TRY(yaml_texts(reading->arena, names, is_undetermined ? "'missing'" : "'reads'",
                       &finding.names, &finding.name_count, err));
    *ret_finding = finding;
    return BERM_OK;
}

static enum berm_status read_findings(const struct case_reading *reading,
                                      const struct yaml_node *expect, bool is_undetermined,
                                      const struct case_finding **ret_findings, size_t *ret_count,
                                      struct berm_error *err)
{
    const struct yaml_node *node =
        yaml_find(expect, is_undetermined ? TEXT("undetermined") : TEXT("findings"));
    struct case_finding *findings;

    if (node == NULL || yaml_is_null(node))
        return BERM_OK;
    TRY(yaml_expect(node, YAML_SEQUENCE, is_undetermined ? "'undetermined'" : "'findings'", err));
    TRY(arena_new(reading->arena, node->count, sizeof *findings, &findings, err));
    for (size_t i = 0; i < node->count; i++) {
        TRY(read_finding(reading, &node->items[i], is_undetermined, &findings[i], err));
        for (size_t j = 0; j < i; j++)
            if (text_equal(findings[j].code, findings[i].code))
                return fail_at(err, BERM_INVALID_INPUT, node->items[i].line, node->items[i].column,
                               "'%.*s' stands twice in this list; a household has one finding of a "
                               "code",
                               TEXT_ARG(findings[i].code));
    }
    *ret_findings = findings;
    *ret_count = node->count;
    return BERM_OK;
}

/* ---- Other decisions ------------------------------------------------------------------------- */

/* Fails where the case expects what no decision of the pack gives. */
static enum berm_status require_decision(const struct yaml_node *node, int decision,
                                         const char *what, struct berm_error *err)
{
    if (node == NULL || decision >= 0)
        return BERM_OK;
    return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                   "pack.yaml names no decision for '%s'; add it there or take the expectation out",
                   what);
}

static enum berm_status read_risk_level(const struct case_reading *reading,
                                        const struct yaml_node *expect, struct pack_case *ret_case,
                                        struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(expect, TEXT("risk_level"));

    TRY(require_decision(node, reading->pack->risk_level_decision, "risk_level", err));
    TRY(yaml_optional_text(expect, TEXT("risk_level"), &ret_case->risk_level, err));
    if (node != NULL && !text_equal(ret_case->risk_level, TEXT("none")) &&
        !text_equal(ret_case->risk_level, TEXT("undetermined")) &&
        !decisions_is_severity(ret_case->risk_level))
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'%.*s' is no risk level; take none, undetermined, low, medium, high or "
                       "critical",
                       TEXT_ARG(ret_case->risk_level));
    return BERM_OK;
}

/* Left empty (or null) it says that there must be no kind, which is something else than no line. */
static enum berm_status read_household_kind(const struct case_reading *reading,
                                            const struct yaml_node *expect,
                                            struct pack_case *ret_case, struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(expect, TEXT("household_kind"));

    if (node == NULL)
        return BERM_OK;
    TRY(require_decision(node, reading->pack->household_kind_decision, "household_kind", err));
    TRY(yaml_expect(node, YAML_SCALAR, "'household_kind'", err));
    ret_case->household_kind = node->text.length == 0 || yaml_is_null(node) ? TEXT("") : node->text;
    return BERM_OK;
}

static enum berm_status check_measure_code(const struct pack *pack, const struct yaml_node *node,
                                           struct berm_error *err)
{
    struct text nearest;

    if (pack_measure(pack, node->text) != NULL)
        return BERM_OK;
    nearest = tables_nearest_measure(pack, node->text);
    if (nearest.length > 0)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "measures.csv has no code '%.*s'; did you mean '%.*s'?",
                       TEXT_ARG(node->text), TEXT_ARG(nearest));
    return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                   "measures.csv has no code '%.*s'; add it there or take it out",
                   TEXT_ARG(node->text));
}

static enum berm_status read_measures(const struct case_reading *reading,
                                      const struct yaml_node *expect, struct pack_case *ret_case,
                                      struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(expect, TEXT("measures"));

    if (node == NULL)
        return BERM_OK;
    TRY(require_decision(node, reading->pack->measures_decision, "measures", err));
    TRY(yaml_texts(reading->arena, node, "'measures'", &ret_case->measures,
                   &ret_case->measure_count, err));
    for (size_t i = 0; i < ret_case->measure_count; i++)
        TRY(check_measure_code(reading->pack, &node->items[i], err));
    ret_case->has_measures = true;
    return BERM_OK;
}

static enum berm_status read_figures(const struct case_reading *reading,
                                     const struct yaml_node *expect, struct pack_case *ret_case,
                                     struct berm_error *err)
{
    const struct dmn_model *model = reading->pack->model;
    const struct yaml_node *node = yaml_find(expect, TEXT("figures"));
    struct case_field *figures;

    if (node == NULL)
        return BERM_OK;
    TRY(yaml_expect(node, YAML_MAPPING, "'figures'", err));
    TRY(arena_new(reading->arena, node->count, sizeof *figures, &figures, err));
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = &node->keys[i];
        const struct yaml_node *value = &node->items[i];
        struct feel_decimal number;

        if (dmn_decision_find(model, key->text) < 0)
            return decisions_fail_unknown(model, key->text, key->line, key->column, "'figures'",
                                          err);
        if (value->kind != YAML_SCALAR || !feel_decimal_parse(value->text, &number))
            return fail_at(err, BERM_INVALID_INPUT, value->line, value->column,
                           "'%.*s' must be a number, such as 4000 or 12.5", TEXT_ARG(key->text));
        figures[i].name = key->text;
        figures[i].value = (struct field_value){.is_known = true, .text = value->text};
    }
    ret_case->figures = figures;
    ret_case->figure_count = node->count;
    return BERM_OK;
}

/* ---- Programmes ------------------------------------------------------------------------------ */

static enum berm_status find_programme(const struct pack *pack, const struct yaml_node *key,
                                       const struct programme **ret_programme,
                                       struct berm_error *err)
{
    struct text nearest;

    *ret_programme = pack_programme(pack, key->text);
    if (*ret_programme != NULL)
        return BERM_OK;
    nearest = pack_programme_nearest(pack, key->text);
    if (nearest.length > 0)
        return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                       "programmes.csv has no code '%.*s'; did you mean '%.*s'?",
                       TEXT_ARG(key->text), TEXT_ARG(nearest));
    return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                   "programmes.csv has no code '%.*s'; add it there or take it out",
                   TEXT_ARG(key->text));
}

static enum berm_status read_answer(const struct yaml_node *node, struct text *ret_expects,
                                    struct berm_error *err)
{
    struct feel_decimal number;

    if (node->kind != YAML_SCALAR ||
        (!text_equal(node->text, TEXT("no")) && !text_equal(node->text, TEXT("unknown")) &&
         !feel_decimal_parse(node->text, &number)))
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "a programme gives an amount, such as 470, or 'no', or 'unknown'");
    *ret_expects = node->text;
    return BERM_OK;
}

/* "asset_dividend: 3000", or for persons "education_aid: {2: 2000, 3: no}". */
static enum berm_status read_programmes(const struct case_reading *reading,
                                        const struct yaml_node *expect, struct pack_case *ret_case,
                                        struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(expect, TEXT("programmes"));
    struct case_programme *rows;
    size_t count = 0, total = 0;

    if (node == NULL)
        return BERM_OK;
    TRY(yaml_expect(node, YAML_MAPPING, "'programmes'", err));
    for (size_t i = 0; i < node->count; i++)
        total += node->items[i].kind == YAML_MAPPING ? node->items[i].count : 1;
    TRY(arena_new(reading->arena, total, sizeof *rows, &rows, err));
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *value = &node->items[i];
        const struct programme *programme;

        TRY(find_programme(reading->pack, &node->keys[i], &programme, err));
        if (programme->target == TARGET_HOUSEHOLD) {
            rows[count].programme = programme;
            TRY(read_answer(value, &rows[count++].expects, err));
            continue;
        }
        TRY(yaml_expect(value, YAML_MAPPING, "a programme for persons, by member,", err));
        for (size_t m = 0; m < value->count; m++) {
            rows[count] = (struct case_programme){programme, value->keys[m].text, {0}};
            TRY(read_answer(&value->items[m], &rows[count++].expects, err));
        }
    }
    ret_case->programmes = rows;
    ret_case->programme_count = count;
    return BERM_OK;
}

enum berm_status case_read_expectations(const struct case_reading *reading,
                                        struct pack_case *ret_case, struct berm_error *err)
{
    static const struct text keys[] = {
        TEXT("findings"), TEXT("undetermined"), TEXT("risk_level"), TEXT("household_kind"),
        TEXT("measures"), TEXT("figures"),      TEXT("programmes")};
    const struct yaml_node *expect = yaml_find(reading->node, TEXT("expect"));

    if (expect == NULL)
        return fail_at(err, BERM_INVALID_INPUT, reading->node->line, reading->node->column,
                       "the case expects nothing; add 'expect', with 'findings: []' below it where "
                       "none must come");
    TRY(yaml_expect_keys(expect, keys, ARRAY_COUNT(keys), "'expect'", err));
    TRY(read_findings(reading, expect, false, &ret_case->findings, &ret_case->finding_count, err));
    TRY(read_findings(reading, expect, true, &ret_case->undetermined, &ret_case->undetermined_count,
                      err));
    TRY(read_risk_level(reading, expect, ret_case, err));
    TRY(read_household_kind(reading, expect, ret_case, err));
    TRY(read_measures(reading, expect, ret_case, err));
    TRY(read_figures(reading, expect, ret_case, err));
    return read_programmes(reading, expect, ret_case, err);
}
