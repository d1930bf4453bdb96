#include "data/json_text.h"

#include <nlohmann/json.hpp>

#include "data/scalar_text.h"

namespace millrace::data {
namespace {

void Append(std::string* out, const nlohmann::ordered_json& json) {
  using Type = nlohmann::ordered_json::value_t;
  bool first = true;
  switch (json.type()) {
    case Type::object:
      *out += '{';
      for (const auto& [key, value] : json.items()) {
        if (!std::exchange(first, false)) *out += ',';
        AppendJsonString(out, key);
        *out += ':';
        Append(out, value);
      }
      *out += '}';
      break;
    case Type::array:
      *out += '[';
      for (const auto& value : json) {
        if (!std::exchange(first, false)) *out += ',';
        Append(out, value);
      }
      *out += ']';
      break;
    case Type::string:
      AppendJsonString(out, json.get_ref<const std::string&>());
      break;
    case Type::number_float:
      *out += DoubleText(json.get<double>());
      break;
    default:
      *out += json.dump();
      break;
  }
}

}  // namespace

bool AppendJsonEscape(std::string* out, char16_t unit) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  switch (unit) {
    case u'"':
      *out += "\\\"";
      return true;
    case u'\\':
      *out += "\\\\";
      return true;
    case u'\b':
      *out += "\\b";
      return true;
    case u'\f':
      *out += "\\f";
      return true;
    case u'\n':
      *out += "\\n";
      return true;
    case u'\r':
      *out += "\\r";
      return true;
    case u'\t':
      *out += "\\t";
      return true;
    default:
      if (unit >= 0x20) return false;
      *out += "\\u00";
      *out += kHex[unit >> 4];
      *out += kHex[unit & 0xf];
      return true;
  }
}

void AppendJsonString(std::string* out, std::string_view text) {
  *out += '"';
  for (char c : text) {
    if (!AppendJsonEscape(out, static_cast<unsigned char>(c))) *out += c;
  }
  *out += '"';
}

std::string CompactJson(const nlohmann::ordered_json& json) {
  std::string out;
  Append(&out, json);
  return out;
}

}  // namespace millrace::data
