#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <librdkafka/rdkafka.h>

#include "base/result.h"
#include "clients/kafka/settings.h"

namespace millrace::clients::kafka {

/// Owns one librdkafka instance with its threads and connections. Thread-safe. librdkafka's log
/// lines go to ours at debug level; the last complaint about a broker is kept for messages, because
/// a call that times out does not say why.
class Client {
 public:
  /// InvalidArgument when librdkafka refuses the properties. No network is touched.
  /// `on_delivery` is the delivery report callback of a producer.
  using DeliveryCallback = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);
  static base::Result<std::unique_ptr<Client>> Create(rd_kafka_type_t type,
                                                      const Properties& properties,
                                                      DeliveryCallback on_delivery = nullptr);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_t* native() const { return native_; }
  const std::string& brokers() const { return brokers_; }

  /// "127.0.0.1:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused", or empty.
  std::string last_complaint() const;
  /// Forgets it, before a call whose failure it should explain.
  void ClearComplaint();

 private:
  Client() = default;
  static void OnLog(const rd_kafka_t* native, int level, const char* facility, const char* text);

  rd_kafka_t* native_ = nullptr;  // Constant after construction, like brokers_.
  std::string brokers_;
  mutable std::mutex mutex_;  // Protects complaint_.
  std::string complaint_;
};

}  // namespace millrace::clients::kafka
