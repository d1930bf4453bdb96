// Functions of strings that look for, cut, pad and put together.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "processor/duckdb/collection_errors.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using Text = std::string_view;

// ---------------------------------------------------------------------------------- searching

/// The 1-based place of the first `part` from character `start` (0-based) on; 0: there is none.
std::int64_t PlaceOf(Text part, Text text, std::int64_t start) {
  if (part.empty()) return 1;
  std::size_t at = 0;
  std::int64_t place = 0;
  for (; at < text.size() && place < start; ++place) at += CharacterBytes(text[at]);
  do {
    if (at + part.size() > text.size()) return 0;
    if (text.compare(at, part.size(), part) == 0) return place + 1;
    at += CharacterBytes(text[at]);
    ++place;
  } while (at < text.size());
  return 0;
}

base::Result<Kernel> Instr(const FunctionContext&) {
  return ForRows<Text, Text>([](Text text, Text part) { return PlaceOf(part, text, 0); });
}

// A start that is null gives 0.
base::Result<Kernel> Locate(const FunctionContext&) {
  return ForRows<std::optional<Text>, std::optional<Text>, std::optional<std::int32_t>>(
      [](std::optional<Text> part, std::optional<Text> text,
         std::optional<std::int32_t> start) -> std::optional<std::int64_t> {
        if (!start) return 0;
        if (!part || !text) return std::nullopt;
        return *start < 1 ? 0 : PlaceOf(*part, *text, *start - 1);
      });
}

base::Result<Kernel> Contains(const FunctionContext&) {
  return ForRows<Text, Text>(
      [](Text text, Text part) { return text.find(part) != Text::npos; });
}
base::Result<Kernel> StartsWith(const FunctionContext&) {
  return ForRows<Text, Text>([](Text text, Text part) { return text.starts_with(part); });
}
base::Result<Kernel> EndsWith(const FunctionContext&) {
  return ForRows<Text, Text>([](Text text, Text part) { return text.ends_with(part); });
}

std::int64_t PlaceInSet(Text word, Text set) {
  if (word.find(',') != Text::npos) return 0;
  std::int64_t place = 1;
  while (true) {
    const std::size_t comma = set.find(',');
    if (set.substr(0, comma) == word) return place;
    if (comma == Text::npos) return 0;
    set.remove_prefix(comma + 1);
    ++place;
  }
}

base::Result<Kernel> FindInSet(const FunctionContext&) {
  return ForRows<Text, Text>(PlaceInSet);
}

// ------------------------------------------------------------------------------------ cutting

Text TrimmedLeft(Text text, Text characters) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Text character = text.substr(at, CharacterBytes(text[at]));
    if (characters.find(character) == Text::npos) break;
    at += character.size();
  }
  return text.substr(at);
}

Text TrimmedRight(Text text, Text characters) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < text.size(); i += CharacterBytes(text[i])) starts.push_back(i);
  std::size_t end = text.size();
  while (!starts.empty() &&
         characters.find(text.substr(starts.back(), end - starts.back())) != Text::npos) {
    end = starts.back();
    starts.pop_back();
  }
  return text.substr(0, end);
}

template <bool left, bool right>
base::Result<Kernel> Trim(const FunctionContext& context) {
  const auto trim = [](Text text, Text characters) {
    if (left) text = TrimmedLeft(text, characters);
    if (right) text = TrimmedRight(text, characters);
    return text;
  };
  if (context.args.size() == 1) {
    return ForRows<Text>([trim](Text text) { return trim(text, " "); });
  }
  return ForRows<Text, Text>(trim);
}

base::Result<Kernel> Left(const FunctionContext& context) {
  const bool characters = context.type().is(Kind::kString);
  return ForRows<Text, std::int32_t>([characters](Text text, std::int32_t count) {
    return Substring(text, 1, count, characters);
  });
}

base::Result<Kernel> Right(const FunctionContext&) {
  return ForRows<Text, std::int32_t>([](Text text, std::int32_t count) {
    return count <= 0 ? Text() : Substring(text, -std::int64_t{count}, INT32_MAX, true);
  });
}

