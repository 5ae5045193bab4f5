/* Findings of a month, and all spells; areas. */
#include "service/access/mask.h"
#include "service/export/private.h"

static enum berm_status write_finding(struct export_piece *piece, void *context,
                                      const struct export_household *household,
                                      struct statement *row, struct berm_error *err)
{
    const struct export *export = piece->export;
    struct buffer *scratch = context;
    struct text evidence;
    bool shows_sensitive; /* told by the export's own entry, for all of its rows */

    row_begin(piece);
    for (size_t c = 0; c < export->column_count; c++) {
        switch ((enum finding_column) export->columns[c].fixed) {
        case FINDING_HOUSEHOLD:
            row_text(piece, household->code);
            break;
        case FINDING_AREA:
            row_text(piece, household->area);
            break;
        case FINDING_CODE:
            row_text(piece, statement_text(row, 1));
            break;
        case FINDING_UNDETERMINED:
            row_bool(piece, statement_int64(row, 2) != 0);
            break;
        case FINDING_SEVERITY:
            row_text(piece, statement_text(row, 3));
            break;
        case FINDING_FROM_MONTH:
            row_month(piece, true, statement_month(row, 4));
            break;
        case FINDING_TO_MONTH:
            row_month(piece, !statement_is_null(row, 5),
                      statement_is_null(row, 5) ? 0 : statement_month(row, 5));
            break;
        case FINDING_EVIDENCE:
            TRY(mask_evidence(piece->office->pack,
                              field_sight_at(&piece->view->sight.fields, household->position),
                              statement_text(row, 6), scratch, &evidence, &shows_sensitive, err));
            row_json(piece, evidence);
            break;
        }
    }
    row_end(piece);
    return BERM_OK;
}

static enum berm_status write_spells(struct export_piece *piece, month_number first,
                                     month_number last, struct berm_error *err)
{
    const struct export_order *order = &piece->export->order;
    CLEANUP(statement_closep) struct statement *scan = NULL;
    CLEANUP(buffer_free) struct buffer scratch = {0};

    TRY(statement_prepare(piece->office->store, STATEMENT_EXPORT_FINDING_IN_RANGE, &scan, err));
    statement_bind_month(scan, EXPORT_FINDING_IN_RANGE__FIRST, first);
    statement_bind_month(scan, EXPORT_FINDING_IN_RANGE__LAST, last);
    statement_bind_text(scan, EXPORT_FINDING_IN_RANGE__CODE, order->finding);
    statement_bind_int64(scan, EXPORT_FINDING_IN_RANGE__WITH_UNDETERMINED,
                         order->with_undetermined);
    return page_write(piece, scan, false, write_finding, &scratch, err);
}

enum berm_status export_write_findings(struct export_piece *piece, struct berm_error *err)
{
    return write_spells(piece, piece->export->order.month, piece->export->order.month, err);
}

enum berm_status export_write_spells(struct export_piece *piece, struct berm_error *err)
{
    return write_spells(piece, month_from_civil(1, 1), month_from_civil(9999, 12), err);
}

/* ---- Areas ----------------------------------------------------------------------------------- */

enum area_column { AREA_CODE, AREA_NAME, AREA_NAME_EN, AREA_PARENT };

static void write_area(struct export_piece *piece, const struct area_scope *everywhere,
                       struct statement *row)
{
    const struct export *export = piece->export;
    bool is_parent_seen =
        !statement_is_null(row, 5) && area_scope_contains(everywhere, statement_int64(row, 5));

    row_begin(piece);
    for (size_t c = 0; c < export->column_count; c++)
        if (export->columns[c].fixed != AREA_PARENT)
            row_text(piece, statement_text(row, 1 + export->columns[c].fixed));
        else
            row_text(piece, is_parent_seen ? statement_text(row, 4) : TEXT(""));
    row_end(piece);
}

enum berm_status export_write_areas(struct export_piece *piece, struct berm_error *err)
{
    int64_t count = EXPORT_SHAPES[EXPORT_AREAS].page_count;
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct area_scope everywhere; /* of the caller: where parents may be named */
    int64_t row_count = 0;
    bool has_row;

    TRY(caller_scope(piece->office->store, &piece->export->caller, PERMISSION_EXPORT,
                     (struct text){0}, piece->arena, &everywhere, err));
    TRY(statement_prepare(piece->office->store, STATEMENT_EXPORT_AREA_PAGE, &list, err));
    statement_bind_text(list, EXPORT_AREA_PAGE__RANGES, piece->view->scope.parameter);
    statement_bind_int64(list, EXPORT_AREA_PAGE__AFTER, piece->export->after_id);
    statement_bind_int64(list, EXPORT_AREA_PAGE__COUNT, count);
    TRY(statement_step(list, &has_row, err));
    for (; has_row; row_count++) {
        write_area(piece, &everywhere, list);
        piece->export->after_id = statement_int64(list, 0);
        TRY(statement_step(list, &has_row, err));
    }
    piece->export->is_complete = row_count < count;
    return BERM_OK;
}
