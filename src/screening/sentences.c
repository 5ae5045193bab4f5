/*
 * The reason in plain words, English or Chinese. Labels come from the pack (figures.csv,
 * dictionary.csv); what has none is shown as its author wrote it.
 */
#include "screening.h"

#include <string.h>

/* ---- Labels ---------------------------------------------------------------------------------- */

/* What a name of the policy stands for: its label and how its values are written. */
struct label {
    struct text text;
    const char *window_en;
    const char *window_zh;
    int member; /* 0: not a member's */
    bool is_money;
    const struct variable *variable; /* NULL: a figure, or a built-in name */
};

static const struct {
    const char *name, *en, *zh;
} BUILT_IN[] = {
    {"size", "number of members", "家庭人口"},
    {"age", "age", "年龄"},
    {"sex", "sex", "性别"},
    {"relation", "relation to the head", "与户主关系"},
    {"birth_date", "date of birth", "出生日期"},
    {"area", "area", "区域"},
    {"code", "code", "编号"},
};

static const struct {
    const char *en, *zh;
} WINDOWS[FLOW_WINDOW_COUNT] = {
    [FLOW_MONTH] = {" in the month", "(当月)"},
    [FLOW_3M] = {" over 3 months", "(近3个月)"},
    [FLOW_12M] = {" over 12 months", "(近12个月)"},
    [FLOW_PREVIOUS_12M] = {" over the 12 months before", "(上一年度12个月)"},
    [FLOW_REPORTED_12M] = {" as reported in 12 months", "(近12个月已上报)"},
    [FLOW_MONTHS_REPORTED_12M] = {": months reported of 12", "(近12个月上报月数)"},
};

struct text language_pick(enum language language, struct text en, struct text zh)
{
    return language == LANGUAGE_CHINESE && zh.length ? zh : en;
}

static void label_of_entry(const struct dictionary *dictionary, enum entity entity,
                           struct text name, enum language language, struct label *label)
{
    const struct variable *variable = dictionary_find(dictionary, entity, name);
    enum flow_window window;
    int flow;

    if (variable) {
        label->variable = variable;
        label->is_money = variable->type == VARIABLE_MONEY;
    } else if (entity == ENTITY_HOUSEHOLD && flow_window_find(dictionary, name, &flow, &window)) {
        label->variable = dictionary_variables(dictionary, ENTITY_FLOW) + flow;
        label->is_money = window != FLOW_MONTHS_REPORTED_12M;
        label->window_en = WINDOWS[window].en;
        label->window_zh = WINDOWS[window].zh;
    }
    if (label->variable && label->variable->label_en.length) {
        label->text = language_pick(language, label->variable->label_en, label->variable->label_zh);
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(BUILT_IN); i++)
        if (text_equal(name, text_of(BUILT_IN[i].name)))
            label->text = text_of(language == LANGUAGE_CHINESE ? BUILT_IN[i].zh : BUILT_IN[i].en);
}

/* "household.x", "members[2].x", "members.x", a figure's name, or any expression. */
static struct label label_of(const struct screening_program *program, struct text name,
                             enum language language)
{
    const struct dictionary *dictionary = &program->pack->dictionary;
    const struct figure_info *figure = pack_figure(program->pack, name);
    struct label label = {.text = name, .window_en = "", .window_zh = ""};
    const char *dot = memchr(name.bytes, '.', name.length);

    if (figure) {
        label.text = language_pick(language, figure->label_en, figure->label_zh);
        label.is_money = text_equal(figure->unit, TEXT("money"));
    } else if (text_equal(name, TEXT("members"))) {
        label.text =
            text_of(language == LANGUAGE_CHINESE ? "家庭成员" : "who belongs to the household");
    } else if (text_starts_with(name, TEXT("household."))) {
        label_of_entry(dictionary, ENTITY_HOUSEHOLD, text_from(name, 10), language, &label);
    } else if (dot && text_starts_with(name, TEXT("members"))) {
        label_of_entry(dictionary, ENTITY_PERSON, text_from(name, (size_t)(dot - name.bytes) + 1),
                       language, &label);
        for (size_t i = 8; i < name.length && name.bytes[i] >= '0' && name.bytes[i] <= '9'; i++)
            label.member = label.member * 10 + (name.bytes[i] - '0');
    }
    return label;
}