/// The part before the count-th delimiter, from the end when count is negative.
Text SubstringIndex(Text text, Text delimiter, std::int32_t count) {
  if (delimiter.empty() || count == 0) return {};
  if (count > 0) {
    std::size_t at = Text::npos;
    for (; count > 0; --count) {
      at = text.find(delimiter, at + 1);
      if (at == Text::npos) return text;
    }
    return text.substr(0, at);
  }
  if (delimiter.size() > text.size()) return text;
  std::size_t at = text.size() - delimiter.size() + 1;
  for (std::int64_t left = -std::int64_t{count}; left > 0; --left) {
    if (at == 0) return text;
    at = text.rfind(delimiter, at - 1);
    if (at == Text::npos) return text;
  }
  return text.substr(at + delimiter.size());
}

base::Result<Kernel> SubstringIndexKernel(const FunctionContext&) {
  return ForRows<Text, Text, std::int32_t>(SubstringIndex);
}

base::Result<std::string> SplitPart(Text given, Text delimiter, std::int32_t part) {
  if (part == 0) {
    return SparkFailure("SparkRuntimeException", "INVALID_INDEX_OF_ZERO", "22003", {},
                        "The index 0 is invalid. An index shall be either < 0 or > 0 (the first "
                        "element has index 1).");
  }
  const std::string text = delimiter.empty() ? std::string(given) : AsJavaReads(given);
  std::vector<Text> parts;
  Text rest = text;
  while (!delimiter.empty()) {
    const std::size_t at = rest.find(delimiter);
    if (at == Text::npos) break;
    parts.push_back(rest.substr(0, at));
    rest.remove_prefix(at + delimiter.size());
  }
  parts.push_back(rest);
  const std::int64_t count = static_cast<std::int64_t>(parts.size());
  const std::int64_t index = part > 0 ? part - 1 : count + part;
  if (index < 0 || index >= count) return std::string();
  return std::string(parts[static_cast<std::size_t>(index)]);
}

base::Result<Kernel> SplitPartKernel(const FunctionContext&) {
  return ForRows<Text, Text, std::int32_t>(SplitPart);
}

// ------------------------------------------------------------------------------ putting together

base::Status TooLong() {
  return base::Status::InvalidArgument("a string of more than 2 GiB cannot be made");
}

base::Result<std::string> Repeated(Text text, std::int64_t times) {
  std::string out;
  if (times <= 0 || text.empty()) return out;
  if (times > INT32_MAX / static_cast<std::int64_t>(text.size())) return TooLong();
  out.reserve(text.size() * static_cast<std::size_t>(times));
  for (std::int64_t i = 0; i < times; ++i) out += text;
  return out;
}

base::Result<Kernel> Repeat(const FunctionContext&) {
  return ForRows<Text, std::int32_t>(
      [](Text text, std::int32_t times) { return Repeated(text, times); });
}

base::Result<Kernel> Space(const FunctionContext&) {
  return ForRows<std::int32_t>([](std::int32_t count) { return Repeated(" ", count); });
}

std::string Replaced(Text text, Text search, Text replacement) {
  std::string out;
  std::size_t start = 0;
  while (!search.empty()) {
    const std::size_t at = text.find(search, start);
    if (at == Text::npos) break;
    out += text.substr(start, at - start);
    out += replacement;
    start = at + search.size();
  }
  out += text.substr(start);
  return out;
}

base::Result<Kernel> Replace(const FunctionContext&) {
  return ForRows<Text, Text, Text>(Replaced);
}

/// The `count` characters (or bytes) that fill up.
base::Result<std::string> Filling(Text pad, std::int64_t count, bool characters) {
  const std::int64_t length =
      characters ? CountCharacters(pad) : static_cast<std::int64_t>(pad.size());
  MILLRACE_ASSIGN_OR_RETURN(std::string out, Repeated(pad, count / length));
  out += Substring(pad, 1, count % length, characters);
  return out;
}

template <bool left>
base::Result<Kernel> Pad(const FunctionContext& context) {
  const bool characters = context.type().is(Kind::kString);
  return ForRows<Text, std::int32_t, Text>(
      [characters](Text text, std::int32_t length, Text pad) -> base::Result<std::string> {
        if (!characters && length < 0) {
          return JavaFailure("NegativeArraySizeException", std::to_string(length));
        }
        const std::int64_t missing =
            length - (characters ? CountCharacters(text) : static_cast<std::int64_t>(text.size()));
        if (missing <= 0 || pad.empty()) {
          return std::string(Substring(text, 1, std::max(length, 0), characters));
        }
        MILLRACE_ASSIGN_OR_RETURN(std::string filling, Filling(pad, missing, characters));
        return left ? filling + std::string(text) : std::string(text) + filling;
      });
}

