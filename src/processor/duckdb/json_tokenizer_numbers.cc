// Numbers, with the places at which Jackson stops when one is malformed.

#include <algorithm>

#include "processor/duckdb/json_tokenizer.h"

namespace millrace::processor::duckdb {
namespace {

// Jackson reads the text in blocks of so many characters.
constexpr std::size_t kBlockLength = 4000;

bool IsDigit(int c) { return c >= '0' && c <= '9'; }

}  // namespace

bool JsonTokenizer::FinishNumber(bool negative, int int_length, int fraction_length,
                                 int exponent_length, JsonToken* token) {
  static_cast<void>(negative);
  not_finite_ = false;
  if (fraction_length < 0 && exponent_length < 0) {
    *token = JsonToken::kInt;
    return int_length <= syntax_.max_number_length;
  }
  *token = JsonToken::kFloat;
  return int_length + fraction_length + exponent_length <= syntax_.max_number_length;
}

// Between root values there must be space; the position is at the character behind the number.
bool JsonTokenizer::RootSpace() {
  char16_t c = text_[position_++];
  if (c == '\r') --position_;
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The end of the block that `place` is in; places come in ascending order. A block does not end
// within a surrogate pair.
std::size_t JsonTokenizer::BlockEnd(std::size_t place) {
  while (block_end_ <= place && block_end_ < text_.size()) {
    block_end_ = std::min(block_end_ + kBlockLength, text_.size());
    if (block_end_ < text_.size() && (text_[block_end_ - 1] & 0xFC00) == 0xD800) --block_end_;
  }
  return block_end_;
}

// Follows the parser's path for numbers that do not touch the end of a block; on an error the
// position stays behind the point or the exponent sign, not behind the offending character.
bool JsonTokenizer::Number(bool negative, std::size_t start, JsonToken* token) {
  std::size_t p = negative ? start + 1 : start;
  const std::size_t end = BlockEnd(start);
  if (p >= end) return NumberFromZero(negative, start, token);
  char16_t c = text_[p++];
  if (!IsDigit(c)) {
    position_ = p;
    if (c == '.') return OddValue('.', token);
    return InvalidNumberStart(c, negative, token);
  }
  if (c == '0') return NumberFromZero(negative, start, token);
  int int_length = 0;
  while (IsDigit(c)) {
    ++int_length;
    if (p >= end) return NumberFromZero(negative, start, token);
    c = text_[p++];
  }
  int fraction_length = -1;
  int exponent_length = -1;
  if (c == '.' || c == 'e' || c == 'E') {
    position_ = p;
    fraction_length = exponent_length = 0;
    if (c == '.') {
      while (true) {
        if (p >= end) return NumberFromZero(negative, start, token);
        c = text_[p++];
        if (!IsDigit(c)) break;
        ++fraction_length;
      }
      if (fraction_length == 0) return false;
    }
    if (c == 'e' || c == 'E') {
      if (p >= end) return NumberFromZero(negative, start, token);
      c = text_[p++];
      if (c == '-' || c == '+') {
        if (p >= end) return NumberFromZero(negative, start, token);
        c = text_[p++];
      }
      while (IsDigit(c)) {
        ++exponent_length;
        if (p >= end) return NumberFromZero(negative, start, token);
        c = text_[p++];
      }
      if (exponent_length == 0) return false;
    }
  }
  position_ = --p;
  if (context().kind == ContextKind::kRoot && !RootSpace()) return false;
  buffer_.assign(text_.substr(start, p - start));
  return FinishNumber(negative, int_length, fraction_length, exponent_length, token);
}

// The other path: numbers that begin with zero or touch the end of a block. On an error the
// position is behind the offending character.
bool JsonTokenizer::NumberFromZero(bool negative, std::size_t start, JsonToken* token) {
  position_ = negative ? start + 1 : start;
  buffer_.clear();
  if (negative) buffer_.push_back('-');
  if (at_end()) return false;
  int c = text_[position_++];
  if (c == '0' && !at_end() && IsDigit(Peek())) {
    if (!syntax_.leading_zeros) return false;
    c = text_[position_++];
    while (c == '0' && !at_end() && IsDigit(Peek())) c = text_[position_++];
  }
  // Reads the next character into c; the end of the text is no character.
  auto advance = [&] {
    c = at_end() ? kEnd : text_[position_++];
    return c != kEnd;
  };
  int int_length = 0;
  while (IsDigit(c)) {
    ++int_length;
    buffer_.push_back(static_cast<char16_t>(c));
    if (!advance()) break;
  }
  if (int_length == 0) return InvalidNumberStart(c, negative, token);
  int fraction_length = -1;
  if (c == '.') {
    fraction_length = 0;
    buffer_.push_back('.');
    while (advance() && IsDigit(c)) {
      ++fraction_length;
      buffer_.push_back(static_cast<char16_t>(c));
    }
    if (fraction_length == 0) return false;
  }
  int exponent_length = -1;
  if (c == 'e' || c == 'E') {
    exponent_length = 0;
    buffer_.push_back(static_cast<char16_t>(c));
    if (!advance()) return false;
    if (c == '-' || c == '+') {
      buffer_.push_back(static_cast<char16_t>(c));
      if (!advance()) return false;
    }
    while (IsDigit(c)) {
      ++exponent_length;
      buffer_.push_back(static_cast<char16_t>(c));
      if (!advance()) break;
    }
    if (exponent_length == 0) return false;
  }
  if (c != kEnd) {
    --position_;
    if (context().kind == ContextKind::kRoot && !RootSpace()) return false;
  }
  return FinishNumber(negative, int_length, fraction_length, exponent_length, token);
}

bool JsonTokenizer::InvalidNumberStart(int c, bool negative, JsonToken* token) {
  if (c != 'I' || at_end()) return false;
  c = text_[position_++];
  if (c == 'N') return NotFinite(negative ? u"-INF" : u"+INF", 3, token);
  if (c == 'n') return NotFinite(negative ? u"-Infinity" : u"+Infinity", 3, token);
  return false;
}

}  // namespace millrace::processor::duckdb
