/*
 * web: what browsers get from the program itself: the front page and its files, made into the
 * program when it was built. It knows nothing of a register.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "http/http.h"

/** GET /: the front page in the language that the browser asks for. */
void web_serve_front(void *context, const struct http_request *request,
                     struct http_response *response);
/** GET /en and /zh: the same in one language. */
void web_serve_front_english(void *context, const struct http_request *request,
                             struct http_response *response);
void web_serve_front_chinese(void *context, const struct http_request *request,
                             struct http_response *response);
/** GET /static/{path*}: a file that a page asks for. Pages themselves are not among them. */
void web_serve_static(void *context, const struct http_request *request,
                      struct http_response *response);

#endif
