/*
 * The OpenAPI 3.1 description, made from the rows of routes.def, from schemas.json, and from the
 * dictionary, whose variables are the properties of a household's and a person's values.
 */
#include <stdio.h>
#include <string.h>

#include "api/call.h"

enum { CONTENT_TYPE_BYTES_MAX = 64 };

/* schemas.json, by tools/embed_text.py */
extern const char api_schemas[];
extern const size_t api_schemas_size;

static struct text schemas_text(void)
{
    return (struct text){api_schemas, api_schemas_size};
}

static void write_reference(struct json_writer *json, const char *schema)
{
    char reference[120];

    snprintf(reference, sizeof reference, "#/components/schemas/%s", schema);
    json_begin_object(json);
    json_key_of_text(json, "$ref", text_of(reference));
    json_end_object(json);
}

/* ---- Parameters ------------------------------------------------------------------------------ */

static void begin_parameter(struct json_writer *json, struct text name, const char *where,
                            bool is_required, const char *meaning)
{
    json_begin_object(json);
    json_key_of_text(json, "name", name);
    json_key_of_text(json, "in", text_of(where));
    json_key_of_bool(json, "required", is_required);
    if (meaning != NULL)
        json_key_of_text(json, "description", text_of(meaning));
    json_key(json, "schema");
}

static void write_typed(struct json_writer *json, const char *type)
{
    json_begin_object(json);
    json_key_of_text(json, "type", text_of(type));
    json_end_object(json);
}

static void write_query_schema(struct json_writer *json, enum query_kind kind)
{
    switch (kind) {
    case QUERY_TEXT:
        write_typed(json, "string");
        break;
    case QUERY_INTEGER:
        write_typed(json, "integer");
        break;
    case QUERY_BOOLEAN:
        write_typed(json, "boolean");
        break;
    case QUERY_MONTH:
        write_reference(json, "Month");
        break;
    case QUERY_DATE:
        write_reference(json, "Day");
        break;
    case QUERY_LANGUAGE:
        write_reference(json, "Language");
        break;
    case QUERY_TEXTS:
        json_begin_object(json);
        json_key_of_text(json, "type", TEXT("array"));
        json_key(json, "items");
        write_typed(json, "string");
        json_end_object(json);
        break;
    }
}

static void write_path_parameters(struct json_writer *json, const char *pattern)
{
    const char *open = strchr(pattern, '{');

    while (open != NULL) {
        const char *close = strchr(open, '}');

        begin_parameter(json, (struct text){open + 1, (size_t)(close - open - 1)}, "path", true,
                        NULL);
        write_typed(json, "string");
        json_end_object(json);
        open = strchr(close, '{');
    }
}

static void write_header_parameter(struct json_writer *json, const char *name, bool is_required,
                                   const char *meaning)
{
    begin_parameter(json, text_of(name), "header", is_required, meaning);
    write_typed(json, "string");
    json_end_object(json);
}

static void write_parameters(struct json_writer *json, const struct api_route *route)
{
    size_t count;
    const struct route_query *queries = route_queries((int)(route - API_ROUTES), &count);

    json_key(json, "parameters");
    json_begin_array(json);
    write_path_parameters(json, route->pattern);
    for (size_t q = 0; q < count; q++) {
        begin_parameter(json, text_of(queries[q].name), "query", false, queries[q].meaning);
        write_query_schema(json, queries[q].kind);
        json_end_object(json);
    }
    if ((route->flags & ROUTE_NEEDS_VERSION) != 0)
        write_header_parameter(json, "If-Match", true, "The ETag that was read, or *");
    if ((route->flags & ROUTE_HAS_RANGES) != 0)
        write_header_parameter(json, "Range", false, "A part, such as bytes=0-65535");
    if (route->method == HTTP_POST && route->permission != ROUTE_FOR_ANYONE)
        write_header_parameter(json, "Idempotency-Key", false,
                               "Made up by the client: the same key is done once within a day");
    json_end_array(json);
}

/* ---- Bodies ---------------------------------------------------------------------------------- */

