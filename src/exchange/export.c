/* An export to a file, piece by piece, with its beginning and its end in the journal. */
#include "exchange/exchange.h"

#include "target.h"

enum berm_status exchange_write_file(const char *path, const struct buffer *bytes,
                                     struct berm_error *err)
{
    CLEANUP(target_close) struct target target = {0};

    TRY(target_open(path, false, &target, err));
    TRY(target_write(&target, bytes, err));
    return target_finish(&target, err);
}

static enum berm_status write_pieces(struct export *export, struct office *office,
                                     const struct export_options *options, struct target *target,
                                     struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer piece = {0};
    bool is_last = false;

    while (!is_last) {
        buffer_clear(&piece);
        TRY(export_next(export, office, &piece, &is_last, err));
        TRY(target_write(target, &piece, err));
        if (options->progress && !options->progress(options->context, export_row_count(export)))
            return fail_with(err, BERM_CANCELLED, "the export was stopped; nothing is kept of it");
    }
    return target_finish(target, err);
}

enum berm_status exchange_export(struct office *office, const struct export_options *options,
                                 int64_t *ret_rows, struct berm_error *err)
{
    CLEANUP(export_freep) struct export *export = NULL;
    CLEANUP(target_close) struct target target = {0};
    struct berm_error second;
    enum berm_status status;

    TRY(export_create(office, options->caller, &options->order, &export, err));
    TRY(target_open(options->path, options->is_in_place, &target, err));
    TRY(export_note_begin(export, office, &options->actor, err));
    status = write_pieces(export, office, options, &target, err);
    if (status != BERM_OK) {
        /* What stopped it is the answer; an end that cannot be noted either leaves a beginning. */
        (void)!export_note_end(export, office, &options->actor, &second);
        return status;
    }
    TRY(export_note_end(export, office, &options->actor, err));
    *ret_rows = export_row_count(export);
    return BERM_OK;
}
