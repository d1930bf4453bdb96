#pragma once

#include <string_view>

#include <librdkafka/rdkafka.h>

#include "base/status.h"

namespace millrace::clients::kafka {

/// A librdkafka or broker error as ours, `what` in front: unknown topic or partition NotFound, an
/// offset outside the log DataLoss, no authorization Unavailable (somebody may grant it), broken
/// bytes Corrupt, a refused configuration InvalidArgument, everything else Unavailable.
base::Status FromKafka(rd_kafka_resp_err_t error, std::string_view what,
                       std::string_view detail = {});

/// True for what goes away by itself: a new leader, a broker that starts, a lost connection.
bool IsTransient(rd_kafka_resp_err_t error);
bool IsMissing(rd_kafka_resp_err_t error);

}  // namespace millrace::clients::kafka
