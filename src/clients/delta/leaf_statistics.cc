#include "clients/delta/leaf_statistics.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include <arrow/array.h>
#include <arrow/util/bit_run_reader.h>
#include <fmt/format.h>

#include "clients/delta/json_text.h"
#include "clients/delta/statistics.h"
#include "data/scalar_text.h"

namespace millrace::clients::delta {

namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
// 0001-01-01 and 9999-12-31: what every reader can parse.
constexpr std::int64_t kFirstDay = -719'162;
constexpr std::int64_t kLastDay = 2'932'896;

// Calls `visit(first, count)` for each run of values that are not null.
template <typename Visit>
void ForEachRun(const arrow::Array& values, Visit&& visit) {
  if (values.null_count() == 0) {
    visit(std::int64_t{0}, values.length());
    return;
  }
  arrow::internal::VisitSetBitRunsVoid(values.null_bitmap_data(), values.offset(), values.length(),
                                       visit);
}

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::optional<std::string> DateJson(std::int64_t days) {
  if (days < kFirstDay || days > kLastDay) return std::nullopt;
  return '"' + data::DateText(days) + '"';
}

// Cut to milliseconds, as Spark does it: readers add one to the maximum.
std::optional<std::string> TimestampJson(std::int64_t micros, std::string_view zone) {
  const std::int64_t days = FloorDivide(micros, kMicrosPerDay);
  if (days < kFirstDay || days > kLastDay) return std::nullopt;
  const std::int64_t millis = (micros - days * kMicrosPerDay) / 1000;
  return fmt::format("\"{}T{:02}:{:02}:{:02}.{:03}{}\"", data::DateText(days), millis / 3'600'000,
                     millis / 60'000 % 60, millis / 1000 % 60, millis % 1000, zone);
}

enum class IntegerMeaning { kNumber, kDate, kTimestamp, kTimestampNtz };

template <typename ArrayType>
class IntegerStatistics : public LeafStatistics {
 public:
  using Value = typename ArrayType::value_type;
  explicit IntegerStatistics(IntegerMeaning meaning) : meaning_(meaning) {}

  std::optional<std::string> MinimumJson() const override { return Json(minimum_); }
  std::optional<std::string> MaximumJson() const override { return Json(maximum_); }

 protected:
  void Observe(const arrow::Array& values) override {
    const Value* raw = static_cast<const ArrayType&>(values).raw_values();
    ForEachRun(values, [&](std::int64_t first, std::int64_t count) {
      Value low = minimum_;
      Value high = maximum_;
      for (const Value* value = raw + first; value != raw + first + count; ++value) {
        low = *value < low ? *value : low;
        high = *value > high ? *value : high;
      }
      minimum_ = low;
      maximum_ = high;
      seen_ = seen_ || count > 0;
    });
  }

 private:
  std::optional<std::string> Json(Value value) const {
    if (!seen_) return std::nullopt;
    switch (meaning_) {
      case IntegerMeaning::kDate:
        return DateJson(value);
      case IntegerMeaning::kTimestamp:
        return TimestampJson(value, "Z");
      case IntegerMeaning::kTimestampNtz:
        return TimestampJson(value, "");
      case IntegerMeaning::kNumber:
        break;
    }
    return std::to_string(value);
  }

  const IntegerMeaning meaning_;
  Value minimum_ = std::numeric_limits<Value>::max();
  Value maximum_ = std::numeric_limits<Value>::min();
  bool seen_ = false;
};

// NaN stands above everything in Spark's order, so with one there is no upper bound that a number
// could express. -0.0 and 0.0 are equal in it, but not for every reader: the minimum is written as
// the lower, the maximum as the higher of the two.
template <typename ArrayType>
class FloatStatistics : public LeafStatistics {
 public:
  using Value = typename ArrayType::value_type;

  std::optional<std::string> MinimumJson() const override {
    if (!std::isfinite(minimum_)) return std::nullopt;
    return Text(minimum_ == 0 && negative_zero_ ? -Value{0} : minimum_);
  }
  std::optional<std::string> MaximumJson() const override {
    if (has_nan_ || !std::isfinite(maximum_)) return std::nullopt;
    return Text(maximum_ == 0 ? Value{0} : maximum_);
  }

 protected:
  void Observe(const arrow::Array& values) override {
    const Value* raw = static_cast<const ArrayType&>(values).raw_values();
    ForEachRun(values, [&](std::int64_t first, std::int64_t count) {
      Value low = minimum_;
      Value high = maximum_;
      bool nan = false;
      for (const Value* value = raw + first; value != raw + first + count; ++value) {
        low = *value < low ? *value : low;
        high = *value > high ? *value : high;
        nan |= *value != *value;
      }
      has_nan_ = has_nan_ || nan;
      minimum_ = low;
      maximum_ = high;
      if (low == 0 && !negative_zero_) LookForNegativeZero(raw + first, count);
    });
  }

 private:
  void LookForNegativeZero(const Value* values, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (values[i] == 0 && std::signbit(values[i])) negative_zero_ = true;
    }
  }
  static std::string Text(Value value) {
    if constexpr (sizeof(Value) == 4) {
      return data::FloatText(value);
    } else {
      return data::DoubleText(value);
    }
  }

  Value minimum_ = std::numeric_limits<Value>::infinity();
  Value maximum_ = -std::numeric_limits<Value>::infinity();
  bool has_nan_ = false;
  bool negative_zero_ = false;
};

class DecimalStatistics : public LeafStatistics {
 public:
  explicit DecimalStatistics(int scale) : scale_(scale) {}
  std::optional<std::string> MinimumJson() const override { return Json(minimum_); }
  std::optional<std::string> MaximumJson() const override { return Json(maximum_); }

