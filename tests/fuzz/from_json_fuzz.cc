// from_json: first byte the schema, second the options, then the record. Whatever the record, the
// fast path and the exact one give the same answer, alone, among others, and for a part of the
// fields.

#include <array>
#include <map>
#include <optional>
#include <vector>

#include <arrow/api.h>

#include "data/schema_text.h"
#include "fuzz.h"
#include "processor/duckdb/from_json.h"

namespace millrace::processor::duckdb {
namespace {

constexpr std::int64_t kNow = 1'767'225'600'000'000;

constexpr std::array kSchemas = {
    "a INT, b STRING, c DOUBLE, d TIMESTAMP",
    "a LONG, b BOOLEAN, c FLOAT, d DATE, e SHORT, f BYTE",
    "a STRING, b DECIMAL(10,2), c TIMESTAMP_NTZ, d BINARY",
    "a STRUCT<a: INT, b: STRING, c: ARRAY<DOUBLE>>, b ARRAY<STRING>, c MAP<STRING,INT>, d STRING",
    "a ARRAY<STRUCT<a: INT, b: STRING>>, b MAP<STRING,STRUCT<a: STRING>>, c ARRAY<ARRAY<INT>>",
    "a INT, b STRING, _corrupt_record STRING, c DOUBLE",
    "i INT, h STRING, g STRING, f STRING, e INT, d INT, c INT, b INT, a INT, j INT",
    "a DECIMAL(38,18), b DECIMAL(38,0), c MAP<STRING,BINARY>, d ARRAY<TIMESTAMP>, a INT",
    "ARRAY<STRUCT<a: INT, b: DOUBLE>>",
    "MAP<STRING,STRING>",
    "user_id STRING, event_type STRING, value DOUBLE, timestamp TIMESTAMP",
};

constexpr std::array kOptions = {
    "allowComments",
    "allowUnquotedFieldNames",
    "allowNumericLeadingZeros",
    "allowBackslashEscapingAnyCharacter",
    "allowUnquotedControlChars",
};

std::map<std::string, std::string> OptionsOf(std::uint8_t bits) {
  std::map<std::string, std::string> options;
  for (std::size_t i = 0; i < kOptions.size(); ++i) {
    if ((bits >> i & 1) != 0) options[kOptions[i]] = "true";
  }
  if ((bits & 0x20) != 0) {
    options["allowSingleQuotes"] = "false";
    options["allowNonNumericNumbers"] = "false";
  }
  if ((bits & 0x40) != 0) {
    options["timestampFormat"] = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]";
    options["dateFormat"] = "d/M/yy";
    options["timeZone"] = "Europe/Berlin";
  }
  if ((bits & 0x80) != 0) options["mode"] = "FAILFAST";
  return options;
}

base::Result<std::vector<std::shared_ptr<arrow::Array>>> Answers(
    const std::shared_ptr<const FromJson>& call, const arrow::Array& texts,
    FromJsonRunner::Path path) {
  MILLRACE_ASSIGN_OR_RETURN(auto runner, FromJsonRunner::New(call, path));
  return runner->Run(texts, kNow);
}

void RequireSame(const std::shared_ptr<const FromJson>& call, const arrow::Array& texts) {
  auto exact = Answers(call, texts, FromJsonRunner::Path::kExact);
  auto both = Answers(call, texts, FromJsonRunner::Path::kBoth);
  fuzz::Require(exact.ok() == both.ok(),
                "one path fails: " + exact.status().ToString() + " / " + both.status().ToString());
  if (!exact.ok()) {
    fuzz::Require(exact.status().ToString() == both.status().ToString(),
                  exact.status().ToString() + "\n is not " + both.status().ToString());
    return;
  }
  const auto equal = arrow::EqualOptions().nans_equal(true).signed_zeros_equal(false);
  for (std::size_t i = 0; i < exact->size(); ++i) {
    const arrow::Array& one = *(*exact)[i];
    const arrow::Array& other = *(*both)[i];
    fuzz::Require(one.Validate().ok() && other.Validate().ok(),
                  one.Validate().ToString() + other.Validate().ToString());
    fuzz::Require(one.Equals(other, equal),
                  "exact: " + one.ToString() + "\nfast: " + other.ToString());
  }
}

std::shared_ptr<arrow::Array> Column(const std::vector<std::string_view>& texts) {
  arrow::BinaryBuilder builder;
  for (std::string_view text : texts) fuzz::Require(builder.Append(text).ok(), "no memory");
  return builder.Finish().ValueOrDie();
}

/// The record in a buffer that ends with it.
std::shared_ptr<arrow::Array> Exact(const std::uint8_t* data, std::size_t size,
                                    const std::array<std::int32_t, 2>& offsets) {
  return std::make_shared<arrow::BinaryArray>(
      1, arrow::Buffer::Wrap(offsets.data(), offsets.size()),
      std::make_shared<arrow::Buffer>(data, static_cast<std::int64_t>(size)));
}

std::shared_ptr<const FromJson> Call(std::uint8_t schema_byte, std::uint8_t option_bits,
                                     bool some) {
  static std::map<std::array<int, 3>, std::shared_ptr<const FromJson>> calls;
  const int index = schema_byte % static_cast<int>(kSchemas.size());
  auto& call = calls[{index, option_bits, some}];
  if (call != nullptr) return call;
  DataType schema = data::ParseSchemaText(kSchemas[static_cast<std::size_t>(index)]).value();
  std::optional<std::vector<int>> fields;
  if (some && schema.is(DataType::Kind::kStruct)) fields = {2, 0};
  call = FromJson::Make(schema, OptionsOf(option_bits), *TimeZone::Parse("UTC"), fields).value();
  return call;
}

}  // namespace
}  // namespace millrace::processor::duckdb

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace::processor::duckdb;
  if (size < 2) return 0;
  const std::uint8_t schema = data[0];
  const std::uint8_t options = data[1];
  data += 2;
  size -= 2;
  const std::array<std::int32_t, 2> offsets = {0, static_cast<std::int32_t>(size)};
  std::string_view text = millrace::fuzz::Text(data, size);
  RequireSame(Call(schema, options, false), *Exact(data, size, offsets));
  RequireSame(Call(schema, options, true), *Column({"{\"a\":1}", text, text, "{\"b\":\"x\"}"}));
  return 0;
}
