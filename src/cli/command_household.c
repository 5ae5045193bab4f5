/* berm explain, berm household */
#include "reports.h"

/* ---- explain --------------------------------------------------------------------------------- */

/* What is on record for the month, as it was found then. */
static void write_recorded_json(const struct household_reasons *reasons, struct json_writer *json)
{
    json_begin_array(json);
    for (size_t h = 0; h < reasons->history_count; h++) {
        const struct finding_row *row = &reasons->history[h];

        if (!finding_row_covers(row, reasons->month))
            continue;
        json_begin_object(json);
        json_key_of_text(json, "code", row->code);
        json_key_of_text(json, "severity", row->severity);
        json_key_of_bool(json, "undetermined", row->is_undetermined);
        json_key(json, "since");
        json_month(json, row->from_month);
        json_key(json, "evidence");
        json_number_text(json, row->evidence);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_reasons_json(const struct household_reasons *reasons, struct json_writer *json)
{
    const struct explanation *explanation = &reasons->explanation;

    json_begin_object(json);
    json_key_of_text(json, "household", reasons->code);
    json_key_of_text(json, "area", reasons->area_code);
    json_key(json, "month");
    json_month(json, reasons->month);
    json_key_of_int64(json, "members", (int64_t)reasons->member_count);
    json_key_of_text(json, "risk_level", text_of(severity_name(explanation->risk_level)));
    json_key_of_text(json, "kind", explanation->kind);
    json_key(json, "figures");
    json_begin_object(json);
    for (size_t f = 0; f < explanation->figure_count; f++) {
        json_key_text(json, explanation->figures[f].decision);
        feel_write_json(explanation->figures[f].value, json);
    }
    json_end_object(json);
    json_key(json, "findings");
    json_begin_array(json);
    for (size_t f = 0; f < explanation->finding_count; f++) {
        const struct explained_finding *finding = &explanation->findings[f];

        json_begin_object(json);
        json_key_of_text(json, "code", finding->info->code);
        json_key_of_text(json, "severity", text_of(severity_name(finding->severity)));
        json_key_of_bool(json, "undetermined", finding->is_undetermined);
        json_key(json, "since");
        if (reasons->held[f])
            json_month(json, reasons->held[f]->from_month);
        else
            json_null_value(json);
        json_key(json, "evidence");
        evidence_write(reasons->program, finding, json);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "recorded");
    write_recorded_json(reasons, json);
    json_key(json, "measures");
    json_begin_array(json);
    for (size_t m = 0; m < explanation->measure_count; m++)
        json_text(json, explanation->measures[m]->code);
    json_end_array(json);
    json_end_object(json);
}

enum berm_status command_explain(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    const struct caller *caller;
    struct household_reasons reasons;
    struct json_writer json = {.out = &out};
    enum language language;
    enum format format;
    month_number month;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_open_month(invocation, &office, &month, err));
    TRY(arena_create((size_t)1 << 30, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(household_explain(office, caller, text_of(invocation->arguments[0]), month, arena, &reasons,
                          err));
    if (format == FORMAT_TABLE) {
        reasons_write(&reasons, language, &out);
    } else {
        write_reasons_json(&reasons, &json);
        buffer_append_char(&out, '\n');
    }
    return text_write(stdout, &out, err);
}

/* ---- household ------------------------------------------------------------------------------- */

static struct text variable_label(const struct variable *variable, enum language language)
{
    struct text label = language_pick(language, variable->label_en, variable->label_zh);

    return label.length ? label : variable->name;
}

static void write_values(const struct dictionary *dictionary, enum entity entity,
                         const struct field_value *values, enum language language,
                         const char *indent, struct buffer *out)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);
    char shown[TEXT_VALUE_BYTES_MAX];

    for (size_t v = 0; v < dictionary->count[entity]; v++)
        if (values[v].is_known)
            buffer_append_format(
                out, "%s%.*s [%.*s]: %.*s\n", indent,
                TEXT_ARG(variable_label(&variables[v], language)), TEXT_ARG(variables[v].name),
                TEXT_ARG(variable_format(dictionary, &variables[v], values[v], shown)));
}

/* The variables whose values the caller may not see; what the dictionary says, not whether there is
 * a value. Persons' names and birth dates carry the mark themselves. */
static void write_hidden(const struct dictionary *dictionary, enum field_class seen,
                         struct json_writer *json, struct buffer *out)
{
    bool is_first = true;

    for (size_t v = 0; v < dictionary->variable_count; v++) {
        const struct variable *variable = &dictionary->variables[v];

        if (variable->field_class <= seen)
            continue;
        if (json)
            json_text(json, variable->name);
        else
            buffer_append_format(out, "%s%.*s", is_first ? "" : ", ", TEXT_ARG(variable->name));
        is_first = false;
    }
}

static void write_facts(const struct pack *pack, const struct household_facts *facts,
                        enum language language, struct buffer *out)
{
    const struct dictionary *dictionary = &pack->dictionary;
    bool is_chinese = language == LANGUAGE_CHINESE;
    char month[MONTH_TEXT_MAX], digits[MONEY_TEXT_MAX];

    buffer_append_format(
        out, is_chinese ? "家庭 %.*s，%.*s（%.*s）%s\n" : "Household %.*s in %.*s (%.*s)%s\n",
        TEXT_ARG(facts->code), TEXT_ARG(is_chinese ? facts->area_name : facts->area_name_en),
        TEXT_ARG(facts->area_code),
        facts->is_active ? ""
        : is_chinese     ? "，已归档"
                         : ", archived");
    if (facts->class_seen < FIELD_CLASS_SENSITIVE) {
        buffer_append_text(out, is_chinese ? TEXT("  无权查看：") : TEXT("  Hidden from you: "));
        write_hidden(dictionary, facts->class_seen, NULL, out);
        buffer_append_char(out, '\n');
    }
    write_values(dictionary, ENTITY_HOUSEHOLD, facts->values, language, "  ", out);
    for (size_t m = 0; m < facts->member_count; m++) {
        const struct household_member *member = &facts->members[m];

        buffer_append_format(out, "%s %.*s %.*s, %.*s, %.*s, %.*s%s%.*s\n",
                             is_chinese ? "成员" : "Member", TEXT_ARG(member->code),
                             TEXT_ARG(member->name), TEXT_ARG(member->relation),
                             TEXT_ARG(member->sex), TEXT_ARG(member->birth_date),
                             member->to_date.length ? (is_chinese ? "，至 " : ", until ") : "",
                             TEXT_ARG(member->to_date));
        if (member->id_number.length)
            buffer_append_format(out, "    %s [id_number]: %.*s %.*s\n",
                                 is_chinese ? "证件" : "Official id", TEXT_ARG(member->id_type),
                                 TEXT_ARG(member->id_number));
        if (member->bank_account.length)
            buffer_append_format(out, "    %s [bank_account]: %.*s\n",
                                 is_chinese ? "银行账户" : "Bank account",
                                 TEXT_ARG(member->bank_account));
        write_values(dictionary, ENTITY_PERSON, member->values, language, "    ", out);
    }
    if (facts->flow_count)
        buffer_append_text(out, is_chinese ? TEXT("月度收支\n") : TEXT("Monthly flows\n"));
    for (size_t f = 0; f < facts->flow_count; f++) {
        const struct household_flow *flow = &facts->flows[f];

        buffer_append_format(
            out, "  %.*s  %.*s (%.*s)  %.*s\n", TEXT_ARG(month_format(flow->month, month)),
            TEXT_ARG(flow->flow), TEXT_ARG(flow->source),
            TEXT_ARG(money_format(flow->amount_minor, dictionary->money_decimals, digits)));
    }
    if (facts->change_count)
        buffer_append_text(out, is_chinese ? TEXT("变更记录\n") : TEXT("Changes\n"));
    for (size_t c = 0; c < facts->change_count; c++)
        buffer_append_format(out, "  %.*s  %.*s, %.*s  %.*s\n", TEXT_ARG(facts->changes[c].at),
                             TEXT_ARG(facts->changes[c].actor), TEXT_ARG(facts->changes[c].via),
                             TEXT_ARG(facts->changes[c].fields));
}

static void write_values_json(const struct dictionary *dictionary, enum entity entity,
                              const struct field_value *values, struct json_writer *json)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);

    for (size_t v = 0; v < dictionary->count[entity]; v++) {
        json_key_text(json, variables[v].name);
        variable_write_json(dictionary, &variables[v], values[v], json);
    }
}

