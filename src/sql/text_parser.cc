// Tokens, names and errors.

#include "sql/text_parser.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "data/sql_error.h"
#include "data/text_quoting.h"

namespace millrace::sql {
namespace {

std::vector<std::size_t> ClosingParentheses(const std::vector<Token>& tokens) {
  std::vector<std::size_t> closing(tokens.size(), 0);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].is_symbol("(")) {
      open.push_back(i);
    } else if (tokens[i].is_symbol(")") && !open.empty()) {
      closing[open.back()] = i;
      open.pop_back();
    }
  }
  return closing;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

TextParser::TextParser(std::shared_ptr<const plan::SqlText> text, const Parameters& parameters)
    : text_(std::move(text)),
      sql_(text_->text),
      parameters_(parameters),
      tokens_(Tokenize(sql_)),
      closing_(ClosingParentheses(tokens_)),
      behind_open_(tokens_.size(), 0) {
  for (std::size_t i = tokens_.size(); i-- > 0;) {
    behind_open_[i] = tokens_[i].is_symbol("(") ? behind_open_[i + 1] : i;
  }
}

const Token& TextParser::Peek(std::size_t ahead) const {
  return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

const Token& TextParser::Take() {
  const Token& token = Peek();
  if (next_ + 1 < tokens_.size()) ++next_;
  return token;
}

bool TextParser::AtAny(std::initializer_list<std::string_view> words, std::size_t ahead) const {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return At(word, ahead); });
}

bool TextParser::AtWords(std::initializer_list<std::string_view> words) const {
  std::size_t ahead = 0;
  return std::all_of(words.begin(), words.end(),
                     [&](std::string_view word) { return At(word, ahead++); });
}

bool TextParser::Skip(std::string_view word) {
  if (!At(word)) return false;
  Take();
  return true;
}

bool TextParser::SkipSymbol(std::string_view symbol) {
  if (!AtSymbol(symbol)) return false;
  Take();
  return true;
}

bool TextParser::SkipWords(std::initializer_list<std::string_view> words) {
  if (!AtWords(words)) return false;
  for (std::size_t i = 0; i < words.size(); ++i) Take();
  return true;
}

bool TextParser::SkipAny(std::initializer_list<std::string_view> words) {
  if (!AtAny(words)) return false;
  Take();
  return true;
}

void TextParser::Expect(std::string_view word) {
  if (Skip(word)) return;
  // Spark's parser goes on as if it had seen a word that is missing, where a name or the end fits.
  const bool missing = (word == "TABLE" && AtName()) || (word == "CACHE" && AtEnd());
  SyntaxError(missing ? fmt::format(": missing '{}'", word) : "");
}

void TextParser::ExpectSymbol(std::string_view symbol) {
  if (SkipSymbol(symbol)) return;
  // Spark's parser drops one token when what it expects stands behind it.
  const bool extra = AtSymbol(symbol, 1) && Peek().kind != Token::Kind::kUnreadable;
  SyntaxError(extra ? fmt::format(": extra input '{}'", Peek().raw) : "");
}

void TextParser::ExpectEnd() {
  while (SkipSymbol(";")) {
  }
  if (AtEnd()) {
    if (!failed()) status_ = meaning_;
    return;
  }
  const bool extra = Peek(1).kind == Token::Kind::kEnd && Peek().kind != Token::Kind::kUnreadable;
  SyntaxError(extra ? fmt::format(": extra input '{}'", Peek().raw) : "");
}

std::string TextParser::TakeRest() {
  std::string_view rest = sql_.substr(Peek().offset);
  while (!AtEnd()) Take();
  while (!rest.empty() && (rest.back() == ';' || rest.back() == ' ' || rest.back() == '\n' ||
                           rest.back() == '\t' || rest.back() == '\r')) {
    rest.remove_suffix(1);
  }
  return std::string(rest);
}

std::string_view TextParser::TextSince(std::size_t first) const {
  if (failed() || next_ <= first) return "";
  const std::size_t start = tokens_[first].offset;
  return sql_.substr(start, tokens_[next_ - 1].end() - start);
}

plan::Origin TextParser::Since(const Token& first) const {
  const std::size_t last = next_ > 0 ? tokens_[next_ - 1].end() : 0;
  return plan::SqlPlace{text_, static_cast<std::uint32_t>(first.offset),
                        static_cast<std::uint32_t>(std::max(last, first.end()))};
}

void TextParser::Fail(base::Status status) {
  if (failed()) return;
  status_ = std::move(status);
  next_ = tokens_.size() - 1;
}

void TextParser::FailAt(const Token& token, std::string_view text, std::string condition,
                        std::string sql_state, std::map<std::string, std::string> parameters) {
  if (failed()) return;
  Fail(data::ParseException(sql_, token.offset, text, std::move(condition), std::move(sql_state),
                            std::move(parameters)));
}

void TextParser::FailAbout(const Token& first, std::string_view text, std::string condition,
                           std::string sql_state, std::map<std::string, std::string> parameters) {
  const std::size_t end = next_ > 0 ? tokens_[next_ - 1].end() : 0;
  FailMeaning(data::ParseExceptionAbout(sql_, first.offset, std::max(end, first.end()), text,
                                        std::move(condition), std::move(sql_state),
                                        std::move(parameters)));
}

void TextParser::FailStatement(std::string_view text, std::string condition, std::string sql_state,
                               std::map<std::string, std::string> parameters) {
  if (failed() || !meaning_.ok()) return;
  std::size_t last = tokens_.size() - 1;
  while (last > 0 && (tokens_[last].kind == Token::Kind::kEnd || tokens_[last].is_symbol(";"))) {
    --last;
  }
  FailMeaning(data::ParseExceptionAbout(sql_, tokens_[0].offset, tokens_[last].end(), text,
                                        std::move(condition), std::move(sql_state),
                                        std::move(parameters)));
}

