#pragma once

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace::processor::duckdb {

/// Steps over JSON bytes that the fast parser takes for every character, here to be inlined. Bytes
/// behind the end can be read (FastJsonParser::kPadding).

inline bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// What may stand behind a number or a word.
inline bool EndsToken(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// The first quote, backslash or control character from `p` on; at least `end` when there is none.
inline const char* FindSpecial(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i highest_control = _mm_set1_epi8(0x1F);
  for (; p < end; p += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, highest_control), bytes);
    __m128i hit = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), control);
    int mask = _mm_movemask_epi8(hit);
    if (mask != 0) return p + std::countr_zero(static_cast<unsigned>(mask));
  }
  return end;
#else
  while (p < end && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
  return p;
#endif
}

inline int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Four hex digits; -1 when they are none.
inline int HexUnit(const char* p) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = HexDigit(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

inline char* PutUtf8(std::uint32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | (c >> 6));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | (c >> 12));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | (c >> 18));
    *out++ = static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

/// Writes what the escape at `*p` (behind the backslash) stands for; null: not for the fast way.
inline char* PutEscape(const char** p, const char* end, char* out) {
  char c = **p;
  ++*p;
  switch (c) {
    case '"':
    case '\\':
    case '/':
      *out++ = c;
      return out;
    case 'b':
      *out++ = '\b';
      return out;
    case 'f':
      *out++ = '\f';
      return out;
    case 'n':
      *out++ = '\n';
      return out;
    case 'r':
      *out++ = '\r';
      return out;
    case 't':
      *out++ = '\t';
      return out;
    case 'u':
      break;
    default:
      return nullptr;
  }
  if (end - *p < 4) return nullptr;
  int unit = HexUnit(*p);
  if (unit < 0) return nullptr;
  *p += 4;
  auto code = static_cast<std::uint32_t>(unit);
  if (code >= 0xD800 && code <= 0xDFFF) {
    if (code >= 0xDC00 || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u') return nullptr;
    int low = HexUnit(*p + 2);
    if (low < 0xDC00 || low > 0xDFFF) return nullptr;
    *p += 6;
    code = 0x10000 + ((code & 0x3FF) << 10) + (static_cast<std::uint32_t>(low) & 0x3FF);
  }
  return PutUtf8(code, out);
}

}  // namespace millrace::processor::duckdb
