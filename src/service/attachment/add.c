/*
 * A file into the register: the content under its hash where the household has not got it yet, and
 * a row that says what it is. Everything is one transaction, which may run again.
 */
#include "service/attachment/private.h"
#include "service/household.h"

#include <stdio.h>

/* One file while it is added. */
struct adding {
    struct office *office;
    const struct actor *actor;
    const struct attachment_order *order;
    const struct attachment_content *content;
    struct arena *arena;
    struct household_facts facts; /* head only */
    struct attachment_row row;
    struct change change;
};

/* ---- What was sent with it ------------------------------------------------------------------- */

/* The name behind the last folder, without characters that nobody sees. */
static enum berm_status read_name(struct text given, struct text *ret_name, struct berm_error *err)
{
    size_t start = 0;

    for (size_t i = 0; i < given.length; i++)
        if (given.bytes[i] == '/' || given.bytes[i] == '\\')
            start = i + 1;
    given = text_trimmed(text_from(given, start));
    if (given.length == 0 || given.length > ATTACHMENT_NAME_BYTES_MAX || !text_is_utf8(given, NULL))
        return fail_with(err, BERM_INVALID_INPUT,
                         "a file's name is 1 to %d bytes of UTF-8; name it, such as house.jpg",
                         (int)ATTACHMENT_NAME_BYTES_MAX);
    for (size_t i = 0; i < given.length; i++)
        if ((unsigned char)given.bytes[i] < ' ' || given.bytes[i] == 0x7F)
            return fail_with(err, BERM_INVALID_INPUT,
                             "the file's name holds a character that cannot be seen (byte %zu); "
                             "remove it",
                             i + 1);
    *ret_name = given;
    return BERM_OK;
}

static enum berm_status read_words(struct adding *adding, struct berm_error *err)
{
    struct text note = text_trimmed(adding->order->note);
    struct text name;
    date_days day;

    TRY(read_name(adding->order->file_name, &name, err));
    TRY(text_copy(adding->arena, name, &adding->row.file_name, err));
    if (note.length > ATTACHMENT_NOTE_BYTES_MAX || !text_is_utf8(note, NULL))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the note is at most %d bytes of UTF-8; shorten it",
                         (int)ATTACHMENT_NOTE_BYTES_MAX);
    TRY(text_copy(adding->arena, note, &adding->row.note, err));
    if (adding->order->taken_on.length == 0)
        return BERM_OK;
    TRY(date_parse(adding->order->taken_on, &day, err));
    return text_copy(adding->arena, adding->order->taken_on, &adding->row.taken_on, err);
}

/* ---- Where it belongs ------------------------------------------------------------------------ */

