#include "data/java_text.h"

#include <cstdint>

namespace millrace::data {
namespace {

constexpr char16_t kReplacement = 0xFFFD;

bool IsHighSurrogate(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// One step of java.lang.String's UTF-8 decoder at the start of `in`: appends what it makes of the
/// bytes and gives how many it took.
std::size_t DecodeOne(std::string_view in, std::u16string* out) {
  auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < in.size() ? static_cast<unsigned char>(in[i]) : 0;
  };
  auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  auto replace = [&](std::size_t length) {
    *out += kReplacement;
    return length;
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) {
    *out += static_cast<char16_t>(first);
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    if (!continues(1)) return replace(1);
    *out += static_cast<char16_t>((first & 0x1F) << 6 | (byte(1) & 0x3F));
    return 2;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || (first == 0xE0 && byte(1) < 0xA0)) return replace(1);
    if (!continues(2)) return replace(2);
    const std::uint32_t code = (first & 0xF) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    if (IsHighSurrogate(code) || IsLowSurrogate(code)) return replace(3);
    *out += static_cast<char16_t>(code);
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second_fits =
        continues(1) && !(first == 0xF0 && byte(1) < 0x90) && !(first == 0xF4 && byte(1) > 0x8F);
    if (!second_fits) return replace(1);
    if (!continues(2)) return replace(2);
    if (!continues(3)) return replace(3);
    const std::uint32_t code =
        ((first & 0x7) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F)) -
        0x10000;
    *out += static_cast<char16_t>(0xD800 | code >> 10);
    *out += static_cast<char16_t>(0xDC00 | (code & 0x3FF));
    return 4;
  }
  return replace(1);
}

void AppendUtf8(std::string* out, std::uint32_t code) {
  auto byte = [&](std::uint32_t value) { *out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

}  // namespace

std::u16string DecodeLikeJava(std::string_view utf8) {
  std::u16string text;
  text.reserve(utf8.size());
  while (!utf8.empty()) utf8.remove_prefix(std::min(utf8.size(), DecodeOne(utf8, &text)));
  return text;
}

std::string EncodeLikeJava(std::u16string_view text) {
  std::string utf8;
  utf8.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint32_t unit = text[i];
    if (IsHighSurrogate(unit) && i + 1 < text.size() && IsLowSurrogate(text[i + 1])) {
      AppendUtf8(&utf8, 0x10000 + ((unit - 0xD800) << 10) + (text[++i] - 0xDC00u));
    } else if (IsHighSurrogate(unit) || IsLowSurrogate(unit)) {
      utf8 += '?';
    } else {
      AppendUtf8(&utf8, unit);
    }
  }
  return utf8;
}

std::size_t HalfWidth(std::u16string_view text) {
  std::size_t width = text.size();
  for (const char16_t c : text) {
    const bool full = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                      (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                      (c >= 0xFE10 && c <= 0xFE19) || (c >= 0xFE30 && c <= 0xFE6F) ||
                      (c >= 0xFF00 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6);
    if (full) ++width;
  }
  return width;
}

}  // namespace millrace::data