base::Result<Kernel> Overlay(const FunctionContext& context) {
  const bool characters = context.type().is(Kind::kString);
  return ForRows<Text, Text, std::int32_t, std::int32_t>(
      [characters](Text text, Text replacement, std::int32_t place, std::int32_t length) {
        const std::int64_t own = characters ? CountCharacters(replacement)
                                            : static_cast<std::int64_t>(replacement.size());
        const std::int64_t taken = length >= 0 ? length : own;
        std::string out(Substring(text, 1, std::int64_t{place} - 1, characters));
        out += replacement;
        out += Substring(text, static_cast<std::int32_t>(place + taken), INT32_MAX, characters);
        return out;
      });
}

// Of one separator and texts or lists of texts; nulls are left out.
base::Result<Kernel> ConcatWs(const FunctionContext&) {
  return Kernel([](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                   ColumnBuilder* out) {
    const Reader<std::optional<Text>> separators(args[0]);
    std::string joined;
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::optional<Text> separator = separators(row);
      if (!separator) {
        out->AppendNull();
        continue;
      }
      joined.clear();
      bool first = true;
      const auto add = [&](Text text) {
        if (!first) joined += *separator;
        first = false;
        joined += text;
      };
      for (std::size_t i = 1; i < args.size(); ++i) {
        const arrow::Array& array = *args[i].array;
        const std::int64_t at = args[i].at(row);
        if (array.IsNull(at)) continue;
        if (array.type_id() != arrow::Type::LIST) {
          add(static_cast<const arrow::BinaryArray&>(array).GetView(at));
          continue;
        }
        const auto& list = static_cast<const arrow::ListArray&>(array);
        const auto& texts = static_cast<const arrow::BinaryArray&>(*list.values());
        for (auto k = list.value_offset(at); k < list.value_offset(at + 1); ++k) {
          if (!texts.IsNull(k)) add(texts.GetView(k));
        }
      }
      out->AppendBytes(joined);
    }
    return base::Status::Ok();
  });
}

base::Result<Kernel> Elt(const FunctionContext& context) {
  return Kernel([tolerant = context.is_tolerant()](const std::vector<Operand>& args,
                                                   std::int64_t rows, std::int64_t,
                                                   ColumnBuilder* out) -> base::Status {
    const Reader<std::optional<std::int32_t>> indexes(args[0]);
    const auto count = static_cast<std::int32_t>(args.size()) - 1;
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::optional<std::int32_t> index = indexes(row);
      const bool outside = index && (*index < 1 || *index > count);
      if (outside && !tolerant) return InvalidArrayIndex(*index, count);
      if (!index || outside) {
        out->AppendNull();
        continue;
      }
      const Operand& chosen = args[static_cast<std::size_t>(*index)];
      Append(out, Reader<std::optional<Text>>(chosen)(row));
    }
    return base::Status::Ok();
  });
}

// ---------------------------------------------------------------------------------- characters

std::string Reversed(Text text) {
  std::string out(text.size(), '\0');
  std::size_t end = text.size();
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = std::min(CharacterBytes(text[i]), text.size() - i);
    end -= length;
    text.copy(out.data() + end, length, i);
    i += length;
  }
  return out;
}

base::Result<Kernel> Reverse(const FunctionContext& context) {
  if (context.type().is(Kind::kString)) return ForRows<Text>(Reversed);
  if (context.type().is(Kind::kBinary)) {
    return ForRows<Text>([](Text bytes) { return std::string(bytes.rbegin(), bytes.rend()); });
  }
  if (!context.type().is(Kind::kArray)) return NoSuchKernel(context);
  return ForRows<Cell>([](ColumnBuilder* out, Cell cell) {
    const auto& list = static_cast<const arrow::ListArray&>(*cell.array);
    for (auto i = list.value_offset(cell.row + 1); i > list.value_offset(cell.row); --i) {
      out->child(0).AppendFrom(*list.values(), i - 1);
    }
    out->AppendNested();
  });
}

