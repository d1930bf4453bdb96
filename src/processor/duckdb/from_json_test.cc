#include "processor/duckdb/from_json.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "data/canonical_json_testing.h"
#include "data/schema_text.h"
#include "processor/duckdb/from_json_exact.h"

namespace millrace::processor::duckdb {
namespace {

using data::Canonical;
using data::ForEachRecorded;
using data::Json;
using data::RecordedBytes;

/// 2026-11-23T01:00Z, when the answers were recorded: times without a date have that day, in the
/// zone that the text or the session names. A new recording brings a new moment.
constexpr std::int64_t kNow = 1'795'395'600'000'000;

std::shared_ptr<arrow::Array> Texts(const std::vector<std::optional<std::string>>& texts) {
  arrow::BinaryBuilder builder;
  for (const auto& text : texts) {
    EXPECT_TRUE((text ? builder.Append(*text) : builder.AppendNull()).ok());
  }
  return builder.Finish().ValueOrDie();
}

base::Result<std::vector<Json>> Answers(const DataType& schema,
                                        const std::map<std::string, std::string>& options,
                                        const TimeZone& zone, const arrow::Array& texts,
                                        FromJsonRunner::Path path,
                                        std::optional<std::vector<int>> fields = std::nullopt) {
  MILLRACE_ASSIGN_OR_RETURN(auto call, FromJson::Make(schema, options, zone, fields));
  MILLRACE_ASSIGN_OR_RETURN(auto runner, FromJsonRunner::New(call, path));
  MILLRACE_ASSIGN_OR_RETURN(auto arrays, runner->Run(texts, kNow));
  std::vector<Json> out;
  for (const auto& array : arrays) {
    EXPECT_TRUE(array->ValidateFull().ok() || array->type_id() == arrow::Type::STRUCT)
        << array->ValidateFull().ToString();
  }
  for (std::int64_t row = 0; row < texts.length(); ++row) {
    if (!fields) {
      out.push_back(Canonical(*arrays[0], row));
      continue;
    }
    Json pairs = Json::array();
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      pairs.push_back(
          Json::array({schema.fields()[(*fields)[i]].name, Canonical(*arrays[i], row)}));
    }
    out.push_back(pairs);
  }
  return out;
}

/// Answers that are knowingly not Spark's; the reasons stand in docs/differences.md.
bool IsKnownDifference(const Json& record) {
  const Json& options = record["options"];
  const std::string schema = record["schema"];
  // Refused: number and month names of other locales than en-US.
  if (options.contains("locale") && options["locale"] != "en-US" &&
      (schema.find("DECIMAL") != std::string::npos || options.contains("dateFormat"))) {
    return true;
  }
  // Refused when the query starts: Spark fails at the first value that is no empty string.
  for (const char* pattern : {"EEE MMM dd yyyy", "EEEE", "YYYY-MM-dd"}) {
    if (options.value("dateFormat", "") == pattern ||
        options.value("timestampFormat", "") == pattern) {
      return true;
    }
  }
  return false;
}

struct Group {
  std::vector<Json> records;
};

std::map<std::string, std::string> Options(const Json& record) {
  std::map<std::string, std::string> options;
  for (const auto& [name, value] : record["options"].items()) options[name] = value;
  return options;
}

class Recorded {
 public:
  void Check(const Group& group) {
    const Json& first = group.records[0];
    base::Result<DataType> schema = data::ParseSchemaText(first["schema"].get<std::string>());
    ASSERT_TRUE(schema.ok()) << first["schema"] << schema.status().ToString();
    TimeZone zone = *TimeZone::Parse(first["tz"].get<std::string>());
    std::vector<std::optional<std::string>> texts;
    for (const Json& record : group.records) {
      texts.push_back(record["input"].is_null() ? std::nullopt
                                                : std::optional(RecordedBytes(record["input"])));
    }
    std::optional<std::vector<int>> fields;
    if (first.contains("fields")) {
      fields.emplace();
      for (const auto& name : first["fields"]) {
        fields->push_back(StructType(*schema).fieldIndex(name.get<std::string>()));
      }
    }
    if (first["output"].is_object() && first["output"].contains("error")) {
      CheckError(first, *schema, zone, *Texts(texts));
      return;
    }
    for (auto path : {FromJsonRunner::Path::kExact, FromJsonRunner::Path::kBoth}) {
      auto answers = Answers(*schema, Options(first), zone, *Texts(texts), path, fields);
      if (!answers.ok()) {
        Report(first, answers.status().ToString());
        continue;
      }
      for (std::size_t i = 0; i < answers->size(); ++i) {
        ++checked;
        if ((*answers)[i] != group.records[i]["output"]) {
          Report(group.records[i], (path == FromJsonRunner::Path::kBoth ? "fast: " : "exact: ") +
                                       (*answers)[i].dump());
        }
      }
    }
    CheckMalformed(group, *schema, zone);
  }

