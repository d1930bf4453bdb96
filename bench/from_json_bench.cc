// from_json of messages like those of the demo: nanoseconds a record, beside what simdjson alone
// takes to read the same bytes. Processor time; one thread, one process, no file.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/api.h>
#include <simdjson.h>

#include "processor/duckdb/duckdb_processor.h"
#include "processor/duckdb/from_json.h"

namespace millrace {
namespace {

using processor::duckdb::FromJson;
using processor::duckdb::FromJsonRunner;
using processor::duckdb::TimeZone;

constexpr std::int64_t kBatchRows = 50'000;

std::string Message(std::int64_t number, std::uint64_t* random) {
  static const char* const kTypes[] = {"click",  "view",   "purchase", "login",
                                       "logout", "scroll", "search",   "share"};
  *random ^= *random << 13;
  *random ^= *random >> 7;
  *random ^= *random << 17;
  auto bits = static_cast<std::uint32_t>(*random >> 32);
  const char* type = bits % 10 == 0 ? "test" : kTypes[bits / 16 % 8];
  char text[256];
  std::snprintf(text, sizeof(text),
                "{\"user_id\":\"user-%07u\",\"event_type\":\"%s\",\"value\":%u.%02u,"
                "\"timestamp\":\"2026-01-01T%02lld:%02lld:%02lld.%03lldZ\",\"k\":%u}",
                bits % 1'000'000, type, bits % 1000, bits % 97,
                static_cast<long long>(number / 3600 % 24),
                static_cast<long long>(number / 60 % 60), static_cast<long long>(number % 60),
                static_cast<long long>(number % 1000), bits % 100);
  return text;
}

std::shared_ptr<arrow::BinaryArray> Messages(std::int64_t count) {
  arrow::BinaryBuilder builder;
  std::uint64_t random = 88172645463325252ull;
  for (std::int64_t i = 0; i < count; ++i) {
    if (!builder.Append(Message(i, &random)).ok()) std::abort();
  }
  return std::static_pointer_cast<arrow::BinaryArray>(builder.Finish().ValueOrDie());
}

StructType EventSchema() {
  return StructType()
      .add("user_id", StringType())
      .add("event_type", StringType())
      .add("value", DoubleType())
      .add("timestamp", TimestampType());
}

/// What this thread has computed, in nanoseconds: other programs on the machine do not count.
double ProcessorTime() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// The median time of five runs over the messages, in nanoseconds a record.
template <typename Body>
double Measure(std::int64_t records, Body body) {
  std::vector<double> runs;
  for (int i = 0; i < 5; ++i) {
    double start = ProcessorTime();
    body();
    runs.push_back((ProcessorTime() - start) / static_cast<double>(records));
  }
  std::sort(runs.begin(), runs.end());
  return runs[2];
}

double MeasureSimdjson(const arrow::BinaryArray& messages) {
  // Each record is read as a document of its own, and the four fields are looked up.
  simdjson::ondemand::parser parser;
  const char* bytes = reinterpret_cast<const char*>(messages.raw_data());
  double sum = 0;
  double nanos = Measure(messages.length(), [&] {
    for (std::int64_t i = 0; i + 1 < messages.length(); ++i) {
      auto length = static_cast<std::size_t>(messages.value_length(i));
      simdjson::padded_string_view view(bytes + messages.value_offset(i), length,
                                        length + simdjson::SIMDJSON_PADDING);
      simdjson::ondemand::document document;
      if (parser.iterate(view).get(document)) continue;
      std::string_view text;
      double value = 0;
      if (!document["user_id"].get_string().get(text)) sum += static_cast<double>(text.size());
      if (!document["event_type"].get_string().get(text)) sum += static_cast<double>(text.size());
      if (!document["value"].get_double().get(value)) sum += value;
      if (!document["timestamp"].get_string().get(text)) sum += static_cast<double>(text.size());
    }
  });
  if (sum < 0) std::printf("%f\n", sum);
  return nanos;
}

double MeasureFromJson(const std::shared_ptr<arrow::BinaryArray>& messages,
                       FromJsonRunner::Path path) {
  auto call = FromJson::Make(EventSchema(), {}, TimeZone(), std::vector<int>{0, 1, 2, 3}).value();
  auto runner = FromJsonRunner::New(call, path).value();
  return Measure(messages->length(), [&] {
    for (std::int64_t from = 0; from < messages->length(); from += kBatchRows) {
      if (!runner->Run(*messages->Slice(from, kBatchRows), 0).ok()) std::abort();
    }
  });
}

plan::BoundExpressionPtr Expression(DataType type, decltype(plan::BoundExpression::node) node) {
  auto made = std::make_shared<plan::BoundExpression>();
  made->type = std::move(type);
  made->node = std::move(node);
  return made;
}

/// The main job's plan; with `sql` its filter is one that DuckDB evaluates.
plan::ResolvedQuery MainQuery(bool sql) {
  StructType events = EventSchema();
  StructType input = StructType().add("value", BinaryType());
  auto relation = [](StructType schema, decltype(plan::ResolvedRelation::node) node) {
    return std::make_shared<plan::ResolvedRelation>(
        plan::ResolvedRelation{std::move(schema), std::move(node)});
  };
  auto text = Expression(StringType(), plan::CastTo{Expression(BinaryType(), plan::ColumnRef{0}),
                                                    plan::EvalMode::kAnsi});
  auto parsed = Expression(events, plan::Call{"from_json", {text}, {}});
  std::vector<plan::BoundExpressionPtr> columns;
  for (int i = 0; i < 4; ++i) {
    columns.push_back(
        Expression(events[static_cast<std::size_t>(i)].dataType, plan::GetField{parsed, i}));
  }
  columns.push_back(Expression(TimestampType(), plan::Call{"current_timestamp", {}, {}}));
  StructType output = events.add("ingestion_time", TimestampType(), false);
  auto type = Expression(StringType(), plan::ColumnRef{1});
  auto test = Expression(StringType(), plan::Constant{data::Value::Bytes("test")});
  auto none = Expression(StringType(), plan::Constant{data::Value::Bytes("none")});
  auto condition = Expression(BooleanType(), plan::Call{"!=", {type, test}, {}});
  if (sql) {
    condition = Expression(BooleanType(), plan::Call{"in", {type, test, none}, {}});
    condition = Expression(BooleanType(), plan::Call{"not", {condition}, {}});
  }
  plan::ResolvedQuery query;
  query.root = relation(
      output, plan::Filter{relation(output, plan::Project{relation(input, plan::Scan{0}), columns}),
                           condition});
  return query;
}

double MeasureMainQuery(const std::shared_ptr<arrow::BinaryArray>& messages, bool sql) {
  auto processor = processor::duckdb::NewDuckDbProcessor().value();
  auto prepared = processor->Prepare(MainQuery(sql), {}).value();
  auto worker = prepared->NewWorker().value();
  auto schema = arrow::schema({arrow::field("value", arrow::binary())});
  return Measure(messages->length(), [&] {
    for (std::int64_t from = 0; from < messages->length(); from += kBatchRows) {
      auto slice = messages->Slice(from, kBatchRows);
      auto batch = arrow::RecordBatch::Make(schema, slice->length(), {slice});
      if (!worker->Process(batch, {0}, {}).ok()) std::abort();
    }
  });
}

void Print(const char* what, double nanos, double reference) {
  std::printf("%-44s %7.1f ns/record %8.2f M records/s  %5.2f x simdjson\n", what, nanos,
              1000 / nanos, nanos / reference);
}

int Main(int argc, char** argv) {
  std::int64_t count = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  auto messages = Messages(count);
  std::printf("%lld messages of %.1f bytes, batches of %lld\n", static_cast<long long>(count),
              static_cast<double>(messages->total_values_length()) / static_cast<double>(count),
              static_cast<long long>(kBatchRows));
  double simdjson = MeasureSimdjson(*messages);
  Print("simdjson alone", simdjson, simdjson);
  Print("from_json", MeasureFromJson(messages, FromJsonRunner::Path::kBoth), simdjson);
  Print("from_json, exact path only", MeasureFromJson(messages, FromJsonRunner::Path::kExact),
        simdjson);
  Print("main job: from_json, filter, projection", MeasureMainQuery(messages, false), simdjson);
  Print("main job with the filter in DuckDB", MeasureMainQuery(messages, true), simdjson);
  return 0;
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) { return millrace::Main(argc, argv); }
