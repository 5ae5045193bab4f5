/*
 * Lists and counts of findings: worst first, by area and code, as they held in a month. Both look
 * at the caller's areas inside the snapshot that they read.
 */
#include <string.h>

#include "service/access/mask.h"
#include "service/find/private.h"

enum { SCOPE_BYTES_MAX = 1 << 20 };

enum berm_status finding_code_check(const struct pack *pack, struct text code,
                                    struct berm_error *err)
{
    struct text names[256];
    size_t count =
        pack->finding_count < ARRAY_COUNT(names) ? pack->finding_count : ARRAY_COUNT(names);
    int nearest;

    if (code.length == 0 || pack_finding_position(pack, code) >= 0)
        return BERM_OK;
    for (size_t i = 0; i < count; i++)
        names[i] = pack->findings[i].code;
    nearest = text_nearest(code, names, count);
    if (nearest >= 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "the pack %.*s has no finding %.*s; did you mean %.*s?",
                         TEXT_ARG(pack->name), TEXT_ARG(code), TEXT_ARG(names[nearest]));
    return fail_with(err, BERM_NOT_FOUND, "the pack %.*s has no finding %.*s", TEXT_ARG(pack->name),
                     TEXT_ARG(code));
}

/* The row that the statement stands on; its evidence as the caller may see it by the present pack,
 * its label by the pack of the month. */
static enum berm_status visit_row(const struct pack *present, const struct pack *of_month,
                                  struct statement *list, const struct field_sight *sight,
                                  struct buffer *evidence, finding_visitor *visit, void *context,
                                  struct berm_error *err)
{
    struct finding_row row = {
        .household = statement_text(list, 1),
        .area = statement_text(list, 2),
        .area_name = statement_text(list, 3),
        .code = statement_text(list, 4),
        .is_undetermined = statement_int64(list, 5) != 0,
        .severity = statement_text(list, 6),
        .from_month = statement_month(list, 7),
        .has_ended = !statement_is_null(list, 8),
    };

    row.to_month = row.has_ended ? statement_month(list, 8) : 0;
    row.area_name_en = statement_text(list, 10);
    if (row.area_name_en.length == 0)
        row.area_name_en = row.area_name;
    row.info = pack_finding(of_month, row.code);
    TRY(mask_evidence(present, field_sight_at(sight, statement_int64(list, 11)),
                      statement_text(list, 9), evidence, &row.evidence, &row.shows_sensitive, err));
    return visit(context, &row, err);
}

/* Where the row that the statement stands on is in the order. */
static struct find_cursor place_of(struct statement *list)
{
    struct text household = statement_text(list, 1);
    struct find_cursor place = {.risk_rank =
                                    statement_int64(list, 12) * 2 + statement_int64(list, 5),
                                .person_id = statement_int64(list, 0),
                                .key_length = household.length};

    assert(household.length <= sizeof place.key_bytes);
    memcpy(place.key_bytes, household.bytes, household.length);
    return place;
}

/* One cursor has places for both lists: here risk_rank holds severity and mark, person_id the
 * finding, key the household's code. */
static void bind_place(struct statement *list, const struct find_cursor *place)
{
    statement_bind_int64(list, FINDING_LIST__AFTER_RANK, place == NULL ? -1 : place->risk_rank / 2);
    statement_bind_int64(list, FINDING_LIST__AFTER_UNDETERMINED,
                         place == NULL ? 0 : place->risk_rank % 2);
    statement_bind_text(list, FINDING_LIST__AFTER_HOUSEHOLD,
                        place == NULL ? TEXT("")
                                      : (struct text){place->key_bytes, place->key_length});
    statement_bind_int64(list, FINDING_LIST__AFTER_FINDING_ID,
                         place == NULL ? 0 : place->person_id);
}

/* At most filter->limit rows from behind a place on (NULL: from the first); *ret_last is the last
 * one's. */
