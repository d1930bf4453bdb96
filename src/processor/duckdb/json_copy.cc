#include "processor/duckdb/json_copy.h"

#include <string_view>

#include "data/decimal_text.h"
#include "data/java_text.h"
#include "data/json_text.h"
#include "data/scalar_text.h"

namespace millrace::processor::duckdb {
namespace {

// A string as Jackson's UTF-8 generator writes it: characters beyond the first plane are escaped.
void AppendQuoted(std::u16string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  out->push_back('"');
  for (char16_t c : text) {
    if (data::AppendJsonEscape(out, c)) continue;
    if (c >= 0xD800 && c <= 0xDFFF) {
      *out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out->push_back(kHex[(c >> shift) & 0xF]);
    } else {
      *out += data::EncodeLikeJava(std::u16string_view(&c, 1));
    }
  }
  out->push_back('"');
}

bool CopyScalar(JsonTokenizer* tokenizer, std::string* out) {
  std::u16string_view raw;
  if (!tokenizer->Text(&raw)) return false;
  switch (tokenizer->token()) {
    case JsonToken::kString:
      AppendQuoted(raw, out);
      return true;
    case JsonToken::kInt: {
      std::string digits = data::EncodeLikeJava(raw);
      *out += digits == "-0" ? "0" : digits;
      return true;
    }
    case JsonToken::kFloat: {
      std::string text = data::EncodeLikeJava(raw);
      if (tokenizer->not_finite()) {
        *out += text == "NaN" ? "\"NaN\"" : text[0] == '-' ? "\"-Infinity\"" : "\"Infinity\"";
        return true;
      }
      std::string number = data::DoubleText(data::ParseDouble(text));
      bool infinite = number.back() == 'y';
      *out += infinite ? '"' + number + '"' : number;
      return true;
    }
    case JsonToken::kTrue:
      *out += "true";
      return true;
    case JsonToken::kFalse:
      *out += "false";
      return true;
    case JsonToken::kNull:
      *out += "null";
      return true;
    default:
      return false;
  }
}

// Writes the value again without space: what Jackson's copyCurrentStructure does.

}  // namespace

bool CopyJson(JsonTokenizer* tokenizer, std::string* out) {
  JsonToken token = tokenizer->token();
  if (token != JsonToken::kStartObject && token != JsonToken::kStartArray) return CopyScalar(tokenizer, out);
  out->push_back(token == JsonToken::kStartObject ? '{' : '[');
  bool comma = false;
  for (int depth = 1; depth > 0;) {
    if (!tokenizer->Next()) return false;
    token = tokenizer->token();
    switch (token) {
      case JsonToken::kNone:
        return true;
      case JsonToken::kEndObject:
      case JsonToken::kEndArray:
        out->push_back(token == JsonToken::kEndObject ? '}' : ']');
        comma = true;
        --depth;
        continue;
      default:
        break;
    }
    if (comma) out->push_back(',');
    comma = true;
    if (token == JsonToken::kFieldName) {
      AppendQuoted(*tokenizer->name(), out);
      out->push_back(':');
      comma = false;
    } else if (token == JsonToken::kStartObject || token == JsonToken::kStartArray) {
      out->push_back(token == JsonToken::kStartObject ? '{' : '[');
      comma = false;
      ++depth;
    } else if (!CopyScalar(tokenizer, out)) {
      return false;
    }
  }
  return true;
}

}  // namespace millrace::processor::duckdb
