/*
 * A household's card, to be printed and handed over: who belongs to it, what was found and why,
 * what would clear it, what help fits, what money the register knows of, whom to call, and how to
 * object. It is for the household: so no rule numbers and no codes of variables are on it.
 */
#include "document/private.h"

struct card {
    struct making *making;
    struct household_facts facts;
    struct household_reasons reasons;
    struct case_record open_case; /* case_id 0: none, or not for the caller */
};

enum { CARD_MONTHS = 12 };

/* ---- Head ------------------------------------------------------------------------------------ */

static enum berm_status draw_head(const struct card *card, struct paper *paper,
                                  struct berm_error *err)
{
    const struct making *making = card->making;
    const struct explanation *explanation = &card->reasons.explanation;
    const struct choice *kind = pack_kind(making->office->pack, explanation->kind);
    struct text size, month_text;
    char month[MONTH_TEXT_MAX];
    struct paper_field fields[8];
    size_t count = 6;

    TRY(text_format(making->arena, &size, err, "%zu", card->reasons.member_count));
    TRY(text_copy(making->arena, month_format(card->reasons.month, month), &month_text, err));
    fields[0] = (struct paper_field){SAY(making, "Household", "户编号"), card->facts.code};
    fields[1] =
        (struct paper_field){SAY(making, "Place", "所在地"),
                             area_say(making, card->facts.area_name, card->facts.area_name_en)};
    fields[2] = (struct paper_field){SAY(making, "Members", "家庭人口"), size};
    fields[3] = (struct paper_field){SAY(making, "As of the end of", "截至月末"), month_text};
    fields[4] =
        (struct paper_field){SAY(making, "Risk", "风险等级"),
                             severity_label(explanation->risk_level, making->order->language)};
    fields[5] = (struct paper_field){
        SAY(making, "Kind", "监测类别"),
        kind ? language_pick(making->order->language, kind->label_en, kind->label_zh)
             : SAY(making, "–", "–")};
    paper_text(paper, PAPER_TITLE, SAY(making, "Household card", "家庭帮扶明白卡"));
    paper_text(paper, PAPER_SUBTITLE,
               SAY(making, "What the register holds of your household, and why",
                   "登记在册的家庭情况、风险原因与帮扶信息"));
    if (card->open_case.case_id) {
        fields[count++] = (struct paper_field){SAY(making, "Case", "个案状态"),
                                               state_say(making, card->open_case.state)};
        fields[count++] = (struct paper_field){SAY(making, "Monitored since", "纳入监测日期"),
                                               card->open_case.monitored_on};
    }
    paper_fields(paper, fields, count, 2);
    return BERM_OK;
}

/* ---- Members --------------------------------------------------------------------------------- */

static bool is_here(const struct household_member *member)
{
    return member->to_date.length == 0;
}

static void draw_members(const struct card *card, struct paper *paper)
{
    const struct making *making = card->making;
    const struct paper_column columns[] = {
        {SAY(making, "No.", "序号"), 1, PAPER_CENTRE},
        {SAY(making, "Name", "姓名"), 5, PAPER_LEFT},
        {SAY(making, "Relation", "与户主关系"), 3, PAPER_LEFT},
        {SAY(making, "Sex", "性别"), 1.6, PAPER_LEFT},
        {SAY(making, "Born", "出生日期"), 2.4, PAPER_LEFT},
        {SAY(making, "Id number", "证件号码"), 2.6, PAPER_LEFT},
    };
    char number[24];
    size_t count = 0;

    paper_text(paper, PAPER_HEADING, SAY(making, "Members", "家庭成员"));
    paper_table_begin(paper, columns, ARRAY_COUNT(columns));
    for (size_t m = 0; m < card->facts.member_count; m++) {
        const struct household_member *member = &card->facts.members[m];
        struct text cells[ARRAY_COUNT(columns)];

        if (!is_here(member))
            continue;
        snprintf(number, sizeof number, "%zu", ++count);
        cells[0] = text_of(number);
        cells[1] = hidden_say(making, member->name);
        cells[2] = relation_say(making, member->relation);
        cells[3] = sex_say(making, member->sex);
        cells[4] = hidden_say(making, member->birth_date);
        cells[5] = member->id_number;
        paper_table_row(paper, cells);
    }
    paper_table_end(paper);
}

/* ---- Findings -------------------------------------------------------------------------------- */

