/*
 * Lists of households. A list walks through the districts that overlap the caller's areas, and in
 * each through one index from the cursor on; whether a row lies in the caller's areas is looked at
 * for every row, and so are the filters. A page ends when it is full, or after so many of the
 * caller's own rows that its time stays bounded.
 *
 * A cursor is made of a row that the caller may see, never of one that was passed over: with a term
 * in it, it would tell a neighbour's name.
 */
#include <string.h>

#include "script/script.h"
#include "service/find/private.h"

enum {
    FIND_BYTES_MAX = 4 << 20,
    FIND_WORK_MAX = 4000, /* rows of the caller's that one page looks at */
    RISK_RANKS = 6,
    KEY_BYTES_MAX = CODE_BYTES_MAX + 8,
    WALKS_AHEAD_MAX = 16,  /* districts that are read together */
    PIECE_ROWS_MAX = 4096, /* of a district, at a time */
};

/* Behind every text that begins with the prefix: the last code point, which no name and code has.
 */
#define AFTER_ALL "\xF4\x8F\xBF\xBF"

enum find_way { BY_CODE, BY_RISK, BY_TERM, BY_PERSON_CODE };

/* Through one district, a piece at a time. */
struct walk {
    struct statement *rows; /* NULL: not prepared yet */
    int64_t risk_rank, district_id;
    struct text first; /* from where on; of terms, behind this one's person_id */
    int64_t person_id;
    char first_bytes[KEY_BYTES_MAX]; /* of a walk that goes on */
    int64_t count;                   /* rows at most that the piece has */
};

struct finder {
    struct office *office;
    const struct household_query *query;
    struct arena *arena;
    household_visitor *visit;
    void *context;
    struct area_scope scope;
    struct find_sight sight;
    struct find_filter filter;
    enum find_way way;
    struct text prefix;           /* of the code or the term; the person's code */
    char end[NAME_BYTES_MAX + 8]; /* behind all that begins with the prefix */
    struct walk walks[WALKS_AHEAD_MAX];
    struct statement *walk; /* the rows of the one that is looked at */
    size_t ahead;           /* how many of them are started together next */
    struct statement *districts, *test;
    struct find_cursor last; /* of the last row of the caller's that was looked at */
    bool has_start;          /* last is the cursor: go on behind it */
    bool is_by_number;       /* prefix is whose id number it is; empty: nobody's */
    int64_t found, looked_at, limit;
    bool is_full;
    bool filter_is_sensitive; /* that a row is there tells a sensitive value of it */
};

static void finder_close(struct finder *finder)
{
    for (size_t w = 0; w < WALKS_AHEAD_MAX; w++)
        statement_close(finder->walks[w].rows);
    statement_close(finder->districts);
    statement_close(finder->test);
    arena_free(finder->arena);
}

/* ---- What is asked --------------------------------------------------------------------------- */

static bool has_digit(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] >= '0' && text.bytes[i] <= '9')
            return true;
    return false;
}

/* Whose id number it is: who knows a number learns nothing from finding its owner, so that is no
 * look at it. Empty where it is nobody's. */
static enum berm_status find_owner(struct finder *finder, const struct secret *secret,
                                   struct text *ret_code, struct berm_error *err)
{
    CLEANUP(vault_closep) struct vault *vault = NULL;

    TRY(vault_open(finder->office->store, finder->office->key, false, &vault, err));
    TRY(vault_owner(vault, secret, finder->arena, ret_code, err));
    finder->is_by_number = ret_code->length > 0;
    return BERM_OK;
}

/* The search is said to be an id number. */
static enum berm_status choose_number(struct finder *finder, struct berm_error *err)
{
    struct secret secret = {.id_type = finder->query->id_type};
    char number[OFFICIAL_NUMBER_MAX];

    if (!finder->sight.fields.has_scope[FIELD_CLASS_SENSITIVE])
        return fail_with(err, BERM_FORBIDDEN,
                         "id numbers are not for this account to see, so it cannot search by them; "
                         "search by a name or a code");
    TRY(id_number_read(secret.id_type, finder->query->search, number, &secret.number, err));
    finder->way = BY_PERSON_CODE;
    return find_owner(finder, &secret, &finder->prefix, err);
}

/* The search may be an id number, unannounced: of those that are, only a resident id can be told
 * from a code. *ret_code is empty where it is none. */
static enum berm_status recognise_number(struct finder *finder, struct text *ret_code,
                                         struct berm_error *err)
{
    struct secret secret = {.id_type = TEXT("resident_id")};
    char number[OFFICIAL_NUMBER_MAX];

