// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "libs/base/wire_schema.hpp"
#include "libs/cluster/http/http.hpp"

namespace ashlar::cluster {

/// The OpenAPI 3.1 document of the routes that answer requests: it cannot say anything else than they do.
boost::json::object openapi_document(const std::vector<HttpRoute>& routes, std::string_view title,
                                     std::string_view version);

/// Schemas for HttpDoc.
template <class T>
boost::json::object request_of() {
    return wire::schema<T>(true);
}
template <class T>
boost::json::object answer_of() {
    return wire::schema<T>(false);
}

}  // namespace ashlar::cluster