static enum berm_status draw_finding(const struct card *card, size_t number, struct paper *paper,
                                     struct berm_error *err)
{
    const struct making *making = card->making;
    enum language language = making->order->language;
    const struct explained_finding *finding = &card->reasons.explanation.findings[number];
    const struct finding_row *held = card->reasons.held[number];
    CLEANUP(buffer_free) struct buffer what = {0};
    CLEANUP(buffer_free) struct buffer why = {0};
    char month[MONTH_TEXT_MAX];

    buffer_append_format(
        &what, "%.*s\n%.*s",
        TEXT_ARG(language_pick(language, finding->info->label_en, finding->info->label_zh)),
        TEXT_ARG(severity_label(finding->severity, language)));
    if (finding->is_undetermined)
        buffer_append_text(&what, SAY(making, ", to be verified", "，待核实"));
    if (held)
        buffer_append_format(&what, making->is_chinese ? "，自%.*s起" : ", since %.*s",
                             TEXT_ARG(month_format(held->from_month, month)));
    sentences_write_brief(card->reasons.program, finding, language, &why);
    TRY(buffer_status(&what, err));
    TRY(buffer_status(&why, err));
    paper_table_row(paper, (struct text[]){buffer_text(&what), buffer_text(&why),
                                           language_pick(language, finding->info->clear_en,
                                                         finding->info->clear_zh)});
    return BERM_OK;
}

static enum berm_status draw_findings(const struct card *card, struct paper *paper,
                                      struct berm_error *err)
{
    const struct making *making = card->making;
    const struct paper_column columns[] = {
        {SAY(making, "What was found", "风险点"), 3, PAPER_LEFT},
        {SAY(making, "Why", "原因"), 5, PAPER_LEFT},
        {SAY(making, "What would clear it", "如何消除"), 4, PAPER_LEFT},
    };
    const struct explanation *explanation = &card->reasons.explanation;

    paper_text(paper, PAPER_HEADING, SAY(making, "What was found, and why", "风险点及原因"));
    if (explanation->finding_count == 0) {
        paper_text(paper, PAPER_PARAGRAPH,
                   SAY(making, "Nothing was found, and no fact that the rules need is missing.",
                       "未发现风险点，所需信息齐全。"));
        return BERM_OK;
    }
    paper_table_begin(paper, columns, ARRAY_COUNT(columns));
    for (size_t f = 0; f < explanation->finding_count; f++)
        TRY(draw_finding(card, f, paper, err));
    paper_table_end(paper);
    return BERM_OK;
}

static void draw_measures(const struct card *card, struct paper *paper)
{
    const struct making *making = card->making;
    const struct explanation *explanation = &card->reasons.explanation;

    if (explanation->measure_count == 0)
        return;
    paper_text(paper, PAPER_HEADING, SAY(making, "Help that fits", "建议帮扶措施"));
    for (size_t m = 0; m < explanation->measure_count; m++)
        paper_point(paper,
                    language_pick(making->order->language, explanation->measures[m]->label_en,
                                  explanation->measures[m]->label_zh));
    paper_text(paper, PAPER_SMALL,
               SAY(making, "This follows from the rules. A person decides which of it is given.",
                   "以上依据规则提出，由帮扶责任人研究确定。"));
}

/* ---- Money ----------------------------------------------------------------------------------- */

/* What a flow came to in the twelve months, and in how many of them anything was reported. The
 * household's flows stand by month. */
static int64_t sum_flow(const struct card *card, const struct variable *flow, int *ret_months)
{
    const struct household_facts *facts = &card->facts;
    month_number first = card->reasons.month - (CARD_MONTHS - 1);
    int64_t sum_minor = 0;

    *ret_months = 0;
    for (month_number month = first; month <= card->reasons.month; month++) {
        struct flow_report reports[32];
        size_t count = 0;
        int64_t amount_minor;

        for (size_t f = 0; f < facts->flow_count && count < ARRAY_COUNT(reports); f++)
            if (facts->flows[f].month == month && text_equal(facts->flows[f].flow, flow->name))
                reports[count++] =
                    (struct flow_report){facts->flows[f].source, facts->flows[f].amount_minor};
        if (!flow_combine(flow, reports, count, &amount_minor))
            continue;
        sum_minor += amount_minor;
        (*ret_months)++;
    }
    return sum_minor;
}

