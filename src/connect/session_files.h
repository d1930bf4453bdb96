#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/status.h"

namespace millrace::connect {

/// What a client uploaded for its functions: modules (pyfiles/), files/ and archives/. It lies in a
/// folder of this machine, where its Python workers find it, until the end of this object.
/// Thread-safe.
class SessionFiles {
 public:
  /// Unpacks the archive `file` into the folder `to`, which it makes.
  using Unpack = std::function<base::Status(const std::string& file, const std::string& to)>;

  SessionFiles() = default;
  ~SessionFiles();
  SessionFiles(const SessionFiles&) = delete;
  SessionFiles& operator=(const SessionFiles&) = delete;

  /// Is it one of those that lie here?
  static bool Holds(std::string_view name);
  /// `name` has no ".." in it. An archive is unpacked into a folder of its name, or of what stands
  /// behind its '#'. The same again is fine; ARTIFACT_ALREADY_EXISTS when it is not the same.
  base::Status Keep(const std::string& name, std::string_view bytes, const Unpack& unpack);
  /// All that the other has now.
  base::Status CopyFrom(const SessionFiles& other);

  /// What workers put on their path, and SparkFiles' root. Empty: nothing was uploaded.
  std::string directory() const;
  /// Names of modules and packages in the directory.
  std::vector<std::string> python_includes() const;

 private:
  base::Result<std::string> Root();
  base::Status KeepArchive(const std::string& root, const std::string& name, std::string_view bytes,
                           const Unpack& unpack);

  mutable std::mutex mutex_;  // Protects what follows, not the files.
  std::string root_;
  std::vector<std::string> includes_;
};

}  // namespace millrace::connect
