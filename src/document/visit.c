/*
 * The sheet for a visit, for a doorstep without network: who should be there, why somebody comes,
 * what is not known and therefore asked first, then every variable of the dictionary by its group
 * with what the register has and room for what is found. Choices stand as boxes to tick, so that
 * what comes back can be typed in without guessing.
 */
#include "document/private.h"

struct sheet {
    struct making *making;
    struct household_facts facts;
    struct household_reasons reasons;
    struct visit_form form; /* of the visit that is planned; else of all that the caller may see */
    bool is_planned;
};

enum { TICK_CHOICES_MAX = 14, WHOLE_LABEL_MAX = 14 };

static void draw_head(const struct sheet *sheet, struct paper *paper)
{
    const struct making *making = sheet->making;
    const struct household_facts *facts = &sheet->facts;
    const struct visit_row *planned = &sheet->form.row;
    char number[24];
    struct paper_field fields[] = {
        {SAY(making, "Household", "户编号"), facts->code},
        {SAY(making, "Place", "所在地"), area_say(making, facts->area_name, facts->area_name_en)},
        {SAY(making, "Visit", "入户任务"), SAY(making, "none is planned", "未安排")},
        {SAY(making, "Due by", "完成期限"), planned->due_on},
        {SAY(making, "Visited on", "入户日期"), TEXT(" ")},
        {SAY(making, "Visited by", "核实人"), planned->worker},
    };

    if (sheet->is_planned) {
        snprintf(number, sizeof number, "%lld", (long long)planned->visit_id);
        fields[2].value = text_of(number);
    }
    paper_text(paper, PAPER_TITLE, SAY(making, "Visit sheet", "入户核实表"));
    paper_text(paper, PAPER_SUBTITLE,
               SAY(making, "Tick or write only what differs, or was not known",
                   "与登记情况不符或未登记的，请勾选或填写"));
    paper_fields(paper, fields, ARRAY_COUNT(fields), 2);
}

/* ---- Why, and what to ask first -------------------------------------------------------------- */

static enum berm_status draw_reasons(const struct sheet *sheet, struct paper *paper,
                                     struct berm_error *err)
{
    const struct making *making = sheet->making;
    enum language language = making->order->language;
    const struct explanation *explanation = &sheet->reasons.explanation;
    const struct paper_column columns[] = {
        {SAY(making, "Is it so?", "需核实事项"), 3, PAPER_LEFT},
        {SAY(making, "What the register says", "登记情况"), 6, PAPER_LEFT},
        {SAY(making, "Found", "核实结果"), 3, PAPER_LEFT},
    };

    if (explanation->finding_count == 0)
        return BERM_OK;
    paper_text(paper, PAPER_HEADING, SAY(making, "Why you come", "核实重点"));
    paper_table_begin(paper, columns, ARRAY_COUNT(columns));
    for (size_t f = 0; f < explanation->finding_count; f++) {
        const struct explained_finding *finding = &explanation->findings[f];
        CLEANUP(buffer_free) struct buffer why = {0};

        sentences_write_brief(sheet->reasons.program, finding, language, &why);
        TRY(buffer_status(&why, err));
        paper_table_row(paper, (struct text[]){language_pick(language, finding->info->label_en,
                                                             finding->info->label_zh),
                                               buffer_text(&why),
                                               SAY(making, "□ yes   □ no", "□ 属实　□ 不属实")});
    }
    paper_table_end(paper);
    return BERM_OK;
}

/* ---- What to ask ----------------------------------------------------------------------------- */

/* A choice with its box, in one piece: a line is not broken between the two, nor inside a short
 * Chinese label, where it else might be behind any character. */
static void append_choice(struct text label, struct buffer *out)
{
    bool is_short = text_code_point_count(label) <= WHOLE_LABEL_MAX;

    buffer_append_text(out, TEXT("□\u00A0"));
    for (size_t at = 0; at < label.length;) {
        size_t start = at;
        bool is_han = text_next_code_point(label, &at) >= 0x2E80;

        buffer_append(out, label.bytes + start, at - start);
        if (is_short && is_han && at < label.length)
            buffer_append_text(out, TEXT("\u2060"));
    }
}

/* Boxes to tick, where the answer is one of a few; else room to write. */
static enum berm_status answer_say(const struct making *making, const struct variable *variable,
                                   struct text *ret_text, struct berm_error *err)
{
    const struct choice_list *list = variable->list;
    CLEANUP(buffer_free) struct buffer out = {0};

    *ret_text = SAY(making, "□ yes   □ no", "□ 是　□ 否");
    if (variable->type == VARIABLE_BOOLEAN)
        return BERM_OK;
    *ret_text = TEXT(" ");
    if (!list || list->choice_count > TICK_CHOICES_MAX)
        return BERM_OK;
    for (size_t c = 0; c < list->choice_count; c++) {
        if (c > 0)
            buffer_append_text(&out, TEXT("   "));
        append_choice(language_pick(making->order->language, list->choices[c].label_en,
                                    list->choices[c].label_zh),
                      &out);
    }
    TRY(buffer_status(&out, err));
    return text_copy(making->arena, buffer_text(&out), ret_text, err);
}

static enum berm_status question_say(const struct making *making, const struct variable *variable,
                                     struct text *ret_text, struct berm_error *err)
{
    enum language language = making->order->language;
    struct text hint = language_pick(language, variable->hint_en, variable->hint_zh);

    return text_format(making->arena, ret_text, err, hint.length ? "%.*s\n%.*s" : "%.*s%.*s",
                       TEXT_ARG(variable_label(variable, language)), TEXT_ARG(hint));
}

