/*
 * The list that is posted in public, so that neighbours may object: households whose cases are in a
 * state of the workflow, or of which something was found for certain in a month, the worst first.
 * Everybody reads it, so it says no more than neighbours need to tell who is meant: names and
 * numbers are masked, whoever prints it, and the reason, which may be an illness, is not told.
 *
 * The households are collected first, in one snapshot; then each is read in the service's own way,
 * for its head's name. What is kept of a household is its row.
 */
#include "document/private.h"

struct notice_row {
    struct text household; /* its code */
    struct text place;
    struct text since;  /* a month, or the day on which the case came to the state */
    struct text head;   /* masked */
    struct text number; /* masked code */
    struct text members;
};

struct notice {
    struct making *making;
    struct text area_name;
    struct notice_row *rows;
    size_t count, capacity;
    struct map *seen;
};

enum { READING_BYTES_MAX = 16 << 20 };

/* ---- Which households ------------------------------------------------------------------------ */

/* A row for a household that has none yet. */
static enum berm_status add_row(struct notice *notice, struct text household, struct text place,
                                struct text since, struct berm_error *err)
{
    struct arena *arena = notice->making->arena;
    char number[OFFICIAL_NUMBER_MASK_MAX];
    struct notice_row *row;
    int64_t position;

    if (map_get(notice->seen, household, &position))
        return BERM_OK;
    if (notice->count == notice->making->order->row_max)
        return fail_with(err, BERM_LIMIT,
                         "more than the %zu households that one notice lists here; print it for "
                         "smaller areas%s",
                         notice->count,
                         notice->count < NOTICE_ROWS_MAX ? ", or by berm print notice" : "");
    TRY(map_put(notice->seen, household, (int64_t)notice->count, err));
    TRY(rows_reserve(arena, &notice->rows, sizeof *row, notice->count, &notice->capacity, err));
    row = &notice->rows[notice->count++];
    TRY(text_copy(arena, household, &row->household, err));
    TRY(text_copy(arena, place, &row->place, err));
    TRY(text_copy(arena, since, &row->since, err));
    return text_copy(arena, official_number_mask(household, number), &row->number, err);
}

static enum berm_status take_finding(void *context, const struct finding_row *finding,
                                     struct berm_error *err)
{
    struct notice *notice = context;
    char month[MONTH_TEXT_MAX];

    if (finding->is_undetermined)
        return BERM_OK;
    return add_row(
        notice, finding->household,
        area_say(notice->making, finding->area_name,
                 finding->area_name_en.length ? finding->area_name_en : finding->area_name),
        month_format(finding->from_month, month), err);
}

static enum berm_status take_case(void *context, const struct case_row *row, struct berm_error *err)
{
    struct notice *notice = context;

    return add_row(notice, row->household,
                   area_say(notice->making, row->area_name,
                            row->area_name_en.length ? row->area_name_en : row->area_name),
                   row->entered_on, err);
}

static enum berm_status collect(struct notice *notice, struct berm_error *err)
{
    const struct making *making = notice->making;
    const struct document_order *order = making->order;
    struct finding_filter of_month = {.month = order->month, .area = order->area};
    struct case_filter in_state = {.area = order->area, .state = order->state};
    char cursors[2][CURSOR_TEXT_MAX];
    struct text next = {0};
    int page = 0;

    if (order->state.length == 0)
        return findings_list(making->office, making->caller, &of_month, take_finding, notice, err);
    do {
        TRY(cases_list(making->office, making->caller, &in_state, FIND_LIMIT_MAX, next, take_case,
                       notice, cursors[page++ % 2], &next, err));
    } while (next.length);
    return BERM_OK;
}

/* ---- Whose they are -------------------------------------------------------------------------- */

static enum berm_status read_head(struct notice *notice, struct notice_row *row,
                                  struct arena *scratch, struct berm_error *err)
{
    struct making *making = notice->making;
    struct household_facts facts;
    const struct household_member *head = NULL;
    size_t count = 0;

    TRY(household_read(making->office, making->caller, row->household, scratch, &facts, err));
    for (size_t m = 0; m < facts.member_count; m++) {
        const struct household_member *member = &facts.members[m];

        if (member->to_date.length)
            continue;
        count++;
        if (!head || text_equal(member->relation, TEXT("head")))
            head = member;
    }
    TRY(text_format(making->arena, &row->members, err, "%zu", count));
    if (!head)
        return BERM_OK;
    if (text_equal(head->name, TEXT(HIDDEN_VALUE))) {
        row->head = hidden_say(making, head->name);
        return BERM_OK;
    }
    return name_mask(making->arena, head->name, &row->head, err);
}

