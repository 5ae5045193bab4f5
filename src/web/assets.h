/* The table that tools/embed_assets.py makes of web/. Private to web. */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include "http/http.h"

extern const struct http_asset WEB_ASSETS[];
extern const size_t WEB_ASSET_COUNT;

#endif
