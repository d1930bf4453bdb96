#pragma once

#include <CLI/CLI.hpp>

#include "connect/server.h"

namespace millrace::cli {

struct ServeArguments {
  connect::ServerOptions server;
};

void AddServeOptions(CLI::App& command, ServeArguments* arguments);

/// Serves until SIGINT or SIGTERM, then stops every query. 0, or 1 when it cannot start.
int Serve(const ServeArguments& arguments);

}  // namespace millrace::cli