    *ret_code = (struct text){0};
    if (id_number_read(secret.id_type, finder->query->search, number, &secret.number, NULL) !=
        BERM_OK)
        return BERM_OK;
    if (finder->query->is_written_down)
        return fail_with(err, BERM_INVALID_INPUT,
                         "an id number must not stand in an address, which is written down on its "
                         "way; send it in the body of a lookup");
    if (finder->office->key == NULL || !finder->sight.fields.has_scope[FIELD_CLASS_SENSITIVE])
        return BERM_OK;
    return find_owner(finder, &secret, ret_code, err);
}

static enum berm_status has_person(struct finder *finder, struct text code, bool *ret_has,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;

    TRY(statement_prepare(finder->office->store, STATEMENT_FIND_PERSON_BY_CODE, &find, err));
    statement_bind_text(find, FIND_PERSON_BY_CODE__CODE, code);
    return statement_step(find, ret_has, err);
}

static enum berm_status choose_way(struct finder *finder, struct berm_error *err)
{
    struct text search = text_trimmed(finder->query->search);
    struct text owner;
    char *bytes;
    bool is_person;

    finder->way = finder->query->is_worst_first ? BY_RISK : BY_CODE;
    finder->prefix = (struct text){"", 0};
    if (finder->query->id_type.length > 0)
        return choose_number(finder, err);
    if (search.length == 0)
        return finder->query->is_of_persons
                   ? fail_with(err, BERM_INVALID_INPUT,
                               "whom to search for is missing; give a name, its beginning, or a "
                               "person's code")
                   : BERM_OK;
    if (search.length > NAME_BYTES_MAX || !text_is_utf8(search, NULL))
        return fail_with(err, BERM_INVALID_INPUT,
                         "a search is UTF-8 of at most %d bytes; shorten it", (int)NAME_BYTES_MAX);
    if (!has_digit(search)) {
        TRY(arena_new(finder->arena, NAME_TERM_BYTES_MAX, 1, &bytes, err));
        finder->way = BY_TERM;
        name_query_fold(search, bytes, &finder->prefix);
        if (!finder->sight.fields.has_scope[FIELD_CLASS_PERSONAL])
            return fail_with(err, BERM_FORBIDDEN,
                             "names are not for this account to see, so it cannot search by them; "
                             "search by a code");
        return finder->prefix.length > 0
                   ? BERM_OK
                   : fail_with(err, BERM_INVALID_INPUT,
                               "there is no letter in the search; give the beginning of a name or "
                               "a code");
    }
    TRY(recognise_number(finder, &owner, err));
    finder->prefix = owner.length > 0 ? owner : search;
    TRY(has_person(finder, finder->prefix, &is_person, err));
    finder->way = is_person || finder->query->is_of_persons ? BY_PERSON_CODE : BY_CODE;
    return BERM_OK;
}

/* A list sorted by a value tells the value: it must be the caller's everywhere in it. */
static enum berm_status check_sight(struct finder *finder, struct berm_error *err)
{
    if (finder->way == BY_RISK && !find_sight_covers_findings(&finder->sight, &finder->scope))
        return fail_with(err, BERM_FORBIDDEN,
                         "findings are not for this account to see in all of these areas, so it "
                         "cannot sort by risk; say a smaller area, or sort by code");
    for (size_t f = 0; f < finder->filter.count; f++)
        finder->filter_is_sensitive |=
            finder->filter.tests[f].subject == TEST_OF_VARIABLE &&
            finder->filter.tests[f].variable->field_class == FIELD_CLASS_SENSITIVE;
    return find_filter_check(&finder->filter, &finder->sight, &finder->scope, err);
}

static enum berm_status prepare(struct finder *finder, struct berm_error *err)
{
    struct store *store = finder->office->store;

    memcpy(finder->end, finder->prefix.bytes, finder->prefix.length);
    memcpy(finder->end + finder->prefix.length, AFTER_ALL, 4);
    finder->ahead = 1; /* most pages are full after the first district */
    TRY(statement_prepare(store, STATEMENT_FIND_DISTRICT_LIST, &finder->districts, err));
    return find_filter_prepare(&finder->filter, store, &finder->test, err);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Whether the row is the caller's at all. */
static bool is_row_seen(const struct finder *finder)
{
    int64_t position = statement_int64(finder->walk, 4);

    if (!area_scope_contains(&finder->scope, position))
        return false;
    if (finder->is_by_number)
        return field_sight_at(&finder->sight.fields, position) >= FIELD_CLASS_SENSITIVE;
    if (finder->way == BY_TERM)
        return field_sight_at(&finder->sight.fields, position) >= FIELD_CLASS_PERSONAL;
    return finder->way == BY_PERSON_CODE || statement_int64(finder->walk, 3) != 0 ||
           finder->prefix.length > 0;
}

static enum berm_status visit_row(struct finder *finder, struct berm_error *err)
{
    static const char *const LEVELS[RISK_RANKS] = {"critical", "high",         "medium",
                                                   "low",      "undetermined", "none"};
    struct statement *walk = finder->walk;
    int64_t rank = statement_int64(walk, 2), position = statement_int64(walk, 4);
    struct household_row row = {.code = statement_text(walk, 1),
                                .is_active = statement_int64(walk, 3) != 0,
                                .area = statement_text(walk, 5),
                                .area_name = statement_text(walk, 6),
                                .area_name_en = statement_text(walk, 7),
                                .shows_sensitive = finder->filter_is_sensitive};

