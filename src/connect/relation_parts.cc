#include "connect/relation_parts.h"

#include <fmt/format.h>

#include "connect/type_conversion.h"
#include "data/schema_text.h"

namespace millrace::connect {

namespace pb = spark::connect;
namespace rel = plan::relation;
using Node = plan::Relation::Node;

namespace {

template <typename Repeated>
std::vector<std::string> Texts(const Repeated& from) {
  return {from.begin(), from.end()};
}

base::Result<std::optional<DataType>> TypeOf(bool is_there, const pb::DataType& from) {
  if (!is_there) return std::optional<DataType>();
  MILLRACE_ASSIGN_OR_RETURN(DataType type, FromProto(from));
  return std::optional<DataType>(std::move(type));
}

}  // namespace

base::Result<rel::JoinType> JoinTypeOf(pb::Join::JoinType type) {
  switch (type) {
    case pb::Join::JOIN_TYPE_INNER:
      return rel::JoinType::kInner;
    case pb::Join::JOIN_TYPE_FULL_OUTER:
      return rel::JoinType::kFullOuter;
    case pb::Join::JOIN_TYPE_LEFT_OUTER:
      return rel::JoinType::kLeftOuter;
    case pb::Join::JOIN_TYPE_RIGHT_OUTER:
      return rel::JoinType::kRightOuter;
    case pb::Join::JOIN_TYPE_LEFT_ANTI:
      return rel::JoinType::kLeftAnti;
    case pb::Join::JOIN_TYPE_LEFT_SEMI:
      return rel::JoinType::kLeftSemi;
    case pb::Join::JOIN_TYPE_CROSS:
      return rel::JoinType::kCross;
    default:
      return InvalidPlan(fmt::format("a join has the unknown type {}", static_cast<int>(type)));
  }
}

base::Result<StructType> StructFromText(const std::string& text) {
  MILLRACE_ASSIGN_OR_RETURN(const DataType type, data::ParseSchemaText(text));
  if (!type.is(DataType::Kind::kStruct)) {
    return base::Status::InvalidArgument(
               fmt::format("[INVALID_SCHEMA.NON_STRUCT_TYPE] The input schema \"{}\" is not a valid "
                           "schema string. The input expression should be evaluated to struct "
                           "type, but got \"{}\". SQLSTATE: 42K07",
                           text, type.sql()))
        .WithSparkError({"AnalysisException",
                         "INVALID_SCHEMA.NON_STRUCT_TYPE",
                         "42K07",
                         {{"inputSchema", '"' + text + '"'}, {"dataType", '"' + type.sql() + '"'}}});
  }
  return StructType(type);
}

NodeResult Convert(const pb::MapPartitions& from) {
  rel::MapPartitions map;
  MILLRACE_ASSIGN_OR_RETURN(map.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(map.function, FromProto(from.func()));
  map.is_barrier = from.is_barrier();
  if (from.has_profile_id()) map.profile_id = from.profile_id();
  return Node(std::move(map));
}

NodeResult Convert(const pb::GroupMap& from) {
  rel::GroupMap map;
  MILLRACE_ASSIGN_OR_RETURN(map.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(map.grouping_expressions, AllFromProto(from.grouping_expressions()));
  MILLRACE_ASSIGN_OR_RETURN(map.function, FromProto(from.func()));
  MILLRACE_ASSIGN_OR_RETURN(map.sorting_expressions, AllFromProto(from.sorting_expressions()));
  if (from.has_initial_input()) {
    MILLRACE_ASSIGN_OR_RETURN(map.initial_input, FromProto(from.initial_input()));
  }
  MILLRACE_ASSIGN_OR_RETURN(map.initial_grouping_expressions,
                            AllFromProto(from.initial_grouping_expressions()));
  if (from.has_is_map_groups_with_state()) {
    map.is_map_groups_with_state = from.is_map_groups_with_state();
  }
  if (from.has_output_mode()) map.output_mode = from.output_mode();
  if (from.has_timeout_conf()) map.timeout_conf = from.timeout_conf();
  MILLRACE_ASSIGN_OR_RETURN(map.state_schema, TypeOf(from.has_state_schema(), from.state_schema()));
  if (from.has_transform_with_state_info()) {
    const auto& info = from.transform_with_state_info();
    rel::TransformWithState transform;
    transform.time_mode = info.time_mode();
    if (info.has_event_time_column_name()) {
      transform.event_time_column_name = info.event_time_column_name();
    }
    MILLRACE_ASSIGN_OR_RETURN(transform.output_schema,
                              TypeOf(info.has_output_schema(), info.output_schema()));
    map.transform_with_state = std::move(transform);
  }
  return Node(std::move(map));
}

NodeResult Convert(const pb::CoGroupMap& from) {
  rel::CoGroupMap map;
  MILLRACE_ASSIGN_OR_RETURN(map.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(map.input_grouping_expressions,
                            AllFromProto(from.input_grouping_expressions()));
  MILLRACE_ASSIGN_OR_RETURN(map.other, Side(from.has_other(), from.other()));
  MILLRACE_ASSIGN_OR_RETURN(map.other_grouping_expressions,
                            AllFromProto(from.other_grouping_expressions()));
  MILLRACE_ASSIGN_OR_RETURN(map.function, FromProto(from.func()));
  MILLRACE_ASSIGN_OR_RETURN(map.input_sorting_expressions,
                            AllFromProto(from.input_sorting_expressions()));
  MILLRACE_ASSIGN_OR_RETURN(map.other_sorting_expressions,
                            AllFromProto(from.other_sorting_expressions()));
  return Node(std::move(map));
}

NodeResult Convert(const pb::ApplyInPandasWithState& from) {
  rel::ApplyInPandasWithState apply;
  MILLRACE_ASSIGN_OR_RETURN(apply.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(apply.grouping_expressions, AllFromProto(from.grouping_expressions()));
  MILLRACE_ASSIGN_OR_RETURN(apply.function, FromProto(from.func()));
  apply.output_schema = from.output_schema();
  apply.state_schema = from.state_schema();
  apply.output_mode = from.output_mode();
  apply.timeout_conf = from.timeout_conf();
  return Node(std::move(apply));
}

NodeResult Convert(const pb::CommonInlineUserDefinedTableFunction& from) {
  rel::InlineTableFunction function;
  function.name = from.function_name();
  function.deterministic = from.deterministic();
  MILLRACE_ASSIGN_OR_RETURN(function.args, AllFromProto(from.arguments()));
  if (!from.has_python_udtf()) return InvalidPlan("a table function has no code");
  const auto& python = from.python_udtf();
  MILLRACE_ASSIGN_OR_RETURN(function.return_type,
                            TypeOf(python.has_return_type(), python.return_type()));
  function.eval_type = python.eval_type();
  function.command = python.command();
  function.python_version = python.python_ver();
  return Node(std::move(function));
}

NodeResult Convert(const pb::CommonInlineUserDefinedDataSource& from) {
  if (!from.has_python_data_source()) return InvalidPlan("a data source has no code");
  return Node(rel::InlineDataSource{from.name(), from.python_data_source().command(),
                                    from.python_data_source().python_ver()});
}

NodeResult Convert(const pb::Parse& from) {
  rel::Parse parse;
  MILLRACE_ASSIGN_OR_RETURN(parse.input, Input(from));
  switch (from.format()) {
    case pb::Parse::PARSE_FORMAT_CSV:
      parse.format = rel::Parse::Format::kCsv;
      break;
    case pb::Parse::PARSE_FORMAT_JSON:
      parse.format = rel::Parse::Format::kJson;
      break;
    case pb::Parse::PARSE_FORMAT_XML:
      parse.format = rel::Parse::Format::kXml;
      break;
    default:
      return InvalidPlan(
          fmt::format("the unknown format {} of texts", static_cast<int>(from.format())));
  }
  MILLRACE_ASSIGN_OR_RETURN(parse.schema, TypeOf(from.has_schema(), from.schema()));
  parse.options = {from.options().begin(), from.options().end()};
  return Node(std::move(parse));
}

NodeResult Convert(const pb::ShowString& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(
      rel::ShowString{std::move(input), from.num_rows(), from.truncate(), from.vertical()});
}

NodeResult Convert(const pb::HtmlString& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::HtmlString{std::move(input), from.num_rows(), from.truncate()});
}

NodeResult Convert(const pb::NAFill& from) {
  rel::FillNa fill;
  MILLRACE_ASSIGN_OR_RETURN(fill.input, Input(from));
  fill.columns = Texts(from.cols());
  MILLRACE_ASSIGN_OR_RETURN(fill.values, AllFromProto(from.values()));
  if (fill.values.empty()) return InvalidPlan("na.fill has no value");
  if (fill.values.size() > 1 && fill.values.size() != fill.columns.size()) {
    return InvalidPlan("na.fill wants one value, or one for each column");
  }
  return Node(std::move(fill));
}

NodeResult Convert(const pb::NADrop& from) {
  rel::DropNa drop;
  MILLRACE_ASSIGN_OR_RETURN(drop.input, Input(from));
  drop.columns = Texts(from.cols());
  if (from.has_min_non_nulls()) drop.min_non_nulls = from.min_non_nulls();
  return Node(std::move(drop));
}

NodeResult Convert(const pb::NAReplace& from) {
  rel::ReplaceNa replace;
  MILLRACE_ASSIGN_OR_RETURN(replace.input, Input(from));
  replace.columns = Texts(from.cols());
  for (const auto& one : from.replacements()) {
    MILLRACE_ASSIGN_OR_RETURN(auto old_value, FromProto(one.old_value()));
    MILLRACE_ASSIGN_OR_RETURN(auto new_value, FromProto(one.new_value()));
    replace.replacements.emplace_back(std::move(old_value), std::move(new_value));
  }
  return Node(std::move(replace));
}

NodeResult Convert(const pb::StatSummary& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::Summary{std::move(input), Texts(from.statistics())});
}

NodeResult Convert(const pb::StatDescribe& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::Describe{std::move(input), Texts(from.cols())});
}

NodeResult Convert(const pb::StatCrosstab& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::Crosstab{std::move(input), from.col1(), from.col2()});
}

NodeResult Convert(const pb::StatCov& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::Covariance{std::move(input), from.col1(), from.col2()});
}