/* A schema's name, or content types, whose bytes are not described any further. */
static void write_content(struct json_writer *json, const char *what)
{
    bool is_schema = strchr(what, '/') == NULL;
    char type[CONTENT_TYPE_BYTES_MAX];

    json_key(json, "content");
    json_begin_object(json);
    for (const char *next = is_schema ? "application/json" : what; *next != 0;) {
        size_t length = strcspn(next, ",");

        snprintf(type, sizeof type, "%.*s", (int)length, next);
        next += length + strspn(next + length, ", ");
        json_key(json, type);
        json_begin_object(json);
        json_key(json, "schema");
        if (is_schema)
            write_reference(json, what);
        else
            write_typed(json, strcmp(type, "application/json") == 0 ? "object" : "string");
        json_end_object(json);
    }
    json_end_object(json);
}

/* The problems that a route may answer with: those for which tells() holds. */
static bool is_open(const struct api_route *route)
{
    return route->permission == ROUTE_FOR_ANYONE;
}

static bool tells(const struct api_route *route, int status)
{
    bool takes_json = route->takes != NULL && strchr(route->takes, '/') == NULL;

    switch (status) {
    case 401:
        return !is_open(route) || route->takes != NULL; /* logging in */
    case 403:
        return !is_open(route);
    case 404:
        return !is_open(route);
    case 409:
        return route->kind != ROUTE_READS;
    case 412:
    case 428:
        return (route->flags & ROUTE_NEEDS_VERSION) != 0;
    case 413:
    case 415:
        return route->takes != NULL;
    case 416:
        return (route->flags & ROUTE_HAS_RANGES) != 0;
    case 422:
        return takes_json || route->method == HTTP_POST;
    case 429:
        return is_open(route) && route->takes != NULL;
    default:
        return true;
    }
}

static const struct {
    int status;
    const char *meaning;
} PROBLEMS[] = {
    {400, "The request is not well-formed"},
    {401, "Not logged in"},
    {403, "The caller's roles do not allow this anywhere"},
    {404, "Not there, or outside the caller's areas"},
    {409, "It is there already, or its state does not allow this"},
    {412, "It was changed since it was read; current_version tells which version is there"},
    {413, "The body is too large"},
    {415, "The body has another content type than is taken here"},
    {416, "Nothing of the content lies in the range"},
    {422, "errors tells each thing that is wrong with the body"},
    {428, "If-Match is missing"},
    {429, "Too many failures; Retry-After tells when again"},
    {500, "The server failed"},
    {503, "Too much is asked at once; Retry-After tells when again"},
};

static void write_problem_response(struct json_writer *json, int status, const char *meaning)
{
    char code[8];

    snprintf(code, sizeof code, "%d", status);
    json_key(json, code);
    json_begin_object(json);
    json_key_of_text(json, "description", text_of(meaning));
    json_key(json, "content");
    json_begin_object(json);
    json_key(json, "application/problem+json");
    json_begin_object(json);
    json_key(json, "schema");
    write_reference(json, "Problem");
    json_end_object(json);
    json_end_object(json);
    json_end_object(json);
}

/* gives: as the route's; NULL: no content. */
static void write_response(struct json_writer *json, int status, const char *meaning,
                           const char *gives)
{
    char code[8];

    snprintf(code, sizeof code, "%d", status);
    json_key(json, code);
    json_begin_object(json);
    json_key_of_text(json, "description", text_of(meaning));
    if (gives != NULL)
        write_content(json, gives);
    json_end_object(json);
}

static void write_responses(struct json_writer *json, const struct api_route *route)
{
    json_key(json, "responses");
    json_begin_object(json);
    write_response(json, route->status, http_status_title(route->status), route->gives);
    if ((route->flags & ROUTE_HAS_RANGES) != 0)
        write_response(json, 206, http_status_title(206), route->gives);
    if ((route->flags & (ROUTE_IS_VERSIONED | ROUTE_HAS_RANGES)) != 0 && route->method == HTTP_GET)
        write_response(json, 304, "The client has it already", NULL);
    for (size_t p = 0; p < ARRAY_COUNT(PROBLEMS); p++)
        if (tells(route, PROBLEMS[p].status))
            write_problem_response(json, PROBLEMS[p].status, PROBLEMS[p].meaning);
    json_end_object(json);
}

