#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/status.h"
#include "data/ddl_lexer.h"
#include "millrace/types.h"

namespace millrace::data {

/// A recursive-descent parser of Spark's type DDL: the rules dataType, colTypeList and
/// complexColTypeList of SqlBaseParser.g4, with the meaning that DataTypeAstBuilder gives them. For
/// one text.
class DdlParser {
 public:
  /// `ddl` must outlive it.
  explicit DdlParser(std::string_view ddl) : ddl_(ddl), tokens_(TokenizeDdl(ddl)) {}
  /// Of `ddl` only the bytes [start, end) are parsed; errors show all of it.
  DdlParser(std::string_view ddl, std::size_t start, std::size_t end);
  base::Result<DataType> WholeType();
  base::Result<StructType> WholeColumns();

 private:
  using Token = DdlToken;

  static std::string UpperAscii(std::string_view text);

  // Tokens.

  const Token& Peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  const Token& Take() { return tokens_[std::min(next_++, tokens_.size() - 1)]; }
  bool Skip(std::string_view symbol) {
    if (!Peek().is_symbol(symbol)) return false;
    Take();
    return true;
  }
  bool SkipKeyword(std::string_view upper) {
    if (!Peek().is_keyword(upper)) return false;
    Take();
    return true;
  }

  // Errors, with Spark's conditions and texts.

  /// Spark's text of a ParseException: the message, where it is (lines from 1, columns from 0), and
  /// the lines with a mark under the place.
  std::string Message(const Token& token, const std::string& text) const;
  base::Status ParseError(const Token& token, const std::string& text, std::string condition,
                          std::string sql_state,
                          std::map<std::string, std::string> parameters) const;
  base::Status SyntaxError(const Token& token, const std::string& hint = "") const;
  base::Status EmptyError() const;
  base::Status IdentifierError(const Token& token, const std::string& name) const;
  base::Status IncompleteError(const Token& name) const;
  base::Status IntervalError(const Token& name, std::string from, std::string to) const;
  /// Keeps the first error about meaning: errors of syntax anywhere in the text go before it.
  void MeaningError(base::Status status) {
    if (meaning_.ok()) meaning_ = std::move(status);
  }

  // Structure: columns, fields and nested types.

  base::Status Expect(std::string_view symbol);
  base::Status ExpectEnd();
  base::Status ParseInteger(int* value);
  /// `(n, m, ...)`; nothing at all is no error.
  base::Status ParseNumbers(std::vector<int>* numbers);
  static bool IsName(const Token& token) {
    return token.kind == Token::Kind::kQuoted || token.kind == Token::Kind::kIdentifier;
  }
  /// Spark tells this at once, before what is wrong behind it.
  base::Status CheckName(const Token& token) const;
  base::Status ParseName(std::string* name);
  /// One column or struct field: `name type [NOT NULL] [COMMENT 'text']`; in a struct a colon may
  /// stand behind the name.
  base::Status ParseField(std::vector<StructField>* fields, int depth, bool colon_allowed);
  base::Status ParseType(DataType* type, int depth);
  base::Status ParseNested(const Token& name, DataType* type, int depth);
  base::Status ParseArray(DataType* type, int depth);
  base::Status ParseMap(DataType* type, int depth);
  base::Status ParseStruct(DataType* type, int depth);

  // Types without types inside.

  /// The type that a bare name stands for, if it takes no parameters.
  static std::optional<DataType> PlainType(const Token& name);
  base::Status ParseString(const Token& name, DataType* type);
  base::Status ParseCharacters(const Token& name, DataType* type);
  base::Status ParseDecimal(const Token& name, DataType* type);
  /// The interval field that comes next, or -1.
  int TakeField(const std::vector<const char*>& names);
  base::Status ParseInterval(const Token& name, DataType* type);
  /// `WITHOUT TIME ZONE`, or nothing.
  base::Status ParseWithoutTimeZone(bool* found);
  base::Status ParseTimestamp(DataType* type);
  base::Status ParseTime(const Token& name, DataType* type);
  /// `GEOMETRY(4326)`, `GEOGRAPHY(ANY)`: types of Spark that are not here.
  base::Status ParseGeo(const Token& name);
  base::Status ParseUnknown(const Token& name);
  base::Status UnknownType(const Token& name, const std::vector<int>& numbers);

  std::string_view ddl_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  bool decided_ = false;  ///< What was parsed last could have been nothing else.
  base::Status meaning_;
};

}  // namespace millrace::data
