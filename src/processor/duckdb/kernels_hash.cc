// Hashes: Spark's own Murmur3 and XXH64 of values of any type, and the digests of bytes.

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include <openssl/evp.h>
#include <zlib.h>

#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using Text = std::string_view;

/// Murmur3 in 32 bits. The last bytes of a text that fill no word are mixed in one by one, signed.
struct Murmur3 {
  using Value = std::uint32_t;

  static std::uint32_t Mix(std::uint32_t h, std::uint32_t k) {
    k = std::rotl(k * 0xcc9e2d51U, 15) * 0x1b873593U;
    return std::rotl(h ^ k, 13) * 5 + 0xe6546b64U;
  }
  static std::uint32_t Finish(std::uint32_t h, std::uint32_t length) {
    h ^= length;
    h = (h ^ h >> 16) * 0x85ebca6bU;
    h = (h ^ h >> 13) * 0xc2b2ae35U;
    return h ^ h >> 16;
  }
  static Value OfInt(std::int32_t x, Value seed) {
    return Finish(Mix(seed, static_cast<std::uint32_t>(x)), 4);
  }
  static Value OfLong(std::int64_t x, Value seed) {
    const auto bits = static_cast<std::uint64_t>(x);
    const std::uint32_t low = Mix(seed, static_cast<std::uint32_t>(bits));
    return Finish(Mix(low, static_cast<std::uint32_t>(bits >> 32)), 8);
  }
  static Value OfBytes(Text bytes, Value seed) {
    std::size_t i = 0;
    for (; i + 4 <= bytes.size(); i += 4) {
      std::uint32_t word;
      std::memcpy(&word, bytes.data() + i, 4);
      seed = Mix(seed, word);
    }
    for (; i < bytes.size(); ++i) {
      const std::int32_t byte = static_cast<signed char>(bytes[i]);
      seed = Mix(seed, static_cast<std::uint32_t>(byte));
    }
    return Finish(seed, static_cast<std::uint32_t>(bytes.size()));
  }
};

struct XxHash64 {
  using Value = std::uint64_t;

  static constexpr std::uint64_t kP1 = 0x9E3779B185EBCA87U;
  static constexpr std::uint64_t kP2 = 0xC2B2AE3D27D4EB4FU;
  static constexpr std::uint64_t kP3 = 0x165667B19E3779F9U;
  static constexpr std::uint64_t kP4 = 0x85EBCA77C2B2AE63U;
  static constexpr std::uint64_t kP5 = 0x27D4EB2F165667C5U;

  static Value Finish(Value h) {
    h = (h ^ h >> 33) * kP2;
    h = (h ^ h >> 29) * kP3;
    return h ^ h >> 32;
  }
  static Value Round(Value h, std::uint64_t word) { return std::rotl(h + word * kP2, 31) * kP1; }
  static Value AddLong(Value h, std::uint64_t word) {
    return std::rotl(h ^ Round(0, word), 27) * kP1 + kP4;
  }
  static Value AddInt(Value h, std::uint32_t word) {
    return std::rotl(h ^ word * kP1, 23) * kP2 + kP3;
  }
  static Value OfInt(std::int32_t x, Value seed) {
    return Finish(AddInt(seed + kP5 + 4, static_cast<std::uint32_t>(x)));
  }
  static Value OfLong(std::int64_t x, Value seed) {
    return Finish(AddLong(seed + kP5 + 8, static_cast<std::uint64_t>(x)));
  }
  template <typename Word>
  static Word At(Text bytes, std::size_t i) {
    Word word;
    std::memcpy(&word, bytes.data() + i, sizeof(word));
    return word;
  }
  static Value OfBytes(Text bytes, Value seed) {
    std::size_t i = 0;
    Value h = seed + kP5;
    if (bytes.size() >= 32) {
      Value v[4] = {seed + kP1 + kP2, seed + kP2, seed, seed - kP1};
      for (; i + 32 <= bytes.size(); i += 32) {
        for (std::size_t k = 0; k < 4; ++k) v[k] = Round(v[k], At<std::uint64_t>(bytes, i + 8 * k));
      }
      h = std::rotl(v[0], 1) + std::rotl(v[1], 7) + std::rotl(v[2], 12) + std::rotl(v[3], 18);
      for (const Value part : v) h = (h ^ Round(0, part)) * kP1 + kP4;
    }
    h += bytes.size();
    for (; i + 8 <= bytes.size(); i += 8) h = AddLong(h, At<std::uint64_t>(bytes, i));
    if (i + 4 <= bytes.size()) {
      h = AddInt(h, At<std::uint32_t>(bytes, i));
      i += 4;
    }
    for (; i < bytes.size(); ++i) {
      h = std::rotl(h ^ static_cast<unsigned char>(bytes[i]) * kP5, 11) * kP1;
    }
    return Finish(h);
  }
};

