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

void AppendJsonString(std::string* out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  *out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        *out += "\\\"";
        break;
      case '\\':
        *out += "\\\\";
        break;
      case '\b':
        *out += "\\b";
        break;
      case '\f':
        *out += "\\f";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          *out += "\\u00";
          *out += kHex[c >> 4];
          *out += kHex[c & 0xf];
        } else {
          *out += c;
        }
    }
  }
  *out += '"';
}

std::string CompactJson(const nlohmann::ordered_json& json) {
  std::string out;
  Append(&out, json);
  return out;
}

}  // namespace millrace::data
