#pragma once

// For tests: expressions recorded from real Spark (tests/spark/README.md), through analysis and the
// processor.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "analysis/analyzer.h"
#include "data/arrow_schema.h"
#include "data/canonical_json_testing.h"
#include "data/schema_text.h"
#include "plan/plan.h"
#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/duckdb_processor.h"
#include "sql/parser.h"

namespace millrace::processor::duckdb {

using data::Canonical;
using data::ForEachRecorded;
using data::Json;
using data::RecordedBytes;

using plan::ExpressionPtr;

// When the answers were recorded: times without a date have the day's.
inline constexpr std::int64_t kNow = 1'795'389'000'000'000;

class GivenSchema : public analysis::SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(
      const std::string&, const std::map<std::string, std::string>&,
      const std::optional<StructType>& user_schema) const override {
    return user_schema.value();
  }
};

/// A recorded value as a constant of its type.
inline data::Value FromCanonical(const Json& json, const DataType& type) {
  if (json.is_null()) return data::Value::Null();
  switch (type.kind()) {
    case DataType::Kind::kBoolean:
      return data::Value::Bool(json.get<bool>());
    case DataType::Kind::kFloat:
    case DataType::Kind::kDouble: {
      std::string text = json.get<std::string>();
      if (text == "NaN") return data::Value::Double(std::nan(""));
      if (text == "Infinity") return data::Value::Double(HUGE_VAL);
      if (text == "-Infinity") return data::Value::Double(-HUGE_VAL);
      return data::Value::Double(std::strtod(text.c_str(), nullptr));
    }
    case DataType::Kind::kDecimal:
      return data::Value::Decimal(
          *ToDecimal(*ParseBigDecimal(json.get<std::string>()), type.precision(), type.scale()));
    case DataType::Kind::kString:
    case DataType::Kind::kBinary:
      return data::Value::Bytes(RecordedBytes(json));
    case DataType::Kind::kDate:
      return data::Value::Int(*ParseDate(json.get<std::string>()));
    case DataType::Kind::kTimestamp:
    case DataType::Kind::kTimestampNtz:
    case DataType::Kind::kDayTimeInterval:
      return data::Value::Int(json.at("us").get<std::int64_t>());
    case DataType::Kind::kArray: {
      std::vector<data::Value> values;
      for (const Json& element : json) values.push_back(FromCanonical(element, type.elementType()));
      return data::Value::List(std::move(values));
    }
    case DataType::Kind::kMap: {
      std::vector<data::Value> entries;
      for (const Json& entry : json.at("map")) {
        entries.push_back(data::Value::List(
            {FromCanonical(entry[0], type.keyType()), FromCanonical(entry[1], type.valueType())}));
      }
      return data::Value::List(std::move(entries));
    }
    case DataType::Kind::kStruct: {
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
inline std::optional<ExpressionPtr> ReadCall(const Json& call);

inline std::optional<std::string> Unquoted(const std::string& sql) {
  if (sql.size() < 2 || sql.front() != '\'' || sql.back() != '\'') return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i + 1 < sql.size(); ++i) {
    if (sql[i] == '\\') ++i;
    out += sql[i];
  }
  return out;
}

inline std::optional<ExpressionPtr> ReadMap(std::string sql) {
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

inline std::optional<ExpressionPtr> ReadLiteral(const std::string& sql) {
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

inline std::optional<ExpressionPtr> ReadCall(const Json& call) {
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
  if (head == "getitem") return plan::Extract(args[0], args[1]);
  if (head == "case") head = "when";
  return plan::Function(head, args);
}

/// The expression of a record: its call, or else its SQL text.
inline std::optional<ExpressionPtr> ReadExpression(const Json& record) {
  if (record.contains("call")) return ReadCall(record["call"]);
  auto parsed = sql::ParseExpression(record["expr"].get<std::string>());
  if (!parsed.ok()) {
    ADD_FAILURE() << record["expr"] << parsed.status().ToString();
    return std::nullopt;
  }
  return *parsed;
}

/// Known to differ; the reasons stand in docs/differences.md.
inline bool IsKnownDifference(const Json& record, const base::Status& ours) {
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

/// Whether the recorded double and ours are the same but for their last bits.
inline bool DifferInLastBits(const Json& record, const Json& ours) {
  const Json& theirs = record["output"];
  if (!theirs.is_string() || !ours.is_string()) return false;
  const double x = std::strtod(theirs.get<std::string>().c_str(), nullptr);
  const double y = std::strtod(ours.get<std::string>().c_str(), nullptr);
  return std::fabs(x - y) <= 4e-16 * std::fabs(x);
}

class RecordedExpressions {
 public:
  /// Records of one expression over columns of the same types.
  void Check(const std::vector<Json>& records) {
    const Json& first = records[0];
    auto expression = ReadExpression(first);
    if (!expression) {
      if (strict) Report(first, "no expression that is read here");
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
    context.ansi = ansi;
    context.user = "root";
    auto query = analysis::Analyze(
        plan::Select(plan::ReadStream("given", {}, schema),
                     {strict ? *expression : plan::Alias(*expression, "x")}),
        context);
    if (strict && !CheckAnalysis(first, query)) {
      if (IsUnsupported(query.status())) ++refused[first["expr"].get<std::string>()];
      skipped += static_cast<int>(records.size());
      return;
    }
    if (!query.ok()) {
      // What analysis refuses is its own tests' business.
      ++refused[query.status().message().substr(0, 90)];
      skipped += static_cast<int>(records.size());
      return;
    }
    auto processor = NewDuckDbProcessor();
    auto prepared = (*processor)->Prepare(*query, {context.time_zone});
    if (!prepared.ok() && prepared.status().code() == base::StatusCode::kUnsupported) {
      ++refused[strict ? first["expr"].get<std::string>()
                       : prepared.status().message().substr(0, 90)];
      if (strict && !may_refuse(first)) Report(first, prepared.status().ToString());
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

  /// All records of tests/spark/recorded/`name`, those of one expression over columns of the same
  /// types at once. With MILLRACE_FUNCTION in the environment only expressions that hold its text.
  void CheckFile(const std::string& name) {
    std::map<std::string, std::vector<Json>> groups;
    std::vector<std::string> order;
    const char* only = std::getenv("MILLRACE_FUNCTION");
    const bool found = ForEachRecorded(name, [&](const Json& record) {
      const std::string expression = record["expr"];
      if (only != nullptr && expression.find(only) == std::string::npos) return;
      std::string key = expression + record["tz"].get<std::string>();
      for (const Json& column : record["columns"]) key += column[1].get<std::string>() + ",";
      if (groups[key].empty()) order.push_back(key);
      groups[key].push_back(record);
    });
    if (!found) FAIL() << "tests/spark/recorded/" << name << " is not there";
    for (const std::string& key : order) Check(groups[key]);
    std::printf("checked %d, refused %d\n", checked, skipped);
    EXPECT_EQ(failures, 0);
  }

  /// Every difference is a failure: the column's name and type and what analysis refuses too.
  bool strict = false;
  /// spark.sql.ansi.enabled of the recording.
  bool ansi = true;
  /// When the answers were recorded.
  std::int64_t now_us = kNow;
  /// Whether an expression may be refused as not supported (strict only).
  std::function<bool(const Json&)> may_refuse = [](const Json&) { return false; };
  /// Whether a different number counts as the same (strict only).
  std::function<bool(const Json& record, const Json& ours)> is_near = [](const Json&, const Json&) {
    return false;
  };

  /// Known to differ, for a reason that stands in docs/differences.md or with the test.
  std::function<bool(const Json& record)> is_known = [](const Json&) { return false; };

  int checked = 0;
  int failures = 0;
  int skipped = 0;
  std::map<std::string, int> refused;

 private:
  static bool IsError(const Json& record) {
    return record["output"].is_object() && record["output"].contains("error");
  }

  static bool IsUnsupported(const base::Status& status) {
    return status.spark_error().condition == "UNSUPPORTED_FEATURE";
  }

  /// Whether there is a query to run. What Spark refuses is checked here.
  bool CheckAnalysis(const Json& record, const base::Result<plan::ResolvedQuery>& query) {
    if (IsUnsupported(query.status())) {
      if (!may_refuse(record)) Report(record, query.status().ToString());
      return false;
    }
    ++checked;
    if (record.contains("error")) {
      const base::SparkError& ours = query.status().spark_error();
      bool same = !query.ok() && record["error"]["condition"] == ours.condition;
      for (const auto& [name, value] : record["error"]["parameters"].items()) {
        const auto found = ours.parameters.find(name);
        same = same && found != ours.parameters.end() && found->second == value;
      }
      if (!same) Report(record, query.status().ToString() + Json(ours.parameters).dump());
      return false;
    }
    if (!query.ok()) {
      Report(record, query.status().ToString());
      return false;
    }
    const StructField& column = query->schema()[0];
    const std::string type = column.dataType.catalogString();
    if ((record.contains("name") && column.name != record["name"]) || type != record["type"]) {
      Report(record, column.name + " " + type);
    }
    return true;
  }

  void CheckRows(const base::Result<std::unique_ptr<PreparedPlan>>& prepared,
                 const StructType& schema, const std::vector<const Json*>& records) {
    base::Result<std::shared_ptr<arrow::RecordBatch>> result =
        prepared.status().ok()
            ? Process(**prepared, schema, records)
            : base::Result<std::shared_ptr<arrow::RecordBatch>>(prepared.status());
    checked += static_cast<int>(records.size());
    if (!result.ok() && strict && records.size() > 1) {
      checked -= static_cast<int>(records.size());
      for (const Json* record : records) CheckRows(prepared, schema, {record});
      return;
    }
    if (!result.ok()) {
      for (const Json* record : records) CheckError(*record, result.status());
      return;
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
      Json ours = Canonical(*(*result)->column(0), static_cast<std::int64_t>(i));
      if (ours != (*records[i])["output"] && !(strict && is_near(*records[i], ours)) &&
          !IsKnownDifference(*records[i], base::Status::Ok())) {
        Report(*records[i], ours.dump());
      }
    }
  }

  base::Result<std::shared_ptr<arrow::RecordBatch>> Process(
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
    return worker->Process(batch, {now_us}, {});
  }

  void CheckError(const Json& record, const base::Status& status) {
    const base::SparkError& ours = status.spark_error();
    if (IsKnownDifference(record, status)) return;
    if (strict && status.code() == base::StatusCode::kUnsupported && may_refuse(record)) return;
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
    if (is_known(record)) return;
    ++failures;
    const bool has_call = record.contains("call") && record["call"].is_array();
    const std::string function = has_call ? record["call"][0] : record["expr"];
    if (failures > 80 && !strict) return;
    if (strict && ++failures_of_[function] > 6) return;
    std::string shown = record.dump();
    ADD_FAILURE() << shown.substr(0, 600) << "\n  ours: " << answer.substr(0, 300);
  }

  std::map<std::string, int> failures_of_;
};

}  // namespace millrace::processor::duckdb
