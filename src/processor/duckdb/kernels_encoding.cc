// Functions between strings and bytes: base64, encode, decode, to_binary.

#include <array>
#include <string>

#include <simdjson.h>

#include "data/java_text.h"
#include "data/value.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

using Text = std::string_view;

constexpr Text kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// In lines of 76 characters.
std::string ToBase64(Text bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    if (i > 0 && i % 57 == 0) out += "\r\n";
    unsigned value = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      value = value << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k <= bytes.size() ? kDigits[(value >> (18 - 6 * k)) & 63] : '=';
    }
  }
  return out;
}

int DigitOf(char c) {
  const std::size_t digit = kDigits.find(c);
  return digit == Text::npos ? -1 : static_cast<int>(digit);
}

/// java.util.Base64's MIME decoder: what is no digit does not count. The message of its exception
/// otherwise.
std::optional<std::string> FromBase64(Text text, std::string* bytes) {
  if (text.size() == 1) {
    if (DigitOf(text[0]) < 0 && text[0] != '=') return std::nullopt;
    return "Input byte[] should at least have 2 bytes for base64 bytes";
  }
  unsigned value = 0;
  int count = 0;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '=') {
      const bool second = count == 2 && i + 1 < text.size() && text[i + 1] == '=';
      if (count == 0 || count == 1 || (count == 2 && !second)) {
        if (count != 1) return "Input byte array has wrong 4-byte ending unit";
      }
      i += count == 2 ? 2 : 1;
      break;
    }
    const int digit = DigitOf(text[i]);
    if (digit < 0) continue;
    value = value << 6 | static_cast<unsigned>(digit);
    if (++count < 4) continue;
    for (const int shift : {16, 8, 0}) *bytes += static_cast<char>(value >> shift & 0xFF);
    value = 0;
    count = 0;
  }
  if (count == 1) return "Last unit does not have enough valid bits";
  if (count == 2) *bytes += static_cast<char>(value >> 4 & 0xFF);
  if (count == 3) {
    *bytes += static_cast<char>(value >> 10 & 0xFF);
    *bytes += static_cast<char>(value >> 2 & 0xFF);
  }
  for (; i < text.size(); ++i) {
    if (DigitOf(text[i]) >= 0) return "Input byte array has incorrect ending byte";
  }
  return std::nullopt;
}

base::Result<Kernel> Base64(const FunctionContext&) { return ForRows<Text>(ToBase64); }

base::Result<Kernel> Unbase64(const FunctionContext&) {
  return ForRows<Text>([](Text text) -> base::Result<std::string> {
    std::string bytes;
    if (auto problem = FromBase64(text, &bytes)) {
      return JavaFailure("IllegalArgumentException", *problem);
    }
    return bytes;
  });
}

// RFC 4648: digits in fours, filled up at the end or not at all.
bool IsValidBase64(Text text) {
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '=') {
      ++padding;
    } else if (DigitOf(c) < 0 || padding > 0) {
      return false;
    } else {
      ++digits;
    }
  }
  if (padding > 0) return padding <= 2 && (digits + padding) % 4 == 0;
  return digits % 4 != 1;
}

// ------------------------------------------------------------------------------------ charsets

enum class Charset { kUtf8, kAscii, kLatin1, kUtf16, kUtf16Be, kUtf16Le, kUtf32 };

std::optional<Charset> CharsetOf(Text name) {
  std::string lower;
  for (const char c : name) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  constexpr std::array<std::pair<Text, Charset>, 7> kNames = {
      {{"utf-8", Charset::kUtf8},
       {"us-ascii", Charset::kAscii},
       {"iso-8859-1", Charset::kLatin1},
       {"utf-16", Charset::kUtf16},
       {"utf-16be", Charset::kUtf16Be},
       {"utf-16le", Charset::kUtf16Le},
       {"utf-32", Charset::kUtf32}}};
  for (const auto& [known, charset] : kNames) {
    if (lower == known) return charset;
  }
  return std::nullopt;
}

base::Status UnknownCharset(Text function, Text charset) {
  constexpr Text kAll = "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8";
  return SparkFailure("SparkIllegalArgumentException", "INVALID_PARAMETER_VALUE.CHARSET", "22023",
                      {{"functionName", "`" + std::string(function) + "`"},
                       {"parameter", "`charset`"},
                       {"charset", std::string(charset)},
                       {"charsets", std::string(kAll)}},
                      "The value of parameter(s) `charset` in `" + std::string(function) +
                          "` is invalid: expects one of the " + std::string(kAll) + ", but got " +
                          std::string(charset) + ".");
}

base::Status Malformed(Text function, Text charset) {
  return SparkFailure("SparkRuntimeException", "MALFORMED_CHARACTER_CODING", "22000",
                      {{"function", "`" + std::string(function) + "`"},
                       {"charset", std::string(charset)}},
                      "Invalid value found when performing `" + std::string(function) + "` with " +
                          std::string(charset) + ".");
}

void AppendUnit(char16_t unit, bool little, std::string* out) {
  const char high = static_cast<char>(unit >> 8);
  const char low = static_cast<char>(unit & 0xFF);
  *out += little ? low : high;
  *out += little ? high : low;
}

