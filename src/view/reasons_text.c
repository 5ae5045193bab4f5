/* A household's reasons in plain sentences: what is found by the facts known now, beside what is on
 * record. */
#include "view/view.h"

struct text finding_label(const struct finding_row *row, enum language language)
{
    return row->info ? language_pick(language, row->info->label_en, row->info->label_zh)
                     : row->code;
}

struct text variable_label(const struct variable *variable, enum language language)
{
    struct text label = language_pick(language, variable->label_en, variable->label_zh);

    return label.length ? label : variable->name;
}

struct text severity_label(enum severity severity, enum language language)
{
    static const char *const CHINESE[SEVERITY_COUNT] = {"无", "待核实", "低", "中", "高", "严重"};

    return text_of(language == LANGUAGE_CHINESE ? CHINESE[severity] : severity_name(severity));
}

static struct text recorded_severity(const struct finding_row *row, enum language language)
{
    enum severity severity = SEVERITY_NONE;

    (void)severity_find(row->severity, &severity);
    return severity_label(severity, language);
}

/* Since when the register holds it; and where the facts no longer say so, or say so only now. */
static void write_record(const struct household_reasons *reasons,
                         const struct explained_finding *finding, const struct finding_row *held,
                         enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    char month[MONTH_TEXT_MAX];

    if (!held) {
        if (reasons->is_screened)
            buffer_append_text(out, is_chinese ? TEXT("，该月筛查记录中没有，依据现有信息得出")
                                               : TEXT("; not on record for the month, found by the "
                                                      "facts known now"));
        return;
    }
    buffer_append_format(out, is_chinese ? "，自%.*s起" : ", since %.*s",
                         TEXT_ARG(month_format(held->from_month, month)));
    if (finding->is_undetermined && !held->is_undetermined)
        buffer_append_format(out,
                             is_chinese ? "，已认定（%.*s），核实前不消除"
                                        : "; found for certain then (%.*s), it stays until it can "
                                          "be told again",
                             TEXT_ARG(recorded_severity(held, language)));
}

static void write_finding(const struct household_reasons *reasons, size_t number,
                          enum language language, struct buffer *out)
{
    const struct explained_finding *finding = &reasons->explanation.findings[number];
    struct text label = language_pick(language, finding->info->label_en, finding->info->label_zh);

    buffer_append_format(out, "\n%zu. %.*s (%.*s%s)", number + 1, TEXT_ARG(label),
                         TEXT_ARG(severity_label(finding->severity, language)),
                         !finding->is_undetermined      ? ""
                         : language == LANGUAGE_CHINESE ? "，信息不足，待核实"
                                                        : ", cannot be told yet");
    write_record(reasons, finding, reasons->held[number], language, out);
    buffer_append_char(out, '\n');
    sentences_write(reasons->program, finding, language, out);
}

static bool is_found_now(const struct household_reasons *reasons, const struct finding_row *row)
{
    for (size_t f = 0; f < reasons->explanation.finding_count; f++)
        if (reasons->held[f] == row)
            return true;
    return false;
}

static bool is_only_recorded(const struct household_reasons *reasons, const struct finding_row *row)
{
    return finding_row_covers(row, reasons->month) && !is_found_now(reasons, row);
}

static bool has_ended_by_then(const struct household_reasons *reasons,
                              const struct finding_row *row)
{
    return row->has_ended && row->to_month <= reasons->month;
}

/* The spells on record that are chosen, under a heading where there are any. */
static void write_spells(const struct household_reasons *reasons,
                         bool (*is_chosen)(const struct household_reasons *reasons,
                                           const struct finding_row *row),
                         struct text heading, enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    bool has_heading = false;
    char month[MONTH_TEXT_MAX];

    for (size_t h = 0; h < reasons->history_count; h++) {
        const struct finding_row *row = &reasons->history[h];
        bool has_ended = has_ended_by_then(reasons, row);

        if (!is_chosen(reasons, row))
            continue;
        if (!has_heading)
            buffer_append_text(out, heading);
        has_heading = true;
        buffer_append_format(out, is_chinese ? "  %.*s（%.*s）" : "  %.*s (%.*s)",
                             TEXT_ARG(finding_label(row, language)),
                             TEXT_ARG(recorded_severity(row, language)));
        if (is_chinese)
            buffer_append_format(out, has_ended ? "：%.*s起" : "，自%.*s起",
                                 TEXT_ARG(month_format(row->from_month, month)));
        else
            buffer_append_format(out, has_ended ? ": from %.*s" : ", since %.*s",
                                 TEXT_ARG(month_format(row->from_month, month)));
        if (has_ended)
            buffer_append_format(out, is_chinese ? "，%.*s消除" : ", ended in %.*s",
                                 TEXT_ARG(month_format(row->to_month, month)));
        buffer_append_char(out, '\n');
    }
}

void reasons_write(const struct household_reasons *reasons, enum language language,
                   struct buffer *out)
{
    const struct explanation *explanation = &reasons->explanation;
    bool is_chinese = language == LANGUAGE_CHINESE;
    char month[MONTH_TEXT_MAX];

    buffer_append_format(out,
                         is_chinese ? "家庭 %.*s，%.*s（%.*s），%zu人，%.*s月末：风险等级%.*s"
                                    : "Household %.*s in %.*s (%.*s), %zu members, at the end "
                                      "of %.*s: risk level %.*s",
                         TEXT_ARG(reasons->code),
                         TEXT_ARG(is_chinese ? reasons->area_name : reasons->area_name_en),
                         TEXT_ARG(reasons->area_code), reasons->member_count,
                         TEXT_ARG(month_format(reasons->month, month)),
                         TEXT_ARG(severity_label(explanation->risk_level, language)));
    if (explanation->kind.length) {
        const struct choice *kind = pack_kind(reasons->program->pack, explanation->kind);
        struct text label =
            kind ? language_pick(language, kind->label_en, kind->label_zh) : explanation->kind;

        buffer_append_format(out, is_chinese ? "，类别：%.*s" : ", kind: %.*s", TEXT_ARG(label));
    }
    buffer_append_text(out, is_chinese ? TEXT("。\n") : TEXT(".\n"));
    figures_write(reasons->program, explanation, language, out);
    if (explanation->finding_count == 0)
        buffer_append_text(out, is_chinese
                                    ? TEXT("未发现风险点，所需信息齐全。\n")
                                    : TEXT("Nothing was found, and no fact that the rules need is "
                                           "missing.\n"));
    for (size_t f = 0; f < explanation->finding_count; f++)
        write_finding(reasons, f, language, out);
    if (explanation->measure_count)
        buffer_append_text(out,
                           is_chinese ? TEXT("\n建议帮扶措施：\n") : TEXT("\nHelp that fits:\n"));
    for (size_t m = 0; m < explanation->measure_count; m++)
        buffer_append_format(out, "  - %.*s\n",
                             TEXT_ARG(language_pick(language, explanation->measures[m]->label_en,
                                                    explanation->measures[m]->label_zh)));
    write_spells(reasons, is_only_recorded,
                 is_chinese ? TEXT("\n该月筛查记录中有、但依据现有信息不成立：\n")
                            : TEXT("\nOn record for the month, but not by the facts known now:\n"),
                 language, out);
    write_spells(reasons, has_ended_by_then,
                 is_chinese ? TEXT("\n已结束的风险点：\n") : TEXT("\nFindings that have ended:\n"),
                 language, out);
    story_write(reasons, language, out);
}
