/*
 * Texts to a typed row, and the row to the import's rules. Every text is looked at before anything
 * is refused. A value that the caller may not see may not be written either: who cannot read it
 * again cannot tell what they overwrote.
 */
#include "service/facts/edit.h"

#include <stdio.h>

/* A row while it is read. */
struct decoder {
    struct fact_edit *edit;
    struct field_reader reader;
    const struct import_kind_info *info;
    uint32_t fields; /* that the act takes */
    struct fact_row row;
    int *variables; /* of the row's columns */
    struct field_value *values;
    bool *is_given; /* for each variable */
};

static enum field_class class_of_field(enum import_field field)
{
    switch (field) {
    case IMPORT_FIELD_NAME:
    case IMPORT_FIELD_BIRTH_DATE:
        return FIELD_CLASS_PERSONAL;
    case IMPORT_FIELD_ID_TYPE:
    case IMPORT_FIELD_ID_NUMBER:
    case IMPORT_FIELD_BANK_ACCOUNT:
        return FIELD_CLASS_SENSITIVE;
    case IMPORT_FIELD_SEX:
    case IMPORT_FIELD_RELATION:
        return FIELD_CLASS_INTERNAL;
    default:
        return FIELD_CLASS_PUBLIC; /* codes and days, which are told with every household */
    }
}

static enum berm_status check_class(struct decoder *decoder, struct text name,
                                    enum field_class field_class, bool *ret_may,
                                    struct berm_error *err)
{
    *ret_may = field_class <= decoder->edit->class_seen;
    if (*ret_may)
        return BERM_OK;
    return fact_problem_add(&decoder->edit->problems, -1, name, "not_allowed", err,
                            "values of the class %s are not shown to you here, so you cannot "
                            "change them; leave it out, or ask for a role that shows them",
                            field_class_name(field_class));
}

static enum berm_status note_unknown(struct decoder *decoder, struct text name,
                                     struct berm_error *err)
{
    struct text shown = {name.bytes, name.length < 60 ? name.length : 60};
    struct text nearest =
        import_field_nearest(decoder->reader.dictionary, decoder->row.kind, shown);

    if (nearest.length > 0)
        return fact_problem_add(&decoder->edit->problems, -1, name, "unknown", err,
                                "\"%.*s\" is not known, did you mean \"%.*s\"?", TEXT_ARG(shown),
                                TEXT_ARG(nearest));
    return fact_problem_add(&decoder->edit->problems, -1, name, "unknown", err,
                            "\"%.*s\" is not known; use a name of the dictionary", TEXT_ARG(shown));
}

static enum berm_status read_text(struct decoder *decoder, enum import_field field, int variable,
                                  struct text text, struct field_value *value,
                                  struct berm_error *fault)
{
    if (!text_is_utf8(text, NULL))
        return fail_with(fault, BERM_INVALID_INPUT, "the text is not UTF-8; send it as UTF-8");
    text = text_trimmed(text);
    return decoder->row.kind == IMPORT_HOUSEHOLDS
               ? import_read_household(&decoder->reader, field, variable, text,
                                       &decoder->row.household, value, fault)
               : import_read_person(&decoder->reader, field, variable, text, &decoder->row.person,
                                    value, fault);
}

static enum berm_status take_variable(struct decoder *decoder, int variable,
                                      const struct fact_text *given, struct berm_error *err)
{
    const struct variable *known =
        &dictionary_variables(decoder->reader.dictionary, decoder->info->entity)[variable];
    size_t next = decoder->row.columns.variable_count;
    struct berm_error fault;
    bool may;

    TRY(check_class(decoder, given->name, known->field_class, &may, err));
    if (!may)
        return BERM_OK;
    decoder->variables[next] = variable;
    decoder->row.columns.variable_count++;
    return fact_problem_keep(&decoder->edit->problems, -1, given->name,
                             read_text(decoder, IMPORT_FIELD_VARIABLE, variable, given->text,
                                       &decoder->values[next], &fault),
                             &fault, err);
}

static enum berm_status take_field(struct decoder *decoder, enum import_field field,
                                   const struct fact_text *given, struct berm_error *err)
{
    struct berm_error fault;
    bool may;

    if ((decoder->fields & FACT_FIELD(field)) == 0)
        return fact_problem_add(&decoder->edit->problems, -1, given->name, "unknown", err,
                                "\"%.*s\" cannot be changed this way; leave it out",
                                TEXT_ARG(given->name));
    TRY(check_class(decoder, given->name, class_of_field(field), &may, err));
    if (!may)
        return BERM_OK;
    decoder->row.columns.fields |= FACT_FIELD(field);
    return fact_problem_keep(&decoder->edit->problems, -1, given->name,
                             read_text(decoder, field, -1, given->text, NULL, &fault), &fault, err);
}

