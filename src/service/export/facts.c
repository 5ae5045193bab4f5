/* Households, persons and flows: what can be imported again. */
#include "service/export/private.h"

/* How a membership is stored whose beginning nobody knows. */
static const struct text FROM_ALWAYS = {"0001-01-01", 10};

static struct variable_selection selection_of(const struct export_piece *piece, enum entity entity)
{
    return (struct variable_selection){.dictionary = &piece->office->pack->dictionary,
                                       .entity = entity,
                                       .positions = piece->export->positions,
                                       .count = piece->export->position_count};
}

static void write_variable(struct export_piece *piece, enum entity entity, int selection,
                           struct statement *row, int first_column)
{
    const struct variable *variable = &dictionary_variables(
        &piece->office->pack->dictionary, entity)[piece->export->positions[selection]];

    row_field(piece, variable, statement_field(row, first_column + selection, variable));
}

/* ---- Households ------------------------------------------------------------------------------ */

static enum berm_status write_household(struct export_piece *piece, void *context,
                                        const struct export_household *household,
                                        struct statement *row, struct berm_error *err)
{
    enum { VARIABLES_FIRST = 3 };
    const struct export *export = piece->export;

    (void)context;
    (void)err;
    row_begin(piece);
    for (size_t c = 0; c < export->column_count; c++) {
        const struct export_column *column = &export->columns[c];

        if (column->fixed < 0)
            write_variable(piece, ENTITY_HOUSEHOLD, column->selection, row, VARIABLES_FIRST);
        else
            row_text(piece, column->fixed == HOUSEHOLD_CODE ? household->code : household->area);
    }
    row_end(piece);
    return BERM_OK;
}

enum berm_status export_write_households(struct export_piece *piece, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *scan = NULL;

    TRY(store_prepare_household_scan(piece->office->store, selection_of(piece, ENTITY_HOUSEHOLD),
                                     &scan, err));
    return page_write(piece, scan, true, write_household, NULL, err);
}

/* ---- Persons --------------------------------------------------------------------------------- */

struct secrets {
    struct vault *vault; /* NULL: none are asked for */
    struct secret id, account;
};

static enum berm_status read_secrets(struct export_piece *piece, struct secrets *secrets,
                                     int64_t person_id, struct berm_error *err)
{
    secrets->id = secrets->account = (struct secret){0};
    if (secrets->vault == NULL)
        return BERM_OK;
    TRY(vault_read(secrets->vault, person_id, SECRET_ID_NUMBER, piece->arena, &secrets->id, err));
    return vault_read(secrets->vault, person_id, SECRET_BANK_ACCOUNT, piece->arena,
                      &secrets->account, err);
}

static struct text fixed_text(enum person_column column, const struct secrets *secrets,
                              const struct export_household *household, struct statement *row)
{
    enum { TEXTS_FIRST = 3 }; /* name; the next in the order of the columns */

    switch (column) {
    case PERSON_CODE:
        return statement_text(row, 2);
    case PERSON_HOUSEHOLD:
        return household->code;
    case PERSON_FROM_DATE: {
        struct text from = statement_text(row, 7);

        return text_equal(from, FROM_ALWAYS) ? TEXT("") : from;
    }
    case PERSON_NAME:
    case PERSON_SEX:
    case PERSON_BIRTH_DATE:
    case PERSON_RELATION:
    case PERSON_TO_DATE:
    case PERSON_END_REASON:
        return statement_text(row, TEXTS_FIRST + (int)column - PERSON_NAME);
    case PERSON_ID_TYPE:
        return secrets->id.id_type;
    case PERSON_ID_NUMBER:
        return secrets->id.number;
    case PERSON_BANK_ACCOUNT:
        return secrets->account.number;
    }
    return TEXT("");
}

static enum berm_status write_person(struct export_piece *piece, void *context,
                                     const struct export_household *household,
                                     struct statement *row, struct berm_error *err)
{
    enum { VARIABLES_FIRST = 10 };
    const struct export *export = piece->export;
    struct secrets *secrets = context;

    TRY(read_secrets(piece, secrets, statement_int64(row, 1), err));
    row_begin(piece);
    for (size_t c = 0; c < export->column_count; c++) {
        const struct export_column *column = &export->columns[c];

        if (column->fixed < 0)
            write_variable(piece, ENTITY_PERSON, column->selection, row, VARIABLES_FIRST);
        else
            row_text(piece, fixed_text((enum person_column)column->fixed, secrets, household, row));
    }
    row_end(piece);
    return BERM_OK;
}

enum berm_status export_write_persons(struct export_piece *piece, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *scan = NULL;
    CLEANUP(vault_closep) struct vault *vault = NULL;
    struct secrets secrets = {0};

    if (piece->export->order.with_secrets)
        TRY(vault_open(piece->office->store, piece->office->key, false, &vault, err));
    secrets.vault = vault;
    TRY(store_prepare_person_scan(piece->office->store, selection_of(piece, ENTITY_PERSON), &scan,
                                  err));
    return page_write(piece, scan, true, write_person, &secrets, err);
}

/* ---- Flows ----------------------------------------------------------------------------------- */

static bool is_wanted(const struct export *export, int position)
{
    for (size_t p = 0; p < export->position_count; p++)
        if (export->positions[p] == position)
            return true;
    return false;
}

static enum berm_status write_flow(struct export_piece *piece, void *context,
                                   const struct export_household *household, struct statement *row,
                                   struct berm_error *err)
{
    const struct dictionary *dictionary = &piece->office->pack->dictionary;
    struct text flow = statement_text(row, 2);

    (void)context;
    (void)err;
    /* A flow that the pack no longer has is not among the wanted ones. */
    if (!is_wanted(piece->export, dictionary_position(dictionary, ENTITY_FLOW, flow)))
        return BERM_OK;
    row_begin(piece);
    row_text(piece, household->code);
    row_month(piece, true, statement_month(row, 1));
    row_text(piece, flow);
    row_text(piece, statement_text(row, 3));
    row_money(piece, statement_int64(row, 4));
    row_end(piece);
    return BERM_OK;
}

enum berm_status export_write_flows(struct export_piece *piece, struct berm_error *err)
{
    const struct export_order *order = &piece->export->order;
    CLEANUP(statement_closep) struct statement *scan = NULL;

    TRY(statement_prepare(piece->office->store, STATEMENT_EXPORT_FLOW_IN_RANGE, &scan, err));
    statement_bind_month(scan, EXPORT_FLOW_IN_RANGE__FIRST,
                         order->first_month ? order->first_month : month_from_civil(1, 1));
    statement_bind_month(scan, EXPORT_FLOW_IN_RANGE__LAST,
                         order->last_month ? order->last_month : month_from_civil(9999, 12));
    return page_write(piece, scan, true, write_flow, NULL, err);
}
