#include "connect/operation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "base/uuid.h"
#include "connect/refusals.h"

namespace millrace::connect {
namespace {

constexpr std::size_t kMaxUnreadBytes = 64 << 20;
// Spark keeps 10 MiB (observerRetryBufferSize); a slow client's connection can hold more than that.
constexpr std::size_t kKeptReadBytes = 32 << 20;
constexpr std::size_t kKeptPast = 1000;

base::Status InvalidCursor(std::string_view sub_class, std::string text,
                           std::map<std::string, std::string> parameters) {
  return base::Status::InvalidArgument(
             fmt::format("[INVALID_CURSOR.{}] The cursor is invalid. {} SQLSTATE: HY109", sub_class,
                         text))
      .WithSparkError({"SparkSQLException", fmt::format("INVALID_CURSOR.{}", sub_class), "HY109",
                       std::move(parameters)});
}

base::Status Canceled() {
  return base::Status::Cancelled("[OPERATION_CANCELED] Operation has been canceled. SQLSTATE: HY008")
      .WithSparkError({"SparkSQLException", "OPERATION_CANCELED", "HY008", {}});
}

}  // namespace

Operation::Operation(OperationOptions options, Response header)
    : options_(std::move(options)), header_(std::move(header)) {}

Operation::~Operation() {
  Interrupt();
  if (thread_.joinable()) thread_.join();
}

void Operation::Start(Work work) {
  thread_ = std::jthread([this, work = std::move(work)] {
    Failure failure = work(this, stop_.get_token());
    std::lock_guard lock(mutex_);
    if (interrupted_) failure = Canceled();
    if (failure.ok() && options_.reattachable) {
      Response complete;
      complete.mutable_result_complete();
      Append(std::move(complete));
    }
    failure_ = std::move(failure);
    finished_ = true;
    changed_.notify_all();
  });
}

void Operation::Append(Response response) {
  response.MergeFrom(header_);
  response.set_operation_id(options_.operation_id);
  response.set_response_id(base::Uuid::Random(base::Random::System()).ToString());
  const std::size_t bytes = response.ByteSizeLong();
  buffer_.push_back({std::make_shared<const Response>(std::move(response)), bytes});
  unread_bytes_ += bytes;
  changed_.notify_all();
}

base::Status Operation::Send(Response response) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return interrupted_ || unread_bytes_ < kMaxUnreadBytes; });
  if (interrupted_) return Canceled();
  Append(std::move(response));
  return base::Status::Ok();
}

std::int64_t Operation::Attach() {
  std::lock_guard lock(mutex_);
  last_used_ = std::chrono::steady_clock::now();
  changed_.notify_all();
  return ++stream_;
}

base::Result<std::int64_t> Operation::PositionAfter(const std::string& last_response_id) {
  std::lock_guard lock(mutex_);
  if (last_response_id.empty()) {
    if (first_position_ == 0) return std::int64_t{0};
    return InvalidCursor("POSITION_NOT_AVAILABLE",
                         "The cursor position id  is no longer available at index 1.",
                         {{"responseId", ""}, {"index", "1"}});
  }
  for (std::size_t i = 0; i < buffer_.size(); ++i) {
    if (buffer_[i].response->response_id() == last_response_id) {
      return first_position_ + static_cast<std::int64_t>(i) + 1;
    }
  }
  // The response may be released already, with all before it: then the next is the first one here.
  // When responses went for want of room, nobody knows what the client lacks.
  if (first_position_ > 0 && released_ == first_position_) return first_position_;
  return InvalidCursor("POSITION_NOT_FOUND",
                       fmt::format("The cursor position id {} is not found.", last_response_id),
                       {{"responseId", last_response_id}});
}

Operation::Next Operation::Read(std::int64_t stream, std::int64_t position,
                                std::chrono::milliseconds wait,
                                std::shared_ptr<const Response>* response) {
  std::unique_lock lock(mutex_);
  last_used_ = std::chrono::steady_clock::now();
  const auto available = [&] {
    return position < first_position_ + static_cast<std::int64_t>(buffer_.size());
  };
  changed_.wait_for(lock, wait, [&] { return stream != stream_ || available() || finished_; });
  if (stream != stream_) return Next::kDisconnected;
  if (!available()) return finished_ ? Next::kEnd : Next::kWait;
  if (position < first_position_) return Next::kDisconnected;
  const Buffered& found = buffer_[static_cast<std::size_t>(position - first_position_)];
  *response = found.response;
  if (position >= read_position_) {
    read_position_ = position + 1;
    unread_bytes_ -= found.bytes;
    read_bytes_ += found.bytes;
    DropReadBeyond(options_.reattachable ? kKeptReadBytes : 0);
    changed_.notify_all();
  }
  return Next::kResponse;
}

void Operation::DropReadBeyond(std::size_t bytes_kept) {
  // The newest read one stays: the client may not have got it.
  const std::int64_t kept = options_.reattachable ? read_position_ - 1 : read_position_;
  while (read_bytes_ > bytes_kept && first_position_ < kept) {
    read_bytes_ -= buffer_.front().bytes;
    buffer_.pop_front();
    ++first_position_;
  }
}

