// A reader that skips files by their statistics finds every row: for random data, the predicate
// `column = value` never excludes a file that holds the value, and neither does IS [NOT] NULL.

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clients/delta/json_text.h"
#include "clients/delta/statistics.h"
#include "data/arrow_schema.h"
#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "data/time_zone.h"

namespace millrace::clients::delta {
namespace {

using Kind = DataType::Kind;
constexpr int kRows = 12;

// A value in the form in which a reader compares it.
struct Value {
  std::optional<__int128> number;  // Integers, unscaled decimals, days, microseconds.
  std::optional<double> real;
  std::optional<std::string> text;
};

class Column {
 public:
  Column(DataType type, std::mt19937* random) : type_(std::move(type)), random_(*random) {}

  // Fills a column of kRows values, some of them null.
  std::shared_ptr<arrow::Array> Fill() {
    auto builder = arrow::MakeBuilder(data::ToArrowType(type_).value()).ValueOrDie();
    const unsigned nulls = random_() % 4;  // None, few, half, all.
    for (int row = 0; row < kRows; ++row) {
      const bool is_null = nulls == 3 || (nulls > 0 && random_() % (nulls == 1 ? 6 : 2) == 0);
      values_.push_back(is_null ? std::nullopt : std::optional<Value>(Draw(builder.get())));
      if (is_null) {
        EXPECT_TRUE(builder->AppendNull().ok());
      }
    }
    return builder->Finish().ValueOrDie();
  }
  const std::vector<std::optional<Value>>& values() const { return values_; }
  const DataType& type() const { return type_; }

 private:
  std::int64_t Integer(int bits) {
    switch (random_() % 4) {
      case 0:
        return (std::int64_t{1} << (bits - 1)) - 1 - (random_() % 2);
      case 1:
        return -((std::int64_t{1} << (bits - 2)) - 1) * 2 - 2 + (random_() % 2);
      default:
        return static_cast<std::int64_t>(random_() % 200) - 100;
    }
  }
  template <typename Builder>
  Value Whole(arrow::ArrayBuilder* builder, std::int64_t value) {
    using Type = typename Builder::value_type;
    EXPECT_TRUE(static_cast<Builder*>(builder)->Append(static_cast<Type>(value)).ok());
    return {static_cast<__int128>(static_cast<Type>(value)), {}, {}};
  }
  template <typename Builder>
  Value Real(arrow::ArrayBuilder* builder) {
    using Type = typename Builder::value_type;
    using Limits = std::numeric_limits<Type>;
    static constexpr Type kOdd[] = {
        Limits::quiet_NaN(), Limits::infinity(),   -Limits::infinity(), Type{0}, -Type{0},
        Limits::max(),       Limits::denorm_min(), Limits::lowest()};
    Type value = static_cast<Type>(static_cast<double>(random_()) / 7e5 - 3000);
    if (random_() % 3 == 0) value = kOdd[random_() % std::size(kOdd)];
    EXPECT_TRUE(static_cast<Builder*>(builder)->Append(value).ok());
    return {{}, static_cast<double>(value), {}};
  }
  Value Text(arrow::ArrayBuilder* builder) {
    static const std::vector<std::string> kParts = {"a",
                                                    "z",
                                                    "\x7F",
                                                    "~",
                                                    "\xC3\xA9",
                                                    "\xEF\xBF\xBF",
                                                    "\xF0\x9F\x98\x80",
                                                    "\xF4\x8F\xBF\xBF",
                                                    std::string(1, '\0'),
                                                    "\"",
                                                    "\\",
                                                    "\n",
                                                    " "};
    std::string text;
    const unsigned length = random_() % 2 == 0 ? random_() % 4 : 28 + random_() % 50;
    const unsigned letters = 1 + random_() % kParts.size();
    for (unsigned i = 0; i < length; ++i) text += kParts[random_() % letters];
    if (random_() % 30 == 0) text += "\xFF\xFE";
    EXPECT_TRUE(static_cast<arrow::StringBuilder*>(builder)->Append(text).ok());
    return {{}, {}, text};
  }
  Value Decimal(arrow::ArrayBuilder* builder) {
    __int128 limit = 1;
    for (int i = 0; i < type_.precision(); ++i) limit *= 10;
    __int128 value = static_cast<std::int64_t>(random_() % 2000) - 1000;
    if (random_() % 3 == 0) value = random_() % 2 == 0 ? limit - 1 : 1 - limit;
    if (value >= limit || value <= -limit) value = 0;
    const arrow::Decimal128 decimal(static_cast<std::int64_t>(value >> 64),
                                    static_cast<std::uint64_t>(value));
    EXPECT_TRUE(static_cast<arrow::Decimal128Builder*>(builder)->Append(decimal).ok());
    return {value, {}, {}};
  }
  Value Draw(arrow::ArrayBuilder* builder) {
    switch (type_.kind()) {
      case Kind::kByte:
        return Whole<arrow::Int8Builder>(builder, Integer(8));
      case Kind::kShort:
        return Whole<arrow::Int16Builder>(builder, Integer(16));
      case Kind::kInteger:
        return Whole<arrow::Int32Builder>(builder, Integer(32));
      case Kind::kLong:
        return Whole<arrow::Int64Builder>(builder, Integer(64));
      case Kind::kFloat:
        return Real<arrow::FloatBuilder>(builder);
      case Kind::kDouble:
        return Real<arrow::DoubleBuilder>(builder);
      case Kind::kDecimal:
        return Decimal(builder);
      case Kind::kDate:
        return Whole<arrow::Date32Builder>(builder, random_() % 5 == 0 ? Integer(32) : Integer(20));
      case Kind::kTimestamp:
      case Kind::kTimestampNtz:
        return Whole<arrow::TimestampBuilder>(builder,
                                              random_() % 5 == 0 ? Integer(64) : Integer(50));
      default:
        return Text(builder);
    }
  }

