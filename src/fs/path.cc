#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "fs/file_system.h"

namespace millrace::fs {
namespace {

std::string_view WithoutTrailingSlashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

/// Takes out doubled slashes, "." and "..", as Hadoop's Path does. Precondition: starts with '/'.
std::string Normalized(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    begin = end + 1;
  }
  if (parts.empty()) return "/";
  std::string result;
  for (const std::string_view part : parts) {
    result += '/';
    result += part;
  }
  return result;
}

/// "s3a" of "s3a://bucket/x"; empty when the text has no scheme.
std::string_view SchemeOf(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || uri.find('/') < colon) return {};
  return uri.substr(0, colon);
}

}  // namespace

std::string Join(std::string_view parent, std::string_view child) {
  parent = WithoutTrailingSlashes(parent);
  while (!child.empty() && child.front() == '/') child.remove_prefix(1);
  std::string path(parent);
  if (path.empty() || path.back() != '/') path += '/';
  path += child;
  return path;
}

std::string_view BaseName(std::string_view path) {
  path = WithoutTrailingSlashes(path);
  return path == "/" ? path : path.substr(path.rfind('/') + 1);
}

std::string_view DirName(std::string_view path) {
  path = WithoutTrailingSlashes(path);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return WithoutTrailingSlashes(path.substr(0, std::max<std::size_t>(slash, 1)));
}

std::string HadoopChecksumPath(std::string_view path) {
  return Join(DirName(path), fmt::format(".{}.crc", BaseName(path)));
}

base::Result<Location> Resolve(std::string_view uri) {
  std::string_view path = uri;
  const std::string_view scheme = SchemeOf(uri);
  if (!scheme.empty() || uri.starts_with(':')) {
    std::string lower(scheme);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower != "file") {
      return base::Status::Unsupported(
          fmt::format("No file system for scheme \"{}\" of {}: use a folder of this machine, as "
                      "/path or file:/path",
                      scheme, uri));
    }
    path.remove_prefix(scheme.size() + 1);
    if (path.starts_with("//")) {
      const std::size_t slash = path.find('/', 2);
      const std::string_view host = path.substr(2, slash == path.npos ? path.npos : slash - 2);
      if (!host.empty() && host != "localhost") {
        return base::Status::InvalidArgument(fmt::format(
            "{} names the host \"{}\": a local folder is written /path or file:/path", uri, host));
      }
      path = slash == path.npos ? std::string_view() : path.substr(slash);
    }
  }
  if (path.empty()) {
    return base::Status::InvalidArgument("Can not create a Path from an empty string")
        .WithSparkError({.exception_class = "IllegalArgumentException",
                         .condition = {},
                         .sql_state = {},
                         .parameters = {}});
  }
  if (path.find('\0') != path.npos) {
    return base::Status::InvalidArgument("a path cannot hold a zero byte");
  }
  if (path.starts_with('/')) return Location{LocalFileSystem(), Normalized(path)};
  std::error_code error;
  const std::string current = std::filesystem::current_path(error).string();
  if (error) {
    return base::Status::Unavailable(fmt::format(
        "{} is relative, and the current folder cannot be found ({}): give an absolute path", uri,
        error.message()));
  }
  return Location{LocalFileSystem(), Normalized(Join(current, path))};
}

std::string ToHadoopUri(std::string_view path) { return fmt::format("file:{}", path); }

}  // namespace millrace::fs
