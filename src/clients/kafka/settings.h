#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace::clients::kafka {

/// librdkafka properties by name.
using Properties = std::map<std::string, std::string>;

/// What the `kafka.*` options of a user mean to librdkafka.
struct TranslatedSettings {
  Properties properties;
  /// Names that mean something to the Java client or to a producer only; nothing comes of them.
  std::vector<std::string> without_effect;
};

/// Java client settings (names without "kafka.") as librdkafka properties: equal names pass
/// through, others are renamed (`fetch.max.wait.ms`, `receive.buffer.bytes`, `request.timeout.ms`,
/// a PEM trust store, user and password out of `sasl.jaas.config`). Properties that only librdkafka
/// has pass through too. InvalidArgument for a value that librdkafka refuses, Unsupported for a
/// setting that it does not have or that would break the reader; both name the setting and say what
/// to do.
base::Result<TranslatedSettings> TranslateSettings(const std::map<std::string, std::string>& java);

}  // namespace millrace::clients::kafka
