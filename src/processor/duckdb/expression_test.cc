// Functions, operators and casts against what real Spark answered: analysis, then the processor.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "analysis/analyzer.h"
#include "data/arrow_schema.h"
#include "data/schema_text.h"
#include "plan/plan.h"
#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/duckdb_processor.h"
#include "processor/duckdb/recorded_answers_testing.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using plan::ExpressionPtr;

// When the answers were recorded: times without a date have the day's.
constexpr std::int64_t kNow = 1'795'389'000'000'000;

class GivenSchema : public analysis::SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(
      const std::string&, const std::map<std::string, std::string>&,
      const std::optional<StructType>& user_schema) const override {
    return user_schema.value();
  }
};

/// A recorded value as a constant of its type.
data::Value FromCanonical(const Json& json, const DataType& type) {
  if (json.is_null()) return data::Value::Null();
  switch (type.kind()) {
    case Kind::kBoolean:
      return data::Value::Bool(json.get<bool>());
    case Kind::kFloat:
    case Kind::kDouble: {
      std::string text = json.get<std::string>();
      if (text == "NaN") return data::Value::Double(std::nan(""));
      if (text == "Infinity") return data::Value::Double(HUGE_VAL);
      if (text == "-Infinity") return data::Value::Double(-HUGE_VAL);
      return data::Value::Double(std::strtod(text.c_str(), nullptr));
    }
    case Kind::kDecimal:
      return data::Value::Decimal(
          *ToDecimal(*ParseBigDecimal(json.get<std::string>()), type.precision(), type.scale()));
    case Kind::kString:
    case Kind::kBinary:
      return data::Value::Bytes(RecordedBytes(json));
    case Kind::kDate:
      return data::Value::Int(*ParseDate(json.get<std::string>()));
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return data::Value::Int(json.at("us").get<std::int64_t>());
    case Kind::kArray: {
      std::vector<data::Value> values;
      for (const Json& element : json) values.push_back(FromCanonical(element, type.elementType()));
      return data::Value::List(std::move(values));
    }
    case Kind::kMap: {
      std::vector<data::Value> entries;
      for (const Json& entry : json.at("map")) {
        entries.push_back(data::Value::List(
            {FromCanonical(entry[0], type.keyType()), FromCanonical(entry[1], type.valueType())}));
      }
      return data::Value::List(std::move(entries));
    }
    case Kind::kStruct: {
      std::vector<data::Value> fields;
      for (std::size_t i = 0; i < type.fields().size(); ++i) {
        fields.push_back(FromCanonical(json[i][1], type.fields()[i].dataType));
      }
      return data::Value::List(std::move(fields));
    }
    default:
      return data::Value::Int(json.get<std::int64_t>());
  }
}

/// The expression of a recorded call; none when it holds a literal that is not read here.
std::optional<ExpressionPtr> ReadCall(const Json& call);

std::optional<std::string> Unquoted(const std::string& sql) {
  if (sql.size() < 2 || sql.front() != '\'' || sql.back() != '\'') return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i + 1 < sql.size(); ++i) {
    if (sql[i] == '\\') ++i;
    out += sql[i];
  }
  return out;
}

std::optional<ExpressionPtr> ReadMap(std::string sql) {
  std::vector<ExpressionPtr> args;
  sql = sql.substr(4, sql.size() - 5);
  while (!sql.empty()) {
    std::size_t end = 1;
    while (end < sql.size() && (sql[end] != '\'' || sql[end - 1] == '\\')) ++end;
    std::optional<std::string> text = Unquoted(sql.substr(0, end + 1));
    if (!text) return std::nullopt;
    args.push_back(plan::Literal(std::string_view(*text)));
    sql.erase(0, std::min(sql.size(), end + 3));
  }
  return plan::Function("map", args);
}

std::optional<ExpressionPtr> ReadLiteral(const std::string& sql) {
  if (auto text = Unquoted(sql)) return plan::Literal(std::string_view(*text));
  if (sql == "NULL") return plan::NullLiteral();
  if (sql == "true") return plan::Literal(true);
  if (sql.rfind("map(", 0) == 0) return ReadMap(sql);
  bool digits = sql.find_first_not_of("0123456789-") == std::string::npos;
  if (digits && sql.size() <= 9) return plan::Literal(static_cast<std::int32_t>(std::stol(sql)));
  if (digits) return plan::Literal(static_cast<std::int64_t>(std::stoll(sql)));
  if (sql.back() == 'D' && sql.find('(') == std::string::npos &&
      sql.find("BD") == std::string::npos) {
    return plan::Literal(std::stod(sql));
  }
  return std::nullopt;
}

