// SPDX-License-Identifier: Apache-2.0
// Messages as described structs: the fields that BOOST_DESCRIBE_STRUCT names are read, written, refused and documented
// from that one list. What the type does not say (bounds, meaning, whether a field may be left out) stands in NOTES:
//
//     struct Greeting {
//         std::string name;
//         uint64_t times = 1;
//         static constexpr wire::Note NOTES[] = {{"times", "How often.", wire::OPTIONAL, 1, 10}};
//     };
//     BOOST_DESCRIBE_STRUCT(Greeting, (), (name, times))
#pragma once
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/base/json.hpp"

namespace ashlar::wire {

namespace json = boost::json;
namespace describe = boost::describe;

/// required: reading refuses a message without it. optional: it keeps the value it has in the struct. hidden: neither
/// read nor written; the struct has it for the store alone.
enum class Presence { required, optional, hidden };
inline constexpr Presence REQUIRED = Presence::required, OPTIONAL = Presence::optional, HIDDEN = Presence::hidden;

/// What is known of a field besides its type. `min` and `max` bound a number; `max` also the bytes of a text and the
/// entries of a list.
struct Note {
    std::string_view field;
    std::string_view about = "";
    Presence presence = REQUIRED;
    uint64_t min = 0, max = UINT64_MAX;
};

/// JSON kept as text (as a store does): written as the value it is, as null if it is none.
struct Json {
    std::string text;
    bool operator==(const Json&) const = default;
};

/// Requests refuse fields that they do not have: what their sender wanted would not happen. Answers may have grown.
enum class Unknown { refuse, ignore };

template <class T>
concept Struct = describe::has_describe_members<T>::value && !std::is_enum_v<T>;
template <class T>
concept NamedEnum = std::is_enum_v<T> && describe::has_describe_enumerators<T>::value;

/// Name of an enumerator, as in JSON and in the store.
template <NamedEnum E>
constexpr std::string_view name_of(E e) {
    std::string_view out;
    boost::mp11::mp_for_each<describe::describe_enumerators<E>>([&](auto d) {
        if (d.value == e) out = d.name;
    });
    return out;
}
/// The enumerator of a name; false for an unknown one.
template <NamedEnum E>
constexpr bool parse_name(std::string_view name, E& out) {
    bool found = false;
    boost::mp11::mp_for_each<describe::describe_enumerators<E>>([&](auto d) {
        if (name == d.name) out = d.value, found = true;
    });
    return found;
}
template <NamedEnum E>
std::vector<std::string_view> names_of() {
    std::vector<std::string_view> out;
    boost::mp11::mp_for_each<describe::describe_enumerators<E>>([&](auto d) { out.push_back(d.name); });
    return out;
}

namespace detail {

template <class T>
inline constexpr bool IS_LIST = false;
template <class T>
inline constexpr bool IS_LIST<std::vector<T>> = true;
/// An object whose keys are data: a map, or pairs that keep their order.
template <class T>
inline constexpr bool IS_RECORD = false;
template <class T>
inline constexpr bool IS_RECORD<std::vector<std::pair<std::string, T>>> = true;
template <class T>
inline constexpr bool IS_RECORD<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool IS_OPTIONAL = false;
template <class T>
inline constexpr bool IS_OPTIONAL<std::optional<T>> = true;

template <class T>
using Members = describe::describe_members<T, describe::mod_any_access | describe::mod_inherited>;

/// The note of a field, in the struct or in a base of it.
template <Struct T>
constexpr Note note_of(std::string_view field) {
    if constexpr (requires { T::NOTES; })
        for (const Note& n : T::NOTES)
            if (n.field == field) return n;
    Note out{field};
    boost::mp11::mp_for_each<describe::describe_bases<T, describe::mod_any_access>>([&](auto base) {
        const Note n = note_of<typename decltype(base)::type>(field);
        if (!n.about.empty() || n.presence != REQUIRED || n.max != UINT64_MAX || n.min) out = n;
    });
    return out;
}

/// Where reading stands, and what it found wrong first.
struct Reading {
    Unknown unknown;
    std::string path = {};
    Error error = {};

