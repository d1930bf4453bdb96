#include "sources/file/stream_options.h"

#include <charconv>

#include <fmt/format.h>

#include "clients/files/errors.h"
#include "clients/files/glob.h"
#include "connector/duration.h"

namespace millrace::sources::file {

namespace {

using base::Result;
using base::Status;

constexpr std::chrono::hours kDefaultMaxFileAge{7 * 24};

Status IllegalArgument(std::string text, const char* exception_class = "IllegalArgumentException",
                       const char* condition = "") {
  return Status::InvalidArgument(std::move(text))
      .WithSparkError({exception_class, condition, "", {}});
}

Status BadValue(const std::string& value, const char* name, const char* wanted) {
  return IllegalArgument(fmt::format("Invalid value '{}' for option '{}', must be {}", value, name,
                                     wanted));
}

Result<std::optional<std::int64_t>> LimitOption(const connector::Options& options,
                                                const char* name) {
  const auto value = options.GetLong(name);
  if (value.ok() && (!*value || **value > 0)) return value;
  return BadValue(options.GetString(name).value_or(""), name, "a positive integer");
}

Result<bool> FlagOption(const connector::Options& options, const char* name) {
  const auto value = options.GetBool(name);
  if (value.ok()) return value->value_or(false);
  return BadValue(options.GetString(name).value_or(""), name, "'true' or 'false'");
}

Status ReadAge(const connector::Options& options, StreamOptions* read) {
  read->max_file_age = kDefaultMaxFileAge;
  if (const auto text = options.GetString("maxFileAge")) {
    const auto age = connector::ParseDuration(*text);
    if (!age) {
      return IllegalArgument(
          fmt::format("Time must be specified as seconds (s), milliseconds (ms), microseconds (us), "
                      "minutes (m or min), hour (h), or day (d). E.g. 50s, 100ms, or 250us.\n"
                      "Failed to parse time string: {}",
                      *text),
          "NumberFormatException");
    }
    read->max_file_age = *age;
  }
  // Else the oldest files of a backlog would never be read.
  if (read->latest_first && (read->max_files || read->max_bytes)) read->max_file_age.reset();
  return Status::Ok();
}

// Can a file that is moved below `archive` be one that the source reads?
bool ArchiveIsRead(const std::string& source, const std::string& archive) {
  const auto parts = [](std::string_view path) {
    std::vector<std::string> found;
    while (!path.empty()) {
      const std::size_t end = std::min(path.find('/'), path.size());
      if (end > 0) found.emplace_back(path.substr(0, end));
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    return found;
  };
  const auto in_source = parts(source);
  const auto in_archive = parts(archive);
  for (std::size_t i = 0; i < std::min(in_source.size(), in_archive.size()); ++i) {
    const auto matches = clients::files::MatchesGlob(in_source[i], in_archive[i]);
    if (!matches.ok() || !*matches) return false;
  }
  return true;
}

Status ReadCleanSource(const connector::Options& options, StreamOptions* read) {
  const std::string mode = options.GetString("cleanSource").value_or("off");
  const std::string lower = clients::files::LowerCase(mode);
  const auto archive = options.GetString("sourceArchiveDir");
  if (lower == "archive") read->clean_source = CleanSource::kArchive;
  if (lower == "delete") read->clean_source = CleanSource::kDelete;
  if (lower != "off" && read->clean_source == CleanSource::kOff) {
    return IllegalArgument(fmt::format(
        "Invalid mode for clean source option Some({}). Must be one of ARCHIVE,DELETE,OFF", mode));
  }
  if (read->clean_source != CleanSource::kArchive) return Status::Ok();
  if (!archive) return IllegalArgument("Archive mode must be used with 'sourceArchiveDir' option.");
  MILLRACE_ASSIGN_OR_RETURN(const fs::Location to, fs::Resolve(*archive));
  MILLRACE_ASSIGN_OR_RETURN(const fs::Location from, fs::Resolve(read->path));
  read->archive_directory = to.path;
  if (!ArchiveIsRead(from.path, to.path)) return Status::Ok();
  return IllegalArgument(
      "requirement failed: Base archive path cannot be set to the path where archived path can "
      "possibly match with source pattern. Ensure the base archive path doesn't match with source "
      "pattern in depth, where the depth is minimum of depth on both paths.");
}

Status ReadCache(const connector::Options& options, StreamOptions* read) {
  const auto cached = options.GetLong("maxCachedFiles");
  if (!cached.ok() || (*cached && **cached < 0)) {
    return BadValue(options.GetString("maxCachedFiles").value_or(""), "maxCachedFiles",
                    "an integer greater than or equal to 0");
  }
  read->max_cached_files = cached->value_or(read->max_cached_files);
  if (const auto text = options.GetString("discardCachedInputRatio")) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(),
                                              read->discard_cached_ratio);
    const bool number = error == std::errc() && end == text->data() + text->size();
    if (!number || !(read->discard_cached_ratio >= 0 && read->discard_cached_ratio <= 1)) {
      return BadValue(*text, "discardCachedInputRatio", "a positive float between 0 and 1");
    }
  }
  return Status::Ok();
}

}  // namespace

Result<StreamOptions> ReadStreamOptions(Format format, const connector::Options& options,
                                        const data::TimeZone& zone) {
  StreamOptions read;
  const auto path = options.GetString("path");
  if (!path) {
    return IllegalArgument("'path' is not specified.", "SparkIllegalArgumentException",
                           "_LEGACY_ERROR_TEMP_2047");
  }
  read.path = *path;
  for (const char* name : {"modifiedBefore", "modifiedAfter"}) {
    if (!options.Has(name)) continue;
    return IllegalArgument(fmt::format("option '{}' is not allowed in file stream sources",
                                       clients::files::LowerCase(name)));
  }
  MILLRACE_ASSIGN_OR_RETURN(read.read, ReadFileOptions(format, options, zone));
  MILLRACE_ASSIGN_OR_RETURN(read.max_files, LimitOption(options, "maxFilesPerTrigger"));
  MILLRACE_ASSIGN_OR_RETURN(read.max_bytes, LimitOption(options, "maxBytesPerTrigger"));
  if (read.max_files && read.max_bytes) {
    return IllegalArgument(
        "Options 'maxFilesPerTrigger' and 'maxBytesPerTrigger' can't be both set at the same time");
  }
  MILLRACE_ASSIGN_OR_RETURN(read.latest_first, FlagOption(options, "latestFirst"));
  MILLRACE_ASSIGN_OR_RETURN(read.file_name_only, FlagOption(options, "fileNameOnly"));
  MILLRACE_RETURN_IF_ERROR(ReadAge(options, &read));
  MILLRACE_RETURN_IF_ERROR(ReadCleanSource(options, &read));
  MILLRACE_RETURN_IF_ERROR(ReadCache(options, &read));
  std::vector<std::string> known = KnownOptions(format);
  for (const char* name :
       {"maxFilesPerTrigger", "maxBytesPerTrigger", "latestFirst", "maxFileAge", "fileNameOnly",
        "cleanSource", "sourceArchiveDir", "maxCachedFiles", "discardCachedInputRatio"}) {
    known.emplace_back(name);
  }
  MILLRACE_RETURN_IF_ERROR(options.CheckAllHonoured(
      fmt::format("{} file source", FormatName(format)), known));
  return read;
}

}  // namespace millrace::sources::file
