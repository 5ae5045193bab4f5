/*
 * The command line: decode, call a service, write. commands.def declares every command; help,
 * completion and the parser come from it.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "service/service.h"

#include <stdio.h>

enum exit_code {
    EXIT_CODE_OK = 0,
    EXIT_CODE_FAILURE = 1,
    EXIT_CODE_USAGE = 2,
    EXIT_CODE_REJECTS = 3, /* some rows of an import were rejected */
};

enum {
    OUTPUT_COLUMNS_MAX = 32,
    OPTION_VALUES_MAX = 64,
    ARGUMENTS_MAX = 64,
    COMMAND_OPTIONS_MAX = 20
};

/** One option of a command; value NULL: a flag. */
struct option_spec {
    const char *name;
    const char *value;
    const char *help;
};

struct invocation;

struct command {
    const char *name; /* "import", "policy check" */
    const char *arguments;
    int argument_min, argument_max;
    const char *summary;
    enum berm_status (*run)(struct invocation *invocation, struct berm_error *err);
    struct option_spec options[COMMAND_OPTIONS_MAX]; /* ends at a NULL name */
};

struct option_value {
    const char *name;
    const char *value; /* a flag: "" */
};

/** A command line that was understood. */
struct invocation {
    const struct command *command;
    const char *arguments[ARGUMENTS_MAX];
    int argument_count;
    struct option_value values[OPTION_VALUES_MAX];
    int value_count;
    int exit_code; /* a command that succeeded but has something to say sets it */
};

extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;

/** The option's last value, or NULL where it was not given. */
const char *invocation_value(const struct invocation *invocation, const char *name);
/** All values of an option that may come several times, as they stand. Returns how many. */
size_t invocation_values(const struct invocation *invocation, const char *name,
                         struct text ret_values[OPTION_VALUES_MAX]);
bool invocation_has(const struct invocation *invocation, const char *name);
MUST_USE enum berm_status invocation_int64(struct invocation *invocation, const char *name,
                                           int64_t low, int64_t high, int64_t fallback,
                                           int64_t *ret_value, struct berm_error *err);
/** --month; *ret_has is false where it was not given. */
MUST_USE enum berm_status invocation_month(struct invocation *invocation, bool *ret_has,
                                           month_number *ret_month, struct berm_error *err);
/** A day such as 2020-09-30; *ret_has is false where it was not given, and *ret_date stays. */
MUST_USE enum berm_status invocation_date(struct invocation *invocation, const char *name,
                                          bool *ret_has, date_days *ret_date,
                                          struct berm_error *err);
/** --lang, else BERM_LANG. */
MUST_USE enum berm_status invocation_language(struct invocation *invocation,
                                              enum language *ret_language, struct berm_error *err);
/** --store, else BERM_STORE. */
MUST_USE enum berm_status invocation_store(struct invocation *invocation, struct text *ret_url,
                                           struct berm_error *err);
/** Open the register that --store names. */
MUST_USE enum berm_status invocation_open(struct invocation *invocation, struct office **ret_office,
                                          struct berm_error *err);
/** The same, with the month that is asked about: --month, else the last one screened. */
MUST_USE enum berm_status invocation_open_month(struct invocation *invocation,
                                                struct office **ret_office, month_number *ret_month,
                                                struct berm_error *err);

/** The key file of --key, BERM_KEY_FILE or the system's credentials; *ret_key is NULL where there
 * is none. The caller frees it. */
MUST_USE enum berm_status invocation_key(struct invocation *invocation, struct key_file **ret_key,
                                         struct berm_error *err);
/** The path of --key or BERM_KEY_FILE; NULL where there is none. */
const char *invocation_key_path(const struct invocation *invocation);
/** Open the register for a command that changes it, with its key where that is at hand. Such a
 * command ends with office_seal. */
MUST_USE enum berm_status invocation_open_to_write(struct invocation *invocation,
                                                   struct office **ret_office,
                                                   struct berm_error *err);
/**
 * Before a command shows sensitive values: write who looks into the journal, and seal it. Where
 * that fails the command shows nothing, which the error says.
 */
MUST_USE enum berm_status invocation_note_look(struct invocation *invocation, struct office *office,
                                               const struct look *looks, size_t count,
                                               struct berm_error *err);