static enum berm_status read_heads(struct notice *notice, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *scratch = NULL;
    struct arena_mark start;

    TRY(arena_create(READING_BYTES_MAX, &scratch, err));
    start = arena_mark(scratch);
    for (size_t r = 0; r < notice->count; r++) {
        TRY(read_head(notice, &notice->rows[r], scratch, err));
        arena_rewind(scratch, start);
    }
    return BERM_OK;
}

static enum berm_status take_area(void *context, const struct area *area, struct berm_error *err)
{
    struct notice *notice = context;

    if (notice->area_name.length)
        return BERM_OK;
    return text_copy(
        notice->making->arena,
        area_say(notice->making, area->name, area->name_en.length ? area->name_en : area->name),
        &notice->area_name, err);
}

/* ---- The list -------------------------------------------------------------------------------- */

static enum berm_status draw_notice(void *context, struct paper *paper, struct berm_error *err)
{
    const struct notice *notice = context;
    const struct making *making = notice->making;
    bool by_state = making->order->state.length > 0;
    const struct paper_column columns[] = {
        {SAY(making, "No.", "序号"), 1.2, PAPER_RIGHT},
        {SAY(making, "Head of household", "户主"), 3.4, PAPER_LEFT},
        {SAY(making, "Household number", "户编号"), 2.6, PAPER_LEFT},
        {SAY(making, "Members", "人口"), 1.5, PAPER_RIGHT},
        {SAY(making, "Place", "所在地"), 5, PAPER_LEFT},
        {by_state ? SAY(making, "In this state since", "公示起始")
                  : SAY(making, "Found since", "发现月份"),
         2, PAPER_LEFT},
    };
    char month[MONTH_TEXT_MAX], number[24];
    struct text subtitle;

    TRY(text_format(making->arena, &subtitle, err,
                    making->is_chinese ? "%.*s · %.*s · 共 %zu 户"
                                       : "%.*s · %.*s · households: %zu",
                    TEXT_ARG(notice->area_name),
                    TEXT_ARG(by_state ? state_say(making, making->order->state)
                                      : month_format(making->order->month, month)),
                    notice->count));
    paper_text(paper, PAPER_TITLE, SAY(making, "Public notice", "公　示"));
    paper_text(paper, PAPER_SUBTITLE, subtitle);
    paper_text(paper, PAPER_PARAGRAPH,
               by_state
                   ? SAY(making,
                         "A decision about these households is being prepared. Whoever has a "
                         "reason against it, for one of them, may tell the village or the township "
                         "office while this notice is posted; every objection is looked into.",
                         "以下农户的认定或退出事项正在办理，现予公示。公示期内如有异议，请向村委会"
                         "或乡镇办公"
                         "室反映，所有异议均将核查。")
                   : SAY(making,
                         "These households were found to be at risk by the monthly check. Whoever "
                         "knows that this is not so for one of them, or knows of a household that "
                         "should be listed, may tell the village or the township office while this "
                         "notice is posted.",
                         "经当月排查，以下农户存在返贫致贫风险，现予公示。公示期内如有异议，或有应"
                         "纳入而未纳"
                         "入的农户，请向村委会或乡镇办公室反映。"));
    paper_table_begin(paper, columns, ARRAY_COUNT(columns));
    for (size_t r = 0; r < notice->count; r++) {
        const struct notice_row *row = &notice->rows[r];

        snprintf(number, sizeof number, "%zu", r + 1);
        paper_table_row(paper, (struct text[]){text_of(number), row->head, row->number,
                                               row->members, row->place, row->since});
        TRY(paper_status(paper, err));
    }
    paper_table_end(paper);
    if (notice->count == 0)
        paper_text(paper, PAPER_PARAGRAPH, SAY(making, "There is none.", "本期无。"));
    paper_keep(paper, 50);
    paper_text(paper, PAPER_PARAGRAPH,
               SAY(making, "Posted from ____________________ to ____________________",
                   "公示时间：　　　　年　　月　　日至　　　　年　　月　　日"));
    paper_signatures(paper,
                     (struct text[]){SAY(making, "Village committee (seal)", "村委会（盖章）"),
                                     SAY(making, "Telephone for objections", "异议反映电话")},
                     2);
    return BERM_OK;
}

static void close_map(struct notice *notice)
{
    map_free(notice->seen);
}

enum berm_status notice_make(struct making *making, struct buffer *pdf, struct berm_error *err)
{
    CLEANUP(close_map) struct notice notice = {.making = making};
    const struct document_order *order = making->order;
    struct area_filter areas = {.area = order->area, .limit = 1};

    TRY(map_create(256, &notice.seen, err));
    TRY(areas_list(making->office, making->caller, &areas, take_area, &notice, err));
    TRY(collect(&notice, err));
    TRY(read_heads(&notice, err));
    making->document->row_count = (int64_t)notice.count;
    return making_draw(making, SAY(making, "Public notice", "公示"), notice.area_name, false,
                       draw_notice, &notice, pdf, err);
}