std::optional<ExpressionPtr> ReadCall(const Json& call) {
  if (call.is_string()) return plan::Column(call.get<std::string>());
  if (call.is_object()) {
    if (call.contains("lit")) return ReadLiteral(call["lit"].get<std::string>());
    return std::nullopt;
  }
  std::string head = call[0];
  if (head == "cast" || head == "try_cast") {
    auto child = ReadCall(call[1]);
    if (!child) return std::nullopt;
    return plan::Cast(
        *child, call[2]["type"].get<std::string>(),
        head == "cast" ? plan::expression::CastMode::kSession : plan::expression::CastMode::kTry);
  }
  if (head == "getfield") {
    auto child = ReadCall(call[1]);
    if (!child) return std::nullopt;
    return plan::Extract(*child,
                         plan::Literal(std::string_view(call[2]["name"].get<std::string>())));
  }
  std::vector<ExpressionPtr> args;
  for (std::size_t i = 1; i < call.size(); ++i) {
    auto arg = ReadCall(call[i]);
    if (!arg) return std::nullopt;
    args.push_back(*arg);
  }
  if (head == "-" && args.size() == 1) head = "negative";
  if (head == "case") head = "when";
  return plan::Function(head, args);
}

/// Known to differ; the reasons stand in docs/differences.md.
bool IsKnownDifference(const Json& record, const base::Status& ours) {
  // A constant pattern that is wrong is refused when the query starts, Spark fails at the first
  // value that is not null.
  const std::string& condition = ours.spark_error().condition;
  // Java 17, which recorded the answers, shows some numbers with more digits than needed; Java 19
  // and later do not.
  std::string output = record["output"].dump();
  for (const char* text : {"1.17549435E-38", "2.14748365E9", "9.999999999999999E22"}) {
    if (output.find(text) != std::string::npos) return true;
  }
  return record["output"].is_null() &&
         (condition.find("DATETIME_PATTERN") != std::string::npos ||
          condition.find("DATETIME_WEEK_BASED_PATTERN") != std::string::npos);
}

class RecordedExpressions {
 public:
  void Check(const std::vector<Json>& records) {
    const Json& first = records[0];
    auto expression = ReadCall(first["call"]);
    if (!expression) {
      skipped += static_cast<int>(records.size());
      return;
    }
    std::vector<StructField> fields;
    for (const Json& column : first["columns"]) {
      auto type = data::ParseDataType(column[1].get<std::string>());
      ASSERT_TRUE(type.ok()) << column;
      fields.push_back({column[0].get<std::string>(), *type});
    }
    if (fields.empty()) fields.push_back({"none", IntegerType()});
    StructType schema(fields);
    GivenSchema sources;
    analysis::AnalysisContext context;
    context.sources = &sources;
    context.time_zone = first["tz"].get<std::string>();
    auto query = analysis::Analyze(
        plan::Select(plan::ReadStream("given", {}, schema), {plan::Alias(*expression, "x")}),
        context);
    if (!query.ok()) {
      // What analysis refuses is its own tests' business.
      ++refused[query.status().message().substr(0, 90)];
      skipped += static_cast<int>(records.size());
      return;
    }
    auto processor = NewDuckDbProcessor();
    auto prepared = (*processor)->Prepare(*query, {context.time_zone});
    if (!prepared.ok() && prepared.status().code() == base::StatusCode::kUnsupported) {
      ++refused[prepared.status().message().substr(0, 90)];
      skipped += static_cast<int>(records.size());
      return;
    }
    std::vector<const Json*> good;
    for (const Json& record : records) {
      if (IsError(record)) {
        CheckRows(prepared, schema, {&record});
      } else {
        good.push_back(&record);
      }
    }
    if (!good.empty()) CheckRows(prepared, schema, good);
  }

  int checked = 0;
  int failures = 0;
  int skipped = 0;
  std::map<std::string, int> refused;

