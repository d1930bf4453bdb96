#include "connect/server.h"

#include <fmt/format.h>
#include <grpc/grpc.h>

#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>

#include "base/log.h"
#include "connect/authentication.h"
#include "connect/connect_url.h"
#include "connect/service.h"

namespace millrace::connect {
namespace {

base::Status BadOption(std::string message) {
  return base::Status::InvalidArgument("connect server: " + std::move(message))
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// Does `localhost` lead to a server that listens there? ::1 is not always among its addresses.
bool IsReachedByLocalhost(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "0.0.0.0" || host == "::";
}

base::Status Check(const ServerOptions& options) {
  if (options.port < 0 || options.port > 65535) {
    return BadOption(fmt::format("the port {} is none; 0 takes any that is free", options.port));
  }
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return BadOption("TLS needs both a certificate (--tls-cert) and its key (--tls-key)");
  }
  if (!IsLoopback(options.host) && options.token.empty() && options.tls_cert.empty()) {
    return BadOption(fmt::format("{} can be reached from other machines, and whoever connects may "
                                 "run any query and read and write files: set a token (--token) or "
                                 "TLS (--tls-cert, --tls-key), or listen on 127.0.0.1",
                                 options.host));
  }
  if (!IsLoopback(options.host) && options.tls_cert.empty()) {
    base::LogWarn("connect: without TLS the token and all data cross the network in clear text");
  }
  return base::Status::Ok();
}

base::Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) return BadOption("cannot read " + path);
  return text.str();
}

base::Result<std::shared_ptr<grpc::ServerCredentials>> CredentialsOf(
    const ServerOptions& options) {
  if (options.tls_cert.empty()) return grpc::InsecureServerCredentials();
  MILLRACE_ASSIGN_OR_RETURN(std::string certificate, ReadFile(options.tls_cert));
  MILLRACE_ASSIGN_OR_RETURN(std::string key, ReadFile(options.tls_key));
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({std::move(key), std::move(certificate)});
  return grpc::SslServerCredentials(tls);
}

base::Result<std::shared_ptr<session::SessionState>> NewSession(
    const std::vector<std::pair<std::string, std::string>>& conf) {
  std::string master = "local[*]";
  for (const auto& [key, value] : conf) {
    if (key == "spark.master") master = value;
  }
  MILLRACE_ASSIGN_OR_RETURN(const int threads, session::ThreadsOfMaster(master));
  auto state = std::make_shared<session::SessionState>(threads);
  for (const auto& [key, value] : conf) {
    MILLRACE_RETURN_IF_ERROR(state->conf().Set(key, value));
  }
  return state;
}

/// IPv6 addresses stand in brackets before a port.
std::string Address(const std::string& host, int port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

base::Result<std::unique_ptr<grpc::Server>> Listen(
    const std::string& address, const std::shared_ptr<grpc::ServerCredentials>& credentials,
    const ServerLimits& limits, Service* service, int* port) {
  grpc::ServerBuilder builder;
  // Otherwise two servers on one port would each get some of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(static_cast<int>(
      std::min<std::int64_t>(limits.max_message_bytes, std::numeric_limits<int>::max())));
  builder.SetMaxSendMessageSize(-1);
  builder.AddListeningPort(address, credentials, port);
  builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || *port == 0) {
    return base::Status::Unavailable(
        fmt::format("connect server: cannot listen on {}; is another server there?", address));
  }
  return server;
}

}  // namespace

struct Server::Parts {
  Parts(SessionRegistry::MakeState make, SessionLimits limits, ServiceOptions service_options)
      : sessions(std::move(make), limits), service(&sessions, std::move(service_options)) {}

  SessionRegistry sessions;
  Service service;
  /// For programs of this machine, where the other one speaks TLS or is not at `localhost`.
  std::optional<Service> local_service;
  int port = 0;
  std::string url;
  std::once_flag shut_down;
  // Last: their threads use all of the above.
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<grpc::Server> local_server;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Shutdown(); }

base::Result<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  MILLRACE_RETURN_IF_ERROR(Check(options));
  MILLRACE_ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(options));
  if (options.make_session == nullptr) {
    // A setting that no session can have is told now, not to each client.
    MILLRACE_RETURN_IF_ERROR(NewSession(options.conf).status());
    options.make_session = [conf = options.conf] { return NewSession(conf); };
  }
  ServiceOptions service{options.token, "", options.limits.max_result_bytes,
                         options.limits.stream_duration, options.functions};
  auto parts = std::make_unique<Parts>(
      options.make_session,
      SessionLimits{options.limits.max_sessions, options.limits.session_idle,
                    options.limits.detached_operation},
      service);
  if (!options.tls_cert.empty() || !IsReachedByLocalhost(options.host)) {
    service.token = NewToken();
    Service& local = parts->local_service.emplace(&parts->sessions, service);
    int port = 0;
    MILLRACE_ASSIGN_OR_RETURN(parts->local_server,
                              Listen("127.0.0.1:0", grpc::InsecureServerCredentials(),
                                     options.limits, &local, &port));
    parts->url = LocalUrl(port, service.token);
    local.set_connect_url(parts->url);
    parts->service.set_connect_url(parts->url);
  }
  MILLRACE_ASSIGN_OR_RETURN(parts->server, Listen(Address(options.host, options.port), credentials,
                                                  options.limits, &parts->service, &parts->port));
  if (parts->local_server == nullptr) {
    parts->url = LocalUrl(parts->port, options.token);
    parts->service.set_connect_url(parts->url);
  }
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

int Server::port() const { return parts_->port; }

const std::string& Server::url() const { return parts_->url; }

std::size_t Server::sessions() const { return parts_->sessions.size(); }

void Server::Wait() { parts_->server->Wait(); }

void Server::Shutdown() {
  std::call_once(parts_->shut_down, [this] {
    parts_->sessions.CloseAll();  // Ends what calls wait for.
    const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(1);
    parts_->server->Shutdown(deadline);
    if (parts_->local_server != nullptr) parts_->local_server->Shutdown(deadline);
    parts_->sessions.CloseAll();
  });
}

}  // namespace millrace::connect
