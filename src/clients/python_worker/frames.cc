#include "clients/python_worker/frames.h"

namespace millrace::clients::python_worker {
namespace {

template <typename T>
void AppendBigEndian(std::string* out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    *out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xFF);
  }
}

template <typename T>
T DecodeBigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<T>(value);
}

}  // namespace

void AppendInt(std::string* out, std::int32_t value) { AppendBigEndian(out, value); }
void AppendLong(std::string* out, std::int64_t value) { AppendBigEndian(out, value); }
void AppendBool(std::string* out, bool value) { *out += value ? '\1' : '\0'; }

void AppendText(std::string* out, std::string_view text) {
  AppendInt(out, static_cast<std::int32_t>(text.size()));
  *out += text;
}

std::int32_t DecodeInt(std::string_view four_bytes) {
  return DecodeBigEndian<std::int32_t>(four_bytes);
}
std::int64_t DecodeLong(std::string_view eight_bytes) {
  return DecodeBigEndian<std::int64_t>(eight_bytes);
}

}  // namespace millrace::clients::python_worker
