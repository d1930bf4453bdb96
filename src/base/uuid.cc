#include "base/uuid.h"

namespace millrace::base {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Random* Random::System() {
  static auto* random = [] {
    std::random_device device;
    return new Random((static_cast<std::uint64_t>(device()) << 32) ^ device());
  }();
  return random;
}

Uuid Uuid::Random(base::Random* random) {
  Uuid id;
  for (int half = 0; half < 2; ++half) {
    std::uint64_t bits = random->Next();
    for (int i = 0; i < 8; ++i, bits >>= 8) id.bytes_[half * 8 + i] = bits & 0xff;
  }
  id.bytes_[6] = (id.bytes_[6] & 0x0f) | 0x40;
  id.bytes_[8] = (id.bytes_[8] & 0x3f) | 0x80;
  return id;
}

Result<Uuid> Uuid::Parse(std::string_view text) {
  auto invalid = [&] {
    return Status::InvalidArgument("Invalid UUID string: " + std::string(text));
  };
  if (text.size() != 36) return invalid();
  Uuid id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen != (text[i] == '-')) return invalid();
    if (hyphen) continue;
    const int value = HexValue(text[i]);
    if (value < 0) return invalid();
    id.bytes_[nibble / 2] |= static_cast<std::uint8_t>(value << (nibble % 2 == 0 ? 4 : 0));
    ++nibble;
  }
  return id;
}

std::string Uuid::ToString() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[bytes_[i] >> 4];
    text += kHex[bytes_[i] & 0xf];
  }
  return text;
}

}  // namespace millrace::base
