/* One case in plain words, in both languages: where it is, how it came there, and what may be done
 * now or is missing for it. */
#include "view/view.h"

/* The day of an instant. */
#define DAY_ARG(instant) (int)((instant).length < 10 ? (instant).length : 10), (instant).bytes

static struct text step_label(const struct workflow_step *info, struct text action,
                              enum language language)
{
    return info != NULL ? language_pick(language, info->label_en, info->label_zh) : action;
}

/* What sources of leads and kinds of proof are called; the word itself where it is none of these.
 */
static struct text word_label(struct text word, enum language language)
{
    static const struct {
        struct text word;
        const char *en, *zh;
    } WORDS[] = {
        {TEXT("screening"), "screening", "月度筛查"},
        {TEXT("worker"), "a worker's report", "网格员排查"},
        {TEXT("self_report"), "the household's own report", "农户自主申报"},
        {TEXT("warning"), "a department's warning", "部门预警"},
        {TEXT("shock"), "a shock", "冲击事件"},
        {TEXT("grievance"), "a grievance", "申诉"},
        {TEXT("visit"), "visit", "入户核实"},
        {TEXT("signature"), "signed paper", "签字材料"},
        {TEXT("data_match"), "match of data", "信息比对"},
        {TEXT("notice"), "public notice", "公示"},
        {TEXT("objection"), "objection", "异议"},
    };

