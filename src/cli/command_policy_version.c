/* berm policy draft, versions, show, export, publish, withdraw; and check of a version */
#include "policy_commands.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES_MAX = 4096, ARENA_BYTES_MAX = 256 << 20 };

/* The version that an argument names, which must be a number. */
static enum berm_status version_argument(struct invocation *invocation, int64_t *ret_id,
                                         struct berm_error *err)
{
    if (text_parse_int64(text_of(invocation->arguments[0]), ret_id))
        return BERM_OK;
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT,
                     "%s: give the number of a version; berm policy versions lists them",
                     invocation->arguments[0]);
}

static struct text from_month_text(const struct pack_version *version, char out[MONTH_TEXT_MAX])
{
    if (version->publication == 0)
        return TEXT("");
    return version->is_from_beginning ? TEXT("the beginning")
                                      : month_format(version->from_month, out);
}

/* ---- versions, show, export ------------------------------------------------------------------ */

static enum berm_status print_version(void *context, const struct pack_version *version,
                                      struct berm_error *err)
{
    char number[NUMBER_TEXT_MAX], passed[NUMBER_TEXT_MAX], from[MONTH_TEXT_MAX];
    const struct text cells[] = {
        number_text(version->pack_version_id, number),
        version->pack,
        version->version,
        text_of(pack_state_name(version->state)),
        from_month_text(version, from),
        number_text(version->cases_passed, passed),
        version->drafted.by,
        version->published.by,
        version->note,
    };
    struct output *output = context;

    output_row(output, cells);
    return write_status(output->file, err);
}

enum berm_status command_policy_versions(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"number", CELL_NUMBER},   {"pack", CELL_TEXT},         {"version", CELL_TEXT},
        {"state", CELL_TEXT},      {"from", CELL_TEXT},         {"cases", CELL_NUMBER},
        {"drafted_by", CELL_TEXT}, {"published_by", CELL_TEXT}, {"note", CELL_TEXT},
    };
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    const struct caller *caller;
    struct text carried;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(ARENA_BYTES_MAX, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(pack_versions_list(office, caller, 0, 0, print_version, &output, err));
    TRY(output_end(&output, err));
    TRY(policy_carried_version(office, arena, &carried, err));
    if (carried.length > 0)
        fprintf(
            stderr,
            "The program carries %.*s %.*s, which the register does not have; berm policy draft "
            "%.*s takes it in as a draft.\n",
            TEXT_ARG(office->pack->name), TEXT_ARG(carried), TEXT_ARG(office->pack->name));
    return BERM_OK;
}

static void print_pair(struct output *output, const char *name, struct text value)
{
    const struct text cells[] = {text_of(name), value};

    output_row(output, cells);
}

static void print_step(struct output *output, const char *by, const char *at,
                       const struct pack_step *step)
{
    if (step->by.length == 0)
        return;
    print_pair(output, by, step->by);
    print_pair(output, at, step->at);
}

