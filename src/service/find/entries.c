/*
 * Entries of persons. The terms of new persons are held back and sorted in pieces, because rows
 * that come in the order of their table are written several times faster than scattered ones; a
 * piece ends with a district, where it is large enough to be worth it. What is entered of a person
 * stands in person_search, terms included, so that a later change removes exactly what is there,
 * whatever rules of spelling it was made with.
 */
#include <stdlib.h>
#include <string.h>

#include "script/script.h"
#include "service/find/private.h"

enum {
    HELD_TERMS_MAX = 1 << 16,
    HELD_TERMS_WORTH_SORTING = 1 << 13,
    EIGHT = 8, /* terms that one statement writes */
    JOINED_BYTES_MAX = NAME_TERMS_MAX * (NAME_TERM_BYTES_MAX + 1),
};

struct held_term {
    int64_t district_id;
    int64_t person_id;
    uint64_t key; /* the term's first bytes, as a number that compares as they do */
    uint32_t offset;
    uint8_t length;
    uint8_t shared;
};

struct search_writer {
    struct store *store;
    struct romanizer *romanizer;
    struct statement *put, *get, *remove, *insert_term, *insert_eight, *delete_term, *district,
        *truth, *members, *set_district;
    struct held_term *held;
    size_t held_count;
    struct buffer bytes;               /* of the terms held */
    int64_t household_id, district_id; /* the last looked up; 0: none */
};

void search_writer_free(struct search_writer *writer)
{
    if (writer == NULL)
        return;
    romanizer_free(writer->romanizer);
    statement_close(writer->put);
    statement_close(writer->get);
    statement_close(writer->remove);
    statement_close(writer->insert_term);
    statement_close(writer->insert_eight);
    statement_close(writer->delete_term);
    statement_close(writer->district);
    statement_close(writer->truth);
    statement_close(writer->members);
    statement_close(writer->set_district);
    free(writer->held);
    buffer_free(&writer->bytes);
    free(writer);
}

void search_writer_freep(struct search_writer **writer)
{
    search_writer_free(*writer);
    *writer = NULL;
}

enum berm_status search_writer_create(struct store *store, struct search_writer **ret_writer,
                                      struct berm_error *err)
{
    CLEANUP(search_writer_freep) struct search_writer *writer = calloc(1, sizeof *writer);

    if (writer == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    writer->store = store;
    TRY(romanizer_create(&writer->romanizer, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_PERSON_INSERT, &writer->put, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_PERSON_OF_ID, &writer->get, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_PERSON_DELETE, &writer->remove, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_TERM_INSERT, &writer->insert_term, err));
    if (!store_is_distant(store)) /* eight cost there what eight that are queued cost elsewhere */
        TRY(statement_prepare(store, STATEMENT_SEARCH_TERM_INSERT_EIGHT, &writer->insert_eight,
                              err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_TERM_DELETE, &writer->delete_term, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_DISTRICT_OF_HOUSEHOLD, &writer->district, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_PERSON_TRUTH, &writer->truth, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_HOUSEHOLD_PERSON_LIST, &writer->members, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_HOUSEHOLD_SET_DISTRICT, &writer->set_district,
                          err));
    *ret_writer = writer;
    writer = NULL;
    return BERM_OK;
}

/* ---- Terms that are held back ---------------------------------------------------------------- */

static uint64_t key_of(const char *bytes, size_t length)
{
    uint64_t key = 0;

    for (size_t i = 0; i < sizeof key; i++)
        key = key << 8 | (i < length ? (unsigned char)bytes[i] : 0);
    return key;
}

static int compare_held(const void *a, const void *b, void *bytes)
{
    const struct held_term *first = a, *second = b;
    size_t shorter = first->length < second->length ? first->length : second->length;
    int order;

    if (first->district_id != second->district_id)
        return first->district_id < second->district_id ? -1 : 1;
    if (first->key != second->key)
        return first->key < second->key ? -1 : 1;
    order = memcmp((char *)bytes + first->offset, (char *)bytes + second->offset, shorter);
    if (order != 0)
        return order;
    if (first->length != second->length)
        return first->length < second->length ? -1 : 1;
    return (first->person_id > second->person_id) - (first->person_id < second->person_id);
}

/* Write EIGHT terms of one district, or one. */
static enum berm_status write_terms(struct search_writer *writer, size_t first, bool is_eight,
                                    struct berm_error *err)
{
    enum {
        TERM = SEARCH_TERM_INSERT_EIGHT__TERM0,
        PERSON_ID = SEARCH_TERM_INSERT_EIGHT__PERSON_ID0,
        SHARED_BYTES = SEARCH_TERM_INSERT_EIGHT__SHARED_BYTES0,
        STRIDE = SEARCH_TERM_INSERT_EIGHT__TERM1 - TERM,
    };
    _Static_assert((int)SEARCH_TERM_INSERT__TERM == (int)TERM &&
                       (int)SEARCH_TERM_INSERT__PERSON_ID == (int)PERSON_ID &&
                       (int)SEARCH_TERM_INSERT__SHARED_BYTES == (int)SHARED_BYTES &&
                       SEARCH_TERM_INSERT_EIGHT__SHARED_BYTES7 == SHARED_BYTES + 7 * STRIDE,
                   "one begins as eight do");
    struct statement *insert = is_eight ? writer->insert_eight : writer->insert_term;
    int offset = 0;

