#include "processor/duckdb/json_tokenizer.h"

#include <algorithm>

#include "processor/duckdb/java_identifier.h"

namespace millrace::processor::duckdb {
namespace {

// Jackson reads the text in blocks of so many characters.
constexpr std::size_t kBlockLength = 4000;
// How much of an unknown word an error report reads.
constexpr int kLongestReportedToken = 256;

bool IsDigit(int c) { return c >= '0' && c <= '9'; }

}  // namespace

void JsonTokenizer::Reset(std::u16string_view text) {
  text_ = text;
  position_ = 0;
  block_end_ = 0;
  token_ = next_token_ = JsonToken::kNone;
  incomplete_ = false;
  not_finite_ = false;
  depth_ = 0;
  if (contexts_.empty()) contexts_.resize(8);
  contexts_[0] = Context{};
}

const std::u16string* JsonTokenizer::name() const {
  int depth = depth_;
  if ((token_ == JsonToken::kStartObject || token_ == JsonToken::kStartArray) && depth > 0) --depth;
  const Context& context = contexts_[depth];
  return context.has_name ? &context.name : nullptr;
}

bool JsonTokenizer::Push(ContextKind kind) {
  ++depth_;
  if (depth_ >= static_cast<int>(contexts_.size())) contexts_.resize(contexts_.size() * 2);
  Context& child = contexts_[depth_];
  child.kind = kind;
  child.has_name = false;
  child.index = -1;
  return depth_ <= syntax_.max_depth;
}

bool JsonTokenizer::Open(JsonToken token) {
  if (token == JsonToken::kStartArray) return Push(ContextKind::kArray);
  if (token == JsonToken::kStartObject) return Push(ContextKind::kObject);
  return true;
}

bool JsonTokenizer::CloseScope(int c) {
  ContextKind kind = c == ']' ? ContextKind::kArray : ContextKind::kObject;
  if (context().kind != kind) return false;
  --depth_;
  token_ = c == ']' ? JsonToken::kEndArray : JsonToken::kEndObject;
  return true;
}

bool JsonTokenizer::AfterName() {
  JsonToken token = next_token_;
  next_token_ = JsonToken::kNone;
  if (!Open(token)) return false;
  token_ = token;
  return true;
}

bool JsonTokenizer::Next() {
  if (token_ == JsonToken::kFieldName) return AfterName();
  if (incomplete_ && !SkipString()) return false;
  int c = SkipSpaceOrEnd();
  if (c == kFailed) return false;
  if (c == kEnd) {
    token_ = JsonToken::kNone;
    return true;
  }
  if (c == ']' || c == '}') return CloseScope(c);
  if (++context().index > 0 && context().kind != ContextKind::kRoot) {
    c = SkipComma(c);
    if (c == kFailed) return false;
  }
  bool in_object = context().kind == ContextKind::kObject;
  if (in_object) {
    if (!ParseName(c)) return false;
    context().has_name = true;
    token_ = JsonToken::kFieldName;
    c = SkipColon();
    if (c == kFailed) return false;
  }
  JsonToken token;
  if (!Value(c, &token)) return false;
  if (in_object) {
    next_token_ = token;
    return true;
  }
  if (!Open(token)) return false;
  token_ = token;
  return true;
}

bool JsonTokenizer::Value(int c, JsonToken* token) {
  switch (c) {
    case '"':
      incomplete_ = true;
      *token = JsonToken::kString;
      return true;
    case '[':
      *token = JsonToken::kStartArray;
      return true;
    case '{':
      *token = JsonToken::kStartObject;
      return true;
    case '}':
      return false;
    case 't':
      *token = JsonToken::kTrue;
      return Match(u"true", 1);
    case 'f':
      *token = JsonToken::kFalse;
      return Match(u"false", 1);
    case 'n':
      *token = JsonToken::kNull;
      return Match(u"null", 1);
    case '-':
      return Number(true, position_ - 1, token);
    default:
      if (IsDigit(c)) return Number(false, position_ - 1, token);
      return OddValue(c, token);
  }
}

bool JsonTokenizer::SkipChildren() {
  if (token_ != JsonToken::kStartObject && token_ != JsonToken::kStartArray) return true;
  for (int open = 1; open > 0;) {
    if (!Next()) return false;
    switch (token_) {
      case JsonToken::kNone:
        return context().kind == ContextKind::kRoot;
      case JsonToken::kStartObject:
      case JsonToken::kStartArray:
        ++open;
        break;
      case JsonToken::kEndObject:
      case JsonToken::kEndArray:
        --open;
        break;
      default:
        break;
    }
  }
  return true;
}

void JsonTokenizer::SkipLineFeed() {
  if (!at_end() && Peek() == '\n') ++position_;
}

int JsonTokenizer::SkipSpaceOrEnd() {
  while (!at_end()) {
    int c = text_[position_++];
    if (c > ' ') {
      if (c != '/') return c;
      if (!SkipComment()) return kFailed;
    } else if (c == '\r') {
      SkipLineFeed();
    } else if (c != ' ' && c != '\n' && c != '\t') {
      return kFailed;
    }
  }
  return context().kind == ContextKind::kRoot ? kEnd : kFailed;
}

int JsonTokenizer::SkipColon() {
  bool colon = false;
  while (!at_end()) {
    int c = text_[position_++];
    if (c > ' ') {
      if (c == '/') {
        if (!SkipComment()) return kFailed;
      } else if (colon) {
        return c;
      } else if (c == ':') {
        colon = true;
      } else {
        return kFailed;
      }
    } else if (c == '\r') {
      SkipLineFeed();
    } else if (c != ' ' && c != '\n' && c != '\t') {
      return kFailed;
    }
  }
  return kFailed;
}

int JsonTokenizer::SkipComma(int c) {
  if (c != ',') return kFailed;
  while (!at_end()) {
    c = text_[position_++];
    if (c > ' ') {
      if (c != '/') return c;
      if (!SkipComment()) return kFailed;
    } else if (c == '\r') {
      SkipLineFeed();
    } else if (c != ' ' && c != '\n' && c != '\t') {
      return kFailed;
    }
  }
  return kFailed;
}

bool JsonTokenizer::SkipComment() {
  if (!syntax_.comments || at_end()) return false;
  char16_t c = text_[position_++];
  if (c == '/') return SkipLine();
  return c == '*' && SkipBlockComment();
}

bool JsonTokenizer::SkipBlockComment() {
  while (!at_end()) {
    char16_t c = text_[position_++];
    if (c == '*') {
      if (at_end()) return false;
      if (Peek() == '/') {
        ++position_;
        return true;
      }
    } else if (c < ' ' && c != '\n' && c != '\r' && c != '\t') {
      return false;
    }
  }
  return false;
}

bool JsonTokenizer::SkipLine() {
  while (!at_end()) {
    char16_t c = text_[position_++];
    if (c == '\n') return true;
    if (c == '\r') {
      SkipLineFeed();
      return true;
    }
    if (c < ' ' && c != '\t') return false;
  }
  return true;
}

bool JsonTokenizer::ParseName(int c) {
  context().name.clear();
  bool ok;
  if (c == '"') {
    ok = QuotedName('"');
  } else if (c == '\'' && syntax_.single_quotes) {
    ok = QuotedName('\'');
  } else {
    ok = syntax_.unquoted_names && UnquotedName(c);
  }
  return ok && context().name.size() <= static_cast<std::size_t>(syntax_.max_name_length);
}

bool JsonTokenizer::QuotedName(char16_t quote) {
  std::u16string& name = context().name;
  while (!at_end()) {
    char16_t c = text_[position_++];
    if (c == quote) return true;
    if (c == '\\') {
      int escaped = Escaped();
      if (escaped < 0) return false;
      c = static_cast<char16_t>(escaped);
    } else if (c < ' ' && !syntax_.control_characters) {
      return false;
    }
    name.push_back(c);
  }
  return false;
}

bool JsonTokenizer::UnquotedName(int first) {
  auto allowed = [](char16_t c) {
    if (c <= ' ') return false;
    return IsJavaIdentifierPart(c) || c == '@' || c == '#' || c == '*' || c == '-' || c == '+';
  };
  if (!allowed(static_cast<char16_t>(first))) return false;
  std::u16string& name = context().name;
  name.push_back(static_cast<char16_t>(first));
  while (!at_end() && allowed(Peek())) name.push_back(text_[position_++]);
  return true;
}

// ------------------------------------------------------------------------------------- numbers

bool JsonTokenizer::FinishNumber(bool negative, int int_length, int fraction_length,
                                 int exponent_length, JsonToken* token) {
  static_cast<void>(negative);
  not_finite_ = false;
  if (fraction_length < 0 && exponent_length < 0) {
    *token = JsonToken::kInt;
    return int_length <= syntax_.max_number_length;
  }
  *token = JsonToken::kFloat;
  return int_length + fraction_length + exponent_length <= syntax_.max_number_length;
}

// Between root values there must be space; the position is at the character behind the number.
bool JsonTokenizer::RootSpace() {
  char16_t c = text_[position_++];
  if (c == '\r') --position_;
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The end of the block that `place` is in; places come in ascending order. A block does not end
// within a surrogate pair.
std::size_t JsonTokenizer::BlockEnd(std::size_t place) {
  while (block_end_ <= place && block_end_ < text_.size()) {
    block_end_ = std::min(block_end_ + kBlockLength, text_.size());
    if (block_end_ < text_.size() && (text_[block_end_ - 1] & 0xFC00) == 0xD800) --block_end_;
  }
  return block_end_;
}

// Follows the parser's path for numbers that do not touch the end of a block; on an error the
// position stays behind the point or the exponent sign, not behind the offending character.
bool JsonTokenizer::Number(bool negative, std::size_t start, JsonToken* token) {
  std::size_t p = negative ? start + 1 : start;
  const std::size_t end = BlockEnd(start);
  if (p >= end) return NumberFromZero(negative, start, token);
  char16_t c = text_[p++];
  if (!IsDigit(c)) {
    position_ = p;
    if (c == '.') return OddValue('.', token);
    return InvalidNumberStart(c, negative, token);
  }
  if (c == '0') return NumberFromZero(negative, start, token);
  int int_length = 0;
  while (IsDigit(c)) {
    ++int_length;
    if (p >= end) return NumberFromZero(negative, start, token);
    c = text_[p++];
  }
  int fraction_length = -1;
  int exponent_length = -1;
  if (c == '.' || c == 'e' || c == 'E') {
    position_ = p;
    fraction_length = exponent_length = 0;
    if (c == '.') {
      while (true) {
        if (p >= end) return NumberFromZero(negative, start, token);
        c = text_[p++];
        if (!IsDigit(c)) break;
        ++fraction_length;
      }
      if (fraction_length == 0) return false;
    }
    if (c == 'e' || c == 'E') {
      if (p >= end) return NumberFromZero(negative, start, token);
      c = text_[p++];
      if (c == '-' || c == '+') {
        if (p >= end) return NumberFromZero(negative, start, token);
        c = text_[p++];
      }
      while (IsDigit(c)) {
        ++exponent_length;
        if (p >= end) return NumberFromZero(negative, start, token);
        c = text_[p++];
      }
      if (exponent_length == 0) return false;
    }
  }
  position_ = --p;
  if (context().kind == ContextKind::kRoot && !RootSpace()) return false;
  buffer_.assign(text_.substr(start, p - start));
  return FinishNumber(negative, int_length, fraction_length, exponent_length, token);
}

// The other path: numbers that begin with zero or touch the end of a block. On an error the
// position is behind the offending character.
bool JsonTokenizer::NumberFromZero(bool negative, std::size_t start, JsonToken* token) {
  position_ = negative ? start + 1 : start;
  buffer_.clear();
  if (negative) buffer_.push_back('-');
  if (at_end()) return false;
  int c = text_[position_++];
  if (c == '0' && !at_end() && IsDigit(Peek())) {
    if (!syntax_.leading_zeros) return false;
    c = text_[position_++];
    while (c == '0' && !at_end() && IsDigit(Peek())) c = text_[position_++];
  }
  // Reads the next character into c; the end of the text is no character.
  auto advance = [&] {
    c = at_end() ? kEnd : text_[position_++];
    return c != kEnd;
  };
  int int_length = 0;
  while (IsDigit(c)) {
    ++int_length;
    buffer_.push_back(static_cast<char16_t>(c));
    if (!advance()) break;
  }
  if (int_length == 0) return InvalidNumberStart(c, negative, token);
  int fraction_length = -1;
  if (c == '.') {
    fraction_length = 0;
    buffer_.push_back('.');
    while (advance() && IsDigit(c)) {
      ++fraction_length;
      buffer_.push_back(static_cast<char16_t>(c));
    }
    if (fraction_length == 0) return false;
  }
  int exponent_length = -1;
  if (c == 'e' || c == 'E') {
    exponent_length = 0;
    buffer_.push_back(static_cast<char16_t>(c));
    if (!advance()) return false;
    if (c == '-' || c == '+') {
      buffer_.push_back(static_cast<char16_t>(c));
      if (!advance()) return false;
    }
    while (IsDigit(c)) {
      ++exponent_length;
      buffer_.push_back(static_cast<char16_t>(c));
      if (!advance()) break;
    }
    if (exponent_length == 0) return false;
  }
  if (c != kEnd) {
    --position_;
    if (context().kind == ContextKind::kRoot && !RootSpace()) return false;
  }
  return FinishNumber(negative, int_length, fraction_length, exponent_length, token);
}

bool JsonTokenizer::InvalidNumberStart(int c, bool negative, JsonToken* token) {
  if (c != 'I' || at_end()) return false;
  c = text_[position_++];
  if (c == 'N') return NotFinite(negative ? u"-INF" : u"+INF", 3, token);
  if (c == 'n') return NotFinite(negative ? u"-Infinity" : u"+Infinity", 3, token);
  return false;
}

bool JsonTokenizer::NotFinite(std::u16string_view text, int matched, JsonToken* token) {
  if (!Match(text, matched) || !syntax_.non_numeric_numbers) return false;
  buffer_.assign(text);
  not_finite_ = true;
  *token = JsonToken::kFloat;
  return true;
}

bool JsonTokenizer::OddValue(int c, JsonToken* token) {
  switch (c) {
    case '\'':
      if (syntax_.single_quotes) {
        *token = JsonToken::kString;
        return ApostropheString();
      }
      break;
    case 'N':
      return NotFinite(u"NaN", 1, token);
    case 'I':
      return NotFinite(u"Infinity", 1, token);
    case '+':
      if (at_end()) return false;
      return InvalidNumberStart(text_[position_++], false, token);
    default:
      break;
  }
  if (IsJavaIdentifierStart(static_cast<char16_t>(c))) return SkipToken(1);
  return false;
}

// Compares `word` from its character `matched` on; a longer word than it is no match.
bool JsonTokenizer::Match(std::u16string_view word, int matched) {
  int length = static_cast<int>(word.size());
  for (; matched < length; ++matched) {
    if (at_end() || Peek() != word[matched]) return SkipToken(matched);
    ++position_;
  }
  if (at_end()) return true;
  char16_t c = Peek();
  if (c >= '0' && c != ']' && c != '}' && IsJavaIdentifierPart(c)) return SkipToken(length);
  return true;
}

// The error report for an unknown word of which `length` characters are read: it reads the rest.
bool JsonTokenizer::SkipToken(int length) {
  while (!at_end() && IsJavaIdentifierPart(Peek())) {
    ++position_;
    if (++length >= kLongestReportedToken) break;
  }
  return false;
}

// ------------------------------------------------------------------------------------- strings

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

// -------------------------------------------------------------------------------------- base64

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
