#include "connect/session_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "connect/refusals.h"

namespace millrace::connect {
namespace {

namespace files = std::filesystem;

base::Status IoError(const std::string& path, const std::string& why) {
  return base::Status::Unavailable(fmt::format("the uploaded file {}: {}", path, why));
}

base::Status MakeParent(const std::string& path) {
  std::error_code error;
  files::create_directories(files::path(path).parent_path(), error);
  return error ? IoError(path, error.message()) : base::Status::Ok();
}

bool IsSame(const std::string& path, std::string_view bytes) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.view() == bytes;
}

/// True: it was written; false: it is there already, the same.
base::Result<bool> WriteOnce(const std::string& name, const std::string& path,
                             std::string_view bytes) {
  std::error_code error;
  if (files::exists(path, error)) {
    if (files::is_regular_file(path, error) && IsSame(path, bytes)) return false;
    return base::Status::InvalidArgument(
               fmt::format("[ARTIFACT_ALREADY_EXISTS] The artifact {} already exists. Please "
                           "choose a different name for the new artifact because it cannot be "
                           "overwritten. SQLSTATE: 42713",
                           name))
        .WithSparkError({"SparkRuntimeException",
                         "ARTIFACT_ALREADY_EXISTS",
                         "42713",
                         {{"normalizedRemoteRelativePath", name}}});
  }
  MILLRACE_RETURN_IF_ERROR(MakeParent(path));
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return IoError(path, "it cannot be written");
  return true;
}

std::string FileName(const std::string& name) { return name.substr(name.find('/') + 1); }

}  // namespace

SessionFiles::~SessionFiles() {
  std::error_code ignored;
  if (!root_.empty()) files::remove_all(root_, ignored);
}

bool SessionFiles::Holds(std::string_view name) {
  return name.starts_with("pyfiles/") || name.starts_with("files/") ||
         name.starts_with("archives/");
}

base::Result<std::string> SessionFiles::Root() {
  std::lock_guard lock(mutex_);
  if (!root_.empty()) return root_;
  std::error_code error;
  files::path parent = files::temp_directory_path(error);
  if (error) parent = "/tmp";
  std::string name = (parent / "millrace-session-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return IoError(name, std::strerror(errno));
  files::create_directory(name + "/files", error);
  if (error) return IoError(name, error.message());
  root_ = name;
  return root_;
}

base::Status SessionFiles::Keep(const std::string& name, std::string_view bytes,
                                const Unpack& unpack) {
  const std::string file = FileName(name);
  if (file.empty()) return InvalidPlan("the artifact " + name + " has no name");
  MILLRACE_ASSIGN_OR_RETURN(const std::string root, Root());
  if (name.starts_with("archives/")) return KeepArchive(root, name, bytes, unpack);
  MILLRACE_ASSIGN_OR_RETURN(const bool is_new, WriteOnce(name, root + "/files/" + file, bytes));
  if (is_new && name.starts_with("pyfiles/")) {
    std::lock_guard lock(mutex_);
    includes_.push_back(file);
  }
  return base::Status::Ok();
}

base::Status SessionFiles::KeepArchive(const std::string& root, const std::string& name,
                                       std::string_view bytes, const Unpack& unpack) {
  const std::string file = FileName(name);
  const std::size_t hash = file.find('#');
  const std::string packed = root + "/archives/" + file;
  const std::string folder =
      root + "/files/" + (hash == std::string::npos ? file : file.substr(hash + 1));
  std::error_code error;
  const bool had_folder = files::exists(folder, error);
  MILLRACE_ASSIGN_OR_RETURN(const bool is_new, WriteOnce(name, packed, bytes));
  if (!is_new) return base::Status::Ok();
  if (had_folder) {
    files::remove(packed, error);
    return WriteOnce(name, folder, bytes).status();  // Says that the name is taken.
  }
  base::Status unpacked = unpack(packed, folder);
  if (!unpacked.ok()) {
    files::remove(packed, error);
    files::remove_all(folder, error);
  }
  return unpacked;
}

base::Status SessionFiles::CopyFrom(const SessionFiles& other) {
  std::string from;
  std::vector<std::string> includes;
  {
    std::lock_guard lock(other.mutex_);
    from = other.root_;
    includes = other.includes_;
  }
  if (from.empty()) return base::Status::Ok();
  MILLRACE_ASSIGN_OR_RETURN(const std::string to, Root());
  std::error_code error;
  files::copy(from, to, files::copy_options::recursive | files::copy_options::copy_symlinks, error);
  if (error) return IoError(to, error.message());
  std::lock_guard lock(mutex_);
  includes_ = std::move(includes);
  return base::Status::Ok();
}

std::string SessionFiles::directory() const {
  std::lock_guard lock(mutex_);
  return root_.empty() ? "" : root_ + "/files";
}

std::vector<std::string> SessionFiles::python_includes() const {
  std::lock_guard lock(mutex_);
  return includes_;
}

}  // namespace millrace::connect