static enum berm_status find_place(struct adding *adding, const struct caller *caller,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *visit = NULL;
    struct attachment_row *row = &adding->row;
    struct area_scope scope;
    bool has_row;

    TRY(household_find_in(adding->office, caller, PERMISSION_VISIT, adding->order->household,
                          adding->arena, &scope, &adding->facts, err));
    if (!adding->facts.is_active)
        return fail_with(err, BERM_CONFLICT,
                         "the household %.*s is archived; bring it back before adding to it",
                         TEXT_ARG(adding->facts.code));
    row->household_id = adding->facts.household_id;
    row->household = adding->facts.code;
    row->visit_id = adding->order->visit_id;
    if (row->visit_id == 0)
        return BERM_OK;
    TRY(statement_prepare(adding->office->store, STATEMENT_VISIT_CASE, &visit, err));
    statement_bind_int64(visit, VISIT_CASE__HOUSEHOLD_ID, row->household_id);
    statement_bind_int64(visit, VISIT_CASE__VISIT_ID, row->visit_id);
    TRY(statement_step(visit, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_NOT_FOUND,
                         "the household %.*s has no visit %lld; berm visit list shows its visits",
                         TEXT_ARG(row->household), (long long)row->visit_id);
    row->case_id = statement_int64(visit, 0);
    return BERM_OK;
}

/* *ret_before: the same file as it was added before; 0: it was not. */
static enum berm_status find_before(struct adding *adding, int64_t *ret_before,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    int64_t count;

    TRY(statement_prepare(adding->office->store, STATEMENT_ATTACHMENT_FIND, &find, err));
    statement_bind_int64(find, ATTACHMENT_FIND__HOUSEHOLD_ID, adding->row.household_id);
    statement_bind_text(find, ATTACHMENT_FIND__SHA256, text_of(adding->content->sha256));
    statement_bind_text(find, ATTACHMENT_FIND__KIND,
                        text_of(attachment_kind_name(adding->order->kind)));
    statement_bind_int64(find, ATTACHMENT_FIND__VISIT_ID, adding->row.visit_id);
    TRY(statement_step_to_row(find, err));
    *ret_before = statement_int64(find, 0);
    count = statement_int64(find, 1);
    if (*ret_before == 0 && count >= ATTACHMENTS_MAX)
        return fail_with(err, BERM_LIMIT,
                         "the household %.*s has %lld files already, and more are not kept",
                         TEXT_ARG(adding->row.household), (long long)count);
    return BERM_OK;
}

/* ---- Into the register ----------------------------------------------------------------------- */

static enum berm_status write_pieces(struct adding *adding, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct text rest = adding->content->bytes;

    TRY(statement_prepare(adding->office->store, STATEMENT_ATTACHMENT_PIECE_INSERT, &insert, err));
    for (int64_t number = 0; rest.length > 0; number++) {
        struct text piece = rest;

        if (piece.length > ATTACHMENT_PIECE_BYTES)
            piece.length = ATTACHMENT_PIECE_BYTES;
        statement_bind_int64(insert, ATTACHMENT_PIECE_INSERT__HOUSEHOLD_ID,
                             adding->row.household_id);
        statement_bind_text(insert, ATTACHMENT_PIECE_INSERT__SHA256,
                            text_of(adding->content->sha256));
        statement_bind_int64(insert, ATTACHMENT_PIECE_INSERT__PIECE_NUMBER, number);
        statement_bind_bytes(insert, ATTACHMENT_PIECE_INSERT__BYTES, piece);
        TRY(statement_run(insert, err));
        rest = text_from(rest, piece.length);
    }
    return BERM_OK;
}

static enum berm_status write_content(struct adding *adding, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    const struct attachment_content *content = adding->content;

    TRY(statement_prepare(adding->office->store, STATEMENT_ATTACHMENT_FILE_INSERT, &insert, err));
    statement_bind_int64(insert, ATTACHMENT_FILE_INSERT__HOUSEHOLD_ID, adding->row.household_id);
    statement_bind_text(insert, ATTACHMENT_FILE_INSERT__SHA256, text_of(content->sha256));
    statement_bind_text(insert, ATTACHMENT_FILE_INSERT__MEDIA_TYPE, text_of(content->media_type));
    statement_bind_int64(insert, ATTACHMENT_FILE_INSERT__BYTE_COUNT,
                         (int64_t)content->bytes.length);
    statement_bind_int64(insert, ATTACHMENT_FILE_INSERT__CHANGE_ID, adding->change.change_id);
    TRY(statement_run(insert, err));
    return statement_changed_count(insert) > 0 ? write_pieces(adding, err) : BERM_OK;
}

static enum berm_status write_row(struct adding *adding, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct attachment_row *row = &adding->row;
    char now[32];

    TRY(id_take(adding->office->store, "attachment", 1, &row->attachment_id, err));
    TRY(text_copy(adding->arena, instant_now(now), &row->added_at, err));
    TRY(statement_prepare(adding->office->store, STATEMENT_ATTACHMENT_INSERT, &insert, err));
    statement_bind_int64(insert, ATTACHMENT_INSERT__HOUSEHOLD_ID, row->household_id);
    statement_bind_int64(insert, ATTACHMENT_INSERT__ATTACHMENT_ID, row->attachment_id);
    statement_bind_text(insert, ATTACHMENT_INSERT__SHA256, row->sha256);
    statement_bind_text(insert, ATTACHMENT_INSERT__KIND, text_of(attachment_kind_name(row->kind)));
    statement_bind_text(insert, ATTACHMENT_INSERT__FILE_NAME, row->file_name);
    statement_bind_text_or_null(insert, ATTACHMENT_INSERT__TAKEN_ON, row->taken_on);
    statement_bind_text(insert, ATTACHMENT_INSERT__NOTE, row->note);
    statement_bind_id(insert, ATTACHMENT_INSERT__VISIT_ID, row->visit_id);
    statement_bind_id(insert, ATTACHMENT_INSERT__CASE_ID, row->case_id);
    statement_bind_int64(insert, ATTACHMENT_INSERT__HAS_METADATA, row->has_metadata);
    statement_bind_text(insert, ATTACHMENT_INSERT__ADDED_AT, row->added_at);
    statement_bind_text(insert, ATTACHMENT_INSERT__ADDED_BY, row->added_by);
    statement_bind_int64(insert, ATTACHMENT_INSERT__CHANGE_ID, adding->change.change_id);
    return statement_run(insert, err);
}

/* The household's history tells what was added and not what it shows. */
static enum berm_status log_row(struct adding *adding, struct berm_error *err)
{
    const struct attachment_row *row = &adding->row;
    struct change_end end = {.added = 1,
                             .file_sha256 = row->sha256,
                             .action = TEXT("add_attachment"),
                             .subject = row->household};
    char number[24];
    struct text key = {
        number, (size_t)snprintf(number, sizeof number, "%lld", (long long)row->attachment_id)};
    struct text fields;

    TRY(text_format(adding->arena, &fields, err,
                    "{\"kind\":[null,\"%s\"],\"sha256\":[null,\"%.*s\"],\"visit\":[null,%lld]}",
                    attachment_kind_name(row->kind), TEXT_ARG(row->sha256),
                    (long long)row->visit_id));
    TRY(change_add_row(&adding->change, TEXT("attachment"), row->household_id, key, fields, err));
    return change_finish(&adding->change, adding->actor, &end, err);
}

/* The steps of a case ask for a signed paper. */
static enum berm_status prove(struct adding *adding, struct berm_error *err)
{
    struct proof_input proof = {.kind = PROOF_SIGNATURE,
                                .visit_id = adding->row.visit_id,
                                .attachment_id = adding->row.attachment_id,
                                .is_by_the_way = true};

    TRY(office_today(adding->office, &proof.on_day, err));
    if (adding->row.taken_on.length > 0)
        TRY(date_parse(adding->row.taken_on, &proof.on_day, err));
    return case_add_proof(adding->office, adding->row.added_by, &adding->change,
                          adding->row.household_id, &proof, err);
}

static enum berm_status write_all(struct adding *adding, struct berm_error *err)
{
    TRY(change_begin(adding->office->store, adding->actor, TEXT("add attachment"), (struct text){0},
                     &adding->change, err));
    TRY(write_content(adding, err));
    TRY(write_row(adding, err));
    if (adding->row.kind == ATTACHMENT_SIGNATURE)
        TRY(prove(adding, err));
    return log_row(adding, err);
}

static void adding_close(struct adding *adding)
{
    change_close(&adding->change);
}

enum berm_status attachment_add(struct office *office, const struct caller *caller,
                                const struct actor *actor, const struct attachment_order *order,
                                const struct attachment_content *content, struct arena *arena,
                                struct attachment_row *ret_row, bool *ret_is_repeated,
                                struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(adding_close)
    struct adding adding = {.office = office,
                            .actor = actor,
                            .order = order,
                            .content = content,
                            .arena = arena,
                            .row = {.kind = order->kind,
                                    .media_type = text_of(content->media_type),
                                    .byte_count = (int64_t)content->bytes.length,
                                    .has_metadata = content->has_metadata,
                                    .added_by = caller_person(caller, actor)}};
    int64_t before, position;

    TRY(text_copy(arena, text_of(content->sha256), &adding.row.sha256, err));
    TRY(read_words(&adding, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_place(&adding, caller, err));
    TRY(find_before(&adding, &before, err));
    if (before != 0) {
        *ret_is_repeated = true;
        return attachment_find(office->store, before, arena, ret_row, &position, err);
    }
    TRY(write_all(&adding, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    *ret_row = adding.row;
    *ret_is_repeated = false;
    return BERM_OK;
}
