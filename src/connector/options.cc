#include "connector/options.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/log.h"

namespace millrace::connector {

namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// Number of single-character edits between two short names.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

/// The known name that `name` was probably meant to be, or empty.
std::string Nearest(std::string_view name, const std::vector<std::string>& known_names) {
  const std::string lower = Lower(name);
  std::size_t best = lower.size() / 3 + 1;  // More edits than this is another word.
  std::string nearest;
  for (const std::string& known : known_names) {
    const std::size_t distance = EditDistance(lower, Lower(known));
    if (distance <= best && (nearest.empty() || distance < best)) {
      best = distance;
      nearest = known;
    }
  }
  return nearest;
}

}  // namespace

Options::Options(std::map<std::string, std::string> values) {
  for (const auto& [name, value] : values) Set(name, value);
}

void Options::Set(std::string_view name, std::string_view value) {
  entries_.insert_or_assign(Lower(name), Entry{std::string(name), std::string(value)});
}

bool Options::Has(std::string_view name) const { return entries_.contains(Lower(name)); }

std::optional<std::string> Options::GetString(std::string_view name) const {
  const std::string key = Lower(name);
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return std::nullopt;
  honoured_.insert(key);
  return entry->second.value;
}

base::Result<std::optional<std::int64_t>> Options::GetLong(std::string_view name) const {
  const std::optional<std::string> text = GetString(name);
  if (!text) return std::optional<std::int64_t>();
  std::string_view digits = *text;
  if (digits.starts_with('+')) digits.remove_prefix(1);  // Java's parseLong takes a sign.
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool doubled_sign = text->starts_with('+') && digits.starts_with('-');
  if (error != std::errc() || end != digits.data() + digits.size() || doubled_sign) {
    return base::Status::InvalidArgument(
        fmt::format("option \"{}\" is \"{}\", but must be a whole number", name, *text));
  }
  return std::optional(value);
}

base::Result<std::optional<bool>> Options::GetBool(std::string_view name) const {
  const std::optional<std::string> text = GetString(name);
  if (!text) return std::optional<bool>();
  const std::string lower = Lower(*text);
  if (lower == "true") return std::optional(true);
  if (lower == "false") return std::optional(false);
  return base::Status::InvalidArgument(
      fmt::format("option \"{}\" is \"{}\", but must be true or false", name, *text));
}

std::map<std::string, std::string> Options::WithPrefix(std::string_view prefix) const {
  std::map<std::string, std::string> found;
  const std::string lower_prefix = Lower(prefix);
  for (const auto& [key, entry] : entries_) {
    if (!key.starts_with(lower_prefix)) continue;
    honoured_.insert(key);
    found.insert_or_assign(entry.name.substr(lower_prefix.size()), entry.value);
  }
  return found;
}

void Options::AcceptJvmOnly(std::string_view name) const {
  const auto entry = entries_.find(Lower(name));
  if (entry == entries_.end() || !honoured_.insert(entry->first).second) return;
  base::LogWarn(
      fmt::format("option \"{}\" only has a meaning on a JVM; it is accepted and changes "
                  "nothing here",
                  entry->second.name));
}

void Options::MarkHonoured(std::string_view name) const {
  const std::string key = Lower(name);
  if (entries_.contains(key)) honoured_.insert(key);
}

base::Status Options::CheckAllHonoured(std::string_view connector,
                                       const std::vector<std::string>& known_names) const {
  std::string message;
  for (const auto& [key, entry] : entries_) {
    if (honoured_.contains(key)) continue;
    message += message.empty() ? fmt::format("{}: ", connector) : "; ";
    message += fmt::format("unknown option \"{}\"", entry.name);
    if (const std::string nearest = Nearest(entry.name, known_names); !nearest.empty()) {
      message += fmt::format("; did you mean \"{}\"?", nearest);
    }
  }
  if (message.empty()) return base::Status::Ok();
  return base::Status::InvalidArgument(std::move(message))
      .WithSparkError({.exception_class = "IllegalArgumentException"});
}

std::map<std::string, std::string> Options::All() const {
  std::map<std::string, std::string> all;
  for (const auto& [key, entry] : entries_) all.insert_or_assign(entry.name, entry.value);
  return all;
}

}  // namespace millrace::connector
