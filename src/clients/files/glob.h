#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fs/file_system.h"

namespace millrace::clients::files {

/// Hadoop's glob patterns: `*`, `?`, `[abc]`, `[a-c]`, `[^a]`, `{a,b}`, and `\x` for x itself.

/// Does the path hold one of the characters that make it a pattern?
bool IsGlob(std::string_view path);

/// The texts that stand for `pattern` when its braces are written out, "a{b,c}" as "ab" and "ac".
/// InvalidArgument for braces that are not closed, and for more than ten thousand texts.
base::Result<std::vector<std::string>> ExpandBraces(const std::string& pattern);

/// Does the name match? `pattern` has no braces. A bracket that is not closed matches nothing.
bool MatchesWildcards(std::string_view pattern, std::string_view name);

/// ExpandBraces and MatchesWildcards together, for one name.
base::Result<bool> MatchesGlob(const std::string& pattern, std::string_view name);

/// The files and folders that match an absolute pattern, in name order.
base::Result<std::vector<std::string>> ExpandGlob(fs::FileSystem* file_system,
                                                  const std::string& pattern);

}  // namespace millrace::clients::files
