#pragma once

#include <string>
#include <string_view>

namespace millrace::connect {

/// "sc://localhost:15002/", with ";token=..." when there is one. PySpark sends a token without TLS
/// to "localhost" only, by that name.
std::string LocalUrl(int port, std::string_view token);

/// The URL with one parameter more: ";name=value". The value is percent-encoded: PySpark takes
/// parameters apart at ';' and '=', and refuses a path, before it decodes.
std::string WithParameter(std::string url, std::string_view name, std::string_view value);

}  // namespace millrace::connect
