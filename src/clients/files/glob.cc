#include "clients/files/glob.h"

#include <algorithm>

#include <fmt/format.h>

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;

constexpr std::size_t kMaxTexts = 10'000;

// Position behind the element of the pattern that begins at `at`.
std::size_t NextOf(std::string_view pattern, std::size_t at) {
  return at + (pattern[at] == '\\' && at + 1 < pattern.size() ? 2 : 1);
}

// The brace that closes the one at `open`; npos when none does.
std::size_t ClosingBrace(std::string_view pattern, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < pattern.size(); at = NextOf(pattern, at)) {
    if (pattern[at] == '{') ++depth;
    if (pattern[at] == '}' && --depth == 0) return at;
  }
  return std::string_view::npos;
}

std::size_t OpeningBrace(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size(); at = NextOf(pattern, at)) {
    if (pattern[at] == '{') return at;
  }
  return std::string_view::npos;
}

std::vector<std::string> Alternatives(std::string_view inside) {
  std::vector<std::string> found;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < inside.size(); at = NextOf(inside, at)) {
    if (inside[at] == '{') ++depth;
    if (inside[at] == '}') --depth;
    if (inside[at] != ',' || depth > 0) continue;
    found.emplace_back(inside.substr(begin, at - begin));
    begin = at + 1;
  }
  found.emplace_back(inside.substr(begin));
  return found;
}

// Does the class at `*at` ("[...]") hold `c`? Moves `*at` behind it.
bool InClass(std::string_view pattern, std::size_t* at, char c) {
  std::size_t i = *at + 1;
  const bool inverted = i < pattern.size() && (pattern[i] == '^' || pattern[i] == '!');
  if (inverted) ++i;
  bool holds = false;
  bool first = true;
  for (; i < pattern.size() && (pattern[i] != ']' || first); first = false) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const char low = pattern[i++];
    char high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      high = pattern[i + 1];
      i += 2;
    }
    holds = holds || (low <= c && c <= high);
  }
  if (i >= pattern.size()) {
    *at = pattern.size();
    return false;
  }
  *at = i + 1;
  return holds != inverted;
}

// Bytes of the UTF-8 character at the beginning.
std::size_t CharacterLength(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
    ++length;
  }
  return length;
}

Status Walk(fs::FileSystem* file_system, const std::string& folder, std::string_view rest,
            std::vector<std::string>* found) {
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view element = rest.substr(0, slash);
  const std::string_view after = slash == rest.size() ? std::string_view() : rest.substr(slash + 1);
  if (element.empty()) {
    if (after.empty()) return Status::Ok();
    return Walk(file_system, folder, after, found);
  }
  Result<std::vector<fs::FileInfo>> entries = file_system->List(folder);
  if (!entries.ok()) {
    // A folder on the way that is a file, is gone or may not be read matches nothing.
    const auto code = entries.status().code();
    const bool nothing =
        code == base::StatusCode::kNotFound || code == base::StatusCode::kInvalidArgument;
    return nothing ? Status::Ok() : entries.status();
  }
  for (const fs::FileInfo& entry : *entries) {
    if (!MatchesWildcards(element, entry.name)) continue;
    const std::string path = fs::Join(folder, entry.name);
    if (after.empty()) {
      found->push_back(path);
    } else if (entry.is_directory) {
      MILLRACE_RETURN_IF_ERROR(Walk(file_system, path, after, found));
    }
  }
  return Status::Ok();
}

}  // namespace

bool IsGlob(std::string_view path) { return path.find_first_of("{}[]*?\\") != path.npos; }

Result<std::vector<std::string>> ExpandBraces(const std::string& pattern) {
  std::vector<std::string> done;
  std::vector<std::string> open = {pattern};
  while (!open.empty()) {
    const std::string text = std::move(open.back());
    open.pop_back();
    const std::size_t brace = OpeningBrace(text);
    if (brace == text.npos) {
      done.push_back(text);
    } else {
      const std::size_t end = ClosingBrace(text, brace);
      if (end == text.npos) {
        return Status::InvalidArgument(fmt::format("Unclosed group in the pattern {}", pattern));
      }
      std::vector<std::string> choices =
          Alternatives(std::string_view(text).substr(brace + 1, end - brace - 1));
      std::ranges::reverse(choices);  // `open` is taken from its end.
      for (const std::string& choice : choices) {
        open.push_back(text.substr(0, brace) + choice + text.substr(end + 1));
      }
    }
    if (open.size() + done.size() > kMaxTexts) {
      return Status::InvalidArgument(
          fmt::format("the pattern {} stands for more than {} paths", pattern, kMaxTexts));
    }
  }
  return done;
}

bool MatchesWildcards(std::string_view pattern, std::string_view name) {
  std::size_t at = 0;
  std::size_t in_name = 0;
  std::size_t star = pattern.npos;  // The last `*`, and what it has eaten so far.
  std::size_t star_end = 0;
  while (in_name < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      star_end = in_name;
      continue;
    }
    std::size_t next = at;
    std::size_t next_in_name = in_name + 1;
    bool fits = false;
    if (at < pattern.size() && pattern[at] == '?') {
      fits = true;
      next = at + 1;
      next_in_name = in_name + CharacterLength(name.substr(in_name));
    } else if (at < pattern.size() && pattern[at] == '[') {
      fits = InClass(pattern, &next, name[in_name]);
    } else if (at < pattern.size()) {
      const std::size_t literal = NextOf(pattern, at) - 1;
      fits = pattern[literal] == name[in_name];
      next = literal + 1;
    }
    if (fits) {
      at = next;
      in_name = next_in_name;
    } else if (star != pattern.npos) {
      at = star + 1;
      in_name = ++star_end;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

Result<bool> MatchesGlob(const std::string& pattern, std::string_view name) {
  MILLRACE_ASSIGN_OR_RETURN(const auto texts, ExpandBraces(pattern));
  return std::ranges::any_of(texts,
                             [&](const std::string& text) { return MatchesWildcards(text, name); });
}

Result<std::vector<std::string>> ExpandGlob(fs::FileSystem* file_system,
                                            const std::string& pattern) {
  std::vector<std::string> found;
  MILLRACE_ASSIGN_OR_RETURN(const auto texts, ExpandBraces(pattern));
  for (const std::string& text : texts) {
    MILLRACE_RETURN_IF_ERROR(Walk(file_system, "/", text, &found));
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

}  // namespace millrace::clients::files