  const DataType type_;
  std::mt19937& random_;
  std::vector<std::optional<Value>> values_;
};

// A bound as a reader understands it; `upper` widens what the log holds too coarsely.
Value ReadBound(const nlohmann::json& bound, const DataType& type, bool upper) {
  const std::string text = bound.is_string() ? bound.get<std::string>() : bound.dump();
  switch (type.kind()) {
    case Kind::kFloat:
    case Kind::kDouble: {
      const double real = type.is(Kind::kFloat) ? std::strtof(text.c_str(), nullptr)
                                                : std::strtod(text.c_str(), nullptr);
      return {{}, real, {}};
    }
    case Kind::kDate:
      return {data::ParseDate(text).value(), {}, {}};
    case Kind::kTimestamp:
    case Kind::kTimestampNtz: {
      const std::int64_t micros = type.is(Kind::kTimestamp)
                                      ? data::ParseTimestamp(text, data::TimeZone(), 0).value()
                                      : data::ParseTimestampNtz(text, false).value();
      // Milliseconds: PROTOCOL.md, "Per-file Statistics".
      return {micros + (upper ? 999 : 0), {}, {}};
    }
    case Kind::kString:
      return {{}, {}, text};
    default:
      ADD_FAILURE() << "no bound of " << type.sql();
      return {};
  }
}

// Spark's order: NaN above everything.
bool Below(const Value& a, const Value& b) {
  if (a.number) return *a.number < *b.number;
  if (a.text) return *a.text < *b.text;
  if (std::isnan(*a.real)) return false;
  return std::isnan(*b.real) || *a.real < *b.real;
}

// The number behind `"name":` in a section of the statistics. Numbers of any size, which a JSON
// parser would round.
std::optional<__int128> WholeBound(const std::string& section, const std::string& name, int scale) {
  const std::string key = '"' + name + "\":";
  const std::size_t at = section.find(key);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t first = at + key.size();
  const std::string digits = section.substr(first, section.find_first_of(",}", first) - first);
  return data::ToDecimal(data::ParseBigDecimal(digits).value(), 38, scale).value();
}

std::string Section(const std::string& stats, const std::string& name) {
  const std::size_t at = stats.find('"' + name + "\":{");
  return at == std::string::npos ? "" : stats.substr(at, stats.find('}', at) - at + 1);
}

std::optional<Value> Bound(const std::string& stats, const char* section, const std::string& name,
                           const DataType& type) {
  const bool whole = type.isIntegral() || type.is(Kind::kDecimal);
  if (whole) {
    const auto number =
        WholeBound(Section(stats, section), name, type.is(Kind::kDecimal) ? type.scale() : 0);
    if (!number) return std::nullopt;
    return Value{*number, {}, {}};
  }
  const auto json = nlohmann::json::parse(stats);
  if (!json.contains(section) || !json[section].contains(name)) return std::nullopt;
  return ReadBound(json[section][name], type, std::string_view(section) == "maxValues");
}

std::int64_t NullCount(const std::string& stats, const std::string& name) {
  return nlohmann::json::parse(stats)["nullCount"][name].get<std::int64_t>();
}

TEST(Skipping, NeverLosesARow) {
  const std::vector<DataType> types = {
      ByteType(),      ShortType(),        IntegerType(),       LongType(),         FloatType(),
      DoubleType(),    DecimalType(5, 2),  DecimalType(38, 18), DecimalType(38, 0), DateType(),
      TimestampType(), TimestampNTZType(), StringType()};
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    std::vector<Column> columns;
    StructType schema;
    arrow::ArrayVector arrays;
    for (std::size_t i = 0; i < types.size(); ++i) {
      schema = schema.add(fmt::format("c{}", i), types[i]);
      columns.emplace_back(types[i], &random);
      arrays.push_back(columns.back().Fill());
    }
    StatisticsCollector collector(StatisticsPlan::Make(schema, Metadata(), {}).value());
    const auto batch = arrow::RecordBatch::Make(data::ToArrowSchema(schema).value(), kRows, arrays);
    ASSERT_TRUE(collector.Update(*batch->Slice(0, 5)).ok());
    ASSERT_TRUE(collector.Update(*batch->Slice(5)).ok());
    const std::string stats = collector.ToJson();
    ASSERT_TRUE(IsUtf8(stats)) << seed;

    for (std::size_t i = 0; i < types.size(); ++i) {
      const std::string name = fmt::format("c{}", i);
      SCOPED_TRACE(fmt::format("seed {} {} {}", seed, types[i].sql(), stats));
      const auto low = Bound(stats, "minValues", name, types[i]);
      const auto high = Bound(stats, "maxValues", name, types[i]);
      std::int64_t nulls = 0;
      for (const auto& value : columns[i].values()) {
        if (!value) {
          ++nulls;
          continue;
        }
        EXPECT_FALSE(low && Below(*value, *low));
        EXPECT_FALSE(high && Below(*high, *value));
      }
      EXPECT_EQ(NullCount(stats, name), nulls);
      EXPECT_FALSE(nulls == kRows && (low || high));
      if (::testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace millrace::clients::delta
