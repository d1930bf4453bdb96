#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace millrace {

/// What Spark tells of an error beside its text.
struct ErrorInfo {
  std::string condition;  ///< "UNRESOLVED_COLUMN.WITH_SUGGESTION"; empty when Spark has none.
  std::string sqlState;   ///< "42703"; empty when Spark has none.
  std::map<std::string, std::string> messageParameters;
};

/// The root of all errors that this library throws. what() is Spark's message where Spark has one.
class SparkException : public std::runtime_error {
 public:
  explicit SparkException(const std::string& message, ErrorInfo info = {},
                          std::string className = "SparkException")
      : std::runtime_error(message), info_(std::move(info)), class_name_(std::move(className)) {}

  const std::string& getCondition() const { return info_.condition; }
  const std::string& getSqlState() const { return info_.sqlState; }
  const std::map<std::string, std::string>& getMessageParameters() const {
    return info_.messageParameters;
  }
  /// Simple name of Spark's class, e.g. "SparkArithmeticException".
  const std::string& className() const { return class_name_; }

 private:
  ErrorInfo info_;
  std::string class_name_;
};

/// The query is wrong: names, types, unsupported operations.
class AnalysisException : public SparkException {
 public:
  explicit AnalysisException(const std::string& message, ErrorInfo info = {},
                             std::string className = "AnalysisException")
      : SparkException(message, std::move(info), std::move(className)) {}
};

/// A text that should be a type, a schema or an expression is not.
class ParseException : public AnalysisException {
 public:
  explicit ParseException(const std::string& message, ErrorInfo info = {})
      : AnalysisException(message, std::move(info), "ParseException") {}
};

/// An option or argument has a value that it cannot have.
class IllegalArgumentException : public SparkException {
 public:
  explicit IllegalArgumentException(const std::string& message, ErrorInfo info = {})
      : SparkException(message, std::move(info), "IllegalArgumentException") {}
};

/// Spark can do this, Millrace cannot; the text says what to do instead.
class UnsupportedOperationException : public SparkException {
 public:
  explicit UnsupportedOperationException(const std::string& message, ErrorInfo info = {})
      : SparkException(message, std::move(info), "UnsupportedOperationException") {}
};

/// A streaming query ended with a failure. Condition STREAM_FAILED.
class StreamingQueryException : public SparkException {
 public:
  StreamingQueryException(const std::string& message, ErrorInfo info, std::string id,
                          std::string runId, std::string cause, ErrorInfo causeInfo)
      : SparkException(message, std::move(info), "StreamingQueryException"),
        id_(std::move(id)),
        run_id_(std::move(runId)),
        cause_(std::move(cause)),
        cause_info_(std::move(causeInfo)) {}

  const std::string& id() const { return id_; }
  const std::string& runId() const { return run_id_; }
  /// The failure itself: "batch 12: kafka: ...".
  const std::string& cause() const { return cause_; }
  /// Condition, SQLSTATE and parameters of the failure itself.
  const ErrorInfo& causeInfo() const { return cause_info_; }

 private:
  std::string id_;
  std::string run_id_;
  std::string cause_;
  ErrorInfo cause_info_;
};

}  // namespace millrace