 protected:
  void Observe(const arrow::Array& values) override {
    const auto& decimals = static_cast<const arrow::Decimal128Array&>(values);
    ForEachRun(values, [&](std::int64_t first, std::int64_t count) {
      for (std::int64_t i = first; i < first + count; ++i) {
        __int128 value;
        std::memcpy(&value, decimals.GetValue(i), sizeof(value));
        if (!minimum_ || value < *minimum_) minimum_ = value;
        if (!maximum_ || value > *maximum_) maximum_ = value;
      }
    });
  }

 private:
  std::optional<std::string> Json(const std::optional<__int128>& value) const {
    if (!value) return std::nullopt;
    return data::DecimalPlainText(*value, scale_);
  }

  const int scale_;
  std::optional<__int128> minimum_;
  std::optional<__int128> maximum_;
};

// The first eight bytes as a number that orders like they do: most comparisons end here.
std::uint64_t PrefixOf(std::string_view text) {
  std::uint64_t bytes = 0;
  if (text.size() >= sizeof(bytes)) {
    std::memcpy(&bytes, text.data(), sizeof(bytes));
  } else {
    std::memcpy(&bytes, text.data(), text.size());
  }
  return __builtin_bswap64(bytes);
}

class NullStatistics : public LeafStatistics {
 public:
  bool is_ordered() const override { return false; }
};

class StringStatistics : public LeafStatistics {
 public:
  explicit StringStatistics(int prefix_units) : prefix_units_(prefix_units) {}

  std::optional<std::string> MinimumJson() const override {
    if (!seen_) return std::nullopt;
    std::string json;
    AppendJsonString(TruncateMinimum(minimum_, prefix_units_), &json);
    return json;
  }
  std::optional<std::string> MaximumJson() const override {
    if (!seen_) return std::nullopt;
    const std::optional<std::string> bound = TruncateMaximum(maximum_, prefix_units_);
    if (!bound) return std::nullopt;
    std::string json;
    AppendJsonString(*bound, &json);
    return json;
  }

 protected:
  void Observe(const arrow::Array& values) override {
    const auto& strings = static_cast<const arrow::StringArray&>(values);
    ForEachRun(values, [&](std::int64_t first, std::int64_t count) {
      std::int64_t i = first;
      if (!seen_ && count > 0) SetBoth(strings.GetView(i++));
      for (; i < first + count; ++i) Observe(strings.GetView(i));
    });
  }

 private:
  void Observe(std::string_view value) {
    const std::uint64_t prefix = PrefixOf(value);
    if (prefix <= minimum_prefix_ && (prefix < minimum_prefix_ || value < minimum_)) {
      minimum_ = value;
      minimum_prefix_ = prefix;
    } else if (prefix >= maximum_prefix_ && (prefix > maximum_prefix_ || value > maximum_)) {
      maximum_ = value;
      maximum_prefix_ = prefix;
    }
  }
  void SetBoth(std::string_view value) {
    seen_ = true;
    minimum_ = maximum_ = value;
    minimum_prefix_ = maximum_prefix_ = PrefixOf(value);
  }

  const int prefix_units_;
  bool seen_ = false;
  std::string minimum_;
  std::string maximum_;
  std::uint64_t minimum_prefix_ = 0;
  std::uint64_t maximum_prefix_ = 0;
};

}  // namespace

std::unique_ptr<LeafStatistics> LeafStatistics::Make(const DataType& type,
                                                     int string_prefix_units) {
  using Kind = DataType::Kind;
  using Meaning = IntegerMeaning;
  switch (type.kind()) {
    case Kind::kByte:
      return std::make_unique<IntegerStatistics<arrow::Int8Array>>(Meaning::kNumber);
    case Kind::kShort:
      return std::make_unique<IntegerStatistics<arrow::Int16Array>>(Meaning::kNumber);
    case Kind::kInteger:
      return std::make_unique<IntegerStatistics<arrow::Int32Array>>(Meaning::kNumber);
    case Kind::kLong:
      return std::make_unique<IntegerStatistics<arrow::Int64Array>>(Meaning::kNumber);
    case Kind::kDate:
      return std::make_unique<IntegerStatistics<arrow::Date32Array>>(Meaning::kDate);
    case Kind::kTimestamp:
      return std::make_unique<IntegerStatistics<arrow::TimestampArray>>(Meaning::kTimestamp);
    case Kind::kTimestampNtz:
      return std::make_unique<IntegerStatistics<arrow::TimestampArray>>(Meaning::kTimestampNtz);
    case Kind::kFloat:
      return std::make_unique<FloatStatistics<arrow::FloatArray>>();
    case Kind::kDouble:
      return std::make_unique<FloatStatistics<arrow::DoubleArray>>();
    case Kind::kDecimal:
      return std::make_unique<DecimalStatistics>(type.scale());
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
      return std::make_unique<StringStatistics>(string_prefix_units);
    default:
      return std::make_unique<NullStatistics>();
  }
}

void LeafStatistics::Update(const arrow::Array& values) {
  const std::int64_t nulls = values.null_count();
  nulls_ += nulls;
  if (nulls < values.length()) Observe(values);
}

}  // namespace millrace::clients::delta
