#include "sql/lexer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "data/ddl_lexer.h"

namespace millrace::sql {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), Upper);
  return upper;
}

std::size_t DigitsAt(std::string_view text, std::size_t i) {
  std::size_t length = 0;
  while (i + length < text.size() && IsDigit(text[i + length])) ++length;
  return length;
}

std::size_t WordLength(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && data::IsSqlWordByte(text[length]) &&
         data::WideSpaceLength(text.substr(length)) == 0) {
    ++length;
  }
  return length;
}

struct Number {
  std::size_t length = 0;
  Token::Kind kind = Token::Kind::kInteger;
  std::string suffix;
};

// The exponent at `i`, or 0: e5, E-5.
std::size_t ExponentLength(std::string_view text, std::size_t i) {
  if (i >= text.size() || Upper(text[i]) != 'E') return 0;
  std::size_t sign = i + 1 < text.size() && (text[i + 1] == '+' || text[i + 1] == '-') ? 1 : 0;
  const std::size_t digits = DigitsAt(text, i + 1 + sign);
  return digits == 0 ? 0 : 1 + sign + digits;
}

// The longest number at the start of `text`. A word as long as it is no word, a longer one is.
std::optional<Number> NumberAt(std::string_view text) {
  Number number;
  std::size_t i = DigitsAt(text, 0);
  const bool has_integer = i > 0;
  const bool has_point = i < text.size() && text[i] == '.' && (has_integer || DigitsAt(text, 1) > 0);
  if (!has_integer && !has_point) return std::nullopt;
  const std::size_t integer_length = i;
  if (has_point) {
    i += 1 + DigitsAt(text, i + 1);
    number.kind = Token::Kind::kDecimal;
  }
  if (const std::size_t exponent = ExponentLength(text, i)) {
    i += exponent;
    number.kind = Token::Kind::kExponent;
  }
  const auto suffix_is = [&](std::string_view suffix) {
    return UpperCase(text.substr(i, suffix.size())) == suffix;
  };
  const bool plain = number.kind == Token::Kind::kInteger;
  for (const std::string_view suffix : {"BD", "D", "F", "L", "S", "Y"}) {
    const bool integral = suffix == "L" || suffix == "S" || suffix == "Y";
    if (suffix_is(suffix) && (plain || !integral)) {
      number.suffix = suffix;
      number.kind = Token::Kind::kSuffixed;
      i += suffix.size();
      break;
    }
  }
  // 1.5abc is 1 followed by .5abc: a number with a point ends where no word goes on.
  if (has_point && i < text.size() && data::IsSqlWordByte(text[i])) {
    if (!has_integer) return std::nullopt;
    number = Number{};
    i = integer_length;
  }
  number.length = i;
  return number;
}

std::size_t SymbolLength(std::string_view text) {
  static constexpr std::array<std::string_view, 16> kLong = {">>>", "<=>", "<>", "!=", "<=", ">=",
                                                             "!>",  "!<",  "==", "<<", ">>", "||",
                                                             "|>",  "::",  "->", "=>"};
  for (const std::string_view symbol : kLong) {
    if (text.starts_with(symbol)) return symbol.size();
  }
  constexpr std::string_view kSingle = "=<>+-*/%~&|^!:?.,;()[]{}";
  return kSingle.find(text[0]) == kNone ? 0 : 1;
}

void LexQuoted(std::string_view rest, std::size_t prefix, Token* token) {
  const std::size_t length = data::QuotedLength(rest.substr(prefix));
  if (length == kNone) {
    token->kind = Token::Kind::kUnreadable;
    token->raw = rest.substr(0, 1);
    return;
  }
  token->raw = rest.substr(0, prefix + length);
  if (rest[prefix] == '`') {
    token->kind = Token::Kind::kQuotedName;
    token->text = data::UnquoteIdentifier(token->raw);
  } else {
    token->kind = Token::Kind::kString;
    token->text = data::UnescapeSqlString(token->raw);
  }
}

// r'...' has no escapes, not even for its quote.
bool LexRawString(std::string_view rest, Token* token) {
  if (rest.size() < 2 || Upper(rest[0]) != 'R' || (rest[1] != '\'' && rest[1] != '"')) return false;
  const std::size_t end = rest.find(rest[1], 2);
  if (end == kNone) return false;
  token->kind = Token::Kind::kString;
  token->raw = rest.substr(0, end + 1);
  token->text = std::string(rest.substr(2, end - 2));
  return true;
}

void LexWordOrNumber(std::string_view rest, Token* token) {
  const std::size_t word = WordLength(rest);
  const std::optional<Number> number = NumberAt(rest);
  if (number && number->length >= word) {
    token->kind = number->kind;
    token->raw = rest.substr(0, number->length);
    token->text = number->suffix;
  } else if (word > 0) {
    token->kind = Token::Kind::kWord;
    token->raw = rest.substr(0, word);
    token->text = UpperCase(token->raw);
  } else if (const std::size_t symbol = SymbolLength(rest)) {
    token->kind = Token::Kind::kSymbol;
    token->raw = rest.substr(0, symbol);
  } else {
    token->kind = Token::Kind::kUnreadable;
    token->raw = rest.substr(0, 1);
  }
}

void LexToken(std::string_view rest, bool in_hint, Token* token) {
  const char c = rest[0];
  if (c == '\'' || c == '"' || c == '`') return LexQuoted(rest, 0, token);
  if (LexRawString(rest, token)) return;
  if (rest.starts_with("/*+")) {
    token->kind = Token::Kind::kHintStart;
    token->raw = rest.substr(0, 3);
  } else if (rest.starts_with("/*")) {
    token->kind = Token::Kind::kUnreadable;
    token->raw = rest.substr(0, 1);
  } else if (in_hint && rest.starts_with("*/")) {
    token->kind = Token::Kind::kHintEnd;
    token->raw = rest.substr(0, 2);
  } else {
    LexWordOrNumber(rest, token);
  }
}

}  // namespace

std::vector<Token> Tokenize(std::string_view sql) {
  std::vector<Token> tokens;
  bool in_hint = false;
  std::size_t i = 0;
  while ((i = data::SkipSqlSpace(sql, i, true)) < sql.size()) {
    Token token;
    token.offset = i;
    LexToken(sql.substr(i), in_hint, &token);
    i = token.end();
    if (token.kind == Token::Kind::kHintStart) in_hint = true;
    if (token.kind == Token::Kind::kHintEnd) in_hint = false;
    tokens.push_back(std::move(token));
    // Behind a quote or comment that does not end nothing can be told apart.
    if (tokens.back().kind == Token::Kind::kUnreadable) break;
  }
  Token end;
  end.offset = sql.size();
  end.raw = sql.substr(sql.size());
  tokens.push_back(std::move(end));
  return tokens;
}

}  // namespace millrace::sql
