// Results that stream are a part of DuckDB's C interface that it means to replace one day.
#undef DUCKDB_API_NO_DEPRECATED
#include <duckdb.h>

#include "processor/duckdb/batch_session.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <arrow/api.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/arrow_schema.h"
#include "processor/duckdb/batch_functions.h"
#include "processor/duckdb/batch_tables.h"
#include "processor/duckdb/carrier.h"
#include "processor/duckdb/duckdb_arrow.h"

namespace millrace::processor::duckdb {
namespace {

/// Rows of one result batch: enough that a batch costs little, few enough that they come soon.
constexpr std::int64_t kBatchRows = 65'536;

/// A name of its own for each query: DuckDB makes the folder when it needs it, and removes it.
std::string NewSpillFolder() {
  static std::atomic<int> next = 0;
  std::error_code error;
  std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) folder = "/tmp";
  return (folder / fmt::format("millrace-spill-{}-{}", ::getpid(), next++)).string();
}

class BatchSession : public RowStream {
 public:
  static base::Result<std::unique_ptr<RowStream>> Start(BatchPlan plan, BatchRun run) {
    auto session = std::make_unique<BatchSession>();
    session->plan_ = std::move(plan);
    session->run_ = std::move(run);
    if (session->plan_.in_order) session->run_.threads = 1;
    MILLRACE_RETURN_IF_ERROR(session->Open());
    MILLRACE_RETURN_IF_ERROR(session->Execute());
    return std::unique_ptr<RowStream>(std::move(session));
  }

  static base::Result<std::vector<std::vector<int>>> ColumnsOfSources(BatchPlan plan,
                                                                      BatchRun run) {
    BatchSession session;
    session.plan_ = std::move(plan);
    session.run_ = std::move(run);
    MILLRACE_RETURN_IF_ERROR(session.Open());
    return session.ScannedColumns();
  }

  ~BatchSession() override {
    interrupt_.reset();
    duckdb_destroy_result(&result_);
    if (statement_ != nullptr) duckdb_destroy_prepare(&statement_);
    functions_.clear();
    scans_.clear();
    if (options_ != nullptr) duckdb_destroy_arrow_options(&options_);
    if (connection_ != nullptr) duckdb_disconnect(&connection_);
    if (database_ != nullptr) duckdb_close(&database_);
  }

  base::Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (finished_) return std::shared_ptr<arrow::RecordBatch>();
    std::vector<arrow::ArrayVector> parts(plan_.types.size());
    std::int64_t rows = 0;
    while (rows < kBatchRows) {
      if (run_.stop.stop_requested()) return Stopped();
      duckdb_data_chunk chunk = duckdb_fetch_chunk(result_);
      if (chunk == nullptr) {
        finished_ = true;
        const char* message = duckdb_result_error(&result_);
        if (message != nullptr && *message != '\0') return errors_.Explain(message, run_.stop);
        break;
      }
      rows += static_cast<std::int64_t>(duckdb_data_chunk_get_size(chunk));
      base::Status status = Append(chunk, &parts);
      duckdb_destroy_data_chunk(&chunk);
      MILLRACE_RETURN_IF_ERROR(status);
    }
    if (rows == 0) return std::shared_ptr<arrow::RecordBatch>();
    return Assemble(parts, rows);
  }

 private:
  static base::Status Stopped() { return base::Status::Cancelled("the query is being stopped"); }

  base::Status Open() {
    MILLRACE_ASSIGN_OR_RETURN(schema_, data::ToArrowSchema(run_.schema));
    MILLRACE_ASSIGN_OR_RETURN(carriers_, CarrierSchema(plan_.types));
    duckdb_config config;
    duckdb_create_config(&config);
    const std::string threads = std::to_string(std::max(1, run_.threads));
    for (auto [name, value] : {std::pair{"threads", threads.c_str()},
                               {"temp_directory", spill_folder_.c_str()},
                               {"autoload_known_extensions", "false"},
                               {"autoinstall_known_extensions", "false"},
                               {"allocator_background_threads", "false"}}) {
      duckdb_set_config(config, name, value);
    }
    char* message = nullptr;
    bool ok = duckdb_open_ext(nullptr, &database_, config, &message) == DuckDBSuccess;
    duckdb_destroy_config(&config);
    std::string text = message == nullptr ? "open" : message;
    duckdb_free(message);
    if (!ok) return base::Status::Internal("duckdb: " + text);
    if (duckdb_connect(database_, &connection_) != DuckDBSuccess) {
      return base::Status::Internal("duckdb: cannot connect");
    }
    // Once it runs, DuckDB takes the folder to spill to out of what this forbids.
    MILLRACE_RETURN_IF_ERROR(Set("SET enable_external_access = false"));
    if (!run_.memory_limit.empty()) {
      MILLRACE_RETURN_IF_ERROR(Set(fmt::format("SET memory_limit = '{}'", run_.memory_limit)));
    }
    duckdb_connection_get_arrow_options(connection_, &options_);
    interrupt_.emplace(run_.stop, [this] { duckdb_interrupt(connection_); });
    for (const NativeScan& scan : plan_.scans) {
      MILLRACE_ASSIGN_OR_RETURN(
          auto table, ScanFunction::Register(connection_, scan,
                                             run_.inputs[static_cast<std::size_t>(scan.source)],
                                             run_.threads, run_.stop, &errors_));
      scans_.push_back(std::move(table));
    }
    for (const NativeRange& range : plan_.ranges) {
      MILLRACE_ASSIGN_OR_RETURN(auto table,
                                RangeFunction::Register(connection_, range, run_.threads));
      ranges_.push_back(std::move(table));
    }
    for (const NativeFunction& function : plan_.functions) {
      MILLRACE_ASSIGN_OR_RETURN(
          auto made, ScalarFunction::Register(connection_, options_, function, run_.zone,
                                              run_.timestamp_us, &errors_));
      functions_.push_back(std::move(made));
    }
    return base::Status::Ok();
  }

