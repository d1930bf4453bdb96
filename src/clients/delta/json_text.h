#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace millrace::clients::delta {

/// Appends `text` as a JSON string, quotes included. Control characters are escaped as Jackson does
/// it; bytes that are not UTF-8 become U+FFFD, so that the result is always valid JSON.
void AppendJsonString(std::string_view text, std::string* out);

/// Is `text` well-formed UTF-8?
bool IsUtf8(std::string_view text);

/// Writes JSON objects in the order in which they are given, compact. A comma is put in front of
/// each entry but the first of its object or array.
class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) {}

  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return End('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return End(']'); }
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }
  /// A value that is JSON already.
  JsonWriter& Raw(std::string_view json);
  template <std::integral T>
  JsonWriter& Number(T value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value);
    return Raw(std::string_view(digits, end.ptr));
  }

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& End(char bracket);
  void Separate();

  std::string* out_;
  bool comma_ = false;  // An entry stands before the next one.
};

}  // namespace millrace::clients::delta
