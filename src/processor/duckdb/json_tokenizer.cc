#include "processor/duckdb/json_tokenizer.h"

#include "processor/duckdb/java_identifier.h"

namespace millrace::processor::duckdb {
namespace {

// How much of an unknown word an error report reads.
constexpr int kLongestReportedToken = 256;

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
      if (c >= '0' && c <= '9') return Number(false, position_ - 1, token);
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

}  // namespace millrace::processor::duckdb
