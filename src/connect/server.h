#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/status.h"

namespace millrace::session {
class SessionState;
}

namespace millrace::connect {

class StreamFunctions;

struct ServerLimits {
  std::int64_t max_message_bytes = 128 << 20;   ///< Of a request.
  std::int64_t max_result_bytes = 1LL << 30;    ///< Of a query's rows, as Arrow; 0: no limit.
  std::size_t max_sessions = 1000;
  std::chrono::milliseconds session_idle = std::chrono::minutes(60);
  /// How long an operation that no client reads from goes on.
  std::chrono::milliseconds detached_operation = std::chrono::minutes(5);
  /// After this long the answer to a reattachable operation ends, and the client comes again: so
  /// that proxies do not cut it.
  std::chrono::milliseconds stream_duration = std::chrono::minutes(2);
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 15002;      ///< 0: any that is free.
  std::string token;     ///< What clients must send as `authorization: Bearer`; empty: nothing.
  std::string tls_cert;  ///< Files in PEM; both or none.
  std::string tls_key;
  ServerLimits limits;
  /// Settings of each new session. spark.master says how many threads it has.
  std::vector<std::pair<std::string, std::string>> conf;
  /// Makes the engine's session of a new client, instead of `conf`.
  std::function<base::Result<std::shared_ptr<session::SessionState>>()> make_session;
  /// The Python that runs foreach and foreachBatch functions; empty: none.
  std::string python;
  /// Runs them. Null: they are refused.
  std::shared_ptr<StreamFunctions> functions;
};

/// The Spark Connect server: sessions of many clients over gRPC. Thread-safe.
class Server {
 public:
  /// Listens when it returns. InvalidArgument when the options contradict each other, or when others
  /// than this machine could connect without a token or TLS; Unavailable when the port is taken.
  static base::Result<std::unique_ptr<Server>> Start(ServerOptions options);
  /// As Shutdown().
  ~Server();

  int port() const;
  /// What programs of this machine connect to, Python workers among them, with its token:
  /// "sc://localhost:15002/;token=t". With TLS, or on an address that `localhost` does not reach,
  /// this is a second port: without TLS, on 127.0.0.1 only, with a random token of its own.
  const std::string& url() const;
  /// Sessions that are open.
  std::size_t sessions() const;
  /// Until Shutdown().
  void Wait();
  /// Takes no more calls, interrupts what runs, stops all streaming queries; waits. May be called
  /// from any thread, but for a signal handler.
  void Shutdown();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace millrace::connect