static void write_security(struct json_writer *json, const struct api_route *route)
{
    json_key(json, "security");
    json_begin_array(json);
    if (route->permission != ROUTE_FOR_ANYONE) {
        json_begin_object(json);
        json_key(json, "token");
        json_begin_array(json);
        json_end_array(json);
        json_end_object(json);
        json_begin_object(json);
        json_key(json, "session");
        json_begin_array(json);
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_operation(struct json_writer *json, const struct api_route *route)
{
    static const char *const METHODS[HTTP_METHOD_COUNT] = {
        [HTTP_GET] = "get",         [HTTP_HEAD] = "head",   [HTTP_POST] = "post",
        [HTTP_PUT] = "put",         [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
        [HTTP_OPTIONS] = "options",
    };

    json_key(json, METHODS[route->method]);
    json_begin_object(json);
    json_key_of_text(json, "operationId", text_of(route->id));
    json_key(json, "tags");
    json_begin_array(json);
    json_text(json, text_of(route->tag));
    json_end_array(json);
    json_key_of_text(json, "summary", text_of(route->summary));
    if (route->permission >= 0)
        json_key_of_text(json, "x-permission",
                         text_of(permission_name((enum permission)route->permission)));
    write_security(json, route);
    write_parameters(json, route);
    if (route->takes != NULL) {
        json_key(json, "requestBody");
        json_begin_object(json);
        json_key_of_bool(json, "required", true);
        write_content(json, route->takes);
        json_end_object(json);
    }
    write_responses(json, route);
    json_end_object(json);
}

/* ---- Paths, tags ----------------------------------------------------------------------------- */

static bool is_first_of_pattern(size_t index)
{
    for (size_t r = 0; r < index; r++)
        if (strcmp(API_ROUTES[r].pattern, API_ROUTES[index].pattern) == 0)
            return false;
    return true;
}

static void write_paths(struct json_writer *json)
{
    json_key(json, "paths");
    json_begin_object(json);
    for (size_t r = 0; r < API_ROUTE_COUNT; r++) {
        if (!is_first_of_pattern(r))
            continue;
        json_key(json, API_ROUTES[r].pattern);
        json_begin_object(json);
        for (size_t o = r; o < API_ROUTE_COUNT; o++)
            if (strcmp(API_ROUTES[o].pattern, API_ROUTES[r].pattern) == 0)
                write_operation(json, &API_ROUTES[o]);
        json_end_object(json);
    }
    json_end_object(json);
}

static void write_tags(struct json_writer *json)
{
    json_key(json, "tags");
    json_begin_array(json);
    for (size_t t = 0; t < API_TAG_COUNT; t++) {
        json_begin_object(json);
        json_key_of_text(json, "name", text_of(API_TAGS[t].name));
        json_key_of_text(json, "description", text_of(API_TAGS[t].description));
        json_end_object(json);
    }
    json_end_array(json);
}

/* ---- Components ------------------------------------------------------------------------------ */

/* What variable_write_json writes. */
static void write_value_type(struct json_writer *json, const struct variable *variable)
{
    static const char *const TYPES[] = {
        [VARIABLE_INTEGER] = "integer",   [VARIABLE_DECIMAL] = "number",
        [VARIABLE_MONEY] = "string",      [VARIABLE_BOOLEAN] = "boolean",
        [VARIABLE_DATE] = "string",       [VARIABLE_TEXT] = "string",
        [VARIABLE_SELECT_ONE] = "string", [VARIABLE_SELECT_MULTIPLE] = "array",
    };

    json_key(json, "type");
    json_begin_array(json);
    json_text(json, text_of(TYPES[variable->type]));
    json_text(json, TEXT("null"));
    json_end_array(json);
    if (variable->type == VARIABLE_SELECT_MULTIPLE) {
        json_key(json, "items");
        json_begin_object(json);
        json_key_of_text(json, "type", TEXT("string"));
        json_end_object(json);
    }
}

static void write_values(struct json_writer *json, const char *name,
                         const struct dictionary *dictionary, enum entity entity)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);

    json_key(json, name);
    json_begin_object(json);
    json_key_of_text(json, "type", TEXT("object"));
    json_key_of_text(
        json, "description",
        TEXT("The dictionary's variables; null is unknown, or hidden from the caller"));
    json_key_of_bool(json, "additionalProperties", false);
    json_key(json, "properties");
    json_begin_object(json);
    for (size_t v = 0; v < dictionary->count[entity]; v++) {
        json_key_text(json, variables[v].name);
        json_begin_object(json);
        write_value_type(json, &variables[v]);
        json_key_of_text(json, "description", variables[v].label_en);
        json_end_object(json);
    }
    json_end_object(json);
    json_end_object(json);
}

static enum berm_status write_schemas(struct json_writer *json, const struct dictionary *dictionary,
                                      struct berm_error *err)
{
    struct json_walk walk;
    struct text key, value;

    json_key(json, "schemas");
    json_begin_object(json);
    if (!json_walk_begin(text_trimmed(schemas_text()), '{', &walk))
        return fail_with(err, BERM_INTERNAL, "schemas.json is no object");
    while (json_walk_member(&walk, &key, &value)) {
        json_key_text(json, key);
        json_number_text(json, value);
    }
    if (!walk.has_ended)
        return fail_with(err, BERM_INTERNAL, "schemas.json does not end");
    write_values(json, "HouseholdValues", dictionary, ENTITY_HOUSEHOLD);
    write_values(json, "PersonValues", dictionary, ENTITY_PERSON);
    json_end_object(json);
    return BERM_OK;
}

static void write_security_schemes(struct json_writer *json)
{
    json_key(json, "securitySchemes");
    json_begin_object(json);
    json_key(json, "token");
    json_begin_object(json);
    json_key_of_text(json, "type", TEXT("http"));
    json_key_of_text(json, "scheme", TEXT("bearer"));
    json_key_of_text(json, "description", TEXT("An API token; berm token create makes one"));
    json_end_object(json);
    json_key(json, "session");
    json_begin_object(json);
    json_key_of_text(json, "type", TEXT("apiKey"));
    json_key_of_text(json, "in", TEXT("cookie"));
    json_key_of_text(json, "name", TEXT(SESSION_COOKIE));
    json_key_of_text(json, "description",
                     TEXT("Set by POST /v1/sessions; X-CSRF-Token goes with every change"));
    json_end_object(json);
    json_end_object(json);
}

enum berm_status api_write_openapi(const struct dictionary *dictionary, struct json_writer *json,
                                   struct berm_error *err)
{
    json_begin_object(json);
    json_key_of_text(json, "openapi", TEXT("3.1.0"));
    json_key(json, "info");
    json_begin_object(json);
    json_key_of_text(json, "title", TEXT("Berm"));
    json_key_of_text(json, "version", text_of(berm_version()));
    json_key_of_text(json, "description",
                     TEXT("Households about to fall into poverty: who they are, why, and what is "
                          "done for them."));
    json_key(json, "license");
    json_begin_object(json);
    json_key_of_text(json, "name", TEXT("Apache-2.0"));
    json_key_of_text(json, "identifier", TEXT("Apache-2.0"));
    json_end_object(json);
    json_end_object(json);
    json_key(json, "servers");
    json_begin_array(json);
    json_begin_object(json);
    json_key_of_text(json, "url", TEXT("/"));
    json_end_object(json);
    json_end_array(json);
    write_tags(json);
    write_paths(json);
    json_key(json, "components");
    json_begin_object(json);
    TRY(write_schemas(json, dictionary, err));
    write_security_schemes(json);
    json_end_object(json);
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_openapi_show(struct call *call, struct berm_error *err)
{
    TRY(api_write_openapi(&call->office->pack->dictionary, &call->json, err));
    call_set_version(call, 0);
    return BERM_OK;
}