/* null where it is not known. */
static void write_known(struct json_writer *json, const char *key, struct text value)
{
    json_key(json, key);
    if (value.length)
        json_text(json, value);
    else
        json_null_value(json);
}

static void write_member_json(const struct dictionary *dictionary,
                              const struct household_member *member, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "code", member->code);
    json_key_of_text(json, "name", member->name);
    write_known(json, "sex", member->sex);
    write_known(json, "birth_date", member->birth_date);
    write_known(json, "relation", member->relation);
    write_known(json, "from_date", member->from_date);
    write_known(json, "to_date", member->to_date);
    write_known(json, "end_reason", member->end_reason);
    write_known(json, "id_type", member->id_type);
    write_known(json, "id_number", member->id_number);
    write_known(json, "bank_account", member->bank_account);
    write_values_json(dictionary, ENTITY_PERSON, member->values, json);
    json_end_object(json);
}

static void write_facts_json(const struct pack *pack, const struct household_facts *facts,
                             struct json_writer *json)
{
    const struct dictionary *dictionary = &pack->dictionary;

    json_begin_object(json);
    json_key_of_text(json, "code", facts->code);
    json_key_of_text(json, "area", facts->area_code);
    json_key_of_bool(json, "active", facts->is_active);
    json_key(json, "hidden");
    json_begin_array(json);
    write_hidden(dictionary, facts->class_seen, json, NULL);
    json_end_array(json);
    write_values_json(dictionary, ENTITY_HOUSEHOLD, facts->values, json);
    json_key(json, "members");
    json_begin_array(json);
    for (size_t m = 0; m < facts->member_count; m++)
        write_member_json(dictionary, &facts->members[m], json);
    json_end_array(json);
    json_key(json, "flows");
    json_begin_array(json);
    for (size_t f = 0; f < facts->flow_count; f++) {
        json_begin_object(json);
        json_key(json, "month");
        json_month(json, facts->flows[f].month);
        json_key_of_text(json, "flow", facts->flows[f].flow);
        json_key_of_text(json, "source", facts->flows[f].source);
        json_key(json, "amount");
        json_money(json, facts->flows[f].amount_minor, dictionary->money_decimals);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "changes");
    json_begin_array(json);
    for (size_t c = 0; c < facts->change_count; c++) {
        json_begin_object(json);
        json_key_of_text(json, "at", facts->changes[c].at);
        json_key_of_text(json, "actor", facts->changes[c].actor);
        json_key_of_text(json, "via", facts->changes[c].via);
        json_key(json, "fields");
        json_number_text(json, facts->changes[c].fields);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

enum berm_status command_household(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    const struct caller *caller;
    struct household_facts facts;
    enum language language;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(arena_create((size_t)1 << 28, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(household_read(office, caller, text_of(invocation->arguments[0]), arena, &facts, err));
    TRY(household_show_secrets(office, invocation_has(invocation, "show-sensitive"), arena, &facts,
                               err));
    if (invocation_has(invocation, "show-sensitive"))
        TRY(office_seal(office, err));
    if (format == FORMAT_TABLE) {
        write_facts(office->pack, &facts, language, &out);
    } else {
        write_facts_json(office->pack, &facts, &json);
        buffer_append_char(&out, '\n');
    }
    return text_write(stdout, &out, err);
}