 private:
  static bool IsError(const Json& record) {
    return record["output"].is_object() && record["output"].contains("error");
  }

  void CheckRows(const base::Result<std::unique_ptr<PreparedPlan>>& prepared,
                 const StructType& schema, const std::vector<const Json*>& records) {
    base::Result<std::shared_ptr<arrow::RecordBatch>> result =
        prepared.status().ok()
            ? Process(**prepared, schema, records)
            : base::Result<std::shared_ptr<arrow::RecordBatch>>(prepared.status());
    checked += static_cast<int>(records.size());
    if (!result.ok()) {
      for (const Json* record : records) CheckError(*record, result.status());
      return;
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
      Json ours = Canonical(*(*result)->column(0), static_cast<std::int64_t>(i));
      if (ours != (*records[i])["output"] && !IsKnownDifference(*records[i], base::Status::Ok())) {
        Report(*records[i], ours.dump());
      }
    }
  }

  static base::Result<std::shared_ptr<arrow::RecordBatch>> Process(
      const PreparedPlan& prepared, const StructType& schema,
      const std::vector<const Json*>& records) {
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    for (int index : prepared.required_columns(0)) {
      const StructField& field = schema[static_cast<std::size_t>(index)];
      MILLRACE_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::Make(field.dataType));
      for (const Json* record : records) {
        const Json& value = (*record)["columns"][static_cast<std::size_t>(index)][2];
        builder->AppendValue(FromCanonical(value, field.dataType));
      }
      MILLRACE_ASSIGN_OR_RETURN(auto array, builder->Finish());
      fields.push_back(arrow::field(field.name, array->type()));
      columns.push_back(array);
    }
    auto batch = arrow::RecordBatch::Make(arrow::schema(fields),
                                          static_cast<std::int64_t>(records.size()), columns);
    MILLRACE_ASSIGN_OR_RETURN(auto worker, prepared.NewWorker());
    return worker->Process(batch, {kNow}, {});
  }

  void CheckError(const Json& record, const base::Status& status) {
    const base::SparkError& ours = status.spark_error();
    if (IsKnownDifference(record, status)) return;
    if (!IsError(record)) {
      Report(record, status.ToString());
      return;
    }
    const Json& error = record["output"]["error"];
    std::map<std::string, std::string> parameters;
    for (const auto& [name, value] : error["parameters"].items()) parameters[name] = value;
    bool same = (error["condition"].is_null() ? ours.condition.empty()
                                              : ours.condition == error["condition"]) &&
                ours.exception_class == error["class"] && ours.parameters == parameters &&
                (error["sqlState"].is_null() || ours.sql_state == error["sqlState"]);
    if (!same) {
      Report(record,
             status.ToString() + " " + ours.exception_class + " " + Json(ours.parameters).dump());
    }
  }

  void Report(const Json& record, const std::string& answer) {
    if (++failures > 80) return;
    std::string shown = record.dump();
    ADD_FAILURE() << shown.substr(0, 600) << "\n  ours: " << answer.substr(0, 300);
  }
};

TEST(ExpressionTest, AnswersAsRecordedFromSpark) {
  std::map<std::string, std::vector<Json>> groups;
  std::vector<std::string> order;
  bool found = ForEachRecorded("expressions.jsonl", [&](const Json& record) {
    if (record.contains("error")) return;  // Analysis refuses these.
    std::string key = record["expr"].get<std::string>() + record["tz"].get<std::string>();
    for (const Json& column : record["columns"]) key += column[1].get<std::string>() + ",";
    if (groups[key].empty()) order.push_back(key);
    groups[key].push_back(record);
  });
  if (!found) GTEST_SKIP() << "tests/spark/recorded/expressions.jsonl is not there";
  RecordedExpressions recorded;
  for (const std::string& key : order) recorded.Check(groups[key]);
  std::string refused;
  for (const auto& [what, count] : recorded.refused) {
    refused += std::to_string(count) + " groups: " + what + "\n";
  }
  RecordProperty("checked", recorded.checked);
  std::printf("checked %d, not checked %d\n%s", recorded.checked, recorded.skipped,
              refused.c_str());
  EXPECT_GT(recorded.checked, 20'000);
  EXPECT_EQ(recorded.failures, 0);
}

}  // namespace
}  // namespace millrace::processor::duckdb
