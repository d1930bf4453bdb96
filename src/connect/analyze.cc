#include "connect/analyze.h"

#include <fmt/format.h>

#include <algorithm>

#include "connect/plan_decoding.h"
#include "connect/refusals.h"
#include "connect/relation_conversion.h"
#include "connect/type_conversion.h"
#include "data/schema_text.h"
#include "session/session_sources.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
using Request = pb::AnalyzePlanRequest;
using Answer = pb::AnalyzePlanResponse;

/// The relation of a plan that must be one, unpacked and with unknown fields refused.
base::Result<plan::RelationPtr> RelationOf(const pb::Plan& plan) {
  MILLRACE_ASSIGN_OR_RETURN(const pb::Plan unpacked, Unpacked(plan));
  MILLRACE_RETURN_IF_ERROR(RefuseUnknownFields(unpacked));
  if (!unpacked.has_root()) return InvalidPlan("a relation is wanted here, not a command");
  return FromProto(unpacked.root());
}

base::Result<plan::ResolvedQuery> Resolve(const pb::Plan& plan, ConnectSession* session) {
  MILLRACE_ASSIGN_OR_RETURN(auto relation, RelationOf(plan));
  return session->state().Analyze(relation);
}

base::Result<plan::ResolvedQuery> Resolve(const pb::Relation& relation, ConnectSession* session) {
  MILLRACE_RETURN_IF_ERROR(RefuseUnknownFields(relation));
  MILLRACE_ASSIGN_OR_RETURN(auto converted, FromProto(relation));
  return session->state().Analyze(converted);
}

/// Lines of treeString() that are not nested deeper than `level`.
std::string Pruned(const std::string& tree, int level) {
  if (level <= 0) return tree;  // As Spark: no limit.
  std::string out;
  for (std::size_t begin = 0; begin < tree.size();) {
    const std::size_t end = std::min(tree.find('\n', begin), tree.size() - 1) + 1;
    const std::string_view line(tree.data() + begin, end - begin);
    const std::string_view indent = line.substr(0, std::min(line.find("--"), line.size()));
    if (line.starts_with("root") || std::ranges::count(indent, '|') <= level) out += line;
    begin = end;
  }
  return out;
}

base::Status Explain(const Request::Explain& request, ConnectSession* session, Answer* out) {
  switch (request.explain_mode()) {
    case Request::Explain::EXPLAIN_MODE_SIMPLE:
    case Request::Explain::EXPLAIN_MODE_EXTENDED:
    case Request::Explain::EXPLAIN_MODE_FORMATTED:
    case Request::Explain::EXPLAIN_MODE_COST:
      break;
    case Request::Explain::EXPLAIN_MODE_CODEGEN:
      return RefusedPart("explain(\"codegen\")", "there is no generated code; use explain()");
    default:
      return InvalidPlan("explain has an unknown mode");
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto query, Resolve(request.plan(), session));
  const bool extended = request.explain_mode() != Request::Explain::EXPLAIN_MODE_SIMPLE;
  MILLRACE_ASSIGN_OR_RETURN(const std::string text, session->state().ExplainText(query, extended));
  out->mutable_explain()->set_explain_string(ValidText(text + "\n"));
  return base::Status::Ok();
}

base::Status TreeString(const Request::TreeString& request, ConnectSession* session, Answer* out) {
  MILLRACE_ASSIGN_OR_RETURN(const auto query, Resolve(request.plan(), session));
  const std::string tree = query.schema().treeString();
  out->mutable_tree_string()->set_tree_string(
      Pruned(tree, request.has_level() ? request.level() : 0));
  return base::Status::Ok();
}

base::Status IsLocal(const Request::IsLocal& request, ConnectSession* session, Answer* out) {
  MILLRACE_ASSIGN_OR_RETURN(const auto relation, RelationOf(request.plan()));
  MILLRACE_ASSIGN_OR_RETURN(const auto query, session->state().Analyze(relation));
  out->mutable_is_local()->set_is_local(
      relation->As<plan::relation::LocalRelation>() != nullptr ||
      relation->As<plan::relation::CachedLocalRelation>() != nullptr);
  return base::Status::Ok();
}

/// Rows that came with the plan are the same only when they are the same object; other sources are
/// named by their text.
bool SameRows(const plan::ResolvedQuery& a, const plan::ResolvedQuery& b) {
  for (std::size_t i = 0; i < a.sources.size() && i < b.sources.size(); ++i) {
    const auto& source = a.sources[i];
    const bool by_name = source.is_streaming || !source.paths.empty() || !source.options.empty();
    if (!by_name && source.handle != b.sources[i].handle) return false;
  }
  return true;
}

base::Status SameSemantics(const Request::SameSemantics& request, ConnectSession* session,
                           Answer* out) {
  MILLRACE_ASSIGN_OR_RETURN(const auto target, Resolve(request.target_plan(), session));
  MILLRACE_ASSIGN_OR_RETURN(const auto other, Resolve(request.other_plan(), session));
  out->mutable_same_semantics()->set_result(SemanticText(target) == SemanticText(other) &&
                                            SameRows(target, other));
  return base::Status::Ok();
}

