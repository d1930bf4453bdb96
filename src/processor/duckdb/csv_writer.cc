#include "processor/duckdb/csv_writer.h"

#include <utility>

namespace millrace::processor::duckdb {
namespace {

bool IsBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }

}  // namespace

void CsvWriter::Append(std::optional<std::string_view> value) {
  if (!first_) record_ += options_.format.delimiter;
  if (!value) {
    AppendSpecial(options_.format.null_value);
  } else {
    std::string_view text = *value;
    if (options_.trim_left) {
      while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
    }
    if (options_.trim_right) {
      while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
    }
    if (text.empty()) {
      AppendSpecial(options_.empty_value);
    } else if (WantsQuotes(text, *value)) {
      AppendQuoted(text);
    } else {
      record_ += text;
    }
  }
  first_ = false;
}

std::string CsvWriter::Finish() {
  first_ = true;
  return std::exchange(record_, {});
}

// What stands for null or for nothing; quotes that it has are its own.
void CsvWriter::AppendSpecial(std::string_view text) {
  const char quote = options_.format.quote;
  const bool has_quotes = text.size() >= 2 && text.front() == quote && text.back() == quote;
  if (options_.quote_all && !has_quotes) {
    AppendQuoted(text);
  } else {
    record_ += text;
  }
}

// `given` is the text before blanks were dropped.
bool CsvWriter::WantsQuotes(std::string_view text, std::string_view given) const {
  const CsvFormat& format = options_.format;
  if (options_.quote_all || text.front() == format.quote) return true;
  if (first_ && given.front() == format.comment) return true;
  if (text.find(format.delimiter) != std::string_view::npos) return true;
  if (text.find_first_of("\r\n") != std::string_view::npos) return true;
  return options_.escape_quotes && text.find(format.quote) != std::string_view::npos;
}

void CsvWriter::AppendQuoted(std::string_view text) {
  const CsvFormat& format = options_.format;
  record_ += format.quote;
  for (const char c : text) {
    if (c == format.quote) {
      record_ += format.escape;
    } else if (c == format.escape && format.escape_escape != '\0') {
      record_ += format.escape_escape;
    }
    record_ += c;
  }
  record_ += format.quote;
}

}  // namespace millrace::processor::duckdb
