#pragma once

#include <spark/connect/base.pb.h>

#include "base/status.h"
#include "session/conf.h"

namespace millrace::connect {

/// One Config call: reads and writes a session's settings. SQL_CONF_NOT_FOUND,
/// CANNOT_MODIFY_STATIC_CONFIG, or Conf's own refusals; with `silent` a setting that is refused is
/// a warning of the answer.
base::Status RunConfig(const spark::connect::ConfigRequest::Operation& operation,
                       session::Conf* conf, spark::connect::ConfigResponse* response);

}  // namespace millrace::connect
