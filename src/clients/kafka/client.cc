#include "clients/kafka/client.h"

#include <string_view>

#include <fmt/format.h>

#include "base/log.h"

namespace millrace::clients::kafka {

namespace {

constexpr int kErrorLevel = 3;  // syslog's LOG_ERR, which librdkafka uses.

}  // namespace

base::Result<std::unique_ptr<Client>> Client::Create(rd_kafka_type_t type,
                                                     const Properties& properties,
                                                     DeliveryCallback on_delivery) {
  std::unique_ptr<Client> client(new Client());
  std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(),
                                                                          &rd_kafka_conf_destroy);
  char text[512] = "";
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text, sizeof text) !=
        RD_KAFKA_CONF_OK) {
      return base::Status::InvalidArgument(fmt::format("kafka: setting {}: {}", name, text));
    }
  }
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  rd_kafka_conf_set_log_cb(conf.get(), &Client::OnLog);
  if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  client->native_ = rd_kafka_new(type, conf.get(), text, sizeof text);
  if (client->native_ == nullptr) {
    return base::Status::InvalidArgument(
               fmt::format("kafka: the kafka.* options make no client: {}", text))
        .WithSparkError({.exception_class = "IllegalArgumentException"});
  }
  (void)conf.release();  // Owned by the instance from here on.
  const auto brokers = properties.find("bootstrap.servers");
  if (brokers != properties.end()) client->brokers_ = brokers->second;
  return client;
}

Client::~Client() {
  if (native_ != nullptr) rd_kafka_destroy(native_);
}

std::string Client::last_complaint() const {
  std::lock_guard lock(mutex_);
  return complaint_;
}

void Client::ClearComplaint() {
  std::lock_guard lock(mutex_);
  complaint_.clear();
}

void Client::OnLog(const rd_kafka_t* native, int level, const char* facility, const char* text) {
  base::Log(base::LogLevel::kDebug, fmt::format("kafka: {}: {}", facility, text));
  auto* client = static_cast<Client*>(rd_kafka_opaque(native));
  if (client == nullptr || level > kErrorLevel) return;
  // "[thrd:host:port/bootstrap]: host:port/bootstrap: Connect to ... failed: ..."
  std::string_view complaint = text;
  if (complaint.starts_with("[thrd:")) {
    const std::size_t end = complaint.find("]: ");
    if (end != std::string_view::npos) complaint.remove_prefix(end + 3);
  }
  if (complaint.ends_with("brokers are down")) return;  // Comes after the one that says why.
  std::lock_guard lock(client->mutex_);
  client->complaint_ = complaint;
}

}  // namespace millrace::clients::kafka
