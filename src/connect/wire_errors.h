#pragma once

#include <grpcpp/support/status.h>
#include <spark/connect/base.pb.h>

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "millrace/errors.h"

namespace millrace::connect {

/// Why a call failed, and what made that happen; no more than two links, as Spark's streaming
/// errors have.
struct Failure {
  base::Status status;
  base::Status cause;  ///< Ok: none.

  Failure() = default;
  Failure(base::Status failed) : status(std::move(failed)) {}  // NOLINT: implicit on purpose
  explicit Failure(const StreamingQueryException& exception);
  bool ok() const { return status.ok(); }
};

/// The class that real Spark would throw and its ancestors, most derived first, as Java names:
/// "org.apache.spark.sql.catalyst.parser.ParseException", ..., "java.lang.Object". Clients raise the
/// first that they know. By the exception class of the SparkError, else by the code.
std::vector<std::string> JavaClassesOf(const base::Status& status);

/// The text with U+FFFD for what is not UTF-8, which protobuf refuses: messages and plans may quote
/// bytes of the user's data.
std::string ValidText(const std::string& text);

/// Failures that clients may ask about by FetchErrorDetails; the newest ones only. Thread-safe.
class ErrorLog {
 public:
  /// The failure as the client sees it: google.rpc.Status with an ErrorInfo in the trailer
  /// grpc-status-details-bin. Texts and parameters are cut there to what a trailer can hold; whole
  /// ones stay here.
  grpc::Status Report(const Failure& failure);
  /// Nothing is set when the id is unknown, as in Spark.
  void Fetch(const std::string& error_id, spark::connect::FetchErrorDetailsResponse* out);

 private:
  static constexpr std::size_t kKept = 100;
  std::mutex mutex_;  // Protects what follows.
  std::deque<std::pair<std::string, Failure>> failures_;
};

/// The same without a place to ask: for calls that belong to no session.
grpc::Status ToGrpc(const Failure& failure, std::string_view error_id = "");

}  // namespace millrace::connect