  base::Status Set(const std::string& sql) {
    duckdb_result result;
    bool ok = duckdb_query(connection_, sql.c_str(), &result) == DuckDBSuccess;
    std::string message = ok ? "" : duckdb_result_error(&result);
    duckdb_destroy_result(&result);
    if (ok) return base::Status::Ok();
    return base::Status::Internal(fmt::format("duckdb: {}: {}", sql, message));
  }

  base::Status Execute() {
    if (duckdb_prepare(connection_, plan_.text.c_str(), &statement_) != DuckDBSuccess) {
      return errors_.Explain(duckdb_prepare_error(statement_), run_.stop)
          .WithContext(plan_.text);
    }
    if (run_.stop.stop_requested()) return Stopped();
    if (duckdb_execute_prepared_streaming(statement_, &result_) != DuckDBSuccess) {
      return errors_.Explain(duckdb_result_error(&result_), run_.stop);
    }
    return base::Status::Ok();
  }

  /// What the optimised plan says of its scans; a plan that cannot be made (a constant that fails)
  /// reads nothing.
  base::Result<std::vector<std::vector<int>>> ScannedColumns() {
    std::vector<std::vector<int>> columns(run_.inputs.size());
    const std::string explain = "EXPLAIN (FORMAT json) " + plan_.text;
    std::string text;
    if (duckdb_query(connection_, explain.c_str(), &result_) == DuckDBSuccess) {
      char* value = duckdb_value_varchar(&result_, 1, 0);
      text = value == nullptr ? "" : value;
      duckdb_free(value);
    }
    const auto tree = nlohmann::json::parse(text, nullptr, false);
    if (tree.is_discarded()) return columns;
    for (const NativeScan& scan : plan_.scans) {
      std::vector<int>& of_source = columns[static_cast<std::size_t>(scan.source)];
      CollectScan(tree, absl::AsciiStrToUpper(scan.name), &of_source);
      std::sort(of_source.begin(), of_source.end());
      of_source.erase(std::unique(of_source.begin(), of_source.end()), of_source.end());
    }
    return columns;
  }

  /// The columns "c<index>" that the scans named `name` in the tree project.
  static void CollectScan(const nlohmann::json& node, const std::string& name,
                          std::vector<int>* columns) {
    if (node.is_array()) {
      for (const auto& child : node) CollectScan(child, name, columns);
      return;
    }
    if (!node.is_object()) return;
    const auto info = node.value("extra_info", nlohmann::json::object());
    if (absl::AsciiStrToUpper(info.value("Function", "")) == name && info.contains("Projections")) {
      const nlohmann::json& projections = info["Projections"];
      for (const auto& column : projections.is_array() ? projections
                                                       : nlohmann::json::array({projections})) {
        int index = 0;
        const std::string text = column.is_string() ? column.get<std::string>() : "";
        // Of a struct perhaps a field alone: "c1.s0".
        const std::string digits = text.substr(0, text.find_first_not_of("0123456789", 1));
        if (text.starts_with("c") && absl::SimpleAtoi(digits.substr(1), &index)) {
          columns->push_back(index);
        }
      }
    }
    if (node.contains("children")) CollectScan(node["children"], name, columns);
  }

  base::Status Append(duckdb_data_chunk chunk, std::vector<arrow::ArrayVector>* parts) {
    if (parts->empty()) return base::Status::Ok();
    MILLRACE_ASSIGN_OR_RETURN(arrow::ArrayVector columns, ToArrow(options_, chunk, carriers_));
    for (std::size_t i = 0; i < parts->size(); ++i) (*parts)[i].push_back(std::move(columns[i]));
    return base::Status::Ok();
  }

  base::Result<std::shared_ptr<arrow::RecordBatch>> Assemble(
      const std::vector<arrow::ArrayVector>& parts, std::int64_t rows) {
    arrow::ArrayVector columns;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      auto column = parts[i].front();
      if (parts[i].size() > 1) {
        auto joined = arrow::Concatenate(parts[i]);
        if (!joined.ok()) return data::FromArrow(joined.status());
        column = *joined;
      }
      columns.push_back(Retype(column, schema_->field(static_cast<int>(i))->type()));
    }
    return arrow::RecordBatch::Make(schema_, rows, std::move(columns));
  }

  BatchPlan plan_;
  BatchRun run_;
  BatchErrors errors_;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  duckdb_arrow_options options_ = nullptr;
  duckdb_prepared_statement statement_ = nullptr;
  duckdb_result result_ = {};
  std::vector<std::unique_ptr<ScanFunction>> scans_;
  std::vector<std::unique_ptr<RangeFunction>> ranges_;
  std::vector<std::unique_ptr<ScalarFunction>> functions_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::Schema> carriers_;
  std::optional<std::stop_callback<std::function<void()>>> interrupt_;
  bool finished_ = false;
  std::string spill_folder_ = NewSpillFolder();
};

}  // namespace

base::Result<std::vector<std::vector<int>>> ColumnsOfSources(BatchPlan plan, BatchRun run) {
  return BatchSession::ColumnsOfSources(std::move(plan), std::move(run));
}

base::Result<std::unique_ptr<RowStream>> StartBatch(BatchPlan plan, BatchRun run) {
  return BatchSession::Start(std::move(plan), std::move(run));
}

}  // namespace millrace::processor::duckdb
