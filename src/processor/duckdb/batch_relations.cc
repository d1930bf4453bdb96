#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/batch_writer.h"
#include "processor/duckdb/carrier.h"
#include "processor/duckdb/spark_random.h"
#include "processor/duckdb/sql_text.h"

namespace millrace::processor::duckdb {

using plan::ResolvedRelation;

namespace {

std::vector<DataType> TypesOf(const StructType& schema) {
  std::vector<DataType> types;
  for (const StructField& field : schema.fields()) types.push_back(field.dataType);
  return types;
}

/// How many values `range` gives.
std::int64_t CountOf(const plan::Range& range) {
  if (range.step == 0) return 0;
  const __int128 span = static_cast<__int128>(range.end) - range.start;
  if ((span > 0) != (range.step > 0) || span == 0) return 0;
  const __int128 step = range.step;
  const __int128 toward = step > 0 ? step - 1 : step + 1;
  return static_cast<std::int64_t>((span + toward) / step);
}

std::string_view JoinName(plan::ResolvedJoinType type) {
  switch (type) {
    case plan::ResolvedJoinType::kLeft:
      return "LEFT JOIN";
    case plan::ResolvedJoinType::kRight:
      return "RIGHT JOIN";
    case plan::ResolvedJoinType::kFull:
      return "FULL JOIN";
    case plan::ResolvedJoinType::kLeftSemi:
      return "SEMI JOIN";
    case plan::ResolvedJoinType::kLeftAnti:
      return "ANTI JOIN";
    default:
      return "JOIN";
  }
}

}  // namespace

base::Result<BatchPlan> MakeBatchPlan(const plan::ResolvedQuery& query, std::int64_t timestamp_us) {
  return BatchWriter(timestamp_us).Write(query);
}

base::Result<BatchPlan> BatchWriter::Write(const plan::ResolvedQuery& query) {
  if (query.is_streaming) {
    return base::Status::Unsupported("a streaming query cannot be run as a batch");
  }
  plan_.types = TypesOf(query.schema());
  for (const DataType& type : plan_.types) {
    MILLRACE_RETURN_IF_ERROR(CarrierArrowType(type).status());
  }
  MILLRACE_ASSIGN_OR_RETURN(plan_.text, Relation(*query.root));
  return std::move(plan_);
}

base::Result<std::string> BatchWriter::Relation(const ResolvedRelation& relation) {
  return std::visit([&](const auto& node) { return Write(node, relation.schema); }, relation.node);
}

BatchWriter::Input BatchWriter::Named(const std::string& sql, std::size_t columns) {
  const std::string name = Fresh("t");
  Input input{fmt::format("({}) AS {}", sql, name), {}};
  for (std::size_t i = 0; i < columns; ++i) input.columns.push_back(fmt::format("{}.c{}", name, i));
  return input;
}

base::Result<BatchWriter::Input> BatchWriter::InputOf(const ResolvedRelation& relation) {
  MILLRACE_ASSIGN_OR_RETURN(std::string sql, Relation(relation));
  return Named(sql, relation.schema.size());
}

std::string BatchWriter::Columns(const Texts& texts) {
  if (texts.empty()) return "TRUE AS nothing";
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out += fmt::format("{}{} AS c{}", i > 0 ? ", " : "", texts[i], i);
  }
  return out;
}

base::Result<std::string> BatchWriter::Write(const plan::Scan& node, const StructType& schema) {
  NativeScan scan{Fresh("millrace_scan_"), node.source, TypesOf(schema)};
  for (const DataType& type : scan.types) MILLRACE_RETURN_IF_ERROR(CarrierArrowType(type).status());
  Texts columns;
  for (std::size_t i = 0; i < schema.size(); ++i) columns.push_back(fmt::format("c{}", i));
  std::string text = fmt::format("SELECT {} FROM {}()", Columns(columns), scan.name);
  plan_.scans.push_back(std::move(scan));
  return text;
}

base::Result<std::string> BatchWriter::Write(const plan::Range& node, const StructType&) {
  NativeRange range{Fresh("millrace_range_"), node.start, node.step, CountOf(node)};
  std::string text = fmt::format("SELECT c0 FROM {}()", range.name);
  plan_.ranges.push_back(std::move(range));
  return text;
}