void TextParser::FailMeaning(base::Status status) {
  if (!failed() && meaning_.ok()) meaning_ = std::move(status);
}

void TextParser::SyntaxError(const std::string& hint) {
  if (failed()) return;
  const Token& token = Peek();
  const Token& last = tokens_[tokens_.size() - 2 + (tokens_.size() == 1 ? 1 : 0)];
  if (last.kind == Token::Kind::kUnreadable && sql_.substr(last.offset).starts_with("/*")) {
    return Fail(base::Status::InvalidArgument(
                    "\n[UNCLOSED_BRACKETED_COMMENT] Found an unclosed bracketed comment. Please, "
                    "append */ at the end of the comment. SQLSTATE: 42601\n== SQL ==\n" +
                    std::string(sql_))
                    .WithSparkError(
                        {"ParseException", "UNCLOSED_BRACKETED_COMMENT", "42601", {}}));
  }
  const std::string near =
      token.kind == Token::Kind::kEnd ? "end of input" : "'" + std::string(token.raw) + "'";
  FailAt(token, "Syntax error at or near " + near + hint + ".", "PARSE_SYNTAX_ERROR", "42601",
         {{"error", near}, {"hint", hint}});
}

void TextParser::NotSupported(const Token& token, std::string_view what, std::string_view advice) {
  if (failed()) return;
  Fail(base::Status::Unsupported(data::ParseExceptionText(
      sql_, token.offset, fmt::format("{} is not supported. {}", what, advice))));
}

void TextParser::TooDeep() {
  FailAt(Peek(),
         "The statement, including potential SQL functions and referenced views, was too complex "
         "to parse.\nTo mitigate this error divide the statement into multiple, less complex "
         "chunks.",
         "FAILED_TO_PARSE_TOO_COMPLEX", "54001", {});
}

void TextParser::CheckChain(int length) {
  if (depth_ + length > kMaxDepth) TooDeep();
}

bool TextParser::AtName(std::size_t ahead) const {
  const Token::Kind kind = Peek(ahead).kind;
  return kind == Token::Kind::kWord || kind == Token::Kind::kQuotedName;
}

std::string TextParser::Name() {
  if (!AtName()) {
    SyntaxError();
    return "";
  }
  const Token& token = Take();
  if (token.kind == Token::Kind::kQuotedName) return token.text;
  std::string name(token.raw);
  if (!IsAscii(name)) {
    FailAt(token,
           fmt::format("The unquoted identifier {0} is invalid and must be back quoted as: `{0}`.\n"
                       "Unquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - "
                       "'Z'), digits ('0' - '9'), and underbar ('_').\nUnquoted identifiers must "
                       "also not start with a digit.\nDifferent data sources and meta stores may "
                       "impose additional restrictions on valid identifiers.",
                       name),
           "INVALID_IDENTIFIER", "42602", {{"ident", name}});
  }
  return name;
}

std::string TextParser::StrictName() {
  std::string name = Name();
  if (!AtSymbol("-") || !AtName(1)) return name;
  const Token& hyphen = Peek();
  while (AtSymbol("-") && AtName(1)) {
    Take();
    name += "-" + std::string(Take().raw);
  }
  FailAt(hyphen,
         fmt::format("The unquoted identifier {0} is invalid and must be back quoted as: `{0}`.\n"
                     "Unquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), "
                     "digits ('0' - '9'), and underbar ('_').\nUnquoted identifiers must also not "
                     "start with a digit.\nDifferent data sources and meta stores may impose "
                     "additional restrictions on valid identifiers.",
                     name),
         "INVALID_IDENTIFIER", "42602", {{"ident", name}});
  return name;
}

TextParser::Names TextParser::NameList() {
  Names names;
  ExpectSymbol("(");
  do {
    names.push_back(StrictName());
  } while (SkipSymbol(","));
  ExpectSymbol(")");
  return names;
}

TextParser::Names TextParser::Multipart() {
  Names parts = {StrictName()};
  while (AtSymbol(".") && AtName(1)) {
    Take();
    parts.push_back(StrictName());
  }
  return parts;
}

std::string TextParser::Unparse(const Names& parts) {
  std::string name;
  for (const std::string& part : parts) {
    if (!name.empty()) name += '.';
    name += data::QuoteIfNeeded(part);
  }
  return name;
}

std::string TextParser::UnparsedName() {
  if (!At("IDENTIFIER") || !AtSymbol("(", 1)) return Unparse(Multipart());
  Take();
  Take();
  const Token& place = Peek();
  const plan::ExpressionPtr name = Expression();
  ExpectSymbol(")");
  if (failed()) return "";
  const auto* literal = name->As<plan::expression::Literal>();
  if (literal == nullptr || !literal->value.is_bytes()) {
    NotSupported(place, "An IDENTIFIER clause that is not one string literal or parameter",
                 "Write the name itself.");
    return "";
  }
  return literal->value.bytes();
}

std::string TextParser::StringLiteral() {
  if (Peek().kind != Token::Kind::kString) {
    SyntaxError();
    return "";
  }
  std::string text;
  while (Peek().kind == Token::Kind::kString) text += Take().text;
  return text;
}

std::int64_t TextParser::IntegerLiteral() {
  const Token& token = Peek();
  std::int64_t value = 0;
  const char* end = token.raw.data() + token.raw.size();
  if (token.kind != Token::Kind::kInteger) {
    SyntaxError();
  } else if (std::from_chars(token.raw.data(), end, value).ec != std::errc()) {
    NotSupported(token, "An integer beyond 64 bits", "Write a smaller number.");
  } else {
    Take();
  }
  return value;
}

}  // namespace millrace::sql
