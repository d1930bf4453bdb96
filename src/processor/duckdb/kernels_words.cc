// Functions of strings that look at the kinds of their characters: case, digits, URLs, sounds.

#include <algorithm>
#include <array>
#include <string>

#include <simdjson.h>

#include "data/java_text.h"
#include "data/letter_case.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

using Text = std::string_view;

std::string Utf8Of(char32_t c) {
  std::string text;
  AppendCodePoint(c, &text);
  return text;
}

bool IsValid(Text text) { return simdjson::validate_utf8(text.data(), text.size()); }

/// Each longest part that could begin a character becomes U+FFFD.
std::string MadeValid(Text text) {
  if (IsValid(text)) return std::string(text);
  std::string out;
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned first = byte(i);
    const std::size_t length = first < 0x80                      ? 1
                               : first >= 0xC2 && first <= 0xDF ? 2
                               : first >= 0xE0 && first <= 0xEF ? 3
                               : first >= 0xF0 && first <= 0xF4 ? 4
                                                                : 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    std::size_t read = length == 0 ? 0 : 1;
    while (read > 0 && read < length && byte(i + read) >= low && byte(i + read) <= high) {
      low = 0x80;
      high = 0xBF;
      ++read;
    }
    if (length > 0 && read == length) {
      out += text.substr(i, length);
    } else {
      out += "\uFFFD";
    }
    i += std::max<std::size_t>(read, 1);
  }
  return out;
}

// Unicode's title case.
std::string TitleCase(char32_t c) {
  if (c >= 0x1C4 && c <= 0x1C6) return Utf8Of(0x1C5);
  if (c >= 0x1C7 && c <= 0x1C9) return Utf8Of(0x1C8);
  if (c >= 0x1CA && c <= 0x1CC) return Utf8Of(0x1CB);
  if (c >= 0x1F1 && c <= 0x1F3) return Utf8Of(0x1F2);
  if (c >= 0x10D0 && c <= 0x10FF) return Utf8Of(c);
  if (c >= 0x1F80 && c <= 0x1FAF) return Utf8Of(c | 8);
  if (c == 0x1FB3 || c == 0x1FC3 || c == 0x1FF3) return Utf8Of(c + 9);
  const std::string upper = data::ToUpper(Utf8Of(c));
  const std::u32string points = CodePoints(upper);
  if (points.size() < 2 || c == 0x149) return upper;
  // Of several letters only the first is a capital.
  std::string out = Utf8Of(points[0]);
  for (std::size_t i = 1; i < points.size(); ++i) out += data::ToLower(Utf8Of(points[i]));
  return out;
}

/// A capital at the beginning and after each space; the rest in small letters.
std::string InitCap(Text given) {
  const std::string text = MadeValid(given);
  std::string out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const Text word = Text(text).substr(begin, end - begin);
    if (!word.empty()) {
      const Text first = word.substr(0, CharacterBytes(word[0]));
      out += TitleCase(CodePoints(first)[0]);
      out += data::ToLower(word).substr(data::ToLower(first).size());
    }
    if (end < text.size()) out += ' ';
    begin = end + 1;
  }
  return out;
}

std::string Soundex(Text text) {
  constexpr Text kCodes = "01230127022455012623017202";
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.empty() || !is_letter(upper(text[0]))) return std::string(text);
  std::string out(1, upper(text[0]));
  char last = kCodes[static_cast<std::size_t>(out[0] - 'A')];
  for (std::size_t i = 1; i < text.size() && out.size() < 4; ++i) {
    const char c = upper(text[i]);
    if (!is_letter(c)) {
      last = '0';
      continue;
    }
    const char code = kCodes[static_cast<std::size_t>(c - 'A')];
    if (code == '7') continue;
    if (code != '0' && code != last) out += code;
    last = code;
  }
  out.resize(4, '0');
  return out;
}

std::string Quoted(Text text) {
  std::string out = "'";
  for (const char c : AsJavaReads(text)) {
    if (c == '\'') out += '\\';
    out += c;
  }
  return out + "'";
}

bool LuhnCheck(Text text) {
  const std::u32string points = CodePoints(text);
  if (points.empty()) return false;
  int sum = 0;
  bool doubled = false;
  for (auto c = points.rbegin(); c != points.rend(); ++c) {
    // Digits of any script.
    const std::optional<std::int32_t> value = ParseJavaInt(Utf8Of(*c));
    if (!value) return false;
    int digit = *value;
    if (doubled) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    doubled = !doubled;
  }
  return sum % 10 == 0;
}

// ---------------------------------------------------------------------------------------- mask

