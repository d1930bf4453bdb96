#include "session/artifacts.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace millrace::session {
namespace {

namespace files = std::filesystem;

base::Status IoError(const std::string& path, std::string_view why) {
  return base::Status::Unavailable(fmt::format("the uploaded rows in {}: {}", path, why));
}

void RemoveFile(const std::string& path) {
  std::error_code ignored;
  files::remove(path, ignored);
}

}  // namespace

class Artifacts::Folder {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}
  ~Folder() {
    std::error_code error;
    files::remove_all(path_, error);
    if (error) base::LogWarn(fmt::format("uploaded rows in {} stay: {}", path_, error.message()));
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

base::Result<Artifacts::File> Artifacts::NewFile() {
  std::lock_guard lock(mutex_);
  if (folder_ == nullptr) {
    std::error_code error;
    files::path parent = files::temp_directory_path(error);
    if (error) parent = "/tmp";
    std::string path = (parent / "millrace-rows-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) return IoError(path, std::strerror(errno));
    folder_ = std::make_shared<Folder>(std::move(path));
  }
  return File{folder_, fmt::format("{}/{}", folder_->path(), files_made_++)};
}

base::Status Artifacts::Keep(const std::string& name, const std::string& bytes) {
  if (Has(name)) return base::Status::Ok();
  MILLRACE_ASSIGN_OR_RETURN(const File file, NewFile());
  std::ofstream out(file.path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) {
    RemoveFile(file.path);
    return IoError(file.path, "they cannot be written");
  }
  bool is_new = false;
  {
    std::lock_guard lock(mutex_);
    is_new = files_.emplace(name, file).second;
  }
  if (!is_new) RemoveFile(file.path);
  return base::Status::Ok();
}

bool Artifacts::Has(const std::string& name) const {
  std::lock_guard lock(mutex_);
  return files_.contains(name);
}

base::Result<std::string> Artifacts::Get(const std::string& name) const {
  File file;
  {
    std::lock_guard lock(mutex_);
    const auto found = files_.find(name);
    if (found != files_.end()) file = found->second;
  }
  if (file.folder == nullptr) {
    return base::Status::NotFound(fmt::format("{} was not uploaded to this session", name))
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  std::error_code error;
  const auto size = files::file_size(file.path, error);
  if (error) return IoError(file.path, error.message());
  std::string bytes(size, '\0');
  std::ifstream in(file.path, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) return IoError(file.path, "they cannot be read");
  return bytes;
}

void Artifacts::CopyFrom(const Artifacts& other) {
  std::map<std::string, File> copied;
  {
    std::lock_guard lock(other.mutex_);
    copied = other.files_;
  }
  std::lock_guard lock(mutex_);
  files_.merge(copied);
}

}  // namespace millrace::session