/// FNV-1a: the same number in every process.
std::int32_t Hash(const std::string& text) {
  std::uint32_t hash = 2166136261U;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 16777619U;
  return static_cast<std::int32_t>(hash);
}

base::Status Persist(const Request::Persist& request, ConnectSession* session, Answer* out) {
  MILLRACE_ASSIGN_OR_RETURN(const auto query, Resolve(request.relation(), session));
  pb::StorageLevel level;
  if (request.has_storage_level()) {
    level = request.storage_level();
  } else {  // Dataset.persist(): MEMORY_AND_DISK.
    level.set_use_disk(true);
    level.set_use_memory(true);
    level.set_deserialized(true);
    level.set_replication(1);
  }
  session->SetStorageLevel(SemanticText(query), level);
  out->mutable_persist();
  return base::Status::Ok();
}

base::Status GetStorageLevel(const Request::GetStorageLevel& request, ConnectSession* session,
                             Answer* out) {
  MILLRACE_ASSIGN_OR_RETURN(const auto query, Resolve(request.relation(), session));
  pb::StorageLevel none;
  none.set_replication(1);
  *out->mutable_get_storage_level()->mutable_storage_level() =
      session->StorageLevelOf(SemanticText(query)).value_or(none);
  return base::Status::Ok();
}

base::Status DdlParse(const Request::DDLParse& request, Answer* out) {
  MILLRACE_ASSIGN_OR_RETURN(const DataType type, data::ParseSchemaText(request.ddl_string()));
  ToProto(type, out->mutable_ddl_parse()->mutable_parsed());
  return base::Status::Ok();
}

base::Status JsonToDdl(const Request::JsonToDDL& request, Answer* out) {
  MILLRACE_ASSIGN_OR_RETURN(const StructType schema, data::ParseJsonSchema(request.json_string()));
  out->mutable_json_to_ddl()->set_ddl_string(schema.toDDL());
  return base::Status::Ok();
}

}  // namespace

std::string SemanticText(const plan::ResolvedQuery& query) {
  std::string text = plan::TreeText(*query.root);
  for (const auto& source : query.sources) {
    text += fmt::format("\n{} {}", source.format, source.is_streaming);
    for (const auto& [key, value] : source.options) text += fmt::format("\n{}={}", key, value);
    for (const auto& path : source.paths) text += "\n" + path;
    if (!source.is_streaming) text += "\n" + session::TableOf(source)->description();
  }
  return text;
}

base::Status RunAnalyze(const Request& request, ConnectSession* session, Answer* out) {
  switch (request.analyze_case()) {
    case Request::kSchema: {
      MILLRACE_ASSIGN_OR_RETURN(const auto query, Resolve(request.schema().plan(), session));
      ToProto(query.schema(), out->mutable_schema()->mutable_schema());
      return base::Status::Ok();
    }
    case Request::kExplain:
      return Explain(request.explain(), session, out);
    case Request::kTreeString:
      return TreeString(request.tree_string(), session, out);
    case Request::kIsLocal:
      return IsLocal(request.is_local(), session, out);
    case Request::kIsStreaming: {
      MILLRACE_ASSIGN_OR_RETURN(const auto query, Resolve(request.is_streaming().plan(), session));
      out->mutable_is_streaming()->set_is_streaming(query.is_streaming);
      return base::Status::Ok();
    }
    case Request::kInputFiles: {
      MILLRACE_ASSIGN_OR_RETURN(const auto query, Resolve(request.input_files().plan(), session));
      auto* files = out->mutable_input_files();  // There, even when it is empty.
      for (const std::string& file : session::InputFiles(query)) files->add_files(file);
      return base::Status::Ok();
    }
    case Request::kSparkVersion:
      out->mutable_spark_version()->set_version(kSparkVersion);
      return base::Status::Ok();
    case Request::kDdlParse:
      return DdlParse(request.ddl_parse(), out);
    case Request::kSameSemantics:
      return SameSemantics(request.same_semantics(), session, out);
    case Request::kSemanticHash: {
      MILLRACE_ASSIGN_OR_RETURN(const auto query,
                                Resolve(request.semantic_hash().plan(), session));
      out->mutable_semantic_hash()->set_result(Hash(SemanticText(query)));
      return base::Status::Ok();
    }
    case Request::kPersist:
      return Persist(request.persist(), session, out);
    case Request::kUnpersist: {
      MILLRACE_ASSIGN_OR_RETURN(const auto query,
                                Resolve(request.unpersist().relation(), session));
      session->SetStorageLevel(SemanticText(query), std::nullopt);
      out->mutable_unpersist();
      return base::Status::Ok();
    }
    case Request::kGetStorageLevel:
      return GetStorageLevel(request.get_storage_level(), session, out);
    case Request::kJsonToDdl:
      return JsonToDdl(request.json_to_ddl(), out);
    case Request::ANALYZE_NOT_SET:
      break;
  }
  return InvalidPlan("an analysis asks for nothing that this server knows");
}

}  // namespace millrace::connect