static enum berm_status take_text(struct decoder *decoder, const struct fact_text *given,
                                  struct berm_error *err)
{
    enum import_field field;
    int variable;
    bool was_given;

    if (!import_field_find(decoder->reader.dictionary, decoder->row.kind, given->name, &field,
                           &variable))
        return note_unknown(decoder, given->name, err);
    if (field == IMPORT_FIELD_VARIABLE && (decoder->fields & FACT_FIELD(field)) == 0)
        return take_field(decoder, field, given, err);
    was_given = field == IMPORT_FIELD_VARIABLE ? decoder->is_given[variable]
                                               : fact_row_has(&decoder->row, field);
    if (was_given)
        return fact_problem_add(&decoder->edit->problems, -1, given->name, "repeated", err,
                                "the value is given twice; keep one of them");
    if (field != IMPORT_FIELD_VARIABLE)
        return take_field(decoder, field, given, err);
    decoder->is_given[variable] = true;
    return take_variable(decoder, variable, given, err);
}

/* What a new household or person says nothing about: unknown, zero, or missing. */
static enum berm_status take_others(struct decoder *decoder, struct berm_error *err)
{
    const struct dictionary *dictionary = decoder->reader.dictionary;
    enum entity entity = decoder->info->entity;
    const struct variable *variables = dictionary_variables(dictionary, entity);

    for (size_t v = 0; v < dictionary->count[entity]; v++) {
        size_t next = decoder->row.columns.variable_count;
        struct berm_error fault;

        if (decoder->is_given[v])
            continue;
        if (read_text(decoder, IMPORT_FIELD_VARIABLE, (int)v, TEXT(""), &decoder->values[next],
                      &fault) == BERM_OK) {
            decoder->variables[next] = (int)v;
            decoder->row.columns.variable_count++;
        } else {
            TRY(fact_problem_add(&decoder->edit->problems, -1, variables[v].name, "required", err,
                                 "%s", fault.message));
        }
    }
    return BERM_OK;
}

/* An id number comes with its type, as in a file. */
static enum berm_status finish_person(struct decoder *decoder, struct berm_error *err)
{
    bool has_type = fact_row_has(&decoder->row, IMPORT_FIELD_ID_TYPE);
    bool has_number = fact_row_has(&decoder->row, IMPORT_FIELD_ID_NUMBER);
    struct berm_error fault;

    if (has_type != has_number)
        return fact_problem_add(&decoder->edit->problems, -1,
                                has_type ? TEXT("id_number") : TEXT("id_type"), "required", err,
                                "id_type and id_number come together; give both");
    return fact_problem_keep(&decoder->edit->problems, -1, TEXT("id_number"),
                             import_finish_person(&decoder->reader, &decoder->row.person, &fault),
                             &fault, err);
}

static enum berm_status decoder_open(struct decoder *decoder, struct berm_error *err)
{
    struct arena *arena = decoder->edit->call->arena;
    const struct dictionary *dictionary = decoder->reader.dictionary;
    size_t count = dictionary->count[decoder->info->entity] + 1;

    TRY(arena_new(arena, count, sizeof *decoder->variables, &decoder->variables, err));
    TRY(arena_new(arena, count, sizeof *decoder->values, &decoder->values, err));
    TRY(arena_new(arena, count, sizeof *decoder->is_given, &decoder->is_given, err));
    decoder->row.columns.variables = decoder->variables;
    if (decoder->row.kind == IMPORT_HOUSEHOLDS)
        decoder->row.household.values = decoder->values;
    else
        decoder->row.person.values = decoder->values;
    return BERM_OK;
}

enum berm_status fact_row_read(struct fact_edit *edit, enum import_kind kind, uint32_t fields,
                               bool is_new, const struct fact_text *texts, size_t count,
                               struct fact_row *ret_row, struct berm_error *err)
{
    const struct dictionary *dictionary = &edit->office->pack->dictionary;
    struct decoder decoder = {
        .edit = edit,
        .reader = {.dictionary = dictionary,
                   .relations = dictionary_list(dictionary, TEXT("relation")),
                   .today = date_today(),
                   .arena = edit->call->arena},
        .info = import_kind_info(kind),
        .fields = fields,
        .row = {.kind = kind},
    };

