#include "data/text_quoting.h"

namespace millrace::data {

std::string QuoteIdentifier(std::string_view name) {
  std::string text = "`";
  for (char c : name) {
    if (c == '`') text += '`';
    text += c;
  }
  return text + "`";
}

std::string QuoteIfNeeded(std::string_view name) {
  bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  for (char c : name) {
    plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_');
  }
  return plain ? std::string(name) : QuoteIdentifier(name);
}

std::string EscapeMetaCharacters(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '\n':
        escaped += "\\n";
        break;
      case '\r':
        escaped += "\\r";
        break;
      case '\t':
        escaped += "\\t";
        break;
      case '\f':
        escaped += "\\f";
        break;
      case '\b':
        escaped += "\\b";
        break;
      case '\v':
        escaped += "\\v";
        break;
      case '\a':
        escaped += "\\a";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace millrace::data