    bool mistyped(std::string_view wanted);
    bool missing(std::string_view field);
    bool unknown_field(std::string_view field, const std::vector<std::string_view>& known);
    bool bounded(uint64_t value, const Note& note, std::string_view of_what);
    bool not_a_name(std::string_view given, const std::vector<std::string_view>& known);
};

bool whole_number(const json::value&, uint64_t& out);
bool signed_number(const json::value&, int64_t& out);
std::string serialized_or_empty(const json::value&);
json::value parsed_or_null(const std::string& text);

template <class T>
bool read_value(const json::value& v, T& out, const Note& note, Reading& r);

template <Struct T>
bool read_struct(const json::object& o, T& out, Reading& r) {
    bool ok = true;
    std::vector<std::string_view> known;
    const std::string at = r.path;
    boost::mp11::mp_for_each<Members<T>>([&](auto d) {
        constexpr Note NOTE = note_of<T>(d.name);
        if constexpr (NOTE.presence != HIDDEN) {
            known.push_back(d.name);
            if (!ok) return;
            using Field = std::remove_cvref_t<decltype(out.*d.pointer)>;
            const json::value* v = o.if_contains(d.name);
            r.path = at.empty() ? d.name : at + "." + d.name;
            if (v)
                ok = read_value(*v, out.*d.pointer, NOTE, r);
            else if constexpr (NOTE.presence == REQUIRED && !IS_OPTIONAL<Field>)
                ok = r.missing(r.path);
        }
    });
    r.path = at;
    if (!ok || r.unknown == Unknown::ignore) return ok;
    for (const auto& [key, value] : o)
        if (!r.unknown_field(key, known)) return false;
    return true;
}

template <class T>
bool read_value(const json::value& v, T& out, const Note& note, Reading& r) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!v.is_bool()) return r.mistyped("true or false");
        out = v.as_bool();
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!v.is_number()) return r.mistyped("a number");
        out = v.to_number<double>();
    } else if constexpr (std::is_unsigned_v<T>) {
        uint64_t n = 0;
        if (!whole_number(v, n) || n > std::numeric_limits<T>::max()) return r.mistyped("a whole number");
        if (!r.bounded(n, note, "")) return false;
        out = static_cast<T>(n);
    } else if constexpr (std::is_signed_v<T> || (std::is_enum_v<T> && !NamedEnum<T>)) {
        int64_t n = 0;
        if (!signed_number(v, n)) return r.mistyped("a whole number");
        if (note.max != UINT64_MAX && !r.bounded(n < 0 ? UINT64_MAX : static_cast<uint64_t>(n), note, "")) return false;
        out = static_cast<T>(n);
    } else if constexpr (NamedEnum<T>) {
        if (!v.is_string()) return r.mistyped("a string");
        const std::string_view name = v.as_string();
        if (!parse_name(name, out)) return r.not_a_name(name, names_of<T>());
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!v.is_string()) return r.mistyped("a string");
        if (!r.bounded(v.as_string().size(), {note.field, "", note.presence, 0, note.max}, "bytes")) return false;
        out = std::string(v.as_string());
    } else if constexpr (std::is_same_v<T, Json>) {
        out.text = serialized_or_empty(v);
        return r.bounded(out.text.size(), {note.field, "", note.presence, 0, note.max}, "bytes");
    } else if constexpr (std::is_same_v<T, json::value>) {
        out = v;
    } else if constexpr (std::is_same_v<T, json::object>) {
        if (!v.is_object()) return r.mistyped("an object");
        out = v.as_object();
    } else if constexpr (std::is_same_v<T, Error>) {
        if (!v.is_object()) return r.mistyped("an object");
        out = error_from(v.as_object());
    } else if constexpr (IS_OPTIONAL<T>) {
        if (v.is_null()) return true;
        return read_value(v, out.emplace(), note, r);
    } else if constexpr (IS_RECORD<T>) {
        if (!v.is_object()) return r.mistyped("an object");
        out.clear();
        for (const auto& [key, value] : v.as_object()) {
            typename T::value_type::second_type item{};
            if (!read_value(value, item, Note{}, r)) return false;
            out.insert(out.end(), {std::string(key), std::move(item)});
        }
    } else if constexpr (IS_LIST<T>) {
        if (!v.is_array()) return r.mistyped("a list");
        if (!r.bounded(v.as_array().size(), {note.field, "", note.presence, 0, note.max}, "entries")) return false;
        out.clear();
        const std::string at = r.path;
        for (const json::value& item : v.as_array()) {
            r.path = at + "[" + std::to_string(out.size()) + "]";
            if (!read_value(item, out.emplace_back(), Note{}, r)) return false;
        }
        r.path = at;
    } else {
        static_assert(Struct<T>, "describe it with BOOST_DESCRIBE_STRUCT");
        if (!v.is_object()) return r.mistyped("an object");
        return read_struct(v.as_object(), out, r);
    }
    return true;
}

