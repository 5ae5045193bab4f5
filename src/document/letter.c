/*
 * The letter that tells a household of a decision about its case: what was decided, by whom and
 * when, the reason in plain words, what the register rests it on, and how to object.
 */
#include "document/private.h"

struct letter_page {
    struct making *making;
    struct household_facts facts;
    struct household_reasons reasons;
    struct case_shown shown;
    const struct case_step_row *step;
};

static struct text action_say(const struct making *making, const struct case_step_row *step)
{
    return step->info
               ? language_pick(making->order->language, step->info->label_en, step->info->label_zh)
               : step->action;
}

static struct text head_name(const struct letter_page *page)
{
    for (size_t m = 0; m < page->facts.member_count; m++)
        if (text_equal(page->facts.members[m].relation, TEXT("head")) &&
            page->facts.members[m].to_date.length == 0)
            return hidden_say(page->making, page->facts.members[m].name);
    return TEXT("");
}

static enum berm_status draw_decision(const struct letter_page *page, struct paper *paper,
                                      struct berm_error *err)
{
    const struct making *making = page->making;
    const struct case_step_row *step = page->step;
    struct text reference;

    TRY(text_format(making->arena, &reference, err, "%lld-%lld",
                    (long long)page->shown.head.case_id, (long long)step->step_number));
    paper_text(paper, PAPER_TITLE, SAY(making, "Decision", "告知书"));
    paper_fields(paper,
                 (struct paper_field[]){
                     {SAY(making, "To", "致"), head_name(page)},
                     {SAY(making, "Household", "户编号"), page->facts.code},
                     {SAY(making, "Place", "所在地"),
                      area_say(making, page->facts.area_name, page->facts.area_name_en)},
                     {SAY(making, "Reference", "文号"), reference},
                     {SAY(making, "Decided on", "决定日期"), step->on_day},
                     {SAY(making, "Decided by", "决定人"), step->actor},
                 },
                 6, 2);
    paper_text(paper, PAPER_HEADING, SAY(making, "What was decided", "决定内容"));
    paper_fields(paper,
                 (struct paper_field[]){
                     {SAY(making, "Decision", "决定"), action_say(making, step)},
                     {SAY(making, "Your case was", "原状态"), state_say(making, step->from_state)},
                     {SAY(making, "Your case is", "现状态"), state_say(making, step->to_state)},
                 },
                 3, 1);
    if (step->reason.length) {
        paper_text(paper, PAPER_HEADING, SAY(making, "The reason", "决定理由"));
        paper_text(paper, PAPER_PARAGRAPH, hidden_say(making, step->reason));
    }
    return BERM_OK;
}

static enum berm_status draw_grounds(const struct letter_page *page, struct paper *paper,
                                     struct berm_error *err)
{
    const struct making *making = page->making;
    enum language language = making->order->language;
    const struct explanation *explanation = &page->reasons.explanation;

    paper_text(paper, PAPER_HEADING,
               SAY(making, "What the register says of your household", "登记情况"));
    if (explanation->finding_count == 0)
        paper_text(paper, PAPER_PARAGRAPH,
                   SAY(making, "Nothing was found, and no fact that the rules need is missing.",
                       "未发现风险点，所需信息齐全。"));
    for (size_t f = 0; f < explanation->finding_count; f++) {
        const struct explained_finding *finding = &explanation->findings[f];
        CLEANUP(buffer_free) struct buffer why = {0};
        struct text clear;

        sentences_write_brief(page->reasons.program, finding, language, &why);
        TRY(buffer_status(&why, err));
        TRY(text_format(
            making->arena, &clear, err,
            making->is_chinese ? "如何消除：%.*s" : "What would clear it: %.*s",
            TEXT_ARG(language_pick(language, finding->info->clear_en, finding->info->clear_zh))));
        paper_text(paper, PAPER_STRONG,
                   language_pick(language, finding->info->label_en, finding->info->label_zh));
        paper_text(paper, PAPER_PARAGRAPH, buffer_text(&why));
        paper_text(paper, PAPER_PARAGRAPH, clear);
    }
    return BERM_OK;
}

static enum berm_status draw_letter(void *context, struct paper *paper, struct berm_error *err)
{
    const struct letter_page *page = context;
    const struct making *making = page->making;

    TRY(draw_decision(page, paper, err));
    TRY(draw_grounds(page, paper, err));
    paper_keep(paper, 60);
    paper_text(paper, PAPER_HEADING, SAY(making, "If you disagree", "如有异议"));
    paper_text(
        paper, PAPER_PARAGRAPH,
        SAY(making,
            "You may object, in writing or by word of mouth, to the worker or the township "
            "office. Somebody who did not take part in this decision looks at it again and "
            "answers you. You may see all that is held of your household.",
            "您可以书面或口头方式向帮扶责任人或乡镇办公室提出异议，由未参与本决定的人员重新核查并答"
            "复。您有权查询本户的全部登记信息。"));
    paper_signatures(
        paper,
        (struct text[]){SAY(making, "For the office (seal)", "经办单位（盖章）"),
                        SAY(making, "Received by (household)", "签收人（户主或成员）")},
        2);
    return BERM_OK;
}

/* The step that is asked for; none: the last one. */
static enum berm_status choose_step(struct letter_page *page, struct berm_error *err)
{
    int64_t number = page->making->order->step_number;

    for (size_t s = 0; s < page->shown.step_count; s++) {
        const struct case_step_row *step = &page->shown.steps[s];

        if ((number == 0 || step->step_number == number) &&
            (!page->step || step->step_number > page->step->step_number))
            page->step = step;
    }
    if (page->step)
        return BERM_OK;
    if (number == 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "nothing has been decided about the case of household %.*s yet",
                         TEXT_ARG(page->facts.code));
    return fail_with(err, BERM_NOT_FOUND,
                     "the case of household %.*s has no step %lld; berm case show lists them",
                     TEXT_ARG(page->facts.code), (long long)number);
}

enum berm_status letter_make(struct making *making, struct buffer *pdf, struct berm_error *err)
{
    struct letter_page page = {.making = making};
    struct case_call call = {.office = making->office,
                             .caller = making->caller,
                             .actor = &making->office->actor,
                             .arena = making->arena};

    TRY(making_read(making, &page.facts, &page.reasons, err));
    TRY(case_show(&call, page.facts.code, &page.shown, err));
    TRY(choose_step(&page, err));
    return making_draw(making, SAY(making, "Decision", "告知书"), page.facts.code, false,
                       draw_letter, &page, pdf, err);
}