base::Result<std::string> BatchWriter::Write(const plan::OneRow&, const StructType&) {
  return std::string("SELECT TRUE AS nothing");
}

base::Result<std::string> BatchWriter::Write(const plan::Values& node, const StructType& schema) {
  columns_.clear();
  std::string rows;
  for (const auto& row : node.rows) {
    MILLRACE_ASSIGN_OR_RETURN(Texts values, Expressions(row));
    if (values.empty()) values.push_back("TRUE");
    rows += fmt::format("{}({})", rows.empty() ? "" : ", ", JoinTexts(values, ", "));
  }
  Texts columns;
  Texts casts;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const std::string type = CarrierSql(schema[i].dataType);
    columns.push_back(fmt::format("v{}", i));
    casts.push_back(fmt::format("CAST({} AS {})", rows.empty() ? "NULL" : columns.back(), type));
  }
  if (rows.empty()) return fmt::format("SELECT {} WHERE FALSE", Columns(casts));
  if (columns.empty()) columns.push_back("v0");
  return fmt::format("SELECT {} FROM (VALUES {}) AS v({})", Columns(casts), rows,
                     JoinTexts(columns, ", "));
}

base::Result<std::string> BatchWriter::Write(const plan::Project& node, const StructType&) {
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  columns_ = input.columns;
  Texts texts;
  for (const plan::BoundExpressionPtr& expression : node.expressions) {
    // A column of its own: DuckDB numbers the rows of several threads.
    const auto* call = std::get_if<plan::Call>(&expression->node);
    if (call != nullptr && call->function == "monotonically_increasing_id") {
      texts.push_back("(row_number() OVER () - 1)");
      continue;
    }
    MILLRACE_ASSIGN_OR_RETURN(std::string text, Expression(expression));
    texts.push_back(std::move(text));
  }
  return fmt::format("SELECT {} FROM {}", Columns(texts), input.from);
}

base::Result<std::string> BatchWriter::Write(const plan::Join& node, const StructType&) {
  MILLRACE_ASSIGN_OR_RETURN(Input left, InputOf(*node.left));
  if (node.is_lateral) outer_.push_back(left.columns);
  auto made = InputOf(*node.right);
  if (node.is_lateral) outer_.pop_back();
  if (!made.ok()) return made.status();
  Input right = *std::move(made);
  columns_ = left.columns;
  columns_.insert(columns_.end(), right.columns.begin(), right.columns.end());
  Texts outputs = columns_;
  const bool is_semi = node.type == plan::ResolvedJoinType::kLeftSemi ||
                       node.type == plan::ResolvedJoinType::kLeftAnti;
  if (is_semi) outputs = left.columns;
  MILLRACE_ASSIGN_OR_RETURN(std::string condition, JoinCondition(node));
  return fmt::format("SELECT {} FROM {} {} {}{} ON {}", Columns(outputs), left.from,
                     JoinName(node.type), node.is_lateral ? "LATERAL " : "", right.from, condition);
}

std::string BatchWriter::KeyText(const std::string& text, const plan::SortKey& key) {
  return fmt::format("({}) {} NULLS {}", text, key.ascending ? "ASC" : "DESC",
                     key.nulls_first ? "FIRST" : "LAST");
}

base::Result<std::string> BatchWriter::OrderBy(const std::vector<plan::SortKey>& keys) {
  Texts texts;
  for (const plan::SortKey& key : keys) {
    MILLRACE_ASSIGN_OR_RETURN(std::string text, OrderKey(key.expression));
    texts.push_back(KeyText(text, key));
  }
  return texts.empty() ? "" : " ORDER BY " + JoinTexts(texts, ", ");
}

base::Result<std::string> BatchWriter::Write(const plan::Sort& node, const StructType&) {
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  columns_ = input.columns;
  MILLRACE_ASSIGN_OR_RETURN(std::string order, OrderBy(node.keys));
  return fmt::format("SELECT {} FROM {}{}", Columns(input.columns), input.from, order);
}

