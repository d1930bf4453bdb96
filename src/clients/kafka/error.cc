#include "clients/kafka/error.h"

#include <string>

#include <fmt/format.h>

namespace millrace::clients::kafka {

using base::Status;
using base::StatusCode;

bool IsMissing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__NOENT ||  // No leader is known for any of the partitions.
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

bool IsTransient(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__NODE_UPDATE:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
      return true;
    default:
      return false;
  }
}

Status FromKafka(rd_kafka_resp_err_t error, std::string_view what, std::string_view detail) {
  StatusCode code = StatusCode::kUnavailable;
  if (IsMissing(error)) {
    code = StatusCode::kNotFound;
  } else {
    switch (error) {
      case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      case RD_KAFKA_RESP_ERR__LOG_TRUNCATION:
        code = StatusCode::kDataLoss;
        break;
      case RD_KAFKA_RESP_ERR__BAD_MSG:
      case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
      case RD_KAFKA_RESP_ERR__UNDERFLOW:
      case RD_KAFKA_RESP_ERR_INVALID_MSG:
        code = StatusCode::kCorrupt;
        break;
      case RD_KAFKA_RESP_ERR__INVALID_ARG:
      case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:  // A name that no topic may have.
        code = StatusCode::kInvalidArgument;
        break;
      case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
        code = StatusCode::kUnsupported;
        break;
      default:
        break;
    }
  }
  std::string text = fmt::format("{}: {}", what, rd_kafka_err2str(error));
  if (!detail.empty() && detail != rd_kafka_err2str(error)) text += fmt::format(" ({})", detail);
  return Status(code, std::move(text));
}

}  // namespace millrace::clients::kafka