enum berm_status command_policy_show(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {{"what", CELL_TEXT}, {"value", CELL_TEXT}};
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    char digits[NUMBER_TEXT_MAX], from[MONTH_TEXT_MAX];
    const struct caller *caller;
    struct pack_version version;
    struct pack_bundle bundle;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(ARENA_BYTES_MAX, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(pack_version_find(office, caller, text_of(invocation->arguments[0]),
                          month_of_date(date_today()), arena, &version, err));
    TRY(pack_version_files(office, caller, version.pack_version_id, arena, &bundle, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    print_pair(&output, "number", number_text(version.pack_version_id, digits));
    print_pair(&output, "pack", version.pack);
    print_pair(&output, "version", version.version);
    print_pair(&output, "state", text_of(pack_state_name(version.state)));
    print_pair(&output, "from", from_month_text(&version, from));
    print_pair(&output, "sha256", version.sha256);
    print_pair(&output, "note", version.note);
    print_pair(&output, "cases_passed", number_text(version.cases_passed, digits));
    print_pair(&output, "warnings", number_text(version.warnings, digits));
    print_step(&output, "drafted_by", "drafted_at", &version.drafted);
    print_step(&output, "checked_by", "checked_at", &version.checked);
    print_step(&output, "published_by", "published_at", &version.published);
    print_step(&output, "withdrawn_by", "withdrawn_at", &version.withdrawn);
    for (size_t i = 0; i < bundle.count; i++)
        print_pair(&output, "file", bundle.files[i].path);
    return output_end(&output, err);
}

/* Make the folders above a file; those that are there are fine. */
static enum berm_status make_folders(char *path, struct berm_error *err)
{
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        int made;

        *at = 0;
        made = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!made)
            return fail_with(err, BERM_IO, "%s: %s", path, strerror(errno));
        *at = '/';
    }
    return BERM_OK;
}

static enum berm_status export_file(const char *folder, const struct pack_file *file,
                                    struct berm_error *err)
{
    char path[PATH_BYTES_MAX];
    bool is_written;
    FILE *out;

    if (snprintf(path, sizeof path, "%s/%.*s", folder, TEXT_ARG(file->path)) >= (int)sizeof path)
        return fail_with(err, BERM_LIMIT, "%s: the path is too long", folder);
    TRY(make_folders(path, err));
    out = fopen(path, "wx");
    if (out == NULL)
        return fail_with(err, BERM_IO, "%s: %s", path, strerror(errno));
    is_written = fwrite(file->bytes.bytes, 1, file->bytes.length, out) == file->bytes.length;
    is_written = fclose(out) == 0 && is_written;
    return is_written ? BERM_OK : fail_with(err, BERM_IO, "%s: %s", path, strerror(errno));
}

enum berm_status command_policy_export(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const char *folder = invocation->arguments[1];
    const struct caller *caller;
    struct pack_version version;
    struct pack_bundle bundle;

    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(ARENA_BYTES_MAX, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(pack_version_find(office, caller, text_of(invocation->arguments[0]),
                          month_of_date(date_today()), arena, &version, err));
    TRY(pack_version_files(office, caller, version.pack_version_id, arena, &bundle, err));
    if (mkdir(folder, 0777) != 0)
        return fail_with(err, errno == EEXIST ? BERM_CONFLICT : BERM_IO,
                         "%s: %s; give the name of a folder that is not there yet", folder,
                         strerror(errno));
    for (size_t i = 0; i < bundle.count; i++)
        TRY(export_file(folder, &bundle.files[i], err));
    printf("%s: %zu files of version %lld\n", folder, bundle.count,
           (long long)version.pack_version_id);
    return BERM_OK;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static enum berm_status open_for_step(struct invocation *invocation, struct office **ret_office,
                                      struct arena **ret_arena, const struct caller **ret_caller,
                                      struct berm_error *err)
{
    TRY(invocation_open_to_write(invocation, ret_office, err));
    TRY(arena_create(ARENA_BYTES_MAX, ret_arena, err));
    return invocation_caller(invocation, *ret_office, *ret_arena, ret_caller, err);
}

enum berm_status command_policy_draft(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct caller *caller;
    struct pack_bundle bundle;
    int64_t pack_version_id;

    TRY(open_for_step(invocation, &office, &arena, &caller, err));
    TRY(bundle_collect(arena, text_of(invocation->arguments[0]), &bundle, err));
    TRY(policy_draft(office, caller, &bundle, text_of(invocation_value(invocation, "note")),
                     &pack_version_id, err));
    TRY(office_seal(office, err));
    printf("version %lld: a draft of %zu files; berm policy check %lld runs its cases\n",
           (long long)pack_version_id, bundle.count, (long long)pack_version_id);
    return BERM_OK;
}

enum berm_status check_version(struct invocation *invocation, policy_report *report,
                               struct output *output, struct policy_verdict *ret_verdict,
                               struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct caller *caller;
    int64_t pack_version_id;

    TRY(version_argument(invocation, &pack_version_id, err));
    TRY(open_for_step(invocation, &office, &arena, &caller, err));
    TRY(policy_version_check(office, caller, pack_version_id, report, output, ret_verdict, err));
    return office_seal(office, err);
}

enum berm_status command_policy_publish(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const char *from = invocation_value(invocation, "from");
    const struct caller *caller;
    int64_t pack_version_id;
    month_number from_month;

    TRY(version_argument(invocation, &pack_version_id, err));
    if (from == NULL || month_parse(text_of(from), &from_month, err) != BERM_OK) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return from != NULL
                   ? fail_within(err, BERM_INVALID_INPUT, "--from")
                   : fail_with(err, BERM_INVALID_INPUT, "from which month? Say --from YYYY-MM");
    }
    TRY(open_for_step(invocation, &office, &arena, &caller, err));
    TRY(policy_publish(office, caller, pack_version_id, from_month, err));
    TRY(office_seal(office, err));
    printf("version %lld decides from %s on\n", (long long)pack_version_id, from);
    return BERM_OK;
}

enum berm_status command_policy_withdraw(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct caller *caller;
    int64_t pack_version_id;

    TRY(version_argument(invocation, &pack_version_id, err));
    TRY(open_for_step(invocation, &office, &arena, &caller, err));
    TRY(policy_withdraw(office, caller, pack_version_id, err));
    TRY(office_seal(office, err));
    printf("version %lld is withdrawn\n", (long long)pack_version_id);
    return BERM_OK;
}