static enum berm_status list_from(struct office *office, const struct caller *caller,
                                  const struct finding_filter *filter,
                                  const struct find_cursor *place, finding_visitor *visit,
                                  void *context, struct find_cursor *ret_last, bool *ret_has_more,
                                  struct berm_error *err)
{
    int64_t left = filter->limit > 0 ? filter->limit : INT64_MAX;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(buffer_free) struct buffer evidence = {0};
    struct field_sight sight;
    struct area_scope scope;
    const struct pack *pack;
    bool has_row;

    TRY(arena_create(SCOPE_BYTES_MAX, &arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(office_pack_at(office, filter->month, &pack, err));
    TRY(finding_code_check(pack, filter->code, err));
    TRY(caller_scope(office->store, caller, PERMISSION_FINDING_LIST, filter->area, arena, &scope,
                     err));
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(statement_prepare(office->store, STATEMENT_FINDING_LIST, &list, err));
    statement_bind_text(list, FINDING_LIST__RANGES, scope.parameter);
    statement_bind_month(list, FINDING_LIST__MONTH, filter->month);
    statement_bind_text(list, FINDING_LIST__CODE, filter->code);
    statement_bind_int64(list, FINDING_LIST__WITH_UNDETERMINED, filter->with_undetermined);
    bind_place(list, place);
    statement_bind_int64(list, FINDING_LIST__COUNT, left < INT64_MAX ? left + 1 : left);
    TRY(statement_step(list, &has_row, err));
    while (has_row && left-- > 0) {
        TRY(visit_row(office->pack, pack, list, &sight, &evidence, visit, context, err));
        *ret_last = place_of(list);
        TRY(statement_step(list, &has_row, err));
    }
    *ret_has_more = has_row;
    return BERM_OK;
}

enum berm_status findings_list(struct office *office, const struct caller *caller,
                               const struct finding_filter *filter, finding_visitor *visit,
                               void *context, struct berm_error *err)
{
    struct find_cursor last;
    bool has_more;

    return list_from(office, caller, filter, NULL, visit, context, &last, &has_more, err);
}

static uint64_t filter_hash(const struct finding_filter *filter)
{
    uint64_t hash = text_hash_seeded(TEXT("findings"), (uint64_t)filter->month);

    hash = text_hash_seeded(filter->area, hash + filter->with_undetermined);
    return text_hash_seeded(filter->code, hash);
}

enum berm_status findings_page(struct office *office, const struct caller *caller,
                               const struct finding_filter *filter, struct text cursor,
                               finding_visitor *visit, void *context, char next[CURSOR_TEXT_MAX],
                               struct text *ret_next, struct berm_error *err)
{
    uint64_t hash = filter_hash(filter);
    struct find_cursor start, last;
    bool has_more;

    if (filter->limit < 1 || filter->limit > FIND_LIMIT_MAX)
        return fail_with(err, BERM_INVALID_INPUT, "a page has 1 to %d rows", (int)FIND_LIMIT_MAX);
    if (cursor.length > 0)
        TRY(find_cursor_read(cursor, hash, &start, err));
    TRY(list_from(office, caller, filter, cursor.length > 0 ? &start : NULL, visit, context, &last,
                  &has_more, err));
    *ret_next = has_more ? find_cursor_write(&last, hash, next) : (struct text){0};
    return BERM_OK;
}

enum berm_status findings_count(struct office *office, const struct caller *caller,
                                month_number month, struct text area, finding_count_visitor *visit,
                                void *context, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct area_scope scope;
    bool has_row;

    TRY(arena_create(SCOPE_BYTES_MAX, &arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_FINDING_LIST, area, arena, &scope, err));
    TRY(statement_prepare(office->store, STATEMENT_FINDING_COUNT, &list, err));
    statement_bind_text(list, FINDING_COUNT__RANGES, scope.parameter);
    statement_bind_month(list, FINDING_COUNT__MONTH, month);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        const struct finding_count count = {.code = statement_text(list, 0),
                                            .is_undetermined = statement_int64(list, 1) != 0,
                                            .severity = statement_text(list, 2),
                                            .households = statement_int64(list, 3)};

        TRY(visit(context, &count, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