static void write_label(const struct label *label, enum language language, struct buffer *out)
{
    if (label->member)
        buffer_append_format(out, language == LANGUAGE_CHINESE ? "第%d名成员的" : "member %d's ",
                             label->member);
    buffer_append_text(out, label->text);
    buffer_append_text(out,
                       text_of(language == LANGUAGE_CHINESE ? label->window_zh : label->window_en));
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void write_money(const struct screening_program *program, struct feel_decimal number,
                        struct buffer *out)
{
    int decimals = program->pack->dictionary.money_decimals;
    char digits[MONEY_TEXT_MAX];
    char full[FEEL_DECIMAL_TEXT_MAX];
    int64_t minor;

    if (feel_decimal_to_scaled(number, decimals, &minor))
        buffer_append_text(out, money_format_for_people(minor, decimals, digits));
    else
        buffer_append_text(out, feel_decimal_format(number, full));
    buffer_append_format(out, " %.*s", TEXT_ARG(program->pack->currency));
}

/* A number as people read it: at most four places behind the point. */
static void write_number(struct feel_decimal number, struct buffer *out)
{
    enum { PLACES = 4 };
    char digits[FEEL_DECIMAL_TEXT_MAX];
    int64_t rounded;

    if (feel_decimal_to_scaled(number, PLACES, &rounded))
        number = feel_decimal_from_scaled(rounded, PLACES);
    buffer_append_text(out, feel_decimal_format(number, digits));
}

/* Of the years 1 to 9999; FEEL knows others. */
static bool is_common_date(int64_t days)
{
    return days >= date_from_civil(1, 1, 1) && days <= date_from_civil(9999, 12, 31);
}

static void write_value(const struct screening_program *program, const struct label *label,
                        struct feel_value value, enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    struct berm_error ignored;
    char date[DATE_TEXT_MAX];

    if (value.kind == FEEL_NULL) {
        buffer_append_text(out, is_chinese ? TEXT("未知") : TEXT("not known"));
    } else if (value.kind == FEEL_BOOLEAN) {
        if (is_chinese)
            buffer_append_text(out, value.boolean ? TEXT("是") : TEXT("否"));
        else
            buffer_append_text(out, value.boolean ? TEXT("yes") : TEXT("no"));
    } else if (value.kind == FEEL_NUMBER && label->is_money) {
        write_money(program, value.number, out);
    } else if (value.kind == FEEL_NUMBER) {
        write_number(value.number, out);
    } else if (value.kind == FEEL_STRING && label->variable && label->variable->list) {
        int choice = choice_position(label->variable->list, value.string);
        const struct choice *found = choice < 0 ? NULL : &label->variable->list->choices[choice];

        buffer_append_text(out, found ? language_pick(language, found->label_en, found->label_zh)
                                      : value.string);
    } else if (value.kind == FEEL_STRING) {
        buffer_append_text(out, value.string);
    } else if (value.kind == FEEL_DATE && is_common_date(value.date)) {
        buffer_append_text(out, date_format((date_days)value.date, date));
    } else if (feel_format(value, out, &ignored) != BERM_OK) {
        buffer_append_text(out, TEXT("?"));
    }
}

/* ---- Sentences ------------------------------------------------------------------------------- */

static bool is_below(struct text comparison)
{
    return comparison.length && comparison.bytes[0] == '<';
}

static bool is_ordering(struct text comparison)
{
    return comparison.length && (comparison.bytes[0] == '<' || comparison.bytes[0] == '>');
}

/* How far beyond the threshold: as the value itself is written, or in days between dates. */
static void write_distance(const struct screening_program *program, const struct label *label,
                           const struct explained_condition *condition, enum language language,
                           struct buffer *out)
{
    write_value(program, label, condition->distance, language, out);
    if (condition->threshold.kind == FEEL_DATE)
        buffer_append_text(out, language == LANGUAGE_CHINESE ? TEXT("天") : TEXT(" days"));
}

/* "net income per head is 3,200 CNY" */
static void write_fact(const struct screening_program *program,
                       const struct explained_condition *condition, const struct label *label,
                       enum language language, struct buffer *out)
{
    write_label(label, language, out);
    buffer_append_text(out, language == LANGUAGE_CHINESE ? TEXT("：") : TEXT(" is "));
    write_value(program, label, condition->value, language, out);
}

static bool has_limit(const struct explained_condition *condition)
{
    return condition->has_threshold && is_ordering(condition->comparison);
}

/* "threshold 4,000 CNY, 800 CNY below" */
static void write_limit(const struct screening_program *program,
                        const struct explained_condition *condition, const struct label *label,
                        enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;

    buffer_append_text(out, is_chinese ? TEXT("界限 ") : TEXT("threshold "));
    write_value(program, label, condition->threshold, language, out);
    buffer_append_text(out, is_chinese ? TEXT("，相差 ") : TEXT(", "));
    write_distance(program, label, condition, language, out);
    if (!is_chinese)
        buffer_append_text(out, is_below(condition->comparison) ? TEXT(" below") : TEXT(" above"));
}

static void write_condition(const struct screening_program *program,
                            const struct explained_condition *condition, enum language language,
                            struct buffer *out)
{
    struct label label = label_of(program, condition->input, language);
    bool is_chinese = language == LANGUAGE_CHINESE;

    buffer_append_text(out, TEXT("  - "));
    write_fact(program, condition, &label, language, out);
    buffer_append_format(out, is_chinese ? "（规则：%.*s" : " (rule: %.*s",
                         TEXT_ARG(condition->test));
    if (has_limit(condition)) {
        buffer_append_text(out, is_chinese ? TEXT("；") : TEXT("; "));
        write_limit(program, condition, &label, language, out);
    }
    buffer_append_text(out, is_chinese ? TEXT("）\n") : TEXT(")\n"));
}

/* Reads of the same thing of several members are told together. */
static bool is_same_entry(const struct explained_read *a, const struct explained_read *b)
{
    return text_starts_with(a->name, TEXT("members[")) &&
           text_starts_with(b->name, TEXT("members[")) &&
           text_equal(text_from(a->name, a->origin_length), text_from(b->name, b->origin_length));
}

/* "age: 45 (member 1), 22 (member 2)" */
static void write_members_read(const struct screening_program *program,
                               const struct explained_rule *rule, size_t first,
                               enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    bool is_first = true;

    for (size_t r = first; r < rule->read_count; r++) {
        struct label label = label_of(program, rule->reads[r].name, language);

        if (!is_same_entry(&rule->reads[first], &rule->reads[r]))
            continue;
        if (is_first)
            buffer_append_format(out, "%.*s%s", TEXT_ARG(label.text), is_chinese ? "：" : ": ");
        else
            buffer_append_text(out, is_chinese ? TEXT("，") : TEXT(", "));
        is_first = false;
        write_value(program, &label, rule->reads[r].value, language, out);
        buffer_append_format(out, is_chinese ? "（第%d名成员）" : " (member %d)", label.member);
    }
}

static void write_reads(const struct screening_program *program, const struct explained_rule *rule,
                        enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    bool is_first = true;

    if (rule->read_count == 0)
        return;
    buffer_append_text(out, is_chinese ? TEXT("  依据：") : TEXT("  It rests on: "));
    for (size_t r = 0; r < rule->read_count; r++) {
        struct label label = label_of(program, rule->reads[r].name, language);
        size_t earlier = 0;

        while (earlier < r && !is_same_entry(&rule->reads[earlier], &rule->reads[r]))
            earlier++;
        if (earlier < r)
            continue; /* told with the first member's */
        if (!is_first)
            buffer_append_text(out, is_chinese ? TEXT("；") : TEXT("; "));
        is_first = false;
        if (label.member) {
            write_members_read(program, rule, r, language, out);
            continue;
        }
        write_label(&label, language, out);
        buffer_append_text(out, TEXT(" "));
        write_value(program, &label, rule->reads[r].value, language, out);
    }
    buffer_append_text(out, is_chinese ? TEXT("。\n") : TEXT(".\n"));
}

/* The labels of what is not known, a comma between. */
static void write_missing_names(const struct screening_program *program,
                                const struct explained_finding *finding, enum language language,
                                struct buffer *out)
{
    for (size_t m = 0; m < finding->missing_count; m++) {
        struct label label = label_of(program, finding->missing[m], language);

        if (m > 0)
            buffer_append_text(out, language == LANGUAGE_CHINESE ? TEXT("、") : TEXT(", "));
        write_label(&label, language, out);
    }
}

static void write_missing(const struct screening_program *program,
                          const struct explained_finding *finding, enum language language,
                          struct buffer *out)
{
    if (finding->missing_count == 0)
        return;
    buffer_append_text(out, language == LANGUAGE_CHINESE
                                ? TEXT("  缺少以下信息，无法判断，需核实：")
                                : TEXT("  It cannot be told, because this is not known: "));
    for (size_t m = 0; m < finding->missing_count; m++) {
        struct label label = label_of(program, finding->missing[m], language);

        if (m > 0)
            buffer_append_text(out, language == LANGUAGE_CHINESE ? TEXT("、") : TEXT(", "));
        write_label(&label, language, out);
        buffer_append_format(out, " [%.*s]", TEXT_ARG(finding->missing[m]));
    }
    buffer_append_text(out, language == LANGUAGE_CHINESE ? TEXT("。\n")
                                                         : TEXT(". Find out and record it.\n"));
}

/* "This row would no longer hold if income per head rose by 900 to 4,000": from its comparison. */
static void write_way_out(const struct screening_program *program,
                          const struct explained_condition *condition, enum language language,
                          struct buffer *out)
{
    struct label label = label_of(program, condition->input, language);
    bool is_strict = condition->comparison.length == 1;
    bool must_rise = is_below(condition->comparison);
    bool is_comparison = condition->value.kind == FEEL_BOOLEAN; /* the column itself compares */

    if (language == LANGUAGE_CHINESE) {
        buffer_append_text(out, TEXT("  若"));
        write_label(&label, language, out);
        if (is_comparison)
            buffer_append_text(out, TEXT("中所比较的值"));
        buffer_append_text(out, must_rise ? TEXT("增加 ") : TEXT("减少 "));
        write_distance(program, &label, condition, language, out);
        buffer_append_text(out, is_strict ? TEXT("，达到 ") : TEXT("以上，越过 "));
        write_value(program, &label, condition->threshold, language, out);
        buffer_append_text(out, TEXT("，此项即消除。\n"));
        return;
    }
    buffer_append_text(out, TEXT("  This row would no longer hold if "));
    if (is_comparison)
        buffer_append_text(out, TEXT("what is compared in "));
    write_label(&label, language, out);
    buffer_append_format(out, " %s by %s", must_rise ? "rose" : "fell",
                         is_strict ? "" : "more than ");
    write_distance(program, &label, condition, language, out);
    buffer_append_text(out, is_strict ? TEXT(" to ") : TEXT(", past "));
    write_value(program, &label, condition->threshold, language, out);
    buffer_append_text(out, TEXT(".\n"));
}

static struct text label_of_finding(const struct explained_finding *finding, enum language language)
{
    return language_pick(language, finding->info->label_en, finding->info->label_zh);
}

void sentences_write(const struct screening_program *program,
                     const struct explained_finding *finding, enum language language,
                     struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    struct text clear = language_pick(language, finding->info->clear_en, finding->info->clear_zh);

    for (size_t r = 0; r < finding->rule_count; r++) {
        const struct explained_rule *rule = &finding->rules[r];

        buffer_append_format(out, is_chinese ? "  规则第%zu行：" : "  Rule %zu: ", rule->row);
        buffer_append_text(out, rule->note.length
                                    ? language_pick(language, rule->note, rule->note_zh)
                                    : label_of_finding(finding, language));
        buffer_append_text(out, TEXT("\n"));
        for (size_t c = 0; c < rule->condition_count; c++)
            write_condition(program, &rule->conditions[c], language, out);
        write_reads(program, rule, language, out);
        for (size_t c = 0; c < rule->condition_count && !finding->is_undetermined; c++)
            if (has_limit(&rule->conditions[c]))
                write_way_out(program, &rule->conditions[c], language, out);
    }
    write_missing(program, finding, language, out);
    if (clear.length)
        buffer_append_format(out, is_chinese ? "  如何消除：%.*s\n" : "  What clears it: %.*s\n",
                             TEXT_ARG(clear));
}

/* Between lines, not behind the last one. */
static void begin_line(struct buffer *out, size_t start)
{
    if (out->length > start)
        buffer_append_char(out, '\n');
}

void sentences_write_brief(const struct screening_program *program,
                           const struct explained_finding *finding, enum language language,
                           struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    size_t start = out->length;

    for (size_t r = 0; r < finding->rule_count; r++) {
        const struct explained_rule *rule = &finding->rules[r];

        begin_line(out, start);
        if (rule->note.length)
            buffer_append_text(out, language_pick(language, rule->note, rule->note_zh));
        for (size_t c = 0; c < rule->condition_count; c++) {
            struct label label = label_of(program, rule->conditions[c].input, language);

            begin_line(out, start);
            write_fact(program, &rule->conditions[c], &label, language, out);
            if (!has_limit(&rule->conditions[c]))
                continue;
            buffer_append_text(out, is_chinese ? TEXT("（") : TEXT(" ("));
            write_limit(program, &rule->conditions[c], &label, language, out);
            buffer_append_text(out, is_chinese ? TEXT("）") : TEXT(")"));
        }
    }
    if (finding->missing_count == 0)
        return;
    begin_line(out, start);
    buffer_append_text(out, is_chinese ? TEXT("还不清楚：") : TEXT("Not known yet: "));
    write_missing_names(program, finding, language, out);
}

struct text figure_label(const struct screening_program *program,
                         const struct explained_figure *figure, enum language language)
{
    return label_of(program, figure->decision, language).text;
}

void figure_write_value(const struct screening_program *program,
                        const struct explained_figure *figure, enum language language,
                        struct buffer *out)
{
    struct label label = label_of(program, figure->decision, language);

    write_value(program, &label, figure->value, language, out);
}

void figures_write(const struct screening_program *program, const struct explanation *explanation,
                   enum language language, struct buffer *out)
{
    for (size_t f = 0; f < explanation->figure_count; f++) {
        const struct explained_figure *figure = &explanation->figures[f];

        buffer_append_format(out, language == LANGUAGE_CHINESE ? "  %.*s：" : "  %.*s: ",
                             TEXT_ARG(figure_label(program, figure, language)));
        figure_write_value(program, figure, language, out);
        buffer_append_char(out, '\n');
    }
}
