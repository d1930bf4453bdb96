#include "clients/delta/deletion_vector.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <zlib.h>

#include "clients/delta/file_path.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;

constexpr std::uint32_t kPortableMagic = 1681511377;
constexpr std::uint32_t kNativeMagic = 1681511376;
constexpr std::uint32_t kWithoutRuns = 12346;  // Cookies of the 32-bit form.
constexpr std::uint32_t kWithRuns = 12347;
constexpr std::uint32_t kNoOffsetsBelow = 4;
constexpr std::size_t kArrayLimit = 4096;
constexpr std::size_t kBitmapBytes = 8192;
constexpr std::size_t kUuidCharacters = 20;
constexpr std::string_view kZ85 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

Status Damaged(std::string_view what) {
  return Status::Corrupt(fmt::format("deletion vector: {}", what));
}

/// Little-endian numbers, one after the other.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  template <typename T>
  bool Read(T* value) {
    if (bytes_.size() < sizeof(T)) return false;
    std::memcpy(value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return true;
  }
  bool Take(std::size_t count, std::string_view* out) {
    if (bytes_.size() < count) return false;
    *out = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return true;
  }

 private:
  std::string_view bytes_;
};

bool ReadArray(Cursor* cursor, std::size_t count, std::uint64_t base,
               std::vector<std::uint64_t>* rows) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t low = 0;
    if (!cursor->Read(&low)) return false;
    rows->push_back(base | low);
  }
  return true;
}

bool ReadBits(Cursor* cursor, std::uint64_t base, std::vector<std::uint64_t>* rows) {
  std::string_view bits;
  if (!cursor->Take(kBitmapBytes, &bits)) return false;
  for (std::size_t byte = 0; byte < kBitmapBytes; ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      if (static_cast<unsigned char>(bits[byte]) >> bit & 1) rows->push_back(base | (byte * 8 + bit));
    }
  }
  return true;
}

bool ReadRuns(Cursor* cursor, std::uint64_t base, std::vector<std::uint64_t>* rows) {
  std::uint16_t runs = 0;
  if (!cursor->Read(&runs)) return false;
  for (std::uint16_t i = 0; i < runs; ++i) {
    std::uint16_t first = 0;
    std::uint16_t more = 0;
    if (!cursor->Read(&first) || !cursor->Read(&more)) return false;
    if (std::uint32_t{first} + more > 0xFFFF) return false;
    for (std::uint32_t low = first; low <= std::uint32_t{first} + more; ++low) {
      rows->push_back(base | low);
    }
  }
  return true;
}

// One 32-bit bitmap in RoaringBitmap's standard form; `high` is put above its rows.
bool ReadBitmap32(Cursor* cursor, std::uint64_t high, std::vector<std::uint64_t>* rows) {
  std::uint32_t cookie = 0;
  std::uint32_t count = 0;
  std::string_view run_flags;
  if (!cursor->Read(&cookie)) return false;
  const bool has_runs = (cookie & 0xFFFF) == kWithRuns;
  if (has_runs) {
    count = (cookie >> 16) + 1;
    if (!cursor->Take((count + 7) / 8, &run_flags)) return false;
  } else if (cookie != kWithoutRuns || !cursor->Read(&count) || count > 0x10000) {
    return false;
  }
  struct Header {
    std::uint16_t key;
    std::uint16_t cardinality_less_one;
  };
  std::vector<Header> headers(count);
  for (Header& header : headers) {
    if (!cursor->Read(&header.key) || !cursor->Read(&header.cardinality_less_one)) return false;
  }
  if (!has_runs || count >= kNoOffsetsBelow) {
    std::string_view offsets;
    if (!cursor->Take(count * sizeof(std::uint32_t), &offsets)) return false;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t base = high << 32 | std::uint64_t{headers[i].key} << 16;
    const std::size_t cardinality = std::size_t{headers[i].cardinality_less_one} + 1;
    const bool is_run =
        has_runs && (static_cast<unsigned char>(run_flags[i / 8]) >> (i % 8) & 1) != 0;
    const bool read = is_run                       ? ReadRuns(cursor, base, rows)
                      : cardinality <= kArrayLimit ? ReadArray(cursor, cardinality, base, rows)
                                                   : ReadBits(cursor, base, rows);
    if (!read) return false;
  }
  return true;
}

bool ReadPortable(Cursor* cursor, std::vector<std::uint64_t>* rows) {
  std::uint64_t count = 0;
  if (!cursor->Read(&count) || count > 0x7FFFFFFF) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint32_t key = 0;
    if (!cursor->Read(&key) || key > 0x7FFFFFFF || !ReadBitmap32(cursor, key, rows)) return false;
  }
  return true;
}

bool ReadNative(Cursor* cursor, std::vector<std::uint64_t>* rows) {
  std::int32_t count = 0;
  if (!cursor->Read(&count) || count < 0) return false;
  for (std::int32_t key = 0; key < count; ++key) {
    std::int32_t size = 0;
    std::string_view bytes;
    if (!cursor->Read(&size) || size < 0 || !cursor->Take(static_cast<std::size_t>(size), &bytes)) {
      return false;
    }
    Cursor inner(bytes);
    if (!ReadBitmap32(&inner, static_cast<std::uint64_t>(key), rows)) return false;
  }
  return true;
}

