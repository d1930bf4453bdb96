#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

/// One token of SQL text.
struct Token {
  enum class Kind {
    kWord,         ///< An identifier or keyword; `text` in upper case.
    kQuotedName,   ///< `...`; `text` without the quotes.
    kInteger,      ///< Digits only.
    kDecimal,      ///< 1.5, .5, 1.
    kExponent,     ///< 1e3, 1.5E-3
    kSuffixed,     ///< 1L, 1S, 1Y, 1.5F, 1.5D, 1.5BD; `text` is the suffix in upper case.
    kString,       ///< '...', "...", r'...'; `text` with its escapes resolved.
    kSymbol,       ///< An operator or punctuation mark.
    kHintStart,    ///< /*+
    kHintEnd,      ///< */
    kUnreadable,   ///< A byte that starts no token, or a quote or comment that does not end.
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string text;
  std::string_view raw;    ///< As it stands in the input.
  std::size_t offset = 0;  ///< Of its first byte in the input.

  std::size_t end() const { return offset + raw.size(); }
  bool is_symbol(std::string_view symbol) const { return kind == Kind::kSymbol && raw == symbol; }
  /// Precondition: `upper` is in upper case.
  bool is_word(std::string_view upper) const { return kind == Kind::kWord && text == upper; }
};

/// The tokens of `sql` under the rules of SqlBaseLexer.g4, the last one kEnd. White space and
/// comments separate. The tokens point into `sql`, which must be UTF-8.
std::vector<Token> Tokenize(std::string_view sql);

}  // namespace millrace::sql