base::Result<std::string> BatchWriter::Write(const plan::Limit& node, const StructType&) {
  std::string limit = node.limit ? fmt::format(" LIMIT {}", *node.limit) : "";
  if (node.offset != 0) limit += fmt::format(" OFFSET {}", node.offset);
  if (const auto* sort = std::get_if<plan::Sort>(&node.input->node)) {
    MILLRACE_ASSIGN_OR_RETURN(std::string sorted, Write(*sort, node.input->schema));
    return sorted + limit;
  }
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  return fmt::format("SELECT {} FROM {}{}", Columns(input.columns), input.from, limit);
}

base::Result<std::string> BatchWriter::Write(const plan::Tail& node, const StructType& schema) {
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  Input numbered = Named(
      fmt::format("SELECT {}, row_number() OVER () AS place, count(*) OVER () AS rows FROM {}",
                  Columns(input.columns), input.from),
      schema.size());
  return fmt::format("SELECT {} FROM {} WHERE place > rows - {} ORDER BY place",
                     Columns(numbered.columns), numbered.from, node.limit);
}

base::Result<std::string> BatchWriter::Write(const plan::SetOperation& node, const StructType&) {
  MILLRACE_ASSIGN_OR_RETURN(Input left, InputOf(*node.left));
  MILLRACE_ASSIGN_OR_RETURN(Input right, InputOf(*node.right));
  std::string_view name = "UNION";
  if (node.type == plan::SetOperation::Type::kIntersect) name = "INTERSECT";
  if (node.type == plan::SetOperation::Type::kExcept) name = "EXCEPT";
  return fmt::format("SELECT {} FROM {} {}{} SELECT {} FROM {}", Columns(left.columns), left.from,
                     name, node.is_all ? " ALL" : "", Columns(right.columns), right.from);
}

base::Result<std::string> BatchWriter::Write(const plan::Deduplicate& node, const StructType&) {
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  Texts keys;
  for (int key : node.keys) keys.push_back(input.columns[static_cast<std::size_t>(key)]);
  if (keys.empty()) {
    return fmt::format("SELECT {} FROM {} LIMIT 1", Columns(input.columns), input.from);
  }
  return fmt::format("SELECT DISTINCT ON ({}) {} FROM {}", JoinTexts(keys, ", "),
                     Columns(input.columns), input.from);
}

base::Result<std::string> BatchWriter::Write(const plan::Sample& node, const StructType& schema) {
  // Not Spark's own rows, but the same ones for the same seed.
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  auto seed = std::make_shared<plan::BoundExpression>();
  seed->type = LongType();
  seed->node = plan::Constant{data::Value::Int(SeedOfFirstPartition(node.seed))};
  auto draw = std::make_shared<plan::BoundExpression>();
  draw->type = DoubleType();
  draw->node = plan::Call{"rand", {std::move(seed)}, {}};
  draw->text = "sample";
  MILLRACE_ASSIGN_OR_RETURN(const std::string number, AddFunction(std::move(draw), {}, {}));
  Input drawn = Named(fmt::format("SELECT {}, {} AS draw FROM {}", Columns(input.columns), number,
                                  input.from),
                      schema.size());
  if (!node.with_replacement) {
    return fmt::format("SELECT {} FROM {} WHERE draw >= {:.17g} AND draw < {:.17g}",
                       Columns(drawn.columns), drawn.from, node.lower_bound, node.upper_bound);
  }
  MILLRACE_ASSIGN_OR_RETURN(
      std::string times,
      NativeCall("$poisson",
                 {{"draw", DoubleType()},
                  {CarrierLiteral(data::Value::Double(node.upper_bound), DoubleType()),
                   DoubleType()}},
                 LongType(), "poisson"));
  Input repeated = Named(fmt::format("SELECT {}, unnest(range({})) AS time FROM {}",
                                     Columns(drawn.columns), times, drawn.from),
                         schema.size());
  return fmt::format("SELECT {} FROM {}", Columns(repeated.columns), repeated.from);
}

}  // namespace millrace::processor::duckdb
