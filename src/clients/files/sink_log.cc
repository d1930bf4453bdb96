#include "clients/files/sink_log.h"

#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/json_text.h"

namespace millrace::clients::files {

using base::Result;
using base::Status;

namespace {

// What Hadoop says of every file on a local disk.
constexpr std::int64_t kBlockSize = 33'554'432;

}  // namespace

std::string ToJson(const SinkFile& file) {
  std::string json = "{\"path\":";
  data::AppendJsonString(&json, file.path);
  return json + fmt::format(",\"size\":{},\"isDir\":false,\"modificationTime\":{},"
                            "\"blockReplication\":1,\"blockSize\":{},\"action\":\"add\"}}",
                            file.size, file.modification_ms, kBlockSize);
}

Result<SinkFile> ParseSinkFile(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  SinkFile file;
  const auto number = [&](const char* key, std::int64_t* out) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_integer()) return false;
    *out = found->get<std::int64_t>();
    return true;
  };
  const bool is_object = json.is_object();
  const auto path = is_object ? json.find("path") : json.end();
  if (!is_object || path == json.end() || !path->is_string() || !number("size", &file.size) ||
      !number("modificationTime", &file.modification_ms)) {
    return Status::Corrupt(fmt::format("the line does not name a file of the sink: {}", line));
  }
  file.path = path->get<std::string>();
  return file;
}

Result<bool> HasSinkLog(fs::FileSystem* file_system, const std::string& directory) {
  MILLRACE_ASSIGN_OR_RETURN(const auto log,
                            file_system->Stat(fs::Join(directory, kSinkLogFolder)));
  return log.has_value() && log->is_directory;
}

Result<std::vector<SinkFile>> ReadSinkLog(fs::FileSystem* file_system,
                                          const std::string& directory, base::Clock* clock) {
  CompactibleLog log(file_system, fs::Join(directory, kSinkLogFolder), {}, clock);
  MILLRACE_ASSIGN_OR_RETURN(const std::vector<std::string> lines, log.All());
  std::vector<SinkFile> files;
  for (const std::string& line : lines) {
    Result<SinkFile> file = ParseSinkFile(line);
    if (!file.ok()) return file.status().WithContext(log.directory());
    files.push_back(*std::move(file));
  }
  return files;
}

}  // namespace millrace::clients::files