  int checked = 0;
  int failures = 0;

 private:
  static void Shorten(std::string* text) {
    if (text->size() > 400) *text = text->substr(0, 400) + "...";
  }

  void Report(const Json& record, std::string answer) {
    if (IsKnownDifference(record)) return;
    if (++failures > 60) return;
    std::string shown = record.dump();
    Shorten(&shown);
    Shorten(&answer);
    ADD_FAILURE() << shown << "\n  ours: " << answer;
  }

  void CheckMalformed(const Group& group, const DataType& schema, const TimeZone& zone) {
    auto options = FromJsonOptions::Parse(Options(group.records[0]), schema, zone);
    if (!options.ok()) return;
    ExactJsonParser parser(schema, *options);
    for (const Json& record : group.records) {
      if (!record.contains("corrupt") || !record["corrupt"].is_boolean() ||
          record["input"].is_null()) {
        continue;
      }
      ExactJsonParser::Record parsed;
      ASSERT_TRUE(parser.Parse(RecordedBytes(record["input"]), kNow, &parsed).ok());
      if (parsed.malformed != record["corrupt"].get<bool>()) {
        Report(record, parsed.malformed ? "malformed" : "well-formed");
      }
    }
  }

  void CheckError(const Json& record, const DataType& schema, const TimeZone& zone,
                  const arrow::Array& texts) {
    const Json& error = record["output"]["error"];
    auto answers = Answers(schema, Options(record), zone, texts, FromJsonRunner::Path::kBoth);
    ++checked;
    if (answers.ok()) {
      Report(record, answers->at(0).dump());
      return;
    }
    const base::SparkError& ours = answers.status().spark_error();
    std::string condition =
        error["condition"].is_null() ? "" : error["condition"].get<std::string>();
    bool same = ours.condition == condition && ours.exception_class == error["class"] &&
                (error["sqlState"].is_null() || ours.sql_state == error["sqlState"]);
    std::map<std::string, std::string> parameters;
    for (const auto& [name, value] : error["parameters"].items()) parameters[name] = value;
    if (!same || ours.parameters != parameters) {
      Report(record, answers.status().ToString() + " " + ours.exception_class + " " +
                         ours.condition + " " + Json(ours.parameters).dump());
    }
  }
};

TEST(FromJsonTest, AnswersAsRecordedFromSpark) {
  std::map<std::string, Group> groups;
  int serial = 0;
  bool found = ForEachRecorded("from_json.jsonl", [&](const Json& record) {
    std::string key = record["schema"].get<std::string>() + record["options"].dump() +
                      record["tz"].get<std::string>() +
                      (record.contains("fields") ? record["fields"].dump() : "");
    bool error = record["output"].is_object() && record["output"].contains("error");
    if (error) key += std::to_string(++serial);
    groups[key].records.push_back(record);
  });
  if (!found) GTEST_SKIP() << "tests/spark/recorded/from_json.jsonl is not there";
  Recorded recorded;
  for (const auto& [key, group] : groups) recorded.Check(group);
  EXPECT_GT(recorded.checked, 20'000);
  EXPECT_EQ(recorded.failures, 0);
}

}  // namespace
}  // namespace millrace::processor::duckdb