/* What is asked of one household or person, whose values stand in the dictionary's order. */
static enum berm_status draw_questions(const struct sheet *sheet, enum entity entity,
                                       const struct field_value *values, struct paper *paper,
                                       struct berm_error *err)
{
    const struct making *making = sheet->making;
    const struct variable *all = dictionary_variables(&making->office->pack->dictionary, entity);
    const struct paper_column columns[] = {
        {SAY(making, "Ask", "核实内容"), 5, PAPER_LEFT},
        {SAY(making, "Known", "登记情况"), 3, PAPER_LEFT},
        {SAY(making, "Found", "核实情况"), 6, PAPER_LEFT},
    };
    struct text group = TEXT("");

    paper_table_begin(paper, columns, ARRAY_COUNT(columns));
    for (size_t v = 0; v < sheet->form.variable_count[entity]; v++) {
        const struct variable *variable = sheet->form.variables[entity][v];
        struct text cells[ARRAY_COUNT(columns)];

        if (!making->is_chinese && !text_equal(variable->group, group))
            paper_table_section(paper, variable->group); /* groups have no Chinese name */
        group = variable->group;
        TRY(question_say(making, variable, &cells[0], err));
        TRY(value_say(making, variable, values[variable - all], &cells[1], err));
        TRY(answer_say(making, variable, &cells[2], err));
        paper_table_row(paper, cells);
    }
    paper_table_end(paper);
    return BERM_OK;
}

static enum berm_status draw_members(const struct sheet *sheet, struct paper *paper,
                                     struct berm_error *err)
{
    const struct making *making = sheet->making;
    size_t count = 0;

    for (size_t m = 0; m < sheet->facts.member_count; m++) {
        const struct household_member *member = &sheet->facts.members[m];
        struct text heading;

        if (member->to_date.length || member->is_hidden)
            continue;
        TRY(text_format(making->arena, &heading, err,
                        making->is_chinese ? "成员%zu：%.*s（%.*s，%.*s）"
                                           : "Member %zu: %.*s (%.*s, born %.*s)",
                        ++count, TEXT_ARG(hidden_say(making, member->name)),
                        TEXT_ARG(relation_say(making, member->relation)),
                        TEXT_ARG(hidden_say(making, member->birth_date))));
        paper_text(paper, PAPER_HEADING, heading);
        if (sheet->form.variable_count[ENTITY_PERSON])
            TRY(draw_questions(sheet, ENTITY_PERSON, member->values, paper, err));
    }
    return BERM_OK;
}

static enum berm_status draw_sheet(void *context, struct paper *paper, struct berm_error *err)
{
    const struct sheet *sheet = context;
    const struct making *making = sheet->making;

    draw_head(sheet, paper);
    TRY(draw_reasons(sheet, paper, err));
    if (sheet->form.variable_count[ENTITY_HOUSEHOLD]) {
        paper_text(paper, PAPER_HEADING, SAY(making, "The household", "家庭情况"));
        TRY(draw_questions(sheet, ENTITY_HOUSEHOLD, sheet->facts.values, paper, err));
    }
    TRY(draw_members(sheet, paper, err));
    paper_keep(paper, 78);
    paper_text(paper, PAPER_HEADING,
               SAY(making, "What else was seen or said", "其他情况及家庭诉求"));
    paper_lines(paper, 4);
    paper_signatures(paper,
                     (struct text[]){SAY(making, "Visitor", "核实人"),
                                     SAY(making, "Second visitor", "陪同人"),
                                     SAY(making, "Household", "户主或成员")},
                     3);
    return BERM_OK;
}

/* ---- Which visit ----------------------------------------------------------------------------- */

static enum berm_status take_visit(void *context, const struct visit_row *row,
                                   struct berm_error *err)
{
    int64_t *visit_id = context;

    (void)err;
    *visit_id = row->visit_id;
    return BERM_OK;
}

/* Without a visit that is planned: everything that the caller sees, as visit_form_read has it. */
static enum berm_status ask_everything(struct sheet *sheet, struct berm_error *err)
{
    const struct dictionary *dictionary = &sheet->making->office->pack->dictionary;

    for (int e = 0; e < ENTITY_COUNT; e++) {
        const struct variable *variables = dictionary_variables(dictionary, (enum entity)e);
        const struct variable **chosen;
        size_t count = 0;

        TRY(arena_new(sheet->making->arena, dictionary->count[e] + 1, sizeof *chosen, &chosen,
                      err));
        for (size_t v = 0; v < dictionary->count[e]; v++)
            if (variables[v].field_class <= sheet->facts.class_seen)
                chosen[count++] = &variables[v];
        sheet->form.variables[e] = chosen;
        sheet->form.variable_count[e] = count;
    }
    return BERM_OK;
}

static enum berm_status choose_questions(struct sheet *sheet, struct berm_error *err)
{
    struct making *making = sheet->making;
    struct visit_filter filter = {
        .household = sheet->facts.code, .has_state = true, .state = VISIT_PLANNED, .limit = 1};
    int64_t visit_id = 0;

    TRY(visits_list(making->office, making->caller, &filter, take_visit, &visit_id, err));
    if (visit_id == 0)
        return ask_everything(sheet, err);
    sheet->is_planned = true;
    return visit_form_read(making->office, making->caller, visit_id, making->arena, &sheet->form,
                           err);
}

enum berm_status visit_make(struct making *making, struct buffer *pdf, struct berm_error *err)
{
    struct sheet sheet = {.making = making};

    TRY(making_read(making, &sheet.facts, &sheet.reasons, err));
    TRY(choose_questions(&sheet, err));
    return making_draw(making, SAY(making, "Visit sheet", "入户核实表"), sheet.facts.code, false,
                       draw_sheet, &sheet, pdf, err);
}
