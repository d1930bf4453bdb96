#include "analysis/names.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <set>
#include <utility>

#include "analysis/error_messages.h"
#include "data/letter_case.h"

namespace millrace::analysis {
namespace {

base::Status NameSyntaxError(std::string_view name) {
  return AnalysisError("INVALID_ATTRIBUTE_NAME_SYNTAX", {{"name", std::string(name)}});
}

// A part that needs no backticks: letters, digits and underscores, and not only digits.
bool IsPlain(std::string_view part) {
  bool has_letter = false;
  for (const char c : part) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) || c == '_') {
      has_letter = true;
    } else if (!std::isdigit(byte)) {
      return false;
    }
  }
  return has_letter;
}

std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// Drops the front of every candidate when all candidates agree on all but their last `keep` parts.
bool StripCommonQualifier(std::vector<NameParts>* candidates, std::size_t keep) {
  std::set<NameParts> qualifiers;
  for (const NameParts& candidate : *candidates) {
    const std::size_t drop = candidate.size() > keep ? candidate.size() - keep : 0;
    qualifiers.insert(NameParts(candidate.begin(), candidate.begin() + drop));
  }
  if (qualifiers.size() != 1) return false;
  for (NameParts& candidate : *candidates) {
    candidate.erase(candidate.begin(), candidate.begin() + qualifiers.begin()->size());
  }
  return true;
}

}  // namespace

base::Result<NameParts> ParseName(std::string_view name) {
  NameParts parts;
  std::string part;
  bool in_backticks = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (in_backticks) {
      if (c != '`') {
        part += c;
      } else if (i + 1 < name.size() && name[i + 1] == '`') {
        part += '`';
        ++i;
      } else {
        in_backticks = false;
        if (i + 1 < name.size() && name[i + 1] != '.') return NameSyntaxError(name);
      }
    } else if (c == '`') {
      if (!part.empty()) return NameSyntaxError(name);
      in_backticks = true;
    } else if (c == '.') {
      if (i == 0 || name[i - 1] == '.' || i + 1 == name.size()) return NameSyntaxError(name);
      parts.push_back(std::exchange(part, {}));
    } else {
      part += c;
    }
  }
  if (in_backticks) return NameSyntaxError(name);
  parts.push_back(std::move(part));
  return parts;
}

std::string QuoteName(std::string_view part) {
  std::string quoted = "`";
  for (const char c : part) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

std::string QuoteName(const NameParts& parts) {
  std::string quoted;
  for (const std::string& part : parts) {
    if (!quoted.empty()) quoted += '.';
    quoted += QuoteName(part);
  }
  return quoted;
}

std::string QuoteNameIfNeeded(const NameParts& parts) {
  std::string quoted;
  for (const std::string& part : parts) {
    if (!quoted.empty()) quoted += '.';
    quoted += IsPlain(part) ? part : QuoteName(part);
  }
  return quoted;
}

std::string LowerCase(std::string_view text) { return data::ToLower(text); }

bool NamesEqual(std::string_view a, std::string_view b) {
  const auto beyond_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  if (std::any_of(a.begin(), a.end(), beyond_ascii) ||
      std::any_of(b.begin(), b.end(), beyond_ascii)) {
    return data::ToLower(a) == data::ToLower(b);
  }
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string> NearestNames(const NameParts& name, std::vector<NameParts> candidates) {
  constexpr std::size_t kMaxProposals = 5;
  if (!(name.size() == 1 && StripCommonQualifier(&candidates, 1)) && name.size() <= 2) {
    StripCommonQualifier(&candidates, 2);
  }
  const std::string wanted = QuoteNameIfNeeded(name);
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const NameParts& candidate : candidates) {
    std::string quoted = QuoteName(candidate);
    ranked.emplace_back(Distance(quoted, wanted), std::move(quoted));
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (auto& [distance, text] : ranked) {
    if (nearest.size() == kMaxProposals) break;
    nearest.push_back(std::move(text));
  }
  return nearest;
}

base::Status UnresolvedColumn(const NameParts& name, std::vector<NameParts> candidates) {
  MessageParameters parameters = {{"objectName", QuoteName(name)}};
  if (candidates.empty()) {
    return AnalysisError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", std::move(parameters));
  }
  std::string proposal;
  for (const std::string& candidate : NearestNames(name, std::move(candidates))) {
    if (!proposal.empty()) proposal += ", ";
    proposal += candidate;
  }
  parameters["proposal"] = proposal;
  return AnalysisError("UNRESOLVED_COLUMN.WITH_SUGGESTION", std::move(parameters));
}

}  // namespace millrace::analysis