NodeResult Convert(const pb::StatCorr& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  rel::Correlation correlation{std::move(input), from.col1(), from.col2(), std::nullopt};
  if (from.has_method()) correlation.method = from.method();
  return Node(std::move(correlation));
}

NodeResult Convert(const pb::StatApproxQuantile& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::ApproxQuantile{std::move(input),
                                  Texts(from.cols()),
                                  {from.probabilities().begin(), from.probabilities().end()},
                                  from.relative_error()});
}

NodeResult Convert(const pb::StatFreqItems& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  rel::FrequentItems items{std::move(input), Texts(from.cols()), std::nullopt};
  if (from.has_support()) items.support = from.support();
  return Node(std::move(items));
}

NodeResult Convert(const pb::StatSampleBy& from) {
  rel::SampleBy sample;
  MILLRACE_ASSIGN_OR_RETURN(sample.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(sample.column,
                            Required(from.has_col(), from.col(), "the column of sampleBy"));
  for (const auto& fraction : from.fractions()) {
    MILLRACE_ASSIGN_OR_RETURN(auto stratum, FromProto(fraction.stratum()));
    sample.fractions.emplace_back(std::move(stratum), fraction.fraction());
  }
  if (from.has_seed()) sample.seed = from.seed();
  return Node(std::move(sample));
}

}  // namespace millrace::connect