std::optional<std::string> Encoded(Text text, Charset charset) {
  std::string out;
  if (charset == Charset::kUtf8) return AsJavaReads(text);
  if (charset == Charset::kAscii || charset == Charset::kLatin1) {
    const char32_t last = charset == Charset::kAscii ? 0x7F : 0xFF;
    for (const char32_t c : CodePoints(text)) {
      if (c > last) return std::nullopt;
      out += static_cast<char>(c);
    }
    return out;
  }
  if (charset == Charset::kUtf32) {
    for (const char32_t c : CodePoints(text)) {
      for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(c >> shift & 0xFF);
    }
    return out;
  }
  const std::u16string units = data::DecodeLikeJava(text);
  if (charset == Charset::kUtf16 && !units.empty()) AppendUnit(0xFEFF, false, &out);
  for (const char16_t unit : units) AppendUnit(unit, charset == Charset::kUtf16Le, &out);
  return out;
}

std::optional<std::string> FromUtf16(Text bytes, bool little) {
  std::string out;
  if (bytes.size() % 2 != 0) return std::nullopt;
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(little ? second << 8 | first : first << 8 | second);
  };
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xDC00 && c < 0xE000) return std::nullopt;
    if (c >= 0xD800 && c < 0xDC00) {
      if (i + 2 >= bytes.size()) return std::nullopt;
      const char32_t low = unit(i + 2);
      if (low < 0xDC00 || low >= 0xE000) return std::nullopt;
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    AppendCodePoint(c, &out);
  }
  return out;
}

std::optional<std::string> FromUtf32(Text bytes) {
  std::string out;
  if (bytes.size() % 4 != 0) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    char32_t c = 0;
    for (std::size_t k = 0; k < 4; ++k) c = c << 8 | static_cast<unsigned char>(bytes[i + k]);
    if (i == 0 && c == 0xFEFF) continue;
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return std::nullopt;
    AppendCodePoint(c, &out);
  }
  return out;
}

std::optional<std::string> Decoded(Text bytes, Charset charset) {
  switch (charset) {
    case Charset::kUtf8:
      if (!simdjson::validate_utf8(bytes.data(), bytes.size())) return std::nullopt;
      return std::string(bytes);
    case Charset::kAscii:
    case Charset::kLatin1: {
      std::string out;
      for (const char c : bytes) {
        if (charset == Charset::kAscii && static_cast<unsigned char>(c) > 0x7F) return std::nullopt;
        AppendCodePoint(static_cast<unsigned char>(c), &out);
      }
      return out;
    }
    case Charset::kUtf16: {
      const bool marked = bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE");
      const bool little = bytes.starts_with("\xFF\xFE");
      return FromUtf16(marked ? bytes.substr(2) : bytes, little);
    }
    case Charset::kUtf16Be:
    case Charset::kUtf16Le:
      return FromUtf16(bytes, charset == Charset::kUtf16Le);
    default:
      return FromUtf32(bytes);
  }
}

template <std::optional<std::string> (*convert)(Text, Charset)>
base::Result<Kernel> Convert(const FunctionContext& context) {
  const std::string function(context.function);
  return ForRows<Text, Text>([function](Text text, Text name) -> base::Result<std::string> {
    const std::optional<Charset> charset = CharsetOf(name);
    if (!charset) return UnknownCharset(function, name);
    std::optional<std::string> out = convert(text, *charset);
    if (!out) return Malformed(function, name);
    return *std::move(out);
  });
}

// ----------------------------------------------------------------------------------- to_binary

base::Result<Kernel> ToBinary(const FunctionContext& context) {
  const std::string format = ConstantBytes(context, 1).value_or("hex");
  const bool tolerant = context.is_tolerant();
  return ForRows<Text>([format, tolerant](Text text) -> base::Result<std::optional<std::string>> {
    std::string bytes;
    bool good = true;
    if (format == "base64") {
      good = IsValidBase64(text) && !FromBase64(text, &bytes);
    } else {
      const std::optional<std::string> read = FromHex(text);
      good = read.has_value();
      bytes = read.value_or("");
    }
    if (good) return std::optional<std::string>(std::move(bytes));
    if (tolerant) return std::optional<std::string>();
    const std::string shown = data::ToSql(data::Value::Bytes(std::string(text)), StringType());
    const std::string name = format == "base64" ? "'BASE64'" : "'HEX'";
    return SparkFailure("SparkIllegalArgumentException", "CONVERSION_INVALID_INPUT", "22018",
                        {{"str", shown},
                         {"fmt", name},
                         {"targetType", "\"BINARY\""},
                         {"suggestion", "`try_to_binary`"}},
                        "The value " + shown + " (" + name +
                            ") cannot be converted to \"BINARY\" because it is malformed. Correct "
                            "the value as per the syntax, or change its format. Use "
                            "`try_to_binary` to tolerate malformed input and return NULL instead.");
  });
}

}  // namespace

std::vector<KernelSpec> EncodingKernels() {
  return {
      {"base64", false, Base64},
      {"unbase64", true, Unbase64},
      {"encode", true, Convert<Encoded>},
      {"decode", true, Convert<Decoded>},
      {"to_binary", true, ToBinary},
  };
}

}  // namespace millrace::processor::duckdb