// java.math.BigInteger.toByteArray: as few bytes as hold the number with its sign, highest first.
std::string BigIntegerBytes(__int128 value) {
  std::string bytes;
  for (int shift = 120; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  std::size_t skip = 0;
  while (skip + 1 < bytes.size()) {
    const bool negative = (bytes[skip + 1] & 0x80) != 0;
    if (bytes[skip] != (negative ? '\xFF' : '\0')) break;
    ++skip;
  }
  return bytes.substr(skip);
}

// NaNs are one, and so are the zeros.
std::int32_t BitsOf(float x) {
  if (x == 0) return 0;
  return std::isnan(x) ? 0x7fc00000 : std::bit_cast<std::int32_t>(x);
}
std::int64_t BitsOf(double x) {
  if (x == 0) return 0;
  return std::isnan(x) ? 0x7ff8000000000000 : std::bit_cast<std::int64_t>(x);
}

template <typename Hash>
typename Hash::Value HashOf(const arrow::Array& array, std::int64_t row, const DataType& type,
                            typename Hash::Value seed) {
  if (array.IsNull(row)) return seed;
  const Operand operand{std::shared_ptr<arrow::Array>(std::shared_ptr<void>(),
                                                      const_cast<arrow::Array*>(&array)),
                        false};
  switch (type.kind()) {
    case Kind::kNull:
      return seed;
    case Kind::kBoolean:
      return Hash::OfInt(Reader<bool>(operand)(row) ? 1 : 0, seed);
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kDate:
    case Kind::kYearMonthInterval:
      return Hash::OfInt(static_cast<std::int32_t>(Reader<Whole>(operand)(row).value), seed);
    case Kind::kFloat:
      return Hash::OfInt(BitsOf(Reader<float>(operand)(row)), seed);
    case Kind::kDouble:
      return Hash::OfLong(BitsOf(Reader<double>(operand)(row)), seed);
    case Kind::kDecimal: {
      const __int128 value = Reader<__int128>(operand)(row);
      if (type.precision() <= 18) return Hash::OfLong(static_cast<std::int64_t>(value), seed);
      return Hash::OfBytes(BigIntegerBytes(value), seed);
    }
    case Kind::kString:
    case Kind::kBinary:
      return Hash::OfBytes(Reader<Text>(operand)(row), seed);
    case Kind::kArray: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      for (auto i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
        seed = HashOf<Hash>(*list.values(), i, type.elementType(), seed);
      }
      return seed;
    }
    case Kind::kStruct: {
      const auto& fields = static_cast<const arrow::StructArray&>(array);
      for (int i = 0; i < fields.num_fields(); ++i) {
        seed = HashOf<Hash>(*fields.field(i), row,
                            type.fields()[static_cast<std::size_t>(i)].dataType, seed);
      }
      return seed;
    }
    default:
      return Hash::OfLong(Reader<Whole>(operand)(row).value, seed);
  }
}

template <typename Hash>
base::Result<Kernel> HashKernel(const FunctionContext& context) {
  std::vector<DataType> types;
  for (const plan::BoundExpressionPtr& arg : context.args) types.push_back(arg->type);
  return Kernel([types](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                        ColumnBuilder* out) {
    constexpr typename Hash::Value kSeed = 42;
    for (std::int64_t row = 0; row < rows; ++row) {
      typename Hash::Value hash = kSeed;
      for (std::size_t i = 0; i < args.size(); ++i) {
        hash = HashOf<Hash>(*args[i].array, args[i].at(row), types[i], hash);
      }
      out->AppendInt(static_cast<std::make_signed_t<typename Hash::Value>>(hash));
    }
    return base::Status::Ok();
  });
}

// ------------------------------------------------------------------------------------- digests

std::string Digest(Text bytes, const EVP_MD* algorithm) {
  constexpr Text kHex = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  std::string out;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, algorithm, nullptr) != 1) return out;
  for (unsigned int i = 0; i < length; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

base::Result<Kernel> Md5(const FunctionContext&) {
  return ForRows<Text>([](Text bytes) { return Digest(bytes, EVP_md5()); });
}

base::Result<Kernel> Sha1(const FunctionContext&) {
  return ForRows<Text>([](Text bytes) { return Digest(bytes, EVP_sha1()); });
}

base::Result<Kernel> Sha2(const FunctionContext&) {
  return ForRows<Text, std::int32_t>(
      [](Text bytes, std::int32_t bits) -> std::optional<std::string> {
        switch (bits) {
          case 224:
            return Digest(bytes, EVP_sha224());
          case 0:
          case 256:
            return Digest(bytes, EVP_sha256());
          case 384:
            return Digest(bytes, EVP_sha384());
          case 512:
            return Digest(bytes, EVP_sha512());
          default:
            return std::nullopt;
        }
      });
}

base::Result<Kernel> Crc32(const FunctionContext&) {
  return ForRows<Text>([](Text bytes) -> std::int64_t {
    return static_cast<std::int64_t>(
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
  });
}

}  // namespace

std::vector<KernelSpec> HashKernels() {
  return {
      {"hash", false, HashKernel<Murmur3>},
      {"xxhash64", false, HashKernel<XxHash64>},
      {"md5", false, Md5},
      {"sha1", false, Sha1},
      {"sha2", false, Sha2},
      {"crc32", false, Crc32},
  };
}

}  // namespace millrace::processor::duckdb
