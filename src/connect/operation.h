#pragma once

#include <spark/connect/base.pb.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "connect/wire_errors.h"

namespace millrace::connect {

using Response = spark::connect::ExecutePlanResponse;

/// What the client asked for with its plan.
struct OperationOptions {
  std::string operation_id;  ///< A UUID.
  std::vector<std::string> tags;
  bool reattachable = false;
  bool allow_chunks = false;  ///< Batches of rows may come in several responses.
  std::int64_t preferred_chunk_bytes = 0;
};

/// One ExecutePlan: a thread that makes responses, and their buffer, from which the client reads, by
/// one stream after the other when it is reattachable. Thread-safe.
class Operation {
 public:
  /// Makes all responses by Send(); its result is how the operation ends.
  using Work = std::function<Failure(Operation*, std::stop_token)>;

  /// `header` holds session_id and server_side_session_id of each response.
  Operation(OperationOptions options, Response header);
  /// Interrupts, and waits.
  ~Operation();

  const OperationOptions& options() const { return options_; }
  /// Call once.
  void Start(Work work);

  // The side that works.

  /// Puts the response into the buffer; fills in the ids. Waits while too much is unread. Cancelled
  /// after an interrupt.
  base::Status Send(Response response);

  // The side that reads.

  enum class Next { kResponse, kWait, kEnd, kDisconnected };
  /// The stream that reads from now on; what earlier streams were given is no longer valid.
  std::int64_t Attach();
  /// The first unread response after `last_response_id` (empty: the first of all), as a position.
  /// INVALID_CURSOR.
  base::Result<std::int64_t> PositionAfter(const std::string& last_response_id);
  /// The response at `position`, for the stream of Attach()'s number; kWait when none has come
  /// within `wait`.
  Next Read(std::int64_t stream, std::int64_t position, std::chrono::milliseconds wait,
            std::shared_ptr<const Response>* response);
  /// The client has all up to this response.
  void ReleaseUntil(const std::string& response_id);

  // Both.

  void Interrupt();
  bool interrupted() const;
  bool finished() const;
  /// How it ended; Ok while it runs.
  Failure failure() const;
  /// When a client last read or asked.
  std::chrono::steady_clock::time_point last_used() const;

 private:
  struct Buffered {
    std::shared_ptr<const Response> response;
    std::size_t bytes;
  };
  void Append(Response response);
  void DropReadBeyond(std::size_t bytes_kept);

  const OperationOptions options_;
  const Response header_;
  std::stop_source stop_;

  mutable std::mutex mutex_;  // Protects what follows.
  std::condition_variable changed_;
  std::deque<Buffered> buffer_;
  std::int64_t first_position_ = 0;  // Of buffer_.front().
  std::int64_t released_ = 0;        // All before this one the client has.
  std::int64_t read_position_ = 0;   // The first that no stream was given.
  std::size_t unread_bytes_ = 0;
  std::size_t read_bytes_ = 0;  // In the buffer still.
  std::int64_t stream_ = 0;     // The one that reads.
  bool finished_ = false;
  bool interrupted_ = false;
  Failure failure_;
  std::chrono::steady_clock::time_point last_used_ = std::chrono::steady_clock::now();

  std::jthread thread_;  // Last: it uses all of the above.
};

/// The operations of one session. Thread-safe.
class Operations {
 public:
  ~Operations();
  /// INVALID_HANDLE.OPERATION_ALREADY_EXISTS, OPERATION_ABANDONED.
  base::Result<std::shared_ptr<Operation>> Add(OperationOptions options, Response header);
  /// Null when there is none of this id.
  std::shared_ptr<Operation> Find(const std::string& id) const;
  std::vector<std::shared_ptr<Operation>> List() const;
  /// Interrupts it when it still runs.
  void Remove(const std::string& id);
  /// Removes those that nobody has read from for `timeout`, and forgets those that are over.
  void RemoveAbandoned(std::chrono::milliseconds timeout);
  void InterruptAll();
  /// "running", "succeeded", ... of operations that are gone, newest ones only.
  std::optional<spark::connect::GetStatusResponse::OperationStatus::OperationState> PastState(
      const std::string& id) const;

 private:
  using State = spark::connect::GetStatusResponse::OperationStatus::OperationState;
  void Retire(std::shared_ptr<Operation> operation, bool abandoned);
  void ForgetOver(std::vector<std::shared_ptr<Operation>>* over);

  mutable std::mutex mutex_;  // Protects what follows.
  std::vector<std::shared_ptr<Operation>> operations_;
  std::vector<std::shared_ptr<Operation>> retired_;  // Until their threads are done.
  struct Past {
    std::string id;
    State state;
    bool abandoned;
  };
  std::deque<Past> past_;
};

/// Where the operation stands, in the protocol's words.
spark::connect::GetStatusResponse::OperationStatus::OperationState StateOf(
    const Operation& operation);

}  // namespace millrace::connect
