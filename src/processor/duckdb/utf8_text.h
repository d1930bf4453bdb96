#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::processor::duckdb {

/// Text as Spark's UTF8String counts and cuts it: a character has as many bytes as its first one
/// says, whatever follows.

/// How many bytes Spark takes a character for, by its first one.
inline std::size_t CharacterBytes(char first) {
  auto c = static_cast<unsigned char>(first);
  if (c < 0xC0) return 1;
  if (c < 0xE0) return c < 0xC2 ? 1 : 2;
  if (c < 0xF0) return 3;
  return c < 0xF5 ? 4 : 1;
}

std::int64_t CountCharacters(std::string_view text);

/// The characters from `first` on, at most `count`; 0-based.
std::string_view Characters(std::string_view text, std::int64_t first, std::int64_t count);

/// substring(text, position, length): places count from 1, or from the end. Of bytes or of
/// characters.
std::string_view Substring(std::string_view text, std::int64_t position, std::int64_t length,
                           bool characters);

/// The same text after Java has read it: what is no UTF-8 becomes U+FFFD.
std::string AsJavaReads(std::string_view text);
std::u32string CodePoints(std::string_view text);
void AppendCodePoint(char32_t c, std::string* out);

}  // namespace millrace::processor::duckdb
