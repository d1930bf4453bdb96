// Strings: their escapes, their text, and base64 in them.

#include "processor/duckdb/json_tokenizer.h"

namespace millrace::processor::duckdb {

// The character that an escape stands for; the position is behind the backslash. Negative: none.
int JsonTokenizer::Escaped() {
  if (at_end()) return kFailed;
  char16_t c = text_[position_++];
  switch (c) {
    case 'b':
      return '\b';
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'f':
      return '\f';
    case 'r':
      return '\r';
    case '"':
    case '/':
    case '\\':
      return c;
    case 'u':
      break;
    default:
      if (syntax_.any_escape || (c == '\'' && syntax_.single_quotes)) return c;
      return kFailed;
  }
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    if (at_end()) return kFailed;
    int digit = text_[position_++] & 0xFF;  // Jackson looks at the low byte only.
    if (digit >= '0' && digit <= '9') {
      digit -= '0';
    } else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f') {
      digit = (digit | 0x20) - 'a' + 10;
    } else {
      return kFailed;
    }
    value = value * 16 + digit;
  }
  return value;
}

bool JsonTokenizer::FinishString() {
  buffer_.clear();
  while (!at_end()) {
    char16_t c = text_[position_++];
    if (c == '"') return true;
    if (c == '\\') {
      int escaped = Escaped();
      if (escaped < 0) return false;
      c = static_cast<char16_t>(escaped);
    } else if (c < ' ' && !syntax_.control_characters) {
      return false;
    }
    buffer_.push_back(c);
  }
  return false;
}

bool JsonTokenizer::SkipString() {
  incomplete_ = false;
  while (!at_end()) {
    char16_t c = text_[position_++];
    if (c == '"') return true;
    if (c == '\\') {
      if (Escaped() < 0) return false;
    } else if (c < ' ' && !syntax_.control_characters) {
      return false;
    }
  }
  return false;
}

bool JsonTokenizer::ApostropheString() {
  buffer_.clear();
  while (!at_end()) {
    char16_t c = text_[position_++];
    if (c == '\'') return true;
    if (c == '\\') {
      int escaped = Escaped();
      if (escaped < 0) return false;
      c = static_cast<char16_t>(escaped);
    } else if (c < ' ' && !syntax_.control_characters) {
      return false;
    }
    buffer_.push_back(c);
  }
  return false;
}

bool JsonTokenizer::Text(std::u16string_view* text) {
  if (token_ == JsonToken::kString && incomplete_) {
    incomplete_ = false;
    if (!FinishString()) return false;
  }
  switch (token_) {
    case JsonToken::kFieldName:
      *text = context().name;
      break;
    case JsonToken::kString:
    case JsonToken::kInt:
    case JsonToken::kFloat:
      *text = buffer_;
      break;
    default:
      *text = {};
  }
  return true;
}

namespace {

constexpr int kPadding = -2;

int Base64Bits(char16_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return c == '=' ? kPadding : -1;
}

void AppendBytes(int data, int count, std::string* out) {
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>((data >> shift) & 0xFF));
  }
}

}  // namespace

bool JsonTokenizer::Base64(std::string* bytes) {
  bytes->clear();
  if (token_ != JsonToken::kString) return false;
  if (!incomplete_) return DecodeBase64Text(buffer_, bytes);
  if (!DecodeBase64(bytes)) return false;
  incomplete_ = false;
  return true;
}

// What stands at place `index` of four when `c` is no base64 character: -1 space, else -3 an error.
int JsonTokenizer::Base64Escape(char16_t c, int index) {
  constexpr int kError = -3;
  if (c != '\\') return kError;
  int escaped = Escaped();
  if (escaped < 0) return kError;
  if (escaped <= ' ' && index == 0) return -1;
  int bits = Base64Bits(static_cast<char16_t>(escaped));
  if (bits < 0 && (bits != kPadding || index < 2)) return kError;
  return bits;
}

bool JsonTokenizer::DecodeBase64(std::string* bytes) {
  char16_t c = 0;
  auto advance = [&] {
    if (at_end()) return false;
    c = text_[position_++];
    return true;
  };
  while (true) {
    do {
      if (!advance()) return false;
    } while (c <= ' ');
    int bits = Base64Bits(c);
    if (bits < 0) {
      if (c == '"') return true;
      bits = Base64Escape(c, 0);
      if (bits == -1) continue;
      if (bits < 0) return false;
    }
    int data = bits;
    for (int index = 1; index < 4; ++index) {
      if (!advance()) return false;
      bits = Base64Bits(c);
      if (bits < 0 && !(bits == kPadding && index >= 2)) {
        if (c == '"' && index >= 2) {
          --position_;  // Padding is missing.
          return false;
        }
        bits = Base64Escape(c, index);
        if (bits < 0 && bits != kPadding) return false;
      }
      if (bits == kPadding) {
        if (index == 2) {
          if (!advance()) return false;
          if (c != '=' && Base64Escape(c, 3) != kPadding) return false;
          AppendBytes(data >> 4, 1, bytes);
        } else {
          AppendBytes(data >> 2, 2, bytes);
        }
        break;
      }
      data = (data << 6) | bits;
      if (index == 3) AppendBytes(data, 3, bytes);
    }
  }
}

bool JsonTokenizer::DecodeBase64Text(std::u16string_view text, std::string* bytes) {
  std::size_t p = 0;
  while (true) {
    while (p < text.size() && text[p] <= ' ') ++p;
    if (p >= text.size()) return true;
    if (p + 4 > text.size()) return false;
    int a = Base64Bits(text[p]);
    int b = Base64Bits(text[p + 1]);
    int c = Base64Bits(text[p + 2]);
    int d = Base64Bits(text[p + 3]);
    p += 4;
    if (a < 0 || b < 0 || c == -1 || d == -1) return false;
    if (c == kPadding) {
      if (d != kPadding) return false;
      AppendBytes((a << 6 | b) >> 4, 1, bytes);
    } else if (d == kPadding) {
      AppendBytes((a << 12 | b << 6 | c) >> 2, 2, bytes);
    } else {
      AppendBytes(a << 18 | b << 12 | c << 6 | d, 3, bytes);
    }
  }
}

}  // namespace millrace::processor::duckdb
