#include "millrace/session.h"

#include <mutex>

#include <fmt/format.h>

#include "base/random.h"
#include "base/uuid.h"
#include "session/dataframe_state.h"
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

/// Rows that are forgotten with the last plan that reads them.
plan::RelationPtr AnswerOf(const std::shared_ptr<session::SessionState>& state,
                           std::shared_ptr<connector::Table> rows) {
  const std::string id = base::Uuid::Random(base::Random::System()).ToString();
  state->KeepRemote(id, std::move(rows));
  auto relation = plan::MakeRelation(plan::relation::CachedRemoteRelation{id});
  const plan::Relation* node = relation.get();
  return {node, [relation = std::move(relation), id,
                 session = std::weak_ptr(state)](const plan::Relation*) mutable {
            relation.reset();
            if (const auto kept_by = session.lock()) kept_by->ForgetRemote(id);
          }};
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
DataFrameReader SparkSession::read() const { return DataFrameReader(state_); }

DataFrame SparkSession::sql(std::string_view text) const {
  plan::Statement statement = session::ValueOrThrow(state_->ParseSql(text));
  if (const auto* relation = std::get_if<plan::RelationPtr>(&statement)) {
    return session::MakeDataFrame(state_, *relation);
  }
  auto answer =
      session::ValueOrThrow(state_->RunCommand(std::get<plan::Command>(statement), {}));
  return session::MakeDataFrame(state_, AnswerOf(state_, std::move(answer)));
}

DataFrame SparkSession::table(std::string_view name) const { return read().table(name); }

DataFrame SparkSession::range(std::int64_t start, std::int64_t end, std::int64_t step) const {
  return session::MakeDataFrame(
      state_, plan::MakeRelation(plan::relation::Range{start, end, step, std::nullopt}));
}

StreamingQueryManager SparkSession::streams() const { return StreamingQueryManager(state_); }
RuntimeConfig SparkSession::conf() const { return RuntimeConfig(state_); }
std::string SparkSession::version() const { return "4.2.0"; }
void SparkSession::stop() { state_->Stop(); }

}  // namespace millrace