template <class T>
json::value write_value(const T& v);

}  // namespace detail

/// Reads a message. Errors: json_bad (a field is missing, mistyped or out of bounds, by name), json_unknown_field (with
/// the nearest known name).
template <Struct T>
HostResult<T> read(const json::object& o, Unknown unknown = Unknown::refuse) {
    T out{};
    detail::Reading r{unknown};
    if (!detail::read_struct(o, out, r)) return Fail{std::move(r.error)};
    return out;
}

/// Writes a message: fields in the order of their description, empty optionals left out.
template <Struct T>
json::object write(const T& message) {
    json::object o;
    boost::mp11::mp_for_each<detail::Members<T>>([&](auto d) {
        constexpr Note NOTE = detail::note_of<T>(d.name);
        if constexpr (NOTE.presence != HIDDEN) {
            const auto& field = message.*d.pointer;
            if constexpr (detail::IS_OPTIONAL<std::remove_cvref_t<decltype(field)>>) {
                if (field) o[d.name] = detail::write_value(*field);
            } else {
                o[d.name] = detail::write_value(field);
            }
        }
    });
    return o;
}

template <class T>
json::value detail::write_value(const T& v) {
    if constexpr (NamedEnum<T>) {
        return json::value(name_of(v));
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<int64_t>(v);
    } else if constexpr (std::is_same_v<T, Json>) {
        return parsed_or_null(v.text);
    } else if constexpr (IS_RECORD<T>) {
        json::object o;
        for (const auto& [key, item] : v) o[key] = write_value(item);
        return o;
    } else if constexpr (IS_LIST<T>) {
        json::array a;
        for (const auto& item : v) a.push_back(write_value(item));
        return a;
    } else if constexpr (std::is_same_v<T, Error>) {
        return to_json(v);
    } else if constexpr (Struct<T>) {
        return write(v);
    } else {
        return json::value(v);
    }
}

/// The value in a Json.
inline json::value parsed(const Json& kept) { return detail::parsed_or_null(kept.text); }

/// Visits name and value of every field, hidden ones too (what a store keeps).
template <class T, class Visit>
    requires Struct<std::remove_const_t<T>>
void each_field(T& row, Visit&& visit) {
    boost::mp11::mp_for_each<detail::Members<std::remove_const_t<T>>>(
        [&](auto d) { visit(std::string_view(d.name), row.*d.pointer); });
}

/// A field is not declared twice, and every note is of a field that is there: what a test asks of each message.
template <Struct T>
bool notes_match() {
    bool ok = true;
    if constexpr (requires { T::NOTES; })
        for (const Note& n : T::NOTES) {
            int times = 0;
            boost::mp11::mp_for_each<detail::Members<T>>([&](auto d) { times += n.field == d.name; });
            ok = ok && times == 1;
        }
    return ok;
}

}  // namespace ashlar::wire
