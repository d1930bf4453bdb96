#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace millrace::data {

/// Appends `text` as a JSON string the way Jackson writes it: control characters as \n, \t, ... or
/// \u001F, the rest as it is, whatever bytes they are.
void AppendJsonString(std::string* out, std::string_view text);

/// Appends a quote, a backslash or a control character as Jackson escapes it within a string. False,
/// and nothing, for what stands in a string as it is.
bool AppendJsonEscape(std::string* out, char16_t unit);

/// Compact JSON as Jackson writes it, keys in their order, doubles as Java prints them.
std::string CompactJson(const nlohmann::ordered_json& json);

}  // namespace millrace::data
