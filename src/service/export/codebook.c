/*
 * The codebook: every column that exports may have, with what its values mean and whether this
 * caller's exports have it. Whoever gets a file without it guesses, and guesses wrong.
 */
#include "service/export/private.h"

static struct text yes_or_no(bool is_so)
{
    return is_so ? TEXT("yes") : TEXT("no");
}

static void write_row(struct export_piece *piece, const struct text *cells)
{
    const struct export *export = piece->export;

    row_begin(piece);
    for (size_t c = 0; c < export->column_count; c++)
        row_text(piece, cells[export->columns[c].fixed]);
    row_end(piece);
}

static void write_fixed(struct export_piece *piece, const struct export_shape *shape,
                        const struct fixed_column *column)
{
    bool is_seen = export_view_shows(piece->view, column->field_class);
    struct text exported =
        is_seen && column->is_on_request ? TEXT("on request") : yes_or_no(is_seen);

    write_row(piece, (const struct text[]){
                         text_of(shape->name), text_of(column->name), text_of(column->label_en),
                         text_of(column->label_zh), text_of(column->type), TEXT(""), TEXT(""),
                         TEXT(""), TEXT("unknown"), text_of(field_class_name(column->field_class)),
                         exported, TEXT(""), TEXT(""), TEXT("")});
}

/* "name=label; name=label" in the list's order. */
static void append_choices(struct buffer *out, const struct choice_list *list)
{
    for (size_t c = 0; list && c < list->choice_count; c++)
        buffer_append_format(out, "%s%.*s=%.*s", c > 0 ? "; " : "", TEXT_ARG(list->choices[c].name),
                             TEXT_ARG(list->choices[c].label_en));
}

static enum berm_status write_variable(struct export_piece *piece, const struct export_shape *shape,
                                       const struct variable *variable, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer choices = {0};
    CLEANUP(buffer_free) struct buffer type = {0};

    append_choices(&choices, variable->list);
    buffer_append_text(&type, text_of(variable_type_name(variable->type)));
    if (variable->list)
        buffer_append_format(&type, " %.*s", TEXT_ARG(variable->list->name));
    TRY(buffer_status(&choices, err));
    TRY(buffer_status(&type, err));
    write_row(piece, (const struct text[]){
                         text_of(shape->name), variable->name, variable->label_en,
                         variable->label_zh, buffer_text(&type), variable->unit,
                         buffer_text(&choices), variable->constraint.source,
                         variable->is_empty_zero ? TEXT("zero") : TEXT("unknown"),
                         text_of(field_class_name(variable->field_class)),
                         yes_or_no(export_view_shows(piece->view, variable->field_class)),
                         variable->hint_en, variable->hint_zh, variable->source});
    return BERM_OK;
}

enum berm_status export_write_codebook(struct export_piece *piece, struct berm_error *err)
{
    const struct dictionary *dictionary = &piece->office->pack->dictionary;

    for (int kind = 0; kind < EXPORT_CODEBOOK; kind++) {
        const struct export_shape *shape = &EXPORT_SHAPES[kind];
        bool has_rows_of_variables = shape->has_variables || kind == EXPORT_FLOWS;

        for (size_t c = 0; c < shape->column_count; c++)
            write_fixed(piece, shape, &shape->columns[c]);
        for (size_t v = 0; has_rows_of_variables && v < dictionary->count[shape->entity]; v++)
            TRY(write_variable(piece, shape, &dictionary_variables(dictionary, shape->entity)[v],
                               err));
    }
    piece->export->is_complete = true;
    return BERM_OK;
}