/// Characters of `from` become those of `to` in the same place, or nothing.
std::string Translated(Text text, Text from, Text to) {
  const std::u32string search = CodePoints(from);
  const std::u32string replacement = CodePoints(to);
  std::map<char32_t, char32_t> dictionary;
  for (std::size_t i = 0; i < search.size(); ++i) {
    dictionary.emplace(search[i], i < replacement.size() ? replacement[i] : 0);
  }
  std::string out;
  for (const char32_t c : CodePoints(text)) {
    const auto found = dictionary.find(c);
    if (found == dictionary.end()) {
      AppendCodePoint(c, &out);
    } else if (found->second != 0) {
      AppendCodePoint(found->second, &out);
    }
  }
  return out;
}

base::Result<Kernel> Translate(const FunctionContext&) {
  return ForRows<Text, Text, Text>(Translated);
}

std::int64_t FirstCode(Text text) {
  const std::u32string points = CodePoints(text.substr(0, 4));
  return points.empty() ? 0 : static_cast<std::int64_t>(points[0]);
}

base::Result<Kernel> Ascii(const FunctionContext&) { return ForRows<Text>(FirstCode); }

base::Result<Kernel> Chr(const FunctionContext&) {
  return ForRows<std::int64_t>([](std::int64_t code) {
    std::string out;
    if (code >= 0) AppendCodePoint(static_cast<char32_t>(code & 0xFF), &out);
    return out;
  });
}

base::Result<Kernel> OctetLength(const FunctionContext& context) {
  const std::int64_t factor = context.function == "bit_length" ? 8 : 1;
  return ForRows<Text>(
      [factor](Text text) { return factor * static_cast<std::int64_t>(text.size()); });
}

/// The distance, or -1 when it is above the threshold.
std::int64_t Distance(Text a, Text b, std::optional<std::int32_t> threshold) {
  std::vector<Text> x;
  std::vector<Text> y;
  for (std::size_t i = 0; i < a.size(); i += x.back().size()) {
    x.push_back(a.substr(i, CharacterBytes(a[i])));
  }
  for (std::size_t i = 0; i < b.size(); i += y.back().size()) {
    y.push_back(b.substr(i, CharacterBytes(b[i])));
  }
  std::vector<std::int64_t> row(y.size() + 1);
  for (std::size_t j = 0; j <= y.size(); ++j) row[j] = static_cast<std::int64_t>(j);
  for (std::size_t i = 1; i <= x.size(); ++i) {
    std::int64_t diagonal = row[0];
    row[0] = static_cast<std::int64_t>(i);
    for (std::size_t j = 1; j <= y.size(); ++j) {
      const std::int64_t change = diagonal + (x[i - 1] == y[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return threshold && row.back() > *threshold ? -1 : row.back();
}

base::Result<Kernel> Levenshtein(const FunctionContext& context) {
  if (context.args.size() == 2) {
    return ForRows<Text, Text>([](Text a, Text b) { return Distance(a, b, std::nullopt); });
  }
  // No threshold counts as 0.
  return ForRows<Text, Text, std::optional<std::int32_t>>(
      [](Text a, Text b, std::optional<std::int32_t> threshold) {
        return Distance(a, b, threshold.value_or(0));
      });
}

}  // namespace

std::vector<KernelSpec> TextKernels() {
  return {
      {"instr", false, Instr},
      {"locate", false, Locate},
      {"contains", false, Contains},
      {"startswith", false, StartsWith},
      {"endswith", false, EndsWith},
      {"find_in_set", false, FindInSet},
      {"trim", false, Trim<true, true>},
      {"ltrim", false, Trim<true, false>},
      {"rtrim", false, Trim<false, true>},
      {"left", false, Left},
      {"right", false, Right},
      {"substring_index", false, SubstringIndexKernel},
      {"split_part", true, SplitPartKernel},
      {"repeat", true, Repeat},
      {"space", true, Space},
      {"replace", false, Replace},
      {"lpad", true, Pad<true>},
      {"rpad", true, Pad<false>},
      {"overlay", false, Overlay},
      {"concat_ws", false, ConcatWs},
      {"elt", true, Elt},
      {"reverse", false, Reverse},
      {"translate", false, Translate},
      {"ascii", false, Ascii},
      {"chr", false, Chr},
      {"octet_length", false, OctetLength},
      {"bit_length", false, OctetLength},
      {"levenshtein", false, Levenshtein},
  };
}

}  // namespace millrace::processor::duckdb
