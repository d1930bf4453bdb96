#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::base {

/// The kinds of failure. Each has one action, so a caller never has to read the text.
enum class StatusCode {
  kOk,
  kInvalidArgument,  ///< The user's query, option or value is wrong: tell the user, at start.
  kUnsupported,      ///< Legal for Spark, not possible here: tell the user, at start.
  kNotFound,         ///< The named thing does not exist.
  kUnavailable,      ///< A server did not answer; retried inside the connector first.
  kConflict,         ///< Somebody else was first: read again and retry, or give way.
  kDataLoss,         ///< Records that were promised are gone: obey `failOnDataLoss`.
  kCorrupt,          ///< Stored bytes are not what they must be: stop; names file and place.
  kCancelled,        ///< Somebody asked to stop.
  kInternal,         ///< Our bug.
};

/// "InvalidArgument", "Conflict", ...
std::string_view StatusCodeName(StatusCode code);

/// What Spark would say about the same failure. Travels beside the code so that every door can
/// raise the class that its users know.
struct SparkError {
  /// Simple name of Spark's exception class: "AnalysisException", "IllegalArgumentException",
  /// "SparkArithmeticException", ... Empty: the door chooses by StatusCode.
  std::string exception_class;
  /// Error condition, e.g. "UNRESOLVED_COLUMN.WITH_SUGGESTION". Empty when Spark has none.
  std::string condition;
  /// Five characters, e.g. "42703". Empty when Spark has none.
  std::string sql_state;
  /// The condition's message parameters.
  std::map<std::string, std::string> parameters;
};

/// Where the program that a user wrote has the cause of a failure; what Spark's QueryContext tells.
struct QueryContext {
  enum class Kind {
    kNone,       ///< Spark tells of no place.
    kSql,        ///< A piece of a SQL text.
    kDataFrame,  ///< A call in a program.
  };
  Kind kind = Kind::kNone;
  std::string object_type;  ///< Of SQL: "VIEW", or empty.
  std::string object_name;  ///< Of SQL.
  int start_index = -1;     ///< Of SQL: of the first character in the text, from 0.
  int stop_index = -1;      ///< Of SQL: of the last one.
  std::string fragment;     ///< The piece, or the function that was called.
  std::string call_site;    ///< File and line of a call.
  std::string summary;      ///< As messages show it; ends with a line break.
};

/// Success, or a failure with its message. Copies share the failure; Ok costs one pointer.
/// Messages read from the outside in:
/// `query q7: batch 12: kafka: offset out of range: events-3@991`.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message);

  static Status Ok() { return Status(); }
  static Status InvalidArgument(std::string message);
  static Status Unsupported(std::string message);
  static Status NotFound(std::string message);
  static Status Unavailable(std::string message);
  static Status Conflict(std::string message);
  static Status DataLoss(std::string message);
  static Status Corrupt(std::string message);
  static Status Cancelled(std::string message);
  static Status Internal(std::string message);

  bool ok() const { return failure_ == nullptr; }
  StatusCode code() const;
  const std::string& message() const;
  /// Never null; empty fields when nothing was attached.
  const SparkError& spark_error() const;
  /// Null until somebody told the place.
  const QueryContext* query_context() const;

  /// The same failure with Spark's identity attached. No effect on Ok.
  Status WithSparkError(SparkError error) const;
  /// The same failure with its place. No effect on Ok.
  Status WithQueryContext(QueryContext context) const;
  /// The same failure with `context + ": "` in front of the message. No effect on Ok.
  Status WithContext(std::string_view context) const;
  /// "Conflict: offsets/3: ...", or "Ok".
  std::string ToString() const;

 private:
  struct Failure {
    StatusCode code;
    std::string message;
    SparkError spark_error;
    std::shared_ptr<const QueryContext> query_context;
  };
  std::shared_ptr<const Failure> failure_;
};

}  // namespace millrace::base

/// Leaves the function with the failure, if there is one.
#define MILLRACE_RETURN_IF_ERROR(expression)                                              \
  do {                                                                                    \
    if (::millrace::base::Status millrace_status = (expression); !millrace_status.ok()) { \
      return millrace_status;                                                             \
    }                                                                                     \
  } while (false)
