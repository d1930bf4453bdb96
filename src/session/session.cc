#include "millrace/session.h"

#include <mutex>

#include <fmt/format.h>

#include "session/exceptions.h"
#include "session/session_state.h"

namespace millrace {
namespace {

struct ActiveSession {
  std::mutex mutex;
  std::shared_ptr<session::SessionState> state;
};

ActiveSession& TheActiveSession() {
  static ActiveSession active;
  return active;
}

}  // namespace

RuntimeConfig::RuntimeConfig(std::shared_ptr<session::SessionState> session)
    : session_(std::move(session)) {}

void RuntimeConfig::set(std::string_view key, const OptionValue& value) const {
  session::ThrowIfError(session_->conf().Set(key, value.text()));
}

std::string RuntimeConfig::get(std::string_view key) const {
  if (auto value = session_->conf().Get(key)) return *value;
  throw SparkException(
      fmt::format("[SQL_CONF_NOT_FOUND] The SQL config \"{}\" cannot be found. Please verify that "
                  "the config exists. SQLSTATE: 42K0I",
                  key),
      {"SQL_CONF_NOT_FOUND", "42K0I", {{"sqlConf", fmt::format("\"{}\"", key)}}},
      "SparkNoSuchElementException");
}

std::string RuntimeConfig::get(std::string_view key, std::string_view fallback) const {
  return session_->conf().Get(key).value_or(std::string(fallback));
}

void RuntimeConfig::unset(std::string_view key) const { session_->conf().Unset(key); }

SparkSession::Builder& SparkSession::Builder::appName(std::string_view name) {
  return config("spark.app.name", name);
}

SparkSession::Builder& SparkSession::Builder::master(std::string_view master) {
  return config("spark.master", master);
}

SparkSession::Builder& SparkSession::Builder::config(std::string_view key,
                                                     const OptionValue& value) {
  settings_.insert_or_assign(std::string(key), value.text());
  return *this;
}

SparkSession SparkSession::Builder::getOrCreate() {
  ActiveSession& active = TheActiveSession();
  std::lock_guard lock(active.mutex);
  if (active.state == nullptr || active.state->stopped()) {
    const auto master = settings_.find("spark.master");
    const int threads = session::ValueOrThrow(
        session::ThreadsOfMaster(master == settings_.end() ? "local[*]" : master->second));
    active.state = std::make_shared<session::SessionState>(threads);
  }
  for (const auto& [key, value] : settings_) {
    session::ThrowIfError(active.state->conf().Set(key, value));
  }
  return SparkSession(active.state);
}

DataStreamReader SparkSession::readStream() const { return DataStreamReader(state_); }
StreamingQueryManager SparkSession::streams() const { return StreamingQueryManager(state_); }
RuntimeConfig SparkSession::conf() const { return RuntimeConfig(state_); }
std::string SparkSession::version() const { return "4.2.0"; }
void SparkSession::stop() { state_->Stop(); }

}  // namespace millrace