    statement_bind_int64(insert, SEARCH_TERM_INSERT__DISTRICT_ID, writer->held[first].district_id);
    for (size_t h = first; h < first + (is_eight ? EIGHT : 1); h++, offset += STRIDE) {
        const struct held_term *held = &writer->held[h];
        struct text term = {writer->bytes.bytes + held->offset, held->length};

        statement_bind_text(insert, TERM + offset, term);
        statement_bind_int64(insert, PERSON_ID + offset, held->person_id);
        statement_bind_int64(insert, SHARED_BYTES + offset, held->shared);
    }
    return statement_queue(insert, err);
}

enum berm_status search_writer_flush(struct search_writer *writer, struct berm_error *err)
{
    const struct held_term *held = writer->held;

    TRY(buffer_status(&writer->bytes, err));
    if (writer->held_count > 1)
        qsort_r(writer->held, writer->held_count, sizeof *writer->held, compare_held,
                writer->bytes.bytes);
    for (size_t h = 0, count; h < writer->held_count; h += count) {
        bool is_eight = writer->insert_eight != NULL && h + EIGHT <= writer->held_count &&
                        held[h].district_id == held[h + EIGHT - 1].district_id;

        TRY(write_terms(writer, h, is_eight, err));
        count = is_eight ? EIGHT : 1;
    }
    writer->held_count = 0;
    buffer_clear(&writer->bytes);
    return BERM_OK;
}

static enum berm_status hold(struct search_writer *writer, int64_t district_id, int64_t person_id,
                             const struct name_terms *terms, struct berm_error *err)
{
    bool is_next_district =
        writer->held_count > 0 && writer->held[writer->held_count - 1].district_id != district_id;

    if (writer->held == NULL)
        writer->held = malloc(HELD_TERMS_MAX * sizeof *writer->held);
    if (writer->held == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    if (writer->held_count + terms->count > HELD_TERMS_MAX ||
        (is_next_district && writer->held_count >= HELD_TERMS_WORTH_SORTING))
        TRY(search_writer_flush(writer, err));
    for (size_t t = 0; t < terms->count; t++) {
        const struct name_term *term = &terms->terms[t];

        writer->held[writer->held_count++] =
            (struct held_term){.district_id = district_id,
                               .person_id = person_id,
                               .key = key_of(term->bytes, term->length),
                               .offset = (uint32_t)writer->bytes.length,
                               .length = term->length,
                               .shared = term->shared};
        buffer_append(&writer->bytes, term->bytes, term->length);
    }
    return BERM_OK;
}

/* ---- Persons --------------------------------------------------------------------------------- */

static enum berm_status find_district(struct search_writer *writer, int64_t household_id,
                                      struct berm_error *err)
{
    if (writer->household_id == household_id)
        return BERM_OK;
    statement_bind_int64(writer->district, SEARCH_DISTRICT_OF_HOUSEHOLD__HOUSEHOLD_ID,
                         household_id);
    TRY(statement_step_to_row(writer->district, err));
    writer->district_id = statement_int64(writer->district, 0);
    writer->household_id = household_id;
    statement_reset(writer->district);
    return BERM_OK;
}

static struct text join_terms(const struct name_terms *terms, char out[JOINED_BYTES_MAX])
{
    size_t length = 0;

    for (size_t t = 0; t < terms->count; t++) {
        memcpy(out + length, terms->terms[t].bytes, terms->terms[t].length);
        length += terms->terms[t].length;
        out[length++] = '\n';
    }
    return (struct text){out, length};
}

enum berm_status search_writer_add(struct search_writer *writer, int64_t person_id,
                                   int64_t household_id, int64_t district_id, struct text name,
                                   struct berm_error *err)
{
    char joined[JOINED_BYTES_MAX];
    struct name_terms terms;

    TRY(name_terms_make(writer->romanizer, name, &terms, err));
    statement_bind_int64(writer->put, SEARCH_PERSON_INSERT__PERSON_ID, person_id);
    statement_bind_int64(writer->put, SEARCH_PERSON_INSERT__HOUSEHOLD_ID, household_id);
    statement_bind_int64(writer->put, SEARCH_PERSON_INSERT__DISTRICT_ID, district_id);
    statement_bind_text(writer->put, SEARCH_PERSON_INSERT__TERMS, join_terms(&terms, joined));
    TRY(statement_queue(writer->put, err));
    return hold(writer, district_id, person_id, &terms, err);
}

/* Remove what is entered of a person. */
static enum berm_status remove_person(struct search_writer *writer, int64_t person_id,
                                      struct berm_error *err)
{
    struct statement *get = writer->get, *delete_term = writer->delete_term;
    struct text terms;
    bool has_row;

    statement_bind_int64(get, SEARCH_PERSON_OF_ID__PERSON_ID, person_id);
    TRY(statement_step(get, &has_row, err));
    if (!has_row) {
        statement_reset(get);
        return BERM_OK;
    }
    terms = statement_text(get, 2);
    while (terms.length > 0) {
        const char *end = memchr(terms.bytes, '\n', terms.length);
        size_t length = end != NULL ? (size_t)(end - terms.bytes) : terms.length;

        statement_bind_int64(delete_term, SEARCH_TERM_DELETE__DISTRICT_ID, statement_int64(get, 1));
        statement_bind_text(delete_term, SEARCH_TERM_DELETE__TERM,
                            (struct text){terms.bytes, length});
        statement_bind_int64(delete_term, SEARCH_TERM_DELETE__PERSON_ID, person_id);
        TRY(statement_queue(delete_term, err));
        terms = text_from(terms, end != NULL ? length + 1 : length);
    }
    statement_reset(get);
    statement_bind_int64(writer->remove, SEARCH_PERSON_DELETE__PERSON_ID, person_id);
    return statement_queue(writer->remove, err);
}

enum berm_status search_writer_enter(struct search_writer *writer, int64_t person_id,
                                     struct berm_error *err)
{
    char name[NAME_BYTES_MAX];
    struct text stored;
    int64_t household_id;
    bool has_row;

    statement_bind_int64(writer->truth, SEARCH_PERSON_TRUTH__PERSON_ID, person_id);
    TRY(statement_step(writer->truth, &has_row, err));
    if (!has_row) {
        statement_reset(writer->truth);
        return BERM_OK;
    }
    stored = statement_text(writer->truth, 0);
    if (stored.length > sizeof name)
        stored.length = sizeof name;
    memcpy(name, stored.bytes, stored.length);
    household_id = statement_int64(writer->truth, 1);
    statement_reset(writer->truth);
    TRY(find_district(writer, household_id, err));
    return search_writer_add(writer, person_id, household_id, writer->district_id,
                             (struct text){name, stored.length}, err);
}

enum berm_status search_writer_refresh(struct search_writer *writer, int64_t person_id,
                                       struct berm_error *err)
{
    TRY(search_writer_flush(writer, err)); /* perhaps this person's own terms are held back */
    TRY(remove_person(writer, person_id, err));
    return search_writer_enter(writer, person_id, err);
}

enum berm_status search_writer_refresh_household(struct search_writer *writer, int64_t household_id,
                                                 struct berm_error *err)
{
    struct statement *members = writer->members;
    int64_t person_ids[HOUSEHOLD_MEMBERS_MAX];
    size_t count;
    bool has_row;

    writer->household_id = 0; /* what is remembered of it is old */
    statement_bind_int64(writer->set_district, SEARCH_HOUSEHOLD_SET_DISTRICT__HOUSEHOLD_ID,
                         household_id);
    TRY(statement_run(writer->set_district, err));
    statement_bind_int64(members, SEARCH_HOUSEHOLD_PERSON_LIST__HOUSEHOLD_ID, household_id);
    TRY(statement_step(members, &has_row, err));
    while (has_row) { /* in pieces: those who left long ago may be many */
        for (count = 0; has_row && count < HOUSEHOLD_MEMBERS_MAX; count++) {
            person_ids[count] = statement_int64(members, 0);
            TRY(statement_step(members, &has_row, err));
        }
        for (size_t p = 0; p < count; p++)
            TRY(search_writer_refresh(writer, person_ids[p], err));
    }
    statement_reset(members);
    return BERM_OK;
}

int search_risk_rank(struct text risk_level)
{
    static const char *const WORST_FIRST[] = {"critical", "high", "medium", "low", "undetermined"};
    int rank = 0;

    while (rank < (int)ARRAY_COUNT(WORST_FIRST) &&
           !text_equal(risk_level, text_of(WORST_FIRST[rank])))
        rank++;
    return rank;
}