/** The same for a list, where the caller sees sensitive values anywhere. */
MUST_USE enum berm_status invocation_note_list(struct invocation *invocation, struct office *office,
                                               const struct caller *caller,
                                               const struct look_list *list,
                                               struct berm_error *err);
/** Who asks: the user at this machine, or with --as what that account would see. In arena. */
MUST_USE enum berm_status invocation_caller(struct invocation *invocation, struct office *office,
                                            struct arena *arena, const struct caller **ret_caller,
                                            struct berm_error *err);

/** What a command that changes the register works with. Zeroed at first. */
struct desk {
    struct office *office;
    struct arena *arena;
    const struct caller *caller;
};
/** Open the register to write, and find out who asks (--as). Such a command ends with office_seal.
 */
MUST_USE enum berm_status desk_open(struct invocation *invocation, struct desk *ret_desk,
                                    struct berm_error *err);
void desk_close(struct desk *desk); /* for CLEANUP */
/** An option's value, or the fallback where it was not given. */
struct text invocation_text(const struct invocation *invocation, const char *name,
                            const char *fallback);

/* ---- Output ---------------------------------------------------------------------------------- */

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_NDJSON, FORMAT_CSV };

/** --format: one of the words that the command's row in commands.def lists. */
MUST_USE enum berm_status invocation_format(struct invocation *invocation, enum format *ret_format,
                                            struct berm_error *err);

enum cell_kind { CELL_TEXT, CELL_NUMBER, CELL_JSON };

struct output_column {
    const char *name;
    enum cell_kind kind; /* NUMBER: right-aligned, bare in JSON; JSON: written as it is in JSON */
};

/** Rows in the format asked for. Zero-initialised apart from its first three members. */
struct output {
    FILE *file;
    enum format format;
    const struct output_column *columns;
    size_t column_count;
    int64_t row_count;
    struct buffer cells; /* TABLE: the rows held, each cell with a 0 behind it */
    int64_t held_rows;
    size_t widths[OUTPUT_COLUMNS_MAX];
    struct buffer line;
    struct json_writer json;
};

enum { NUMBER_TEXT_MAX = 24 };
/** A number as a cell. */
struct text number_text(int64_t number, char out[NUMBER_TEXT_MAX]);

void output_begin(struct output *output, FILE *file, enum format format,
                  const struct output_column *columns, size_t column_count);
/** One row: a text for each column. An empty NUMBER or JSON cell is null. */
void output_row(struct output *output, const struct text *cells);
/** BERM_IO where the file could not be written. */
MUST_USE enum berm_status output_end(struct output *output, struct berm_error *err);
/** Free without writing what is held back; for CLEANUP, harmless after output_end. */
void output_discard(struct output *output);
/** Write a text; BERM_IO where the file could not take it. */
MUST_USE enum berm_status text_write(FILE *file, const struct buffer *text, struct berm_error *err);
/** BERM_IO where an earlier write to the file failed: whoever writes much asks it now and then. */
MUST_USE enum berm_status write_status(FILE *file, struct berm_error *err);
/** Is the file a pipe whose reader has gone, as in "| head -1"? That is the end, but no failure. */
bool is_reader_gone(FILE *file);

/**
 * "berm: what is wrong (line 3, column 7)". Messages need not tell their position; those that name
 * their line are left as they are.
 */
void error_write(FILE *file, const struct berm_error *err);

/** How many columns of a terminal a text takes: East Asian wide characters take two. */
size_t display_width(struct text text);

/** All that is wrong with facts: each on standard error but the last, which is the command's own
 * message. */
MUST_USE enum berm_status fact_problems_write(const struct fact_problems *problems,
                                              struct berm_error *err);
/** What came of an act on facts: seal it and write it, or tell what is wrong. */
MUST_USE enum berm_status fact_result_tell(struct office *office, enum format format,
                                           enum berm_status status,
                                           const struct fact_result *result,
                                           struct berm_error *err);

/** Progress on standard error when it is a terminal; pass NULL context. Never stops the work. */
bool show_progress(void *context, int64_t done, int64_t total);
void end_progress(void);

/* ---- Commands -------------------------------------------------------------------------------- */

#define COMMAND(name, function, ...)                                                               \
    enum berm_status function(struct invocation *invocation, struct berm_error *err);
#include "commands.def"
#undef COMMAND

#endif
