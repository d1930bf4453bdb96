#include "table_view.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/result.h"
#include "clients/parquet/parquet_reader.h"
#include "data/arrow_schema.h"
#include "data/table_text.h"
#include "fs/file_system.h"
#include "session/conf.h"

namespace millrace::demo {
namespace {

using Json = nlohmann::json;
using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

/// What one commit of the log says, for a reader of this demo.
struct Version {
  std::int64_t number = 0;
  std::int64_t timestamp_ms = 0;
  std::string operation;
  std::string rows;
  std::vector<std::string> files;
};

base::Result<Version> ReadVersion(const std::string& path) {
  Version version;
  version.number = std::stoll(std::string(fs::BaseName(path)));
  MILLRACE_ASSIGN_OR_RETURN(const std::string text, fs::LocalFileSystem()->Read(path));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const Json action = Json::parse(text.substr(at, end - at), nullptr, false);
    at = end + 1;
    if (action.contains("commitInfo")) {
      const Json& info = action["commitInfo"];
      version.timestamp_ms = info.value("timestamp", std::int64_t{0});
      version.operation = info.value("operation", "");
      version.rows = info.value("operationMetrics", Json::object()).value("numOutputRows", "");
    } else if (action.contains("add")) {
      version.files.push_back(action["add"].value("path", ""));
    }
  }
  return version;
}

/// The newest `count` versions, newest first.
base::Result<std::vector<Version>> ReadHistory(const std::string& table, std::size_t count) {
  const std::string log = fs::Join(table, "_delta_log");
  MILLRACE_ASSIGN_OR_RETURN(const auto entries, fs::LocalFileSystem()->List(log));
  std::vector<Version> history;
  for (auto entry = entries.rbegin(); entry != entries.rend() && history.size() < count; ++entry) {
    if (!entry->name.ends_with(".json") || entry->name.starts_with(".")) continue;
    MILLRACE_ASSIGN_OR_RETURN(Version version, ReadVersion(fs::Join(log, entry->name)));
    history.push_back(std::move(version));
  }
  return history;
}

/// The last rows of the newest files, in order, at most `rows`.
base::Result<Batches> NewestRows(const std::string& table, const std::vector<Version>& history,
                                 std::int64_t rows) {
  Batches newest;
  for (const Version& version : history) {
    for (auto file = version.files.rbegin(); file != version.files.rend() && rows > 0; ++file) {
      MILLRACE_ASSIGN_OR_RETURN(std::string bytes,
                                fs::LocalFileSystem()->Read(fs::Join(table, *file)));
      MILLRACE_ASSIGN_OR_RETURN(auto reader,
                                clients::parquet::ParquetReader::Open(std::move(bytes), *file));
      MILLRACE_ASSIGN_OR_RETURN(const auto content, reader->ReadAll());
      const std::int64_t taken = std::min(rows, content->num_rows());
      auto batch = content->Slice(content->num_rows() - taken)->CombineChunksToBatch();
      if (!batch.ok()) return data::FromArrow(batch.status());
      newest.insert(newest.begin(), *batch);
      rows -= taken;
    }
  }
  return newest;
}

base::Result<std::string> HistoryText(const std::vector<Version>& history) {
  const StructType schema = StructType()
                                .add("version", LongType())
                                .add("timestamp", TimestampType())
                                .add("operation", StringType())
                                .add("files", LongType())
                                .add("rows", StringType());
  MILLRACE_ASSIGN_OR_RETURN(const auto arrow_schema, data::ToArrowSchema(schema));
  arrow::Int64Builder numbers, files;
  arrow::TimestampBuilder times(arrow_schema->field(1)->type(), arrow::default_memory_pool());
  arrow::StringBuilder operations, rows;
  arrow::Status status;
  for (const Version& version : history) {
    status &= numbers.Append(version.number);
    status &= times.Append(version.timestamp_ms * 1000);
    status &= operations.Append(version.operation);
    status &= files.Append(static_cast<std::int64_t>(version.files.size()));
    status &= rows.Append(version.rows);
  }
  arrow::ArrayVector columns(5);
  status &= numbers.Finish(&columns[0]);
  status &= times.Finish(&columns[1]);
  status &= operations.Finish(&columns[2]);
  status &= files.Finish(&columns[3]);
  status &= rows.Finish(&columns[4]);
  if (!status.ok()) return data::FromArrow(status);
  const auto length = static_cast<std::int64_t>(history.size());
  return data::ShowString(schema, {arrow::RecordBatch::Make(arrow_schema, length, columns)},
                          static_cast<int>(length), 40, session::MachineTimeZone());
}

}  // namespace

base::Status PrintTable(const std::string& path, int rows, int versions) {
  MILLRACE_ASSIGN_OR_RETURN(const auto history, ReadHistory(path, 50));
  MILLRACE_ASSIGN_OR_RETURN(const Batches newest, NewestRows(path, history, rows));
  if (!newest.empty()) {
    MILLRACE_ASSIGN_OR_RETURN(const StructType schema,
                              data::FromArrowSchema(*newest.front()->schema()));
    MILLRACE_ASSIGN_OR_RETURN(const std::string text, data::ShowString(schema, newest, rows, 30,
                                                                       session::MachineTimeZone()));
    std::printf("\nThe newest rows of the table:\n%s", text.c_str());
  }
  std::vector<Version> shown = history;
  shown.resize(std::min<std::size_t>(shown.size(), versions));
  MILLRACE_ASSIGN_OR_RETURN(const std::string text, HistoryText(shown));
  std::printf("\nIts history, newest first:\n%s", text.c_str());
  return base::Status::Ok();
}

}  // namespace millrace::demo
