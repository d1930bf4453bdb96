#pragma once

#include <grpcpp/server_context.h>

#include <string>

namespace millrace::connect {

/// UNAUTHENTICATED unless the call carries `authorization: Bearer <token>`. An empty token asks for
/// nothing. How long it takes does not tell how much of a wrong token was right.
grpc::Status Authorize(const grpc::ServerContext& context, const std::string& token);

/// 256 random bits of the operating system's, as hexadecimal digits.
std::string NewToken();

}  // namespace millrace::connect