    if (row.area_name_en.length == 0)
        row.area_name_en = row.area_name;
    if (finder->sight.has_findings && area_scope_contains(&finder->sight.finding_scope, position) &&
        rank >= 0 && rank < RISK_RANKS)
        row.risk_level = text_of(LEVELS[rank]);
    if (finder->way >= BY_TERM) {
        row.person = statement_text(walk, 10);
        row.person_name = field_sight_at(&finder->sight.fields, position) >= FIELD_CLASS_PERSONAL
                              ? statement_text(walk, 11)
                              : TEXT(HIDDEN_VALUE);
    }
    finder->found++;
    return finder->visit(finder->context, &row, err);
}

/* The row that the walk stands on. */
static enum berm_status take_row(struct finder *finder, int64_t district_id, struct berm_error *err)
{
    struct text key = statement_text(finder->walk, finder->way == BY_TERM ? 8 : 1);
    bool passes;

    if (!is_row_seen(finder))
        return BERM_OK;
    if (finder->found == finder->limit || finder->looked_at == FIND_WORK_MAX) {
        finder->is_full = true;
        return BERM_OK;
    }
    finder->looked_at++;
    TRY(find_filter_passes(finder->test, statement_int64(finder->walk, 0), &passes, err));
    if (passes)
        TRY(visit_row(finder, err));
    finder->last.risk_rank = statement_int64(finder->walk, 2);
    finder->last.district_id = district_id;
    finder->last.person_id = finder->way == BY_TERM ? statement_int64(finder->walk, 9) : 0;
    assert(key.length <= sizeof finder->last.key_bytes);
    memcpy(finder->last.key_bytes, key.bytes, key.length);
    finder->last.key_length = key.length;
    return BERM_OK;
}

/* ---- Walks ----------------------------------------------------------------------------------- */

static enum berm_status prepare_walk(struct finder *finder, struct walk *walk,
                                     struct berm_error *err)
{
    static const enum statement_id WALKS[] = {[BY_CODE] = STATEMENT_FIND_HOUSEHOLD_BY_CODE,
                                              [BY_RISK] = STATEMENT_FIND_HOUSEHOLD_BY_RISK,
                                              [BY_TERM] = STATEMENT_FIND_PERSON_BY_TERM,
                                              [BY_PERSON_CODE] = STATEMENT_FIND_PERSON_BY_CODE};