std::uint32_t Crc32(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::uint32_t BigEndian(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// The file of a vector with storage type "u": "<prefix><uuid in Z85>".
Result<std::string> RelativeFile(const std::string& table_path, const std::string& text) {
  if (text.size() < kUuidCharacters) return Damaged("its file has no name");
  const std::string prefix = text.substr(0, text.size() - kUuidCharacters);
  MILLRACE_ASSIGN_OR_RETURN(const std::string uuid,
                            DecodeZ85(std::string_view(text).substr(prefix.size())));
  std::string name = "deletion_vector_";
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) name += '-';
    name += fmt::format("{:02x}", static_cast<unsigned char>(uuid[i]));
  }
  return fs::Join(prefix.empty() ? table_path : fs::Join(table_path, prefix), name + ".bin");
}

Result<std::string> ReadFromFile(fs::FileSystem* file_system, const std::string& path,
                                 const DeletionVector& vector) {
  const std::int64_t offset = vector.offset.value_or(1);
  const std::int64_t size = vector.size_in_bytes;
  MILLRACE_ASSIGN_OR_RETURN(const auto file, file_system->OpenInput(path));
  if (offset < 0 || size < 0 || offset + size + 8 > file->size_bytes()) {
    return Damaged(fmt::format("{} is too short", path));
  }
  std::string bytes(static_cast<std::size_t>(size + 8), '\0');
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t read,
                            file->ReadAt(offset, size + 8, bytes.data()));
  if (read != size + 8) return Damaged(fmt::format("{} is too short", path));
  const std::string_view bitmap = std::string_view(bytes).substr(4, static_cast<std::size_t>(size));
  if (BigEndian(bytes.data()) != static_cast<std::uint32_t>(size)) {
    return Damaged(fmt::format("{} has another size at {}", path, offset));
  }
  if (BigEndian(bytes.data() + 4 + size) != Crc32(bitmap)) {
    return Damaged(fmt::format("{} has a wrong checksum at {}", path, offset));
  }
  return std::string(bitmap);
}

Result<std::string> BitmapBytes(fs::FileSystem* file_system, const std::string& table_path,
                                const DeletionVector& vector) {
  if (vector.storage_type == "i") {
    MILLRACE_ASSIGN_OR_RETURN(std::string bytes, DecodeZ85(vector.path_or_inline_dv));
    if (vector.size_in_bytes < 0 || bytes.size() < static_cast<std::size_t>(vector.size_in_bytes)) {
      return Damaged("its text is too short");
    }
    bytes.resize(static_cast<std::size_t>(vector.size_in_bytes));
    return bytes;
  }
  if (vector.storage_type == "u") {
    MILLRACE_ASSIGN_OR_RETURN(const std::string path,
                              RelativeFile(table_path, vector.path_or_inline_dv));
    return ReadFromFile(file_system, path, vector);
  }
  if (vector.storage_type == "p") {
    return ReadFromFile(file_system, CanonicalPath(vector.path_or_inline_dv), vector);
  }
  return Damaged(fmt::format("storage type \"{}\" is not known", vector.storage_type));
}

}  // namespace

std::int64_t DeletedRows::Mark(std::uint64_t first, std::int64_t count,
                               std::vector<bool>* out) const {
  out->assign(static_cast<std::size_t>(count), false);
  const std::uint64_t end = first + static_cast<std::uint64_t>(count);
  std::int64_t marked = 0;
  for (auto row = std::ranges::lower_bound(rows_, first); row != rows_.end() && *row < end; ++row) {
    (*out)[static_cast<std::size_t>(*row - first)] = true;
    ++marked;
  }
  return marked;
}

Result<std::string> DecodeZ85(std::string_view text) {
  // Some writers put '#' in front of a block that is not full; a full one cannot begin so.
  if (text.size() % 5 != 0) return Damaged("its text is not Z85");
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 5) {
    std::string_view block = text.substr(at, 5);
    std::size_t padding = 0;
    while (padding < 5 && block[padding] == '#') ++padding;
    if (padding == 5) return Damaged("its text is not Z85");
    std::uint64_t value = 0;
    for (const char c : block.substr(padding)) {
      const std::size_t digit = kZ85.find(c);
      if (digit == kZ85.npos) return Damaged("its text is not Z85");
      value = value * 85 + digit;
    }
    if (value > 0xFFFFFFFF) return Damaged("its text is not Z85");
    const int count = 4 - static_cast<int>(padding);
    for (int i = count - 1; i >= 0; --i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  }
  return bytes;
}

Result<std::vector<std::uint64_t>> ParseBitmap(std::string_view bytes) {
  Cursor cursor(bytes);
  std::uint32_t magic = 0;
  std::vector<std::uint64_t> rows;
  const bool is_bitmap = cursor.Read(&magic) && (magic == kPortableMagic || magic == kNativeMagic);
  if (!is_bitmap) return Damaged("it is no bitmap");
  const bool read =
      magic == kPortableMagic ? ReadPortable(&cursor, &rows) : ReadNative(&cursor, &rows);
  if (!read) return Damaged("its bitmap is damaged");
  if (std::ranges::adjacent_find(rows, std::greater_equal()) != rows.end()) {
    return Damaged("its rows are not in order");
  }
  return rows;
}

Result<DeletedRows> ReadDeletionVector(fs::FileSystem* file_system, const std::string& table_path,
                                       const DeletionVector& vector) {
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes,
                            BitmapBytes(file_system, table_path, vector));
  MILLRACE_ASSIGN_OR_RETURN(std::vector<std::uint64_t> rows, ParseBitmap(bytes));
  if (static_cast<std::int64_t>(rows.size()) != vector.cardinality) {
    return Damaged(fmt::format("{} rows are in it, the log says {}", rows.size(),
                               vector.cardinality));
  }
  return DeletedRows(std::move(rows));
}

}  // namespace millrace::clients::delta
