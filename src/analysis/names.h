#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::analysis {

using NameParts = std::vector<std::string>;

/// The parts of `a.b`, `` `a.b`.c `` and the like, as UnresolvedAttribute.parseAttributeName.
/// INVALID_ATTRIBUTE_NAME_SYNTAX otherwise.
base::Result<NameParts> ParseName(std::string_view name);

/// `a`.`b c`: every part in backticks, as messages show names.
std::string QuoteName(const NameParts& parts);
std::string QuoteName(std::string_view part);
/// a.`b c`: backticks only where a part needs them.
std::string QuoteNameIfNeeded(const NameParts& parts);

/// Same name under Spark's default, which ignores case.
bool NamesEqual(std::string_view a, std::string_view b);
std::string LowerCase(std::string_view text);

/// The candidates that UNRESOLVED_COLUMN proposes for `name`, quoted, nearest first, at most five.
/// `candidates` are qualified names. A qualifier that all share is left out for a plain name.
std::vector<std::string> NearestNames(const NameParts& name, std::vector<NameParts> candidates);

/// UNRESOLVED_COLUMN for `name`, with or without suggestions.
base::Status UnresolvedColumn(const NameParts& name, std::vector<NameParts> candidates);

}  // namespace millrace::analysis
