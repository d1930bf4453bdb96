#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::data {

/// One token of Spark's DDL.
struct DdlToken {
  enum class Kind {
    kIdentifier,  ///< Letters, digits and _; keywords too.
    kQuoted,      ///< `...`; text() without the quotes.
    kInteger,     ///< Digits only.
    kString,      ///< '...' or "..."; text() with its escapes resolved.
    kSymbol,      ///< One character: < > ( ) , : - ...; or <>, which Spark takes as one.
    kBad,         ///< Something that never ends (a quote, a comment).
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string text;
  std::string_view raw;    ///< As it stands in the input.
  std::size_t offset = 0;  ///< Of its first byte in the input.

  bool is_symbol(std::string_view symbol) const { return kind == Kind::kSymbol && raw == symbol; }
  /// Precondition: `upper` is in upper case.
  bool is_keyword(std::string_view upper) const;
};

/// All tokens of `ddl`, the last one kEnd. Comments (-- and /* */) and white space separate. The
/// tokens point into `ddl`.
std::vector<DdlToken> TokenizeDdl(std::string_view ddl);

/// Where the next token after `i` starts: behind white space, line comments and /* */, which nest.
/// Stands at a comment that does not end, and at a hint (`/*+`) when `keep_hints`.
std::size_t SkipSqlSpace(std::string_view sql, std::size_t i, bool keep_hints = false);

/// A byte of an unquoted identifier: ASCII letters, digits, _ and everything beyond ASCII.
bool IsSqlWordByte(char c);
/// Length in UTF-8 of the space beyond ASCII that `text` starts with; 0 for anything else.
std::size_t WideSpaceLength(std::string_view text);
/// Length of the token in quotes at the start of `text`, the quotes included; npos when it does not
/// end. A quote is doubled inside; strings have escapes too.
std::size_t QuotedLength(std::string_view text);
/// The name in `` `a``b` ``.
std::string UnquoteIdentifier(std::string_view raw);

/// The content of a string literal, quotes included in `raw`: \n, \t, \', \u0041, \101, doubled
/// quotes, ... as Spark resolves them.
std::string UnescapeSqlString(std::string_view raw);

}  // namespace millrace::data
