// Stars and regular expressions as columns.

#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/expression_analyzer.h"
#include "analysis/relation_analyzer.h"

namespace millrace::analysis {

using Kind = DataType::Kind;
namespace ex = plan::expression;

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ExpandStar(const ex::UnresolvedStar& star) {
  std::vector<Resolved> columns;
  const auto add = [&](int index) {
    columns.push_back(Column(index, scope_.columns[index].name));
  };
  if (star.plan_id) {
    MILLRACE_RETURN_IF_ERROR(AddPlanColumns(*star.plan_id, &columns));
    return columns;
  }
  if (!star.target) {
    for (std::size_t i = 0; i < scope_.columns.size(); ++i) {
      if (!scope_.columns[i].hidden) add(static_cast<int>(i));
    }
  } else {
    MILLRACE_ASSIGN_OR_RETURN(const NameParts target, ParseName(*star.target));
    for (const int index : scope_.ColumnsOf(target)) add(index);
    if (columns.empty()) {
      MILLRACE_ASSIGN_OR_RETURN(columns, ExpandStructStar(target));
    }
  }
  MILLRACE_RETURN_IF_ERROR(LeaveOut(star.except, &columns));
  return columns;
}

base::Status ExpressionAnalyzer::AddPlanColumns(std::int64_t plan_id,
                                                std::vector<Resolved>* columns) {
  std::vector<const AnalyzedRelation*> level = {&input_};
  while (!level.empty()) {
    std::vector<const AnalyzedRelation*> next;
    for (const AnalyzedRelation* at : level) {
      if (at->plan_id == plan_id) {
        for (const ScopeColumn& column : at->scope.columns) {
          if (column.hidden) continue;
          if (const auto index = scope_.FindId(column.id)) {
            columns->push_back(Column(*index, column.name));
          }
        }
        if (!columns->empty()) return base::Status::Ok();
      }
      for (const auto& child : at->children) next.push_back(child.get());
    }
    level = std::move(next);
  }
  return AnalysisError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", "\"*\""}});
}

base::Status ExpressionAnalyzer::LeaveOut(const std::vector<std::string>& except,
                                          std::vector<Resolved>* columns) {
  for (const std::string& unparsed : except) {
    MILLRACE_ASSIGN_OR_RETURN(const NameParts name, ParseName(unparsed));
    const std::size_t before = columns->size();
    std::erase_if(*columns, [&](const Resolved& column) {
      return scope_.SameName(column.name, name.back()) && name.size() <= 2;
    });
    if (columns->size() != before) continue;
    std::vector<NameParts> candidates;
    for (const Resolved& column : *columns) candidates.push_back({column.name});
    return UnresolvedColumn(name, std::move(candidates));
  }
  return base::Status::Ok();
}

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ExpandRegex(
    const ex::UnresolvedRegex& regex) {
  std::string pattern = regex.pattern;
  if (pattern.size() >= 2 && pattern.front() == '`' && pattern.back() == '`') {
    pattern = pattern.substr(1, pattern.size() - 2);
  }
  std::vector<Resolved> columns;
  try {
    const std::regex compiled(pattern, std::regex::ECMAScript | std::regex::icase);
    for (std::size_t i = 0; i < scope_.columns.size(); ++i) {
      const ScopeColumn& column = scope_.columns[i];
      if (column.hidden || column.name.size() > 200) continue;
      if (std::regex_match(column.name, compiled)) {
        columns.push_back(Column(static_cast<int>(i), column.name));
      }
    }
  } catch (const std::regex_error&) {
    return NotPossibleHere("The regular expression " + regex.pattern + " for column names",
                           "Name the columns.");
  }
  return columns;
}

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ExpandStructStar(const NameParts& target) {
  NoteMetadata(target);
  MILLRACE_ASSIGN_OR_RETURN(const auto match, FindColumn(target));
  if (!match) {
    std::string candidates;
    for (const std::string& name : star_candidates_) {
      if (!candidates.empty()) candidates += ", ";
      const auto parts = ParseName(name);
      candidates += parts.ok() ? QuoteName(*parts) : QuoteName(name);
    }
    return AnalysisError("CANNOT_RESOLVE_STAR_EXPAND",
                         {{"targetString", QuoteName(target)}, {"columns", candidates}});
  }
  const std::string& spelled = target[target.size() - match->fields.size() - 1];
  MILLRACE_ASSIGN_OR_RETURN(const Resolved base,
                            WithFields(Column(match->column, spelled), match->fields));
  if (!base.bound->type.is(Kind::kStruct)) {
    std::string attributes;
    for (const std::string& part : target) {
      if (!attributes.empty()) attributes += ", ";
      attributes += part;
    }
    return AnalysisError("_LEGACY_ERROR_TEMP_1050", {{"attributes", "List(" + attributes + ")"}});
  }
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < base.bound->type.fields().size(); ++i) {
    const StructField& field = base.bound->type.fields()[i];
    columns.push_back({.bound = MakeGetField(base.bound, static_cast<int>(i), field.name),
                       .kind = Resolved::Kind::kAlias,
                       .name = field.name,
                       .metadata = field.metadata});
  }
  return columns;
}

}  // namespace millrace::analysis