    for (size_t w = 0; w < ARRAY_COUNT(WORDS); w++)
        if (text_equal(word, WORDS[w].word))
            return text_of(language == LANGUAGE_CHINESE ? WORDS[w].zh : WORDS[w].en);
    return word;
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static void write_head(const struct case_shown *shown, enum language language, struct buffer *out)
{
    const struct case_row *head = &shown->head;
    bool is_chinese = language == LANGUAGE_CHINESE;
    struct text state = case_state_label(head->state_info, head->state, language);

    buffer_append_format(out,
                         is_chinese ? "个案 %lld，家庭 %.*s，%.*s（%.*s）：%.*s，自%.*s起，%.*s\n"
                                    : "Case %lld of household %.*s in %.*s (%.*s): %.*s since "
                                      "%.*s, %.*s\n",
                         (long long)head->case_id, TEXT_ARG(head->household),
                         TEXT_ARG(is_chinese ? head->area_name : head->area_name_en),
                         TEXT_ARG(head->area), TEXT_ARG(state), TEXT_ARG(head->entered_on),
                         TEXT_ARG(severity_label(head->severity, language)));
    if (head->worker.length > 0)
        buffer_append_format(out, is_chinese ? "  负责人：%.*s\n" : "  Looked after by %.*s\n",
                             TEXT_ARG(head->worker));
    if (shown->ended_on.length > 0)
        buffer_append_format(out, is_chinese ? "  %.*s结案\n" : "  Ended on %.*s\n",
                             TEXT_ARG(shown->ended_on));
    if (head->due_on.length == 0)
        return;
    buffer_append_format(out, is_chinese ? "  %.*s前应办理" : "  Due by %.*s",
                         TEXT_ARG(head->due_on));
    if (head->overdue_days > 0)
        buffer_append_format(out, is_chinese ? "，已逾期%lld天" : ", %lld days overdue",
                             (long long)head->overdue_days);
    buffer_append_char(out, '\n');
}

static void write_leads(const struct case_shown *shown, enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;

    if (shown->lead_count > 0)
        buffer_append_text(out, is_chinese ? TEXT("线索\n") : TEXT("Leads\n"));
    for (size_t l = 0; l < shown->lead_count; l++) {
        const struct case_lead_row *lead = &shown->leads[l];

        buffer_append_format(
            out, is_chinese ? "  %.*s  %.*s：%.*s（%.*s）" : "  %.*s  %.*s: %.*s (%.*s)",
            DAY_ARG(lead->received_at), TEXT_ARG(word_label(lead->source, language)),
            TEXT_ARG(language_pick(language, lead->label_en, lead->label_zh)),
            TEXT_ARG(severity_label(lead->severity, language)));
        if (lead->note.length > 0)
            buffer_append_format(out, is_chinese ? "。%.*s" : ". %.*s", TEXT_ARG(lead->note));
        buffer_append_char(out, '\n');
    }
}

static void write_steps(const struct case_shown *shown, enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;

    if (shown->step_count > 0)
        buffer_append_text(out, is_chinese ? TEXT("办理经过\n") : TEXT("Steps\n"));
    for (size_t s = 0; s < shown->step_count; s++) {
        const struct case_step_row *step = &shown->steps[s];

        buffer_append_format(out, is_chinese ? "  %.*s  %.*s：%.*s" : "  %.*s  %.*s: %.*s",
                             TEXT_ARG(step->on_day), TEXT_ARG(step->actor),
                             TEXT_ARG(step_label(step->info, step->action, language)));
        if (step->reason.length > 0)
            buffer_append_format(out, is_chinese ? "，理由：%.*s" : ", because: %.*s",
                                 TEXT_ARG(step->reason));
        buffer_append_char(out, '\n');
    }
}

static void write_proofs(const struct case_shown *shown, enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;

    if (shown->proof_count > 0)
        buffer_append_text(out, is_chinese ? TEXT("佐证\n") : TEXT("Proof\n"));
    for (size_t p = 0; p < shown->proof_count; p++) {
        const struct case_proof_row *proof = &shown->proofs[p];

        buffer_append_format(out, is_chinese ? "  %.*s  %.*s：%.*s" : "  %.*s  %.*s: %.*s",
                             TEXT_ARG(proof->on_day), TEXT_ARG(proof->given_by),
                             TEXT_ARG(word_label(proof->kind, language)));
        if (proof->note.length > 0)
            buffer_append_format(out, is_chinese ? "，%.*s" : ", %.*s", TEXT_ARG(proof->note));
        if (text_equal(proof->kind, TEXT("objection")) && proof->settled_at.length == 0)
            buffer_append_text(out, is_chinese ? TEXT("，尚未处理") : TEXT(", open"));
        else if (proof->settled_at.length > 0)
            buffer_append_format(out, is_chinese ? "，已处理：%.*s" : ", settled: %.*s",
                                 TEXT_ARG(proof->settlement));
        buffer_append_char(out, '\n');
    }
}

static void write_options(const struct case_shown *shown, enum language language,
                          struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;

    if (shown->option_count > 0)
        buffer_append_text(out, is_chinese ? TEXT("可以办理\n") : TEXT("What may be done\n"));
    for (size_t o = 0; o < shown->option_count; o++) {
        const struct case_option *option = &shown->options[o];

        buffer_append_format(out,
                             is_chinese ? "  %.*s [%.*s]，由%.*s办理" : "  %.*s [%.*s] by a %.*s",
                             TEXT_ARG(step_label(option->step, option->step->action, language)),
                             TEXT_ARG(option->step->action), TEXT_ARG(option->step->role));
        if (!option->has_role)
            buffer_append_text(out, is_chinese ? TEXT("（您没有该角色）")
                                               : TEXT(" (which you are not here)"));
        if (option->missing == 0) {
            buffer_append_text(out, is_chinese ? TEXT("：现在可以\n") : TEXT(": now\n"));
            continue;
        }
        buffer_append_text(out, is_chinese ? TEXT("：尚缺——") : TEXT(": not yet; "));
        needs_write(option->step, option->missing, is_chinese, out);
        buffer_append_char(out, '\n');
    }
}

void case_shown_write(const struct case_shown *shown, enum language language, struct buffer *out)
{
    write_head(shown, language, out);
    write_leads(shown, language, out);
    write_steps(shown, language, out);
    write_proofs(shown, language, out);
    write_options(shown, language, out);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void write_leads_json(const struct case_shown *shown, struct json_writer *json)
{
    json_key(json, "leads");
    json_begin_array(json);
    for (size_t l = 0; l < shown->lead_count; l++)
        case_lead_write_json(&shown->leads[l], json);
    json_end_array(json);
}

void case_lead_write_json(const struct case_lead_row *lead, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_int64(json, "lead", lead->lead_id);
    json_key_of_text(json, "source", lead->source);
    json_key_of_text(json, "code", lead->code);
    json_key_of_text(json, "severity", text_of(severity_name(lead->severity)));
    json_key_of_text(json, "note", lead->note);
    json_key_of_text(json, "received_at", lead->received_at);
    json_key_of_text(json, "received_by", lead->received_by);
    json_key_of_int64(json, "case", lead->case_id);
    json_end_object(json);
}

static void write_steps_json(const struct case_shown *shown, struct json_writer *json)
{
    json_key(json, "steps_taken");
    json_begin_array(json);
    for (size_t s = 0; s < shown->step_count; s++) {
        const struct case_step_row *step = &shown->steps[s];

        json_begin_object(json);
        json_key_of_int64(json, "number", step->step_number);
        json_key_of_text(json, "on", step->on_day);
        json_key_of_text(json, "by", step->actor);
        json_key_of_text(json, "role", step->role);
        json_key_of_text(json, "action", step->action);
        json_key_of_text(json, "from", step->from_state);
        json_key_of_text(json, "to", step->to_state);
        json_key_of_text(json, "reason", step->reason);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_proofs_json(const struct case_shown *shown, struct json_writer *json)
{
    json_key(json, "proofs");
    json_begin_array(json);
    for (size_t p = 0; p < shown->proof_count; p++) {
        const struct case_proof_row *proof = &shown->proofs[p];

        json_begin_object(json);
        json_key_of_int64(json, "number", proof->proof_number);
        json_key_of_text(json, "kind", proof->kind);
        json_key_of_text(json, "on", proof->on_day);
        json_key_of_text(json, "by", proof->given_by);
        json_key_of_text(json, "note", proof->note);
        json_key_of_text_or_null(json, "settled_at", proof->settled_at);
        json_key_of_text_or_null(json, "settled_by", proof->settled_by);
        json_key_of_text_or_null(json, "settlement", proof->settlement);
        json_end_object(json);
    }
    json_end_array(json);
}

void case_missing_write_json(const struct workflow_step *step, need_set missing,
                             enum language language, struct json_writer *json)
{
    json_begin_array(json);
    for (int need = 0; need < NEED_COUNT; need++) {
        CLEANUP(buffer_free) struct buffer words = {0};

        if ((missing >> need & 1) == 0)
            continue;
        need_write(step, (enum need)need, language == LANGUAGE_CHINESE, &words);
        json_begin_object(json);
        json_key_of_text(json, "need", text_of(need_name((enum need)need)));
        json_key_of_text(json, "words", buffer_text(&words));
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_options_json(const struct case_shown *shown, enum language language,
                               struct json_writer *json)
{
    json_key(json, "options");
    json_begin_array(json);
    for (size_t o = 0; o < shown->option_count; o++) {
        const struct case_option *option = &shown->options[o];

        json_begin_object(json);
        json_key_of_text(json, "action", option->step->action);
        json_key_of_text(json, "label", step_label(option->step, option->step->action, language));
        json_key_of_text(json, "role", option->step->role);
        json_key_of_bool(json, "has_role", option->has_role);
        json_key(json, "due_on");
        if (option->has_due)
            json_date(json, option->due);
        else
            json_null_value(json);
        json_key(json, "missing");
        case_missing_write_json(option->step, option->missing, language, json);
        json_end_object(json);
    }
    json_end_array(json);
}

void case_shown_write_json(const struct case_shown *shown, enum language language,
                           struct json_writer *json)
{
    json_begin_object(json);
    case_row_write_members(&shown->head, json);
    json_key_of_text(json, "opened_at", shown->opened_at);
    json_key_of_text(json, "opened_by", shown->opened_by);
    json_key_of_text_or_null(json, "monitored_on", shown->monitored_on);
    json_key_of_text_or_null(json, "ended_on", shown->ended_on);
    write_leads_json(shown, json);
    write_steps_json(shown, json);
    write_proofs_json(shown, json);
    write_options_json(shown, language, json);
    json_end_object(json);
}
