/* What the files of export/ share. Private to service. */
#ifndef SERVICE_EXPORT_PRIVATE_H
#define SERVICE_EXPORT_PRIVATE_H

#include "service/find/filter.h"

/* ---- columns.c ------------------------------------------------------------------------------- */

/** A column that every pack has. */
struct fixed_column {
    const char *name;
    const char *type;
    enum field_class field_class;
    bool is_on_request; /* only where it is asked for by name (secrets: by with_secrets) */
    const char *label_en, *label_zh;
};

enum household_column { HOUSEHOLD_CODE, HOUSEHOLD_AREA };
enum person_column {
    PERSON_CODE,
    PERSON_HOUSEHOLD,
    PERSON_NAME,
    PERSON_SEX,
    PERSON_BIRTH_DATE,
    PERSON_RELATION,
    PERSON_FROM_DATE,
    PERSON_TO_DATE,
    PERSON_END_REASON,
    PERSON_ID_TYPE,
    PERSON_ID_NUMBER,
    PERSON_BANK_ACCOUNT,
};
enum finding_column {
    FINDING_HOUSEHOLD,
    FINDING_AREA,
    FINDING_CODE,
    FINDING_UNDETERMINED,
    FINDING_SEVERITY,
    FINDING_FROM_MONTH,
    FINDING_TO_MONTH,
    FINDING_EVIDENCE,
};

/** What an export consists of, whatever the pack. */
struct export_shape {
    const char *name;
    const struct fixed_column *columns;
    size_t column_count;
    bool has_variables; /* the entity's variables stand behind the fixed columns */
    enum entity entity;
    int64_t page_count; /* households or areas that are looked at in one piece */
};
extern const struct export_shape EXPORT_SHAPES[EXPORT_KIND_COUNT];

struct export_column {
    struct text name;
    enum field_class field_class;
    int fixed;     /* number among the fixed columns; -1: a variable */
    int selection; /* a variable's number among those selected */
};

/** What a caller may see of an export, in the present transaction. */
struct export_view {
    struct area_scope scope; /* the export's areas */
    struct find_sight sight;
};
MUST_USE enum berm_status export_view_read(struct store *store, const struct caller *caller,
                                           struct text area, struct arena *arena,
                                           struct export_view *ret_view, struct berm_error *err);
/** Whether values of a class are seen in all areas of the export. */
bool export_view_shows(const struct export_view *view, enum field_class field_class);

/** What the journal has of a condition: its words, or only the variable's name. */
struct export_condition {
    struct text text;
    enum field_class field_class;
};

struct export
{
    struct arena *arena; /* what lives as long as the export */
    struct caller caller;
    struct export_order order;
    struct text pack_sha256;
    char id[17]; /* ties its two entries in the journal together */
    const struct export_column *columns;
    size_t column_count;
    const int *positions; /* of the selected variables */
    size_t position_count;
    enum field_class highest;                  /* of what is handed out */
    const struct export_condition *conditions; /* one for each filter of the order */
    int64_t after_id;                          /* the last household or area that is out */
    int64_t row_count;
    bool is_noted, has_begun, is_complete;
};

/** Fill in columns, positions and highest. */
MUST_USE enum berm_status export_choose_columns(struct export *export, const struct pack *pack,
                                                const struct export_view *view,
                                                struct berm_error *err);

/* ---- rows.c ---------------------------------------------------------------------------------- */

/** One piece while it is written. */
struct export_piece {
    struct export *export;
    struct office *office;
    struct arena *arena; /* what lives as long as the piece */
    const struct export_view *view;
    struct buffer *out;
    size_t start; /* of the piece in out */
    struct json_writer json;
    size_t column; /* the one that comes next */
    bool is_full;  /* reading stopped because the piece is long enough */
    struct find_filter filter;
};

/** The line of column names; JSON has none. */
void row_write_header(struct export_piece *piece);
/* One call for each of the export's columns, in order, between begin and end. */
void row_begin(struct export_piece *piece);
void row_end(struct export_piece *piece);
void row_text(struct export_piece *piece, struct text text); /* empty: not known */
void row_bool(struct export_piece *piece, bool value);
void row_month(struct export_piece *piece, bool is_known, month_number month);
void row_money(struct export_piece *piece, int64_t minor);
void row_field(struct export_piece *piece, const struct variable *variable,
               struct field_value value);
void row_json(struct export_piece *piece, struct text json);

/* ---- page.c ---------------------------------------------------------------------------------- */

struct export_household {
    int64_t household_id;
    int64_t position; /* of its area */
    struct text code, area;
};

/** Write the row that the statement stands on. */
typedef enum berm_status export_row(struct export_piece *piece, void *context,
                                    const struct export_household *household, struct statement *row,
                                    struct berm_error *err);
/**
 * The next page of households, and the rows that belong to them.
 * Shape   scan: parameters 1 low, 2 high household_id; column 0 is household_id, by which it goes.
 */
MUST_USE enum berm_status page_write(struct export_piece *piece, struct statement *scan,
                                     bool only_active, export_row *write, void *context,
                                     struct berm_error *err);

/* ---- One kind each --------------------------------------------------------------------------- */

typedef enum berm_status export_piece_writer(struct export_piece *piece, struct berm_error *err);
export_piece_writer export_write_households, export_write_persons, export_write_flows,
    export_write_findings, export_write_spells, export_write_areas, export_write_codebook;

#endif
