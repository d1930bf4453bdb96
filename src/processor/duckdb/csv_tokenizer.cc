#include "processor/duckdb/csv_tokenizer.h"

#include <utility>

namespace millrace::processor::duckdb {
namespace {

// Of UTF-8, as Java counts them.
std::int64_t CountCharacters(std::string_view text) {
  std::int64_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) count += byte >= 0xF0 ? 2 : 1;
  }
  return count;
}

std::string_view TrimRight(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

CsvTokenizer::CsvTokenizer(const FromCsvOptions& options)
    : options_(options),
      delimiter_(options.format.delimiter),
      quote_(options.format.quote),
      escape_(options.format.escape),
      escape_escape_(options.format.escape_escape) {}

bool CsvTokenizer::stops_at_delimiter() const {
  return options_.unescaped_quotes == UnescapedQuotes::kStopAtDelimiter ||
         options_.unescaped_quotes == UnescapedQuotes::kSkipValue ||
         options_.unescaped_quotes == UnescapedQuotes::kBackToDelimiter;
}

CsvTokenizer::Outcome CsvTokenizer::Parse(std::string_view record) {
  text_ = record;
  next_ = 0;
  previous_ = '\0';
  at_delimiter_ = false;
  unescaped_ = false;
  trim_ = false;
  gathered_.clear();
  kept_.clear();
  values_.clear();
  if (!Advance()) return Outcome::kNothing;
  if (options_.format.has_comment && current_ == options_.format.comment) return Outcome::kNothing;
  const Step step = ParseRecord();
  if (step == Step::kFailed) return Outcome::kBadQuote;
  if (step == Step::kEnd) FinishAtEnd();
  if (static_cast<std::int64_t>(values_.size()) > options_.most_columns) return Outcome::kTooLong;
  if (options_.most_characters >= 0) {
    for (const std::string_view value : values_) {
      if (CountCharacters(value) > options_.most_characters) return Outcome::kTooLong;
    }
  }
  return Outcome::kRecord;
}

bool CsvTokenizer::Advance() {
  if (next_ >= text_.size()) return false;
  at_delimiter_ = false;
  current_ = text_[next_++];
  return true;
}

// Whether a delimiter starts at the current character; then it is stepped over to its last one.
bool CsvTokenizer::AtDelimiter() {
  if (at_delimiter_) return true;
  if (current_ != delimiter_[0]) return false;
  if (delimiter_.size() > 1) {
    if (text_.substr(next_ - 1, delimiter_.size()) != delimiter_) return false;
    next_ += delimiter_.size() - 1;
    current_ = delimiter_.back();
  }
  at_delimiter_ = true;
  return true;
}

CsvTokenizer::Step CsvTokenizer::SkipSpace() {
  while (IsBlank() && !AtDelimiter() && current_ != quote_) {
    if (!Advance()) return Step::kEnd;
  }
  return Step::kOk;
}

// kOk: the record has ended in a way that leaves nothing to finish.
CsvTokenizer::Step CsvTokenizer::ParseRecord() {
  for (;;) {
    if (options_.trim_left && IsBlank()) {
      if (const Step step = SkipSpace(); step != Step::kOk) return step;
    }
    if (AtDelimiter()) {
      EmitEmpty();
    } else {
      unescaped_ = false;
      previous_ = '\0';
      if (current_ == quote_ && gathered_.empty()) {
        if (QuickQuoted()) {
          if (!Advance()) return Step::kOk;
          if (AtDelimiter() && !Advance()) {
            EmitEmpty();
            return Step::kOk;
          }
          continue;
        }
        trim_ = false;
        if (const Step step = ParseQuoted(); step != Step::kOk) return step;
        const bool nothing = unescaped_ && gathered_.empty() &&
                             options_.unescaped_quotes == UnescapedQuotes::kBackToDelimiter;
        if (!nothing) EmitGathered();
      } else if (!QuickUnquoted()) {
        trim_ = options_.trim_right;
        return AppendUntilDelimiter();
      }
    }
    if (!Advance()) return Step::kEnd;
  }
}

// A quoted value without anything odd in it, up to the quote before a delimiter.
bool CsvTokenizer::QuickQuoted() {
  const std::size_t start = next_;
  for (std::size_t i = start; i < text_.size(); ++i) {
    if (text_[i] == quote_) {
      const bool closes = text_.substr(i + 1, delimiter_.size()) == delimiter_;
      if (!closes || (i > start && text_[i - 1] == escape_)) return false;
      const std::string_view value = text_.substr(start, i - start);
      Emit(value.empty() ? std::string_view(options_.empty_value) : value);
      next_ = i + 1;
      return true;
    }
    if (text_[i] == escape_ && escape_ != '\0') return false;
  }
  return false;
}

// An unquoted value that ends before a delimiter.
bool CsvTokenizer::QuickUnquoted() {
  const std::size_t start = next_ - 1;
  const std::size_t end = text_.find(delimiter_, start);
  if (end == std::string_view::npos) return false;
  std::string_view value = text_.substr(start, end - start);
  if (options_.trim_right) value = TrimRight(value);
  value.empty() ? EmitEmpty() : Emit(value);
  next_ = end + delimiter_.size();
  current_ = delimiter_.back();
  at_delimiter_ = true;
  return true;
}

void CsvTokenizer::EmitGathered() {
  if (trim_) gathered_.resize(TrimRight(gathered_).size());
  if (gathered_.empty()) return EmitEmpty();
  kept_.push_back(std::exchange(gathered_, {}));
  Emit(kept_.back());
}

// The record ended in the middle of something.
void CsvTokenizer::FinishAtEnd() {
  bool counts = false;
  if (current_ == quote_ && !at_delimiter_) {
    if (previous_ == quote_) {
      counts = true;
    } else if (!unescaped_) {
      gathered_ += quote_;
    }
  }
  counts = counts || (previous_ != '\0' && !at_delimiter_);
  counts || !gathered_.empty() ? EmitGathered() : EmitEmpty();
}

// What the end of the record finds as the current character is the one that was appended first.
CsvTokenizer::Step CsvTokenizer::AppendUntilDelimiter() {
  const char first = current_;
  while (!AtDelimiter()) {
    gathered_ += current_;
    if (Advance()) continue;
    current_ = first;
    return Step::kEnd;
  }
  return Step::kOk;
}

CsvTokenizer::Step CsvTokenizer::AppendUntilQuote() {
  const char first = current_;
  while (current_ != quote_ && current_ != escape_ && current_ != escape_escape_) {
    gathered_ += current_;
    if (Advance()) continue;
    current_ = first;
    return Step::kEnd;
  }
  return Step::kOk;
}

CsvTokenizer::Step CsvTokenizer::ParseQuoted() {
  Step step = Step::kAgain;
  while (step == Step::kAgain) step = ParseQuotedPart();
  return step;
}

CsvTokenizer::Step CsvTokenizer::ParseQuotedPart() {
  if (previous_ == '\0' || !stops_at_delimiter()) return ReadQuoted();
  if (options_.unescaped_quotes == UnescapedQuotes::kSkipValue) {
    gathered_.clear();
    while (!AtDelimiter()) {
      if (!Advance()) return Step::kEnd;
    }
    return Step::kOk;
  }
  gathered_.insert(gathered_.begin(), quote_);
  if (!Advance()) return Step::kEnd;
  trim_ = options_.trim_right;
  return AppendUntilDelimiter();
}

CsvTokenizer::Step CsvTokenizer::ReadQuoted() {
  if (!Advance()) return Step::kEnd;
  for (;;) {
    if (previous_ == quote_ && (AtDelimiter() || IsBlank())) return AfterQuote();
    if (current_ != quote_ && current_ != escape_) {
      if (previous_ == quote_) return UnescapedQuote();
      if (previous_ == escape_ && escape_ != '\0') gathered_ += escape_;
      if (AppendUntilQuote() == Step::kEnd) return Step::kEnd;
      previous_ = current_;
      if (!Advance()) return Step::kEnd;
    } else {
      EscapeOrQuote();
      previous_ = current_;
      if (!Advance()) return Step::kEnd;
      if (unescaped_ && AtDelimiter()) return Step::kOk;
    }
  }
}

// At a quote or an escape within a quoted value.
void CsvTokenizer::EscapeOrQuote() {
  if (current_ == escape_ && previous_ == escape_escape_ && escape_escape_ != '\0') {
    gathered_ += escape_;
    current_ = '\0';
  } else if (previous_ == escape_) {
    if (current_ == quote_) {
      gathered_ += quote_;
      current_ = '\0';
    } else {
      gathered_ += previous_;
    }
  } else if (current_ == quote_ && previous_ == quote_) {
    gathered_ += quote_;
  }
}

// A character that should not be there follows what looked like the closing quote.
CsvTokenizer::Step CsvTokenizer::UnescapedQuote() {
  unescaped_ = true;
  switch (options_.unescaped_quotes) {
    case UnescapedQuotes::kRaiseError:
      return Step::kFailed;
    case UnescapedQuotes::kSkipValue:
      gathered_.clear();
      while (!AtDelimiter()) {
        if (!Advance()) return Step::kEnd;
      }
      return Step::kOk;
    case UnescapedQuotes::kBackToDelimiter:
      for (std::size_t end; (end = gathered_.find(delimiter_)) != std::string::npos;) {
        kept_.push_back(gathered_.substr(0, end));
        Emit(kept_.back());
        gathered_.erase(0, end + delimiter_.size());
      }
      gathered_ += current_;
      previous_ = '\0';
      return Step::kAgain;
    default:
      gathered_ += quote_;
      gathered_ += current_;
      previous_ = current_;
      return Step::kAgain;
  }
}

// Behind a closing quote: a delimiter, or blanks that are dropped when a delimiter follows them.
CsvTokenizer::Step CsvTokenizer::AfterQuote() {
  if (AtDelimiter()) return Step::kOk;
  std::string blanks;
  do {
    blanks += current_;
    if (!Advance()) return Step::kEnd;
  } while (!AtDelimiter() && IsBlank());
  if (at_delimiter_) return Step::kOk;
  if (options_.unescaped_quotes == UnescapedQuotes::kRaiseError) return Step::kFailed;
  gathered_ += quote_;
  gathered_ += blanks;
  if (stops_at_delimiter() || (current_ != quote_ && current_ != escape_)) gathered_ += current_;
  previous_ = current_;
  return Step::kAgain;
}

}  // namespace millrace::processor::duckdb
