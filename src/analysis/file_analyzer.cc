// The metadata of files: `_metadata`, and the functions that show a part of it.

#include <algorithm>
#include <utility>

#include "analysis/chance.h"
#include "analysis/error_messages.h"
#include "analysis/expression_analyzer.h"
#include "analysis/relation_analyzer.h"

namespace millrace::analysis {
namespace {

namespace ex = plan::expression;

/// `_metadata`, or what it is called beside a column of this name.
bool IsMetadataName(const std::string& name) {
  const std::size_t letters = name.find_first_not_of('_');
  return letters != std::string::npos && letters > 0 &&
         NamesEqual(name.substr(letters), "metadata");
}

/// How many files a row may come from at once, 2 for more (PreReadCheck of Spark).
int CountFiles(const plan::ResolvedRelation& relation, const RelationAnalyzer& relations) {
  if (const auto* scan = std::get_if<plan::Scan>(&relation.node)) {
    return relations.OriginOf(*scan).metadata_column ? 1 : 0;
  }
  const auto* set = std::get_if<plan::SetOperation>(&relation.node);
  const bool is_union = set != nullptr && set->type == plan::SetOperation::Type::kUnion;
  int sum = 0;
  int most = 0;
  for (const auto& input : plan::InputsOf(relation)) {
    const int count = CountFiles(*input, relations);
    sum += count;
    most = std::max(most, count);
  }
  return is_union ? most : std::min(sum, 2);
}

/// Does a row come from what another query gave?
bool ReadsResult(const plan::ResolvedRelation& relation, const RelationAnalyzer& relations) {
  const auto* scan = std::get_if<plan::Scan>(&relation.node);
  if (scan != nullptr && relations.OriginOf(*scan).is_result) return true;
  const auto inputs = plan::InputsOf(relation);
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const auto& input) { return ReadsResult(*input, relations); });
}

enum class Known {
  kYes,
  kNoMore,     ///< Behind a shuffle.
  kUncertain,  ///< Spark's answer depends on how it runs the query.
};

struct FileOfRow {
  Known known = Known::kYes;
  plan::Scan scan;  ///< Of kYes: what reads the file.
};

/// Precondition: there is one source of files below.
FileOfRow FindFile(const plan::ResolvedRelation& relation) {
  for (const plan::ResolvedRelation* at = &relation;;) {
    if (const auto* scan = std::get_if<plan::Scan>(&at->node)) return {Known::kYes, *scan};
    const bool passes = std::holds_alternative<plan::Project>(at->node) ||
                        std::holds_alternative<plan::Filter>(at->node) ||
                        std::holds_alternative<plan::Generate>(at->node) ||
                        std::holds_alternative<plan::Sample>(at->node);
    if (!passes) {
      const auto* set = std::get_if<plan::SetOperation>(&at->node);
      const bool is_uncertain = std::holds_alternative<plan::Join>(at->node) ||
                                std::holds_alternative<plan::Window>(at->node) ||
                                (set != nullptr && set->is_all);
      return {is_uncertain ? Known::kUncertain : Known::kNoMore, {}};
    }
    at = plan::InputsOf(*at).front().get();
  }
}

/// The field of `_metadata` that the function shows.
int FieldOf(std::string_view function) {
  if (function == "input_file_name") return 0;
  return function == "input_file_block_start" ? 3 : 4;
}

}  // namespace

bool RelationAnalyzer::WantsMetadata() const {
  return names_metadata_ && !offers_metadata_ &&
         std::any_of(origins_.begin(), origins_.end(), [](const Origin& origin) {
           return origin.metadata_column.has_value();
         });
}

void ExpressionAnalyzer::NoteMetadata(const NameParts& name) {
  if (std::any_of(name.begin(), name.end(), IsMetadataName)) relations_.NoteMetadata();
}

base::Result<Resolved> ExpressionAnalyzer::ResolveMetadataColumn(
    const ex::UnresolvedAttribute& node, const NameParts& name) {
  relations_.NoteMetadata();
  std::vector<const AnalyzedRelation*> level = {&input_};
  while (!level.empty()) {
    std::vector<const AnalyzedRelation*> next;
    for (const AnalyzedRelation* at : level) {
      if (node.plan_id && at->plan_id != node.plan_id) {
        for (const auto& child : at->children) next.push_back(child.get());
        continue;
      }
      const auto there = at->scope.FindMetadata(name.front());
      if (!there) continue;
      const ScopeColumn& column = at->scope.columns[*there];
      if (const auto here = FindColumnId(column.id)) {
        return WithFields(Column(*here, column.name), NameParts(name.begin() + 1, name.end()));
      }
    }
    level = std::move(next);
  }
  std::vector<NameParts> candidates;
  for (const ScopeColumn& column : scope_.columns) {
    if (column.hidden && column.hidden_from == HiddenFrom::kStars) {
      candidates.push_back(column.QualifiedName());
    }
  }
  return UnresolvedColumn(name, std::move(candidates));
}

base::Result<BoundExpressionPtr> ExpressionAnalyzer::OfFile(const BoundExpressionPtr& call) {
  relations_.NoteMetadata();
  // HAVING and ORDER BY look at the rows that were grouped.
  const AnalyzedRelation& input = grouping_input_ != nullptr ? *grouping_input_ : input_;
  const std::size_t before = grouping_input_ != nullptr ? scope_.columns.size() : 0;
  if (input.resolved == nullptr) return call;  // In a join's condition, which refuses it.
  const int files = CountFiles(*input.resolved, relations_);
  if (files > 1) {
    return AnalysisError("MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION",
                         {{"expr", QuoteSql(call->text)}});
  }
  if (files == 0 && ReadsResult(*input.resolved, relations_)) {
    return NotPossibleHere(call->text + " over the rows of foreachBatch",
                           "Call it in a column of the stream.");
  }
  if (files == 0 || !relations_.offers_metadata()) return call;
  const FileOfRow file = FindFile(*input.resolved);
  if (file.known == Known::kNoMore) return call;
  const auto& columns = input.scope.columns;
  const auto metadata = std::find_if(columns.begin(), columns.end(), [](const ScopeColumn& column) {
    return column.hidden && column.hidden_from != HiddenFrom::kBareNames;
  });
  if (file.known == Known::kUncertain || metadata == columns.end()) {
    return NotPossibleHere(call->text + " over a join, a union or a window",
                           "Call it in a column of the files themselves, below that.");
  }
  const auto index = static_cast<int>(before + static_cast<std::size_t>(metadata - columns.begin()));
  const auto whole = MakeColumn(index, metadata->type, metadata->nullable, metadata->name);
  const std::string& function = std::get<plan::Call>(call->node).function;
  const int field = FieldOf(function);
  const std::string& name = whole->type.fields()[static_cast<std::size_t>(field)].name;
  std::map<std::string, std::string> options;
  const std::string& format = relations_.SourceOf(file.scan).format;
  if (function == "input_file_name" && NamesEqual(format, "delta")) options["as_is"] = "true";
  return MakeCall(function, {MakeGetField(whole, field, name)}, call->type, false, call->text,
                  std::move(options));
}

}  // namespace millrace::analysis
