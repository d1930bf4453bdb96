#include <algorithm>
#include <cstring>
#include <utility>

#include "fs/file_system.h"

namespace millrace::fs {
namespace {

class BytesFile final : public InputFile {
 public:
  explicit BytesFile(std::string bytes) : bytes_(std::move(bytes)) {}
  std::int64_t size_bytes() const override { return static_cast<std::int64_t>(bytes_.size()); }
  base::Result<std::int64_t> ReadAt(std::int64_t offset, std::int64_t length, char* out) override {
    const std::int64_t count = std::clamp<std::int64_t>(size_bytes() - offset, 0, length);
    if (count > 0) std::memcpy(out, bytes_.data() + offset, static_cast<std::size_t>(count));
    return count;
  }

 private:
  const std::string bytes_;
};

}  // namespace

base::Result<std::unique_ptr<InputFile>> FileSystem::OpenInput(const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(std::string bytes, Read(path));
  return std::unique_ptr<InputFile>(std::make_unique<BytesFile>(std::move(bytes)));
}

}  // namespace millrace::fs
