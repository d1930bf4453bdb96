#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace millrace::data {

/// Appends `text` as a JSON string the way Jackson writes it: control characters as \n, \t, ... or
/// \u001F, the rest as it is, whatever bytes they are.
void AppendJsonString(std::string* out, std::string_view text);

/// Compact JSON as Jackson writes it, keys in their order, doubles as Java prints them.
std::string CompactJson(const nlohmann::ordered_json& json);

}  // namespace millrace::data
