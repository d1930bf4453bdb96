#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/batch.h"
#include "millrace/dataframe.h"
#include "millrace/streaming.h"

namespace millrace {

/// Settings of a session, as `spark.conf`. Keys are case-sensitive, as in Spark. A key that has no
/// effect here is kept, with one warning in the log.
class RuntimeConfig {
 public:
  explicit RuntimeConfig(std::shared_ptr<session::SessionState> session);
  /// Throws IllegalArgumentException for a value that a known key cannot have.
  void set(std::string_view key, const OptionValue& value) const;
  /// Throws SparkException (SQL_CONF_NOT_FOUND) for a key without value and default.
  std::string get(std::string_view key) const;
  std::string get(std::string_view key, std::string_view fallback) const;
  void unset(std::string_view key) const;

 private:
  std::shared_ptr<session::SessionState> session_;
};

/// `auto spark = SparkSession::builder().appName("KafkaToDelta").getOrCreate();`
class SparkSession {
 public:
  class Builder {
   public:
    Builder& appName(std::string_view name);
    /// "local", "local[4]", "local[*]": how many threads do the work. Default local[*].
    Builder& master(std::string_view master);
    Builder& config(std::string_view key, const OptionValue& value);
    /// The process's session; made at the first call.
    SparkSession getOrCreate();

   private:
    std::map<std::string, std::string> settings_;
  };
  static Builder builder() { return Builder(); }

  DataStreamReader readStream() const;
  DataFrameReader read() const;
  /// A query or a command. A command is run at once; the DataFrame holds its answer.
  DataFrame sql(std::string_view text) const;
  /// A table or view by name.
  DataFrame table(std::string_view name) const;
  /// One column `id`: start, start + step, ... before end.
  DataFrame range(std::int64_t end) const { return range(0, end); }
  DataFrame range(std::int64_t start, std::int64_t end, std::int64_t step = 1) const;
  StreamingQueryManager streams() const;
  RuntimeConfig conf() const;
  /// The version of Spark whose behaviour this is, "4.2.0".
  std::string version() const;
  /// Stops every query. The next getOrCreate() makes a new session.
  void stop();

  explicit SparkSession(std::shared_ptr<session::SessionState> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<session::SessionState> state_;
};

}  // namespace millrace