static enum berm_status draw_money(const struct card *card, struct paper *paper,
                                   struct berm_error *err)
{
    const struct making *making = card->making;
    const struct dictionary *dictionary = &making->office->pack->dictionary;
    const struct variable *flows = dictionary_variables(dictionary, ENTITY_FLOW);
    const struct explanation *explanation = &card->reasons.explanation;
    const struct paper_column columns[] = {
        {SAY(making, "The twelve months to that date", "近12个月"), 6, PAPER_LEFT},
        {SAY(making, "Amount", "金额"), 3, PAPER_RIGHT},
        {SAY(making, "Months reported", "已上报月数"), 2, PAPER_RIGHT},
    };
    char digits[24];

    paper_text(paper, PAPER_HEADING, SAY(making, "Money", "收入与支出"));
    paper_table_begin(paper, columns, ARRAY_COUNT(columns));
    for (size_t v = 0; v < dictionary->count[ENTITY_FLOW]; v++) {
        int months;
        int64_t sum_minor = sum_flow(card, &flows[v], &months);
        struct text amount;

        if (months == 0)
            continue;
        TRY(money_say(making, sum_minor, &amount, err));
        snprintf(digits, sizeof digits, "%d", months);
        paper_table_row(paper, (struct text[]){variable_label(&flows[v], making->order->language),
                                               amount, text_of(digits)});
    }
    for (size_t f = 0; f < explanation->figure_count; f++) {
        CLEANUP(buffer_free) struct buffer value = {0};

        figure_write_value(card->reasons.program, &explanation->figures[f], making->order->language,
                           &value);
        TRY(buffer_status(&value, err));
        paper_table_total(
            paper, (struct text[]){figure_label(card->reasons.program, &explanation->figures[f],
                                                making->order->language),
                                   buffer_text(&value), TEXT("")});
    }
    paper_table_end(paper);
    return BERM_OK;
}

/* ---- Whom to call ---------------------------------------------------------------------------- */

static void draw_contacts(const struct card *card, struct paper *paper)
{
    const struct making *making = card->making;
    const struct paper_field fields[] = {
        {SAY(making, "Worker in charge", "帮扶责任人"), card->open_case.worker},
        {SAY(making, "Telephone", "联系电话"), TEXT(" ")},
        {SAY(making, "Township office", "乡镇办公室"), TEXT(" ")},
        {SAY(making, "Telephone", "联系电话"), TEXT(" ")},
    };

    paper_keep(paper, 62);
    paper_text(paper, PAPER_HEADING, SAY(making, "Whom to call", "联系人"));
    paper_fields(paper, fields, ARRAY_COUNT(fields), 2);
    paper_text(
        paper, PAPER_PARAGRAPH,
        SAY(making,
            "Is something wrong here, or has something changed? Tell the worker or the "
            "office. You may ask to see all that is held of your household, have it "
            "corrected, and object to what was found. Help is not taken away without a "
            "person's decision, of which you are told with its reason.",
            "如有信息不符或家庭情况发生变化，请告知帮扶责任人或乡镇办公室。您有权查询本户登记信"
            "息、要求更正，并对认定结果提出异议。帮扶不会自动停止：停止须由工作人员作出决定，并向"
            "您说明理由。"));
    paper_signatures(
        paper,
        (struct text[]){SAY(making, "Handed over by", "发放人"),
                        SAY(making, "Received by (household)", "领取人（户主或成员）")},
        2);
}

static enum berm_status draw_card(void *context, struct paper *paper, struct berm_error *err)
{
    const struct card *card = context;

    TRY(draw_head(card, paper, err));
    draw_members(card, paper);
    TRY(draw_findings(card, paper, err));
    draw_measures(card, paper);
    TRY(draw_money(card, paper, err));
    draw_contacts(card, paper);
    return BERM_OK;
}

/* The open case, where cases are for the caller. */
static enum berm_status read_case(struct card *card, struct berm_error *err)
{
    struct making *making = card->making;
    struct area_scope scope;
    bool is_there;

    if (!caller_holds(making->caller, PERMISSION_CASE_READ))
        return BERM_OK;
    TRY(caller_scope(making->office->store, making->caller, PERMISSION_CASE_READ, (struct text){0},
                     making->arena, &scope, err));
    if (!area_scope_contains(&scope, card->facts.position))
        return BERM_OK;
    return case_read_open(making->office->store, card->facts.household_id, making->arena, &is_there,
                          &card->open_case, err);
}

enum berm_status card_make(struct making *making, struct buffer *pdf, struct berm_error *err)
{
    struct card card = {.making = making};

    TRY(making_read(making, &card.facts, &card.reasons, err));
    TRY(read_case(&card, err));
    return making_draw(making, SAY(making, "Household card", "家庭帮扶明白卡"), card.facts.code,
                       false, draw_card, &card, pdf, err);
}
