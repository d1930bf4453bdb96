#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "connector/sink.h"

namespace millrace::sinks::console {

/// Prints each batch, also an empty one, as Spark's console sink does, byte for byte: a rule,
/// `Batch: N`, a rule, the table of show(), an empty line. Keeps the rows that it will show, and no
/// others. A replayed batch is printed again. Rows of one worker stay in order.
class ConsoleSink : public connector::Sink {
 public:
  /// Gets one batch's text in one call. Default: standard output, flushed.
  using Print = std::function<base::Status(std::string_view text)>;

  struct Options {
    int num_rows = 20;
    bool truncate = true;  ///< Cells are cut to 20 characters.

    /// `numRows`, `truncate`; refuses what Spark refuses, in its words, and unknown options.
    static base::Result<Options> Read(const connector::Options& options);
  };

  ConsoleSink(const connector::SinkContext& context, Options options, Print print = PrintToStdout);

  std::string description() const override;
  base::Result<std::unique_ptr<connector::SinkBatch>> BeginBatch(std::int64_t batch_id,
                                                                 std::stop_token stop) override;
  std::int64_t reported_output_rows() const override { return output_rows_; }

 private:
  class Batch;
  class Writer;

  static base::Status PrintToStdout(std::string_view text);

  const StructType schema_;
  const std::string time_zone_;
  const std::string query_id_;
  const Options options_;
  const Print print_;
  std::int64_t output_rows_ = 0;
};

class ConsoleSinkProvider : public connector::SinkProvider {
 public:
  std::string_view format() const override { return "console"; }
  bool allows_temporary_checkpoint() const override { return true; }
  base::Result<std::unique_ptr<connector::Sink>> Create(
      connector::SinkContext context) const override;
};

}  // namespace millrace::sinks::console
