#include "connect/authentication.h"

#include <random>
#include <string_view>

#include <fmt/format.h>

namespace millrace::connect {
namespace {

bool SameInConstantTime(std::string_view given, std::string_view expected) {
  unsigned char difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const char other = given.empty() ? '\0' : given[i % given.size()];
    difference = static_cast<unsigned char>(difference | (other ^ expected[i]));
  }
  return difference == 0;
}

}  // namespace

grpc::Status Authorize(const grpc::ServerContext& context, const std::string& token) {
  if (token.empty()) return grpc::Status::OK;
  constexpr std::string_view kBearer = "Bearer ";
  const auto& metadata = context.client_metadata();
  const auto [begin, end] = metadata.equal_range("authorization");
  if (begin == end) {
    return {grpc::StatusCode::UNAUTHENTICATED,
            "No authentication token provided: connect with sc://host:port/;token=..."};
  }
  for (auto entry = begin; entry != end; ++entry) {
    const std::string_view value(entry->second.data(), entry->second.size());
    if (value.starts_with(kBearer) && SameInConstantTime(value.substr(kBearer.size()), token)) {
      return grpc::Status::OK;
    }
  }
  return {grpc::StatusCode::UNAUTHENTICATED, "Invalid authentication token"};
}

std::string NewToken() {
  std::random_device device;
  std::string token;
  for (int i = 0; i < 8; ++i) token += fmt::format("{:08x}", device());
  return token;
}

}  // namespace millrace::connect
