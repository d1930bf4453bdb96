#include "analysis/named_arguments.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using plan::ExpressionPtr;
namespace ex = plan::expression;

struct NamedParameter {
  std::string_view name;
  std::optional<std::string_view> default_text;  ///< None: the parameter is required.
};

const std::vector<NamedParameter>* ParametersOf(std::string_view function) {
  static const std::map<std::string_view, std::vector<NamedParameter>> functions = {
      {"mask", {{"str", {}}, {"upperChar", "X"}, {"lowerChar", "x"}, {"digitChar", "n"},
                {"otherChar", ""}}},
      {"explode", {{"collection", {}}}},
      {"explode_outer", {{"collection", {}}}},
      {"posexplode", {{"collection", {}}}},
      {"posexplode_outer", {{"collection", {}}}},
      {"inline", {{"input", {}}}},
      {"inline_outer", {{"input", {}}}},
  };
  const auto found = functions.find(function);
  return found == functions.end() ? nullptr : &found->second;
}

/// "" stands for null: mask's otherChar has no character of its own.
ExpressionPtr Default(std::string_view text) {
  return text.empty() ? plan::Literal(data::Value::Null(), StringType())
                      : plan::Literal(data::Value::Bytes(std::string(text)), StringType());
}

std::size_t PlaceOf(const std::vector<NamedParameter>& parameters, const std::string& name) {
  std::size_t place = 0;
  while (place < parameters.size() && !NamesEqual(parameters[place].name, name)) ++place;
  return place;
}

std::string Proposal(const std::vector<NamedParameter>& parameters, const std::string& name) {
  std::vector<NameParts> candidates;
  for (const NamedParameter& parameter : parameters) candidates.push_back({std::string(parameter.name)});
  std::string proposal;
  for (const std::string& one : NearestNames({name}, std::move(candidates))) {
    proposal += (proposal.empty() ? "" : " ") + one;
  }
  return proposal;
}

}  // namespace

base::Result<std::vector<ExpressionPtr>> ArgumentsInOrder(const std::string& function,
                                                          const std::vector<ExpressionPtr>& args) {
  const auto first = std::find_if(args.begin(), args.end(), [](const ExpressionPtr& arg) {
    return arg->As<ex::NamedArgument>() != nullptr;
  });
  if (first == args.end()) return args;
  const std::string routine = QuoteName(std::string_view(function));
  const auto* parameters = ParametersOf(function);
  if (parameters == nullptr) {
    return AnalysisError("NAMED_PARAMETERS_NOT_SUPPORTED", {{"functionName", routine}});
  }
  const auto positional = static_cast<std::size_t>(first - args.begin());
  std::vector<ExpressionPtr> ordered(args.begin(), first);
  ordered.resize(std::max(positional, parameters->size()));
  for (auto arg = first; arg != args.end(); ++arg) {
    const auto* named = (*arg)->As<ex::NamedArgument>();
    if (named == nullptr) {
      return AnalysisError("UNEXPECTED_POSITIONAL_ARGUMENT",
                           {{"routineName", routine},
                            {"parameterName",
                             QuoteName(std::string_view((*first)->As<ex::NamedArgument>()->key))}});
    }
    const std::size_t place = PlaceOf(*parameters, named->key);
    if (place == parameters->size()) {
      return AnalysisError("UNRECOGNIZED_PARAMETER_NAME",
                           {{"routineName", routine},
                            {"argumentName", QuoteName(std::string_view(named->key))},
                            {"proposal", Proposal(*parameters, named->key)}});
    }
    if (ordered[place] != nullptr) {
      const bool both = place < positional;
      return AnalysisError(
          std::string("DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.") +
              (both ? "BOTH_POSITIONAL_AND_NAMED" : "DOUBLE_NAMED_ARGUMENT_REFERENCE"),
          {{"routineName", routine}, {"parameterName", QuoteName(std::string_view(named->key))}});
    }
    ordered[place] = named->value;
  }
  for (std::size_t place = 0; place < parameters->size(); ++place) {
    if (ordered[place] != nullptr) continue;
    const NamedParameter& parameter = (*parameters)[place];
    if (!parameter.default_text) {
      return AnalysisError("REQUIRED_PARAMETER_NOT_FOUND",
                           {{"routineName", routine},
                            {"parameterName", QuoteName(parameter.name)},
                            {"index", std::to_string(place)}});
    }
    ordered[place] = Default(*parameter.default_text);
  }
  return ordered;
}

}  // namespace millrace::analysis
