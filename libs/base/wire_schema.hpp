// SPDX-License-Identifier: Apache-2.0
// JSON Schema of described messages, for the OpenAPI document.
#pragma once
#include <limits>

#include "libs/base/wire.hpp"

namespace ashlar::wire {

namespace detail {

template <class T>
json::object schema_of_value(const Note& note);
json::object number_schema(const Note& note, uint64_t type_max);
json::object text_schema(const Note& note);
json::object names_schema(const std::vector<std::string_view>& names);

}  // namespace detail

/// Schema of a message. A request (`sent`) lists the fields it needs and allows no others; an answer may grow, and has
/// all fields but empty optionals.
template <Struct T>
json::object schema(bool sent) {
    json::object fields;
    json::array required;
    boost::mp11::mp_for_each<detail::Members<T>>([&](auto d) {
        constexpr Note NOTE = detail::note_of<T>(d.name);
        if constexpr (NOTE.presence != HIDDEN) {
            using Field = std::remove_cvref_t<decltype(std::declval<T&>().*d.pointer)>;
            json::object field = detail::schema_of_value<Field>(NOTE);
            if (!NOTE.about.empty()) field["description"] = NOTE.about;
            fields[d.name] = std::move(field);
            if (!detail::IS_OPTIONAL<Field> && (!sent || NOTE.presence == REQUIRED))
                required.push_back(json::string(d.name));
        }
    });
    json::object o{{"type", "object"}, {"properties", std::move(fields)}};
    if (!required.empty()) o["required"] = std::move(required);
    if (sent) o["additionalProperties"] = false;
    return o;
}

template <class T>
json::object detail::schema_of_value(const Note& note) {
    if constexpr (std::is_same_v<T, bool>)
        return {{"type", "boolean"}};
    else if constexpr (std::is_floating_point_v<T>)
        return {{"type", "number"}};
    else if constexpr (std::is_unsigned_v<T>)
        return number_schema(note, std::numeric_limits<T>::max());
    else if constexpr (NamedEnum<T>)
        return names_schema(names_of<T>());
    else if constexpr (std::is_signed_v<T> || std::is_enum_v<T>)
        return {{"type", "integer"}};
    else if constexpr (std::is_same_v<T, std::string>)
        return text_schema(note);
    else if constexpr (std::is_same_v<T, Json> || std::is_same_v<T, json::value>)
        return {};
    else if constexpr (std::is_same_v<T, json::object>)
        return {{"type", "object"}};
    else if constexpr (std::is_same_v<T, Error>)
        return {{"$ref", "#/components/schemas/Error"}};
    else if constexpr (IS_OPTIONAL<T>)
        return schema_of_value<typename T::value_type>(note);
    else if constexpr (IS_RECORD<T>)
        return {{"type", "object"},
                {"additionalProperties", schema_of_value<typename T::value_type::second_type>(Note{})}};
    else if constexpr (IS_LIST<T>)
        return {{"type", "array"}, {"items", schema_of_value<typename T::value_type>(Note{})}};
    else
        return schema<T>(false);
}

}  // namespace ashlar::wire