    if (walk->rows != NULL)
        return BERM_OK;
    return statement_prepare(finder->office->store, WALKS[finder->way], &walk->rows, err);
}

/* From behind a key on. A code's is the first text behind it: no code has such a character. */
static void go_on_behind(const struct finder *finder, struct walk *walk, struct text key,
                         int64_t person_id)
{
    size_t length = key.length;

    assert(length < sizeof walk->first_bytes);
    memcpy(walk->first_bytes, key.bytes, length);
    if (finder->way != BY_TERM)
        walk->first_bytes[length++] = 1;
    walk->first = (struct text){walk->first_bytes, length};
    walk->person_id = person_id;
}

static void start_walk(const struct finder *finder, const struct walk *walk)
{
    struct statement *rows = walk->rows;
    struct text end = {finder->end, finder->prefix.length + 4};

    if (finder->way == BY_TERM) {
        statement_bind_int64(rows, FIND_PERSON_BY_TERM__DISTRICT_ID, walk->district_id);
        statement_bind_text(rows, FIND_PERSON_BY_TERM__TERM, walk->first);
        statement_bind_int64(rows, FIND_PERSON_BY_TERM__PERSON_ID, walk->person_id);
        statement_bind_text(rows, FIND_PERSON_BY_TERM__END, end);
        statement_bind_int64(rows, FIND_PERSON_BY_TERM__LENGTH, (int64_t)finder->prefix.length);
        statement_bind_int64(rows, FIND_PERSON_BY_TERM__COUNT, walk->count);
    } else if (finder->way == BY_RISK) {
        statement_bind_int64(rows, FIND_HOUSEHOLD_BY_RISK__RISK_RANK, walk->risk_rank);
        statement_bind_int64(rows, FIND_HOUSEHOLD_BY_RISK__DISTRICT_ID, walk->district_id);
        statement_bind_text(rows, FIND_HOUSEHOLD_BY_RISK__FIRST, walk->first);
        statement_bind_text(rows, FIND_HOUSEHOLD_BY_RISK__END, end);
        statement_bind_int64(rows, FIND_HOUSEHOLD_BY_RISK__COUNT, walk->count);
    } else {
        statement_bind_int64(rows, FIND_HOUSEHOLD_BY_CODE__DISTRICT_ID, walk->district_id);
        statement_bind_text(rows, FIND_HOUSEHOLD_BY_CODE__FIRST, walk->first);
        statement_bind_text(rows, FIND_HOUSEHOLD_BY_CODE__END, end);
        statement_bind_int64(rows, FIND_HOUSEHOLD_BY_CODE__COUNT, walk->count);
    }
    statement_start(rows);
}

/* The piece that was started. *ret_is_whole: there is nothing behind it, or the page is full. */
static enum berm_status take_piece(struct finder *finder, struct walk *walk, bool *ret_is_whole,
                                   struct berm_error *err)
{
    bool is_term = finder->way == BY_TERM;
    char key_bytes[KEY_BYTES_MAX]; /* of the last row: what is bound must stay while it runs */
    struct text key = {key_bytes, 0};
    int64_t person_id = 0;
    int64_t row_count = 0;
    bool has_row;

    finder->walk = walk->rows;
    TRY(statement_step(walk->rows, &has_row, err));
    while (has_row && !finder->is_full) {
        if (++row_count == walk->count) {
            key.length = statement_text(walk->rows, is_term ? 8 : 1).length;
            assert(key.length <= sizeof key_bytes);
            memcpy(key_bytes, statement_text(walk->rows, is_term ? 8 : 1).bytes, key.length);
            person_id = is_term ? statement_int64(walk->rows, 9) : 0;
        }
        TRY(take_row(finder, walk->district_id, err));
        if (!finder->is_full)
            TRY(statement_step(walk->rows, &has_row, err));
    }
    statement_reset(walk->rows);
    *ret_is_whole = finder->is_full || row_count < walk->count;
    if (!*ret_is_whole)
        go_on_behind(finder, walk, key, person_id);
    return BERM_OK;
}

/* The pieces grow: where many rows are not the caller's, there are many. */
static enum berm_status take_rows(struct finder *finder, struct walk *walk, struct berm_error *err)
{
    bool is_whole = false;

    TRY(take_piece(finder, walk, &is_whole, err));
    while (!is_whole) {
        walk->count = 4 * walk->count < PIECE_ROWS_MAX ? 4 * walk->count : PIECE_ROWS_MAX;
        start_walk(finder, walk);
        TRY(take_piece(finder, walk, &is_whole, err));
    }
    return BERM_OK;
}

/* ---- Districts ------------------------------------------------------------------------------- */

static bool overlaps(const struct area_scope *scope, int64_t low, int64_t high)
{
    for (size_t r = 0; r < scope->count; r++)
        if (scope->ranges[r].low <= high && scope->ranges[r].high >= low)
            return true;
    return false;
}

/* The caller's next districts, as many as are walked through together; *ret_count is 0 behind the
 * last. *next: from which on, and then behind those. */
static enum berm_status next_districts(struct finder *finder, int64_t *next,
                                       int64_t ret_districts[WALKS_AHEAD_MAX], size_t *ret_count,
                                       struct berm_error *err)
{
    const struct area_scope *scope = &finder->scope;
    struct statement *list = finder->districts;
    int64_t listed_count;
    bool has_row;

    *ret_count = 0;
    do {
        listed_count = 0;
        statement_bind_int64(list, FIND_DISTRICT_LIST__FIRST, *next);
        statement_bind_int64(list, FIND_DISTRICT_LIST__LOW, scope->ranges[0].low);
        statement_bind_int64(list, FIND_DISTRICT_LIST__HIGH, scope->ranges[scope->count - 1].high);
        statement_bind_int64(list, FIND_DISTRICT_LIST__COUNT, (int64_t)finder->ahead);
        TRY(statement_step(list, &has_row, err));
        for (; has_row; listed_count++) {
            *next = statement_int64(list, 0) + 1;
            if (overlaps(scope, statement_int64(list, 1), statement_int64(list, 2)))
                ret_districts[(*ret_count)++] = statement_int64(list, 0);
            TRY(statement_step(list, &has_row, err));
        }
        statement_reset(list);
    } while (*ret_count == 0 && listed_count == (int64_t)finder->ahead);
    return BERM_OK;
}

/* Every district of the caller's in turn, from the cursor's on. */
static enum berm_status walk_districts(struct finder *finder, int64_t risk_rank, bool is_resumed,
                                       struct berm_error *err)
{
    const struct find_cursor start = finder->last;
    int64_t next = is_resumed ? start.district_id : 1;
    int64_t districts[WALKS_AHEAD_MAX];
    size_t count;