void Operation::ReleaseUntil(const std::string& response_id) {
  std::lock_guard lock(mutex_);
  last_used_ = std::chrono::steady_clock::now();
  const auto found = std::find_if(buffer_.begin(), buffer_.end(), [&](const Buffered& entry) {
    return entry.response->response_id() == response_id;
  });
  if (found == buffer_.end()) return;
  for (auto count = found - buffer_.begin() + 1; count > 0; --count) {
    // What a client releases it has read, but by a stream that the server may not have seen end.
    if (first_position_ >= read_position_) {
      unread_bytes_ -= buffer_.front().bytes;
      read_position_ = first_position_ + 1;
    } else {
      read_bytes_ -= buffer_.front().bytes;
    }
    buffer_.pop_front();
    ++first_position_;
  }
  released_ = first_position_;
  changed_.notify_all();
}

void Operation::Interrupt() {
  {
    std::lock_guard lock(mutex_);
    if (!finished_) interrupted_ = true;
    changed_.notify_all();
  }
  stop_.request_stop();
}

bool Operation::interrupted() const {
  std::lock_guard lock(mutex_);
  return interrupted_;
}

bool Operation::finished() const {
  std::lock_guard lock(mutex_);
  return finished_;
}

Failure Operation::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

std::chrono::steady_clock::time_point Operation::last_used() const {
  std::lock_guard lock(mutex_);
  return last_used_;
}

spark::connect::GetStatusResponse::OperationStatus::OperationState StateOf(
    const Operation& operation) {
  using Status = spark::connect::GetStatusResponse::OperationStatus;
  if (!operation.finished()) {
    return operation.interrupted() ? Status::OPERATION_STATE_TERMINATING
                                   : Status::OPERATION_STATE_RUNNING;
  }
  if (operation.interrupted()) return Status::OPERATION_STATE_CANCELLED;
  return operation.failure().ok() ? Status::OPERATION_STATE_SUCCEEDED
                                  : Status::OPERATION_STATE_FAILED;
}

Operations::~Operations() { InterruptAll(); }

base::Result<std::shared_ptr<Operation>> Operations::Add(OperationOptions options,
                                                         Response header) {
  std::lock_guard lock(mutex_);
  for (const auto& operation : operations_) {
    if (operation->options().operation_id == options.operation_id) {
      return InvalidHandle("OPERATION_ALREADY_EXISTS", options.operation_id,
                           "Operation already exists.");
    }
  }
  for (const Past& past : past_) {
    if (past.id == options.operation_id && past.abandoned) {
      return InvalidHandle("OPERATION_ABANDONED", options.operation_id,
                           "Operation was considered abandoned because of inactivity and removed.");
    }
  }
  auto operation = std::make_shared<Operation>(std::move(options), std::move(header));
  operations_.push_back(operation);
  return operation;
}

std::shared_ptr<Operation> Operations::Find(const std::string& id) const {
  std::lock_guard lock(mutex_);
  for (const auto& operation : operations_) {
    if (operation->options().operation_id == id) return operation;
  }
  return nullptr;
}

std::vector<std::shared_ptr<Operation>> Operations::List() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

void Operations::Retire(std::shared_ptr<Operation> operation, bool abandoned) {
  const bool was_running = !operation->finished();
  operation->Interrupt();
  using Status = spark::connect::GetStatusResponse::OperationStatus;
  past_.push_back({operation->options().operation_id,
                   was_running ? Status::OPERATION_STATE_CANCELLED : StateOf(*operation),
                   abandoned});
  if (past_.size() > kKeptPast) past_.pop_front();
  std::erase(operations_, operation);
  retired_.push_back(std::move(operation));
}

/// Takes out those whose threads are done; they are destroyed outside of the lock.
void Operations::ForgetOver(std::vector<std::shared_ptr<Operation>>* over) {
  for (const auto& operation : retired_) {
    if (operation->finished()) over->push_back(operation);
  }
  std::erase_if(retired_, [](const auto& operation) { return operation->finished(); });
}

void Operations::Remove(const std::string& id) {
  std::vector<std::shared_ptr<Operation>> over;
  const auto operation = Find(id);
  std::lock_guard lock(mutex_);
  if (operation != nullptr && std::ranges::count(operations_, operation) > 0) {
    Retire(operation, false);
  }
  ForgetOver(&over);
}

void Operations::RemoveAbandoned(std::chrono::milliseconds timeout) {
  std::vector<std::shared_ptr<Operation>> over;
  const auto limit = std::chrono::steady_clock::now() - timeout;
  for (const auto& operation : List()) {
    if (operation->last_used() > limit) continue;
    std::lock_guard lock(mutex_);
    if (std::ranges::count(operations_, operation) > 0) Retire(operation, true);
  }
  std::lock_guard lock(mutex_);
  ForgetOver(&over);
}

void Operations::InterruptAll() {
  for (const auto& operation : List()) operation->Interrupt();
}

std::optional<Operations::State> Operations::PastState(const std::string& id) const {
  std::lock_guard lock(mutex_);
  for (auto past = past_.rbegin(); past != past_.rend(); ++past) {
    if (past->id == id) return past->state;
  }
  return std::nullopt;
}

}  // namespace millrace::connect