/// What stands for characters of each kind; none: they stay.
struct Mask {
  std::array<std::optional<std::string>, 4> in_place_of;  // Upper, lower, digit, other.
};

std::size_t KindOf(char32_t c) {
  const std::string text = Utf8Of(c);
  if (c < 0x80) {
    if (c >= 'A' && c <= 'Z') return 0;
    if (c >= 'a' && c <= 'z') return 1;
    return c >= '0' && c <= '9' ? 2 : 3;
  }
  const bool title = data::ToLower(text) != text && data::ToUpper(text) != text;
  if (title || c >= 0x10000) return 3;
  if (data::ToLower(text) != text) return 0;
  if (data::ToUpper(text) != text || c == 0xAA || c == 0xBA || c == 0x138) return 1;
  return ParseJavaInt(text) ? 2 : 3;
}

std::string Masked(Text text, const Mask& mask) {
  std::string out;
  for (const char32_t c : CodePoints(text)) {
    const auto& sign = mask.in_place_of[KindOf(c)];
    // Java goes by UTF-16 units: a character beyond them is two others.
    if (!sign) {
      AppendCodePoint(c, &out);
    } else {
      out += *sign;
      if (c >= 0x10000) out += *sign;
    }
  }
  return out;
}

base::Result<Kernel> MaskKernel(const FunctionContext& context) {
  Mask mask;
  for (std::size_t i = 0; i < 4; ++i) mask.in_place_of[i] = ConstantBytes(context, i + 1);
  return Kernel([mask](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                       ColumnBuilder* out) {
    const Reader<std::optional<Text>> texts(args[0]);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::optional<Text> text = texts(row);
      Append(out, text ? std::optional<std::string>(Masked(*text, mask)) : std::nullopt);
    }
    return base::Status::Ok();
  });
}

// ---------------------------------------------------------------------------------------- URLs

std::string UrlEncoded(Text given) {
  constexpr Text kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : AsJavaReads(given)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '*' || c == '_';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::string> UrlDecoded(Text given) {
  const std::string text = AsJavaReads(given);
  std::string out;
  std::string bytes;  // Of one run of %XX.
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      bytes += static_cast<char>(high << 4 | low);
      i += 2;
      continue;
    }
    out += AsJavaReads(bytes);
    bytes.clear();
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out + AsJavaReads(bytes);
}

base::Result<Kernel> UrlDecode(const FunctionContext& context) {
  const bool tolerant = context.is_tolerant();
  return ForRows<Text>([tolerant](Text text) -> base::Result<std::optional<std::string>> {
    std::optional<std::string> decoded = UrlDecoded(text);
    if (decoded || tolerant) return decoded;
    return SparkFailure(
        "SparkIllegalArgumentException", "CANNOT_DECODE_URL", "22546",
        {{"url", std::string(text)}},
        "The provided URL cannot be decoded: " + std::string(text) +
            ". Please ensure that the URL is properly formatted and try again.");
  });
}

// --------------------------------------------------------------------------------------- UTF-8

std::string BytesInHex(Text text) {
  constexpr Text kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    out += "\\x";
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

base::Result<Kernel> ValidateUtf8(const FunctionContext& context) {
  const bool tolerant = context.function == "try_validate_utf8";
  return ForRows<Text>([tolerant](Text text) -> base::Result<std::optional<Text>> {
    if (IsValid(text)) return std::optional<Text>(text);
    if (tolerant) return std::optional<Text>();
    const std::string bytes = BytesInHex(text);
    return SparkFailure("SparkIllegalArgumentException", "INVALID_UTF8_STRING", "22029",
                        {{"str", bytes}}, "Invalid UTF8 byte sequence found in string: " + bytes +
                                              ".");
  });
}

template <auto function>
base::Result<Kernel> OfText(const FunctionContext&) {
  return ForRows<Text>(function);
}

}  // namespace

std::vector<KernelSpec> WordKernels() {
  return {
      {"initcap", false, OfText<InitCap>},
      {"soundex", false, OfText<Soundex>},
      {"quote", false, OfText<Quoted>},
      {"luhn_check", false, OfText<LuhnCheck>},
      {"mask", false, MaskKernel},
      {"url_encode", false, OfText<UrlEncoded>},
      {"url_decode", true, UrlDecode},
      {"is_valid_utf8", false, OfText<IsValid>},
      {"make_valid_utf8", false, OfText<MadeValid>},
      {"validate_utf8", true, ValidateUtf8},
      {"try_validate_utf8", false, ValidateUtf8},
  };
}

}  // namespace millrace::processor::duckdb
