#include "processor/duckdb/utf8_text.h"

#include <algorithm>

#include <simdjson.h>

#include "data/java_text.h"

namespace millrace::processor::duckdb {
namespace {

struct Span {
  std::int64_t begin;
  std::int64_t end;
};

// Of bytes Spark computes the span in 32 bits that wrap.
Span ByteSpan(std::int32_t count, std::int32_t position, std::int32_t length) {
  std::int32_t begin = position > 0 ? position - 1 : position < 0 ? count + position : 0;
  auto left = static_cast<std::int32_t>(static_cast<std::uint32_t>(count) -
                                        static_cast<std::uint32_t>(begin));
  std::int64_t end = left < length ? count : static_cast<std::int64_t>(begin) + length;
  return {std::max(begin, 0), std::clamp<std::int64_t>(end, 0, count)};
}

/// The part of `count` elements that substring takes: places count from 1, or from the end.
Span SubstringSpan(std::int64_t count, std::int64_t position, std::int64_t length) {
  std::int64_t begin = position > 0 ? position - 1 : position < 0 ? count + position : 0;
  std::int64_t end = length < 0 ? begin : begin + length;
  return {std::clamp<std::int64_t>(begin, 0, count), std::clamp<std::int64_t>(end, 0, count)};
}

}  // namespace

std::int64_t CountCharacters(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += CharacterBytes(text[i])) ++count;
  return count;
}

std::string_view Characters(std::string_view text, std::int64_t first, std::int64_t count) {
  std::size_t at = 0;
  std::int64_t index = 0;
  for (; index < first && at < text.size(); ++index) at += CharacterBytes(text[at]);
  const std::size_t begin = std::min(at, text.size());
  for (std::int64_t i = 0; i < count && at < text.size(); ++i) at += CharacterBytes(text[at]);
  return text.substr(begin, std::min(at, text.size()) - begin);
}

std::string_view Substring(std::string_view text, std::int64_t position, std::int64_t length,
                           bool characters) {
  Span span =
      characters ? SubstringSpan(CountCharacters(text), position, length)
                 : ByteSpan(static_cast<std::int32_t>(text.size()),
                            static_cast<std::int32_t>(position), static_cast<std::int32_t>(length));
  if (span.begin >= span.end) return {};
  if (!characters) {
    return text.substr(static_cast<std::size_t>(span.begin),
                       static_cast<std::size_t>(span.end - span.begin));
  }
  return Characters(text, span.begin, span.end - span.begin);
}

std::string AsJavaReads(std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) return std::string(text);
  return data::EncodeLikeJava(data::DecodeLikeJava(text));
}

std::u32string CodePoints(std::string_view text) {
  const std::u16string units = data::DecodeLikeJava(text);
  std::u32string points;
  for (std::size_t i = 0; i < units.size(); ++i) {
    char32_t c = units[i];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < units.size() && units[i + 1] >= 0xDC00 &&
        units[i + 1] < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (units[++i] - 0xDC00);
    }
    points += c;
  }
  return points;
}

void AppendCodePoint(char32_t c, std::string* out) {
  if (c < 0x80) {
    *out += static_cast<char>(c);
  } else if (c < 0x800) {
    *out += static_cast<char>(0xC0 | c >> 6);
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out += static_cast<char>(0xE0 | c >> 12);
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | c >> 18);
    *out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace millrace::processor::duckdb
