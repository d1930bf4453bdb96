#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "base/status.h"

namespace millrace::session {

/// Bytes that a client uploaded, under its names for them: rows of its DataFrames. They lie in
/// files of a folder for temporary ones until the end of this object, because a client uploads each
/// only once and may use it whenever it likes. Thread-safe.
class Artifacts {
 public:
  /// What is kept under this name already stays: names are hashes of what they name. Unavailable
  /// when it cannot be written.
  base::Status Keep(const std::string& name, const std::string& bytes);
  bool Has(const std::string& name) const;
  /// IllegalArgumentException when it was never kept.
  base::Result<std::string> Get(const std::string& name) const;
  /// All that the other has now, which may end before this.
  void CopyFrom(const Artifacts& other);

 private:
  class Folder;
  struct File {
    std::shared_ptr<const Folder> folder;  // Removed with its last file.
    std::string path;
  };
  /// A file of its own in the folder, which is made for the first.
  base::Result<File> NewFile();

  mutable std::mutex mutex_;  // Protects what follows, not the files.
  std::shared_ptr<const Folder> folder_;
  int files_made_ = 0;
  std::map<std::string, File> files_;  // By the artifact's name.
};

}  // namespace millrace::session
