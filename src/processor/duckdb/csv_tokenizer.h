#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "processor/duckdb/csv_options.h"

namespace millrace::processor::duckdb {

/// Cuts one CSV record into its values as univocity's parser does for Spark, with what that makes
/// of quotes in wrong places. Ends of lines are characters like others: a record is all there is. One
/// thread.
class CsvTokenizer {
 public:
  /// `options` must outlive it.
  explicit CsvTokenizer(const FromCsvOptions& options);

  enum class Outcome {
    kRecord,
    kNothing,  ///< Empty, or a comment.
    kTooLong,  ///< More columns, or characters in one, than the options allow.
    kBadQuote,  ///< An unescaped quote under RAISE_ERROR.
  };
  /// `record` is UTF-8, and must live as long as the values are used.
  Outcome Parse(std::string_view record);

  /// What stands for nothing is the null value of the options. They live until the next Parse.
  const std::vector<std::string_view>& values() const { return values_; }

 private:
  enum class Step { kOk, kEnd, kFailed, kAgain };

  bool Advance();
  bool AtDelimiter();
  Step SkipSpace();
  Step ParseRecord();
  Step ParseQuoted();
  Step ParseQuotedPart();
  Step ReadQuoted();
  Step AfterQuote();
  Step UnescapedQuote();
  void EscapeOrQuote();
  Step AppendUntilQuote();
  Step AppendUntilDelimiter();
  void FinishAtEnd();
  bool QuickQuoted();
  bool QuickUnquoted();

  void Emit(std::string_view value) { values_.push_back(value); }
  void EmitEmpty() { Emit(options_.format.null_value); }
  void EmitGathered();
  bool IsBlank() const { return static_cast<unsigned char>(current_) <= ' '; }
  bool stops_at_delimiter() const;

  const FromCsvOptions& options_;
  const std::string& delimiter_;
  char quote_;
  char escape_;
  char escape_escape_;

  std::string_view text_;
  std::size_t next_ = 0;
  char current_ = '\0';
  char previous_ = '\0';
  /// `current_` is the last character of a delimiter.
  bool at_delimiter_ = false;
  bool unescaped_ = false;
  bool trim_ = false;
  std::string gathered_;
  std::deque<std::string> kept_;
  std::vector<std::string_view> values_;
};

}  // namespace millrace::processor::duckdb
