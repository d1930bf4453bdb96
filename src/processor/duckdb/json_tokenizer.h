#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::processor::duckdb {

enum class JsonToken : std::uint8_t {
  kNone,  ///< Before the first token, at the end, and where an error left a name without a value.
  kStartObject,
  kEndObject,
  kStartArray,
  kEndArray,
  kFieldName,
  kString,
  kInt,
  kFloat,
  kTrue,
  kFalse,
  kNull,
};

/// What is allowed beside RFC 8259. The defaults are those of Spark's JSON options.
struct JsonSyntax {
  bool comments = false;
  bool unquoted_names = false;
  bool single_quotes = true;
  bool leading_zeros = false;
  bool any_escape = false;
  bool control_characters = false;
  bool non_numeric_numbers = true;
  /// Beyond these a document is malformed (Jackson's StreamReadConstraints).
  int max_depth = 1000;
  int max_number_length = 1000;
  int max_name_length = 50000;
};

/// Reads JSON one token at a time as Jackson's reader-based parser does, and goes on after an error
/// from where that one would: Spark catches errors inside a field and continues, so what is left of
/// a damaged record depends on it. One thread.
class JsonTokenizer {
 public:
  explicit JsonTokenizer(const JsonSyntax& syntax) : syntax_(syntax) {}

  /// Starts over with `text`, which must live until the next call.
  void Reset(std::u16string_view text);

  /// The next token, kNone at the end of the text. False: malformed here.
  [[nodiscard]] bool Next();
  JsonToken token() const { return token_; }
  /// Behind a start token, moves to its end token; else does nothing.
  [[nodiscard]] bool SkipChildren();

  /// The name that the token belongs to; null in arrays and at the root.
  const std::u16string* name() const;
  /// The token's text: a string's content, a number as written.
  [[nodiscard]] bool Text(std::u16string_view* text);
  /// The string token's content decoded from MIME base64 with padding.
  [[nodiscard]] bool Base64(std::string* bytes);
  /// NaN or an infinity; only for kFloat.
  bool not_finite() const { return not_finite_; }

  /// The end of the text, or of what has been read so far.
  std::size_t position() const { return position_; }

 private:
  enum class ContextKind : std::uint8_t { kRoot, kArray, kObject };
  struct Context {
    ContextKind kind = ContextKind::kRoot;
    bool has_name = false;
    int index = -1;
    std::u16string name;
  };
  static constexpr int kEnd = -1;
  static constexpr int kFailed = -2;

  Context& context() { return contexts_[depth_]; }
  bool at_end() const { return position_ >= text_.size(); }
  char16_t Peek() const { return text_[position_]; }

  bool Push(ContextKind kind);
  bool CloseScope(int c);
  bool AfterName();
  bool Value(int c, JsonToken* token);
  bool Open(JsonToken token);

  int SkipSpaceOrEnd();
  int SkipColon();
  int SkipComma(int c);
  bool SkipComment();
  bool SkipBlockComment();
  bool SkipLine();
  void SkipLineFeed();

  bool ParseName(int c);
  bool QuotedName(char16_t quote);
  bool UnquotedName(int c);

  std::size_t BlockEnd(std::size_t place);
  bool Number(bool negative, std::size_t start, JsonToken* token);
  bool NumberFromZero(bool negative, std::size_t start, JsonToken* token);
  bool FinishNumber(bool negative, int int_length, int fraction_length, int exponent_length,
                    JsonToken* token);
  bool InvalidNumberStart(int c, bool negative, JsonToken* token);
  bool RootSpace();
  bool OddValue(int c, JsonToken* token);
  bool NotFinite(std::u16string_view text, int matched, JsonToken* token);
  bool Match(std::u16string_view word, int matched);
  bool SkipToken(int length);

  bool FinishString();
  bool SkipString();
  bool ApostropheString();
  int Escaped();
  int Base64Escape(char16_t c, int index);
  bool DecodeBase64(std::string* bytes);
  bool DecodeBase64Text(std::u16string_view text, std::string* bytes);

  JsonSyntax syntax_;
  std::u16string_view text_;
  std::size_t position_ = 0;
  std::size_t block_end_ = 0;
  JsonToken token_ = JsonToken::kNone;
  JsonToken next_token_ = JsonToken::kNone;
  bool incomplete_ = false;
  bool not_finite_ = false;
  std::u16string buffer_;
  std::vector<Context> contexts_;
  int depth_ = 0;
};

}  // namespace millrace::processor::duckdb
