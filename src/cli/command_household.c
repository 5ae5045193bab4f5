/* berm explain, berm household */
#include "reports.h"

/* ---- explain --------------------------------------------------------------------------------- */

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
    if (reasons.shows_sensitive)
        TRY(invocation_note_look(
            invocation, office,
            &(struct look){.kinds = LOOK_REASONS, .what = "household", .code = reasons.code}, 1,
            err));
    if (format == FORMAT_TABLE) {
        reasons_write(&reasons, language, &out);
    } else {
        json_begin_object(&json);
        reasons_write_json(&reasons, &json);
        json_end_object(&json);
        buffer_append_char(&out, '\n');
    }
    return text_write(stdout, &out, err);
}

/* ---- household ------------------------------------------------------------------------------- */

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
                         struct buffer *out)
{
    bool is_first = true;

    for (size_t v = 0; v < dictionary->variable_count; v++) {
        const struct variable *variable = &dictionary->variables[v];

        if (variable->field_class <= seen)
            continue;
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
    buffer_append_format(out, is_chinese ? "  版本 %lld\n" : "  Version %lld\n",
                         (long long)facts->version);
    if (facts->class_seen < FIELD_CLASS_SENSITIVE) {
        buffer_append_text(out, is_chinese ? TEXT("  无权查看：") : TEXT("  Hidden from you: "));
        write_hidden(dictionary, facts->class_seen, out);
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
}

static void write_history(const struct history_page *history, enum language language,
                          struct buffer *out)
{
    if (history->count)
        buffer_append_text(out,
                           language == LANGUAGE_CHINESE ? TEXT("变更记录\n") : TEXT("Changes\n"));
    for (size_t c = 0; c < history->count; c++) {
        const struct history_change *change = &history->changes[c];

        for (size_t r = 0; r < change->row_count; r++)
            buffer_append_format(out, "  %.*s  %.*s, %.*s  %s%s%.*s %.*s\n", TEXT_ARG(change->at),
                                 TEXT_ARG(change->actor), TEXT_ARG(change->via),
                                 change->rows[r].entity, change->rows[r].subject.length ? " " : "",
                                 TEXT_ARG(change->rows[r].subject),
                                 TEXT_ARG(change->rows[r].fields));
    }
}

enum berm_status command_household(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    bool is_plain = invocation_has(invocation, "show-sensitive");
    const struct caller *caller;
    struct household_facts facts;
    struct history_page history;
    enum language language;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(arena_create((size_t)1 << 28, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(household_read(office, caller, text_of(invocation->arguments[0]), arena, &facts, err));
    TRY(household_history(office, caller, facts.code, 0, 0, arena, &history, err));
    facts.shows_sensitive |= history.shows_sensitive;
    TRY(household_show_secrets(office, is_plain, arena, &facts, err));
    if (is_plain) /* which has noted the look at all of it */
        TRY(office_seal(office, err));
    else if (facts.shows_sensitive)
        TRY(invocation_note_look(
            invocation, office,
            &(struct look){.kinds = LOOK_FACTS, .what = "household", .code = facts.code}, 1, err));
    if (format == FORMAT_TABLE) {
        write_facts(office->pack, &facts, language, &out);
        write_history(&history, language, &out);
    } else {
        household_write_json(office->pack, &facts, &history, &json);
        buffer_append_char(&out, '\n');
    }
    return text_write(stdout, &out, err);
}
