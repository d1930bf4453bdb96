#include "sinks/console/console_sink.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "data/table_text.h"

namespace millrace::sinks::console {

namespace {

using base::Result;
using base::Status;
using Rows = std::shared_ptr<arrow::RecordBatch>;

constexpr int kCellWidth = 20;
constexpr std::string_view kRule = "-------------------------------------------\n";

Status BadOption(const char* name, std::string_view what, const char* exception_class) {
  return Status::InvalidArgument(fmt::format("console sink: option \"{}\": {}", name, what))
      .WithSparkError({.exception_class = exception_class});
}

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

}  // namespace

Result<ConsoleSink::Options> ConsoleSink::Options::Read(const connector::Options& options) {
  Options read;
  if (const auto text = options.GetString("numRows")) {
    const auto [end, error] =
        std::from_chars(text->data(), text->data() + text->size(), read.num_rows);
    if (error != std::errc() || end != text->data() + text->size()) {
      return BadOption("numRows", fmt::format("For input string: \"{}\"", *text),
                       "NumberFormatException");
    }
  }
  if (const auto text = options.GetString("truncate")) {
    const std::string word = Lower(*text);
    if (word != "true" && word != "false") {
      return BadOption("truncate", fmt::format("{} is not a boolean string.", *text),
                       "IllegalArgumentException");
    }
    read.truncate = word == "true";
  }
  MILLRACE_RETURN_IF_ERROR(options.CheckAllHonoured(
      "console sink", {"numRows", "truncate", "checkpointLocation", "queryName"}));
  return read;
}

/// The rows of all workers, those of each together.
class ConsoleSink::Batch : public connector::SinkBatch {
 public:
  Batch(ConsoleSink* sink, std::int64_t id) : sink_(sink), id_(id) {}

  Result<std::unique_ptr<connector::SinkWriter>> NewWriter() override;

  Status Commit(std::stop_token) override {
    std::vector<Rows> shown;
    std::int64_t count = 0;
    for (const Part& part : parts_) {
      shown.insert(shown.end(), part.shown.begin(), part.shown.end());
      count += part.count;
    }
    const Options& options = sink_->options_;
    MILLRACE_ASSIGN_OR_RETURN(
        const std::string table,
        data::ShowString(sink_->schema_, shown, options.num_rows, options.truncate ? kCellWidth : 0,
                         sink_->time_zone_));
    MILLRACE_RETURN_IF_ERROR(
        sink_->print_(fmt::format("{0}Batch: {1}\n{0}{2}\n", kRule, id_, table)));
    sink_->output_rows_ = count;
    return Status::Ok();
  }

 private:
  friend class Writer;
  struct Part {
    std::vector<Rows> shown;
    std::int64_t kept = 0;
    std::int64_t count = 0;
  };

  ConsoleSink* const sink_;
  const std::int64_t id_;
  std::mutex mutex_;  // Protects the list, not the parts, which have one writer each.
  std::deque<Part> parts_;
};

class ConsoleSink::Writer : public connector::SinkWriter {
 public:
  /// `most`: more rows than these are counted only.
  Writer(Batch::Part* part, std::int64_t most) : part_(part), most_(most) {}

  Status Write(const Rows& rows) override {
    part_->count += rows->num_rows();
    const std::int64_t kept = std::min(rows->num_rows(), most_ - part_->kept);
    if (kept <= 0) return Status::Ok();
    part_->shown.push_back(rows->Slice(0, kept));
    part_->kept += kept;
    return Status::Ok();
  }
  Status Finish() override { return Status::Ok(); }

 private:
  Batch::Part* const part_;
  const std::int64_t most_;
};

Result<std::unique_ptr<connector::SinkWriter>> ConsoleSink::Batch::NewWriter() {
  std::lock_guard lock(mutex_);
  parts_.emplace_back();
  // One row more than is shown, for the line that says so.
  const std::int64_t most = std::max(sink_->options_.num_rows, 0) + std::int64_t{1};
  return std::unique_ptr<connector::SinkWriter>(std::make_unique<Writer>(&parts_.back(), most));
}

ConsoleSink::ConsoleSink(const connector::SinkContext& context, Options options, Print print)
    : schema_(context.schema),
      time_zone_(context.session_time_zone),
      query_id_(context.query_id),
      options_(options),
      print_(std::move(print)) {}

std::string ConsoleSink::description() const {
  // Spark prints the object's hash there.
  return fmt::format("org.apache.spark.sql.execution.streaming.ConsoleTable$@{}",
                     query_id_.substr(0, query_id_.find('-')));
}

Result<std::unique_ptr<connector::SinkBatch>> ConsoleSink::BeginBatch(std::int64_t batch_id,
                                                                      std::stop_token stop) {
  if (stop.stop_requested()) return Status::Cancelled("console sink: stopped");
  return std::unique_ptr<connector::SinkBatch>(std::make_unique<Batch>(this, batch_id));
}

Status ConsoleSink::PrintToStdout(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return Status::Ok();
  return Status::Unavailable(
      fmt::format("console sink: cannot write to standard output: {}", std::strerror(errno)));
}

Result<std::unique_ptr<connector::Sink>> ConsoleSinkProvider::Create(
    connector::SinkContext context) const {
  MILLRACE_ASSIGN_OR_RETURN(const auto options, ConsoleSink::Options::Read(context.options));
  return std::unique_ptr<connector::Sink>(std::make_unique<ConsoleSink>(context, options));
}

}  // namespace millrace::sinks::console