    assert(kind == IMPORT_HOUSEHOLDS || kind == IMPORT_PERSONS);
    TRY(decoder_open(&decoder, err));
    for (size_t i = 0; i < count; i++)
        TRY(take_text(&decoder, &texts[i], err));
    if (is_new)
        TRY(take_others(&decoder, err));
    if (kind == IMPORT_PERSONS)
        TRY(finish_person(&decoder, err));
    *ret_row = decoder.row;
    return BERM_OK;
}

struct text fact_text_named(const struct fact_text *texts, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(texts[i].name, name))
            return text_trimmed(texts[i].text);
    return (struct text){0};
}

/* ---- To the register ------------------------------------------------------------------------- */

static struct text name_of_fault(const struct fact_edit *edit, const struct fact_row *row)
{
    enum entity entity = import_kind_info(row->kind)->entity;

    return row->row.field == IMPORT_FIELD_VARIABLE
               ? dictionary_variables(&edit->office->pack->dictionary, entity)[row->row.variable]
                     .name
               : text_of(import_field_name(row->row.field));
}

enum berm_status fact_row_write(struct fact_edit *edit, struct fact_row *row,
                                struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;
    struct arena *arena = edit->call->arena;
    struct import_start start = {.kind = row->kind,
                                 .dictionary = &edit->office->pack->dictionary,
                                 .columns = row->columns,
                                 .key = edit->office->key,
                                 .new_id = edit->new_id};
    struct import_counts counts;

    TRY(import_open(edit->office->store, &start, &edit->scope, &edit->change, &import, err));
    if (row->kind == IMPORT_HOUSEHOLDS)
        TRY(import_households(import, &row->household, 1, arena, err));
    else
        TRY(import_persons(import, &row->person, 1, arena, err));
    TRY(import_end(import, &counts, err));
    edit->added += counts.added;
    edit->changed += counts.changed;
    if (row->row.outcome != IMPORT_REJECTED)
        return BERM_OK;
    return fact_problem_add(&edit->problems, -1, name_of_fault(edit, row), "refused", err, "%.*s",
                            TEXT_ARG(row->row.reason));
}

/* ---- Codes ----------------------------------------------------------------------------------- */

static enum berm_status is_code_taken(struct fact_edit *edit, enum import_kind kind,
                                      struct text code, bool *ret_is_taken, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;

    TRY(statement_prepare(edit->office->store,
                          kind == IMPORT_HOUSEHOLDS ? STATEMENT_IMPORT_HOUSEHOLD_BY_CODE
                                                    : STATEMENT_IMPORT_PERSON_BY_CODE,
                          &find, err));
    statement_bind_text(find, 1, code);
    return statement_step(find, ret_is_taken, err);
}

static enum berm_status make_code(struct fact_edit *edit, enum import_kind kind,
                                  struct text *ret_code, struct berm_error *err)
{
    bool is_taken = true;

    for (int attempt = 0; is_taken; attempt++) {
        char suffix[16] = "";

        if (attempt > 0) /* a file used the code that this id would have had */
            (void)snprintf(suffix, sizeof suffix, "-%d", attempt + 1);
        TRY(text_format(edit->call->arena, ret_code, err, "%s%08lld%s",
                        kind == IMPORT_HOUSEHOLDS ? "H" : "P", (long long)edit->new_id, suffix));
        TRY(is_code_taken(edit, kind, *ret_code, &is_taken, err));
    }
    return BERM_OK;
}

static enum berm_status check_code_is_free(struct fact_edit *edit, enum import_kind kind,
                                           struct text code, struct berm_error *err)
{
    bool is_taken;

    TRY(is_code_taken(edit, kind, code, &is_taken, err));
    if (!is_taken)
        return BERM_OK;
    return fact_problem_add(&edit->problems, -1, TEXT("code"), "refused", err,
                            "the code \"%.*s\" cannot be given to a new %s; choose another, or "
                            "leave it out to be given one",
                            TEXT_ARG(code), kind == IMPORT_HOUSEHOLDS ? "household" : "person");
}

enum berm_status fact_take_id(struct fact_edit *edit, enum import_kind kind, struct text *code,
                              struct berm_error *err)
{
    if (code->length > 0)
        TRY(check_code_is_free(edit, kind, *code, err));
    TRY(id_take(edit->office->store, kind == IMPORT_HOUSEHOLDS ? "household" : "person", 1,
                &edit->new_id, err));
    return code->length > 0 ? BERM_OK : make_code(edit, kind, code, err);
}