    while (!finder->is_full) {
        TRY(next_districts(finder, &next, districts, &count, err));
        if (count == 0)
            return BERM_OK;
        for (size_t w = 0; w < count; w++) {
            struct walk *walk = &finder->walks[w];

            TRY(prepare_walk(finder, walk, err));
            walk->risk_rank = risk_rank;
            walk->district_id = districts[w];
            walk->first = finder->prefix;
            walk->person_id = -1;
            walk->count = finder->limit + 1; /* which tells that the page is full */
            if (is_resumed && districts[w] == start.district_id)
                go_on_behind(finder, walk, (struct text){start.key_bytes, start.key_length},
                             start.person_id);
            start_walk(finder, walk);
        }
        for (size_t w = 0; w < count; w++)
            if (finder->is_full)
                statement_reset(finder->walks[w].rows);
            else
                TRY(take_rows(finder, &finder->walks[w], err));
        finder->ahead = finder->ahead < WALKS_AHEAD_MAX ? 2 * finder->ahead : WALKS_AHEAD_MAX;
    }
    return BERM_OK;
}

static enum berm_status walk_person(struct finder *finder, struct berm_error *err)
{
    struct walk *walk = &finder->walks[0];

    TRY(prepare_walk(finder, walk, err));
    statement_bind_text(walk->rows, FIND_PERSON_BY_CODE__CODE, finder->prefix);
    walk->count = INT64_MAX; /* one piece */
    return take_rows(finder, walk, err);
}

static enum berm_status walk(struct finder *finder, struct berm_error *err)
{
    int64_t first_rank = finder->has_start ? finder->last.risk_rank : 0;

    if (finder->way == BY_PERSON_CODE)
        return finder->has_start ? BERM_OK : walk_person(finder, err);
    if (finder->way != BY_RISK)
        return walk_districts(finder, 0, finder->has_start, err);
    for (int64_t rank = first_rank; rank < RISK_RANKS && !finder->is_full; rank++)
        TRY(walk_districts(finder, rank, finder->has_start && rank == first_rank, err));
    return BERM_OK;
}

static enum berm_status open_finder(struct finder *finder, const struct caller *caller,
                                    uint64_t query_hash, struct berm_error *err)
{
    const struct household_query *query = finder->query;
    struct store *store = finder->office->store;

    TRY(search_check_version(store, err));
    TRY(caller_scope(store, caller, PERMISSION_HOUSEHOLD_READ, query->area, finder->arena,
                     &finder->scope, err));
    TRY(find_sight_read(store, caller, finder->arena, &finder->sight, err));
    TRY(choose_way(finder, err));
    TRY(check_sight(finder, err));
    finder->has_start = query->cursor.length > 0;
    if (finder->has_start)
        TRY(find_cursor_read(query->cursor, query_hash, &finder->last, err));
    return prepare(finder, err);
}

enum berm_status households_find(struct office *office, const struct caller *caller,
                                 const struct household_query *query, household_visitor *visit,
                                 void *context, char next[CURSOR_TEXT_MAX], struct text *ret_next,
                                 struct berm_error *err)
{
    CLEANUP(finder_close)
    struct finder finder = {.office = office, .query = query, .visit = visit, .context = context};
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    uint64_t query_hash = find_query_hash(query);

    finder.limit = query->limit == 0 ? FIND_LIMIT_DEFAULT : query->limit;
    if (finder.limit < 1 || finder.limit > FIND_LIMIT_MAX)
        return fail_with(err, BERM_INVALID_INPUT, "a page has 1 to %d rows", (int)FIND_LIMIT_MAX);
    TRY(arena_create(FIND_BYTES_MAX, &finder.arena, err));
    TRY(find_filter_read(office->pack, query->filters, query->filter_count, finder.arena,
                         &finder.filter, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(open_finder(&finder, caller, query_hash, err));
    TRY(walk(&finder, err));
    *ret_next =
        finder.is_full ? find_cursor_write(&finder.last, query_hash, next) : (struct text){0};
    return BERM_OK;
}
