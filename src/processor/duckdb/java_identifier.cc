#include "processor/duckdb/java_identifier.h"

namespace millrace::processor::duckdb {

bool IsJavaIdentifierStart(char16_t c) {
  if (c < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  }
  if (c < 0x100) {
    return (c >= 0xC0 && c != 0xD7 && c != 0xF7) || (c >= 0xA2 && c <= 0xA5) || c == 0xAA ||
           c == 0xB5 || c == 0xBA;
  }
  if (c >= 0xD800 && c <= 0xF8FF) return false;  // surrogates, private use
  if (c >= 0x2000 && c <= 0x206F) return c == 0x203F || c == 0x2040 || c == 0x2054;
  if (c >= 0x20A0 && c <= 0x20CF) return true;   // currency
  if (c >= 0x2190 && c <= 0x2BFF) return false;  // arrows, mathematics, boxes, symbols
  if (c >= 0x3000 && c <= 0x3004) return false;
  if (c >= 0x3008 && c <= 0x3020) return false;
  if (c >= 0xFE00 && c <= 0xFE0F) return false;
  return c < 0xFFF0 && c != 0xFEFF;
}

bool IsJavaIdentifierPart(char16_t c) {
  if (IsJavaIdentifierStart(c)) return true;
  if (c >= '0' && c <= '9') return true;
  // Characters that Java ignores in identifiers.
  return c <= 0x08 || (c >= 0x0E && c <= 0x1B) || (c >= 0x7F && c <= 0x9F) || c == 0xAD ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB);
}

}  // namespace millrace::processor::duckdb
