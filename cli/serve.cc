#include "serve.h"

#include <cstdio>
#include <map>
#include <string>

#include "python_child.h"
#include "python_functions.h"

namespace millrace::cli {
namespace {

/// Texts such as 90s or 60m; a number alone is seconds.
CLI::Option* AddDuration(CLI::App& command, const std::string& name,
                         std::chrono::milliseconds* duration, const std::string& default_text,
                         const std::string& description) {
  const std::map<std::string, std::int64_t> units = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  const auto to_milliseconds = [units](std::string& text) -> std::string {
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) text += "s";
    return CLI::AsNumberWithUnit(units)(text);
  };
  return command
      .add_option_function<std::int64_t>(
          name, [duration](std::int64_t value) { *duration = std::chrono::milliseconds(value); },
          description)
      ->transform(CLI::Validator(to_milliseconds, "such as 90s, 60m"))
      ->check(CLI::Validator(CLI::PositiveNumber).description(""))
      ->type_name("TIME")
      ->default_str(default_text);
}

/// Texts such as 128m or 1g, in bytes.
CLI::Option* AddBytes(CLI::App& command, const std::string& name, std::int64_t* bytes,
                      const std::string& default_text, const std::string& description) {
  return command
      .add_option_function<std::uint64_t>(
          name, [bytes](std::uint64_t value) { *bytes = static_cast<std::int64_t>(value); },
          description)
      ->transform(CLI::AsSizeValue(false).description("such as 64m, 1g"))
      ->type_name("BYTES")
      ->default_str(default_text);
}

void AddLimits(CLI::App& command, connect::ServerLimits* limits) {
  const std::string group = "Limits";
  command.add_option("--max-sessions", limits->max_sessions,
                     "sessions that may be open; a further client is refused as UNAVAILABLE")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group(group);
  AddDuration(command, "--session-idle", &limits->session_idle, "60m",
              "a session without a call for this long is closed, and its streaming queries stop")
      ->group(group);
  AddDuration(command, "--detached-operation", &limits->detached_operation, "5m",
              "an operation that no client reads from for this long is cancelled")
      ->group(group);
  AddDuration(command, "--stream-duration", &limits->stream_duration, "2m",
              "after this long an answer ends and the client asks for the rest of it, so that no "
              "proxy cuts it")
      ->group(group);
  AddBytes(command, "--max-message-bytes", &limits->max_message_bytes, "128m",
           "of a request; a longer one is refused as RESOURCE_EXHAUSTED")
      ->group(group);
  AddBytes(command, "--max-result-bytes", &limits->max_result_bytes, "1g",
           "of the rows that a query gives to its client; 0 sets no limit")
      ->group(group);
}

}  // namespace

void AddServeOptions(CLI::App& command, ServeArguments* arguments) {
  connect::ServerOptions& server = arguments->server;
  command.add_option("--host", server.host, "address to listen on; others than the loopback "
                                            "address need --token or --tls-cert")
      ->capture_default_str();
  command.add_option("--port", server.port, "port to listen on; 0 takes a free one")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  command.add_option("--token", server.token,
                     "what clients must send (sc://host:port/;token=...)")
      ->envname("SPARK_CONNECT_AUTHENTICATE_TOKEN");
  command.add_option("--tls-cert", server.tls_cert,
                     "certificate chain, a PEM file: clients connect with ;use_ssl=true");
  command.add_option("--tls-key", server.tls_key, "its private key, a PEM file");
  command.add_option("--python", server.python,
                     "the Python that runs foreach and foreachBatch functions");
  AddLimits(command, &server.limits);
}

int Serve(const ServeArguments& arguments) {
  connect::ServerOptions options = arguments.server;
  options.functions = MakePythonFunctions(options.python);
  auto server = connect::Server::Start(std::move(options));
  if (!server.ok()) {
    std::fprintf(stderr, "millrace serve: %s\n", server.status().message().c_str());
    return 1;
  }
  std::printf("Spark Connect server at sc://%s:%d\n", arguments.server.host.c_str(),
              (*server)->port());
  std::fflush(stdout);
  WaitForEndingSignal();
  (*server)->Shutdown();
  return 0;
}

}  // namespace millrace::cli
