#include "plan/unresolved_text.h"

#include <array>
#include <functional>

#include <fmt/format.h>

namespace millrace::plan {
namespace {

std::string Join(const std::vector<std::string>& texts, std::string_view separator = ", ") {
  return fmt::format("{}", fmt::join(texts, separator));
}

/// Writes one plan. Ids of subqueries are numbered in the order of their expressions.
class Writer {
 public:
  std::string Text(const ExpressionPtr& e) { return e == nullptr ? "none" : Text(*e); }
  std::string Text(const RelationPtr& r) { return r == nullptr ? "none" : Text(*r); }

  std::string Text(const Expression& expression) {
    return std::visit([this](const auto& node) { return Show(node); }, expression.node);
  }
  std::string Text(const Relation& relation) {
    std::string text = std::visit(
        [&](const auto& node) {
          std::string shown = Show(node);
          return shown.empty() ? std::string(NodeName(relation)) : shown;
        },
        relation.node);
    if (relation.plan_id) text = fmt::format("#{}={}", Number(*relation.plan_id), text);
    return text;
  }

 private:
  template <typename T>
  std::string List(const std::vector<T>& items, std::string_view separator = ", ") {
    std::vector<std::string> texts;
    for (const T& item : items) {
      if constexpr (std::is_same_v<T, std::string>) {
        texts.push_back(item);
      } else if constexpr (std::is_same_v<T, expression::SortOrder>) {
        texts.push_back(Show(item));
      } else {
        texts.push_back(Text(item));
      }
    }
    return Join(texts, separator);
  }

  int Number(std::int64_t id) {
    return numbers_.emplace(id, static_cast<int>(numbers_.size()) + 1).first->second;
  }

  // Expressions.

  std::string Show(const expression::Literal& e) { return data::ToSql(e.value, e.type); }
  std::string Show(const expression::UnresolvedAttribute& e) { return e.name; }
  std::string Show(const expression::UnresolvedFunction& e) {
    static constexpr std::array<std::string_view, 21> kInfix = {
        "+", "-", "*",  "/",  "%",   "div", "&", "|",  "^", "<<", ">>", ">>>",
        "=", "==", "<=>", "<", "<=", ">", ">=", "and", "or"};
    for (const std::string_view op : kInfix) {
      if (op == e.name && e.args.size() == 2) {
        const std::string left = Text(e.args[0]);
        return fmt::format("({} {} {})", left, op, Text(e.args[1]));
      }
    }
    std::string text =
        fmt::format("{}({}{})", e.name, e.is_distinct ? "DISTINCT " : "", List(e.args));
    if (!e.within_group.empty()) text += fmt::format(" WITHIN({})", List(e.within_group));
    if (e.filter != nullptr) text += fmt::format(" FILTER({})", Text(e.filter));
    if (e.ignore_nulls) text += *e.ignore_nulls ? " IGNORE NULLS" : " RESPECT NULLS";
    return text;
  }
  std::string Show(const expression::UnresolvedStar& e) {
    std::string text = e.target ? *e.target + ".*" : "*";
    if (!e.except.empty()) text += fmt::format(" EXCEPT({})", List(e.except));
    return text;
  }
  std::string Show(const expression::Alias& e) {
    return fmt::format("{} AS {}", Text(e.child), List(e.names, "+"));
  }
  std::string Show(const expression::Cast& e) {
    const auto* type = std::get_if<DataType>(&e.type);
    return fmt::format("{}({} AS {})", e.mode == expression::CastMode::kTry ? "TRY_CAST" : "CAST",
                       Text(e.child),
                       type != nullptr ? type->sql() : std::get<std::string>(e.type));
  }
  std::string Show(const expression::SortOrder& e) {
    const bool descending = e.direction == expression::SortDirection::kDescending;
    const bool nulls_first = e.null_ordering == expression::NullOrdering::kNullsFirst;
    std::string text = Text(e.child) + (descending ? " DESC" : "");
    if (nulls_first == descending) text += nulls_first ? " NULLS FIRST" : " NULLS LAST";
    return text;
  }
  std::string Show(const expression::NamedLambdaVariable& e) { return "@" + List(e.name_parts, "."); }
  std::string Show(const expression::LambdaFunction& e) {
    std::vector<std::string> names;
    for (const auto& argument : e.arguments) names.push_back(Join(argument.name_parts, "."));
    return fmt::format("({}) -> {}", Join(names), Text(e.function));
  }
  std::string Show(const expression::FrameBoundary& bound) {
    if (std::holds_alternative<expression::FrameBoundary::CurrentRow>(bound.boundary)) {
      return "CURRENT";
    }
    const auto* offset = std::get_if<ExpressionPtr>(&bound.boundary);
    return offset == nullptr ? "UNBOUNDED" : Text(*offset);
  }
  std::string Show(const expression::Window& e) {
    std::string text = Text(e.function) + " OVER(" + List(e.partition_spec);
    if (!e.order_spec.empty()) text += "; " + List(e.order_spec);
    if (e.frame) {
      const bool rows = e.frame->type == expression::WindowFrame::Type::kRow;
      text += fmt::format("; {} {} TO {}", rows ? "ROWS" : "RANGE", Show(e.frame->lower),
                          Show(e.frame->upper));
    }
    return text + ")";
  }
  std::string Show(const expression::UnresolvedExtractValue& e) {
    return fmt::format("{}[{}]", Text(e.child), Text(e.extraction));
  }
  std::string Show(const expression::NamedArgument& e) { return e.key + " => " + Text(e.value); }
  std::string Show(const expression::SubqueryExpression& e) {
    static constexpr std::array<std::string_view, 4> kTypes = {"scalar", "exists", "table", "in"};
    return fmt::format("{}#{}({})", kTypes[static_cast<std::size_t>(e.type)], Number(e.plan_id),
                       List(e.in_values));
  }

  // Relations.

  std::string Piped(const RelationPtr& input, std::string_view step) {
    return fmt::format("{} | {}", Text(input), step);
  }
  std::string Show(const relation::Read& r) {
    const auto* table = std::get_if<relation::NamedTable>(&r.source);
    if (table == nullptr) return "DataSource";
    std::string text = r.is_streaming ? "STREAM " : "";
    text += table->unparsed_identifier;
    for (const auto& [key, value] : table->options) text += fmt::format("[{}={}]", key, value);
    return text;
  }
  std::string Show(const relation::TableValuedFunction& r) {
    return fmt::format("{}({})", r.function_name, List(r.args));
  }
  std::string Show(const relation::InlineTable& r) {
    std::vector<std::string> rows;
    for (const auto& row : r.rows) rows.push_back("(" + List(row) + ")");
    return fmt::format("Values[{}]({})", List(r.column_names), Join(rows));
  }
  std::string Show(const relation::OneRow&) { return "OneRow"; }
  std::string Show(const relation::Project& r) {
    return Piped(r.input, "Project(" + List(r.expressions) + ")");
  }
  std::string Show(const relation::Filter& r) {
    return Piped(r.input, "Filter(" + Text(r.condition) + ")");
  }
  std::string Show(const relation::SubqueryAlias& r) { return Piped(r.input, "As(" + r.alias + ")"); }
  std::string Show(const relation::ToDF& r) {
    return Piped(r.input, "ToDF(" + List(r.column_names) + ")");
  }
  std::string Show(const relation::Hint& r) {
    return Piped(r.input, fmt::format("Hint({}; {})", r.name, List(r.parameters)));
  }
  std::string Show(const relation::Sort& r) {
    if (r.by_all) return Piped(r.input, "Sort(ALL)");
    return Piped(r.input, (r.is_global ? "Sort(" : "SortLocal(") + List(r.order) + ")");
  }
  std::string Show(const relation::Limit& r) {
    return Piped(r.input, fmt::format("Limit({})", r.limit));
  }
  std::string Show(const relation::Offset& r) {
    return Piped(r.input, fmt::format("Offset({})", r.offset));
  }
  std::string Show(const relation::Sample& r) {
    return Piped(r.input, fmt::format("Sample({})", r.upper_bound));
  }
  std::string Show(const relation::Deduplicate& r) { return Piped(r.input, "Distinct"); }
  std::string Show(const relation::RepartitionByExpression& r) {
    return Piped(r.input, "Distribute(" + List(r.partition_expressions) + ")");
  }
  std::string Show(const relation::Aggregate& r) {
    static constexpr std::array<std::string_view, 5> kTypes = {"", "[Rollup]", "[Cube]", "[Pivot]",
                                                               "[Sets]"};
    std::string text = fmt::format("Aggregate{}({}; {}", kTypes[static_cast<std::size_t>(r.group_type)],
                                   r.group_by_all ? "ALL" : List(r.grouping_expressions),
                                   List(r.aggregate_expressions));
    for (const auto& set : r.grouping_sets) text += "; (" + List(set) + ")";
    if (r.pivot) {
      text += "; " + Text(r.pivot->column) + " IN";
      for (std::size_t i = 0; i < r.pivot->values.size(); ++i) {
        text += " " + Show(r.pivot->values[i]);
        if (!r.pivot->value_names.empty()) text += "=" + r.pivot->value_names[i];
      }
    }
    return Piped(r.input, text + ")");
  }
  std::string Show(const relation::Unpivot& r) {
    return Piped(r.input,
                 fmt::format("Unpivot({}; {}; {}; {})", r.value_column_name, r.variable_column_name,
                             r.values ? List(*r.values) : "", List(r.value_aliases)));
  }
  static std::string_view JoinName(relation::JoinType type) {
    static constexpr std::array<std::string_view, 7> kNames = {
        "Inner", "Full", "Left", "Right", "LeftAnti", "LeftSemi", "Cross"};
    return kNames[static_cast<std::size_t>(type)];
  }
  std::string Show(const relation::Join& r) {
    const std::string left = Text(r.left);
    const std::string right = Text(r.right);
    std::string how = r.condition != nullptr ? "; " + Text(r.condition) : "";
    if (!r.using_columns.empty()) how = "; USING " + List(r.using_columns);
    return fmt::format("{}Join[{}]({}; {}{})", r.is_natural ? "Natural" : "", JoinName(r.type), left,
                       right, how);
  }
  std::string Show(const relation::LateralJoin& r) {
    const std::string left = Text(r.left);
    const std::string right = Text(r.right);
    const std::string how = r.condition != nullptr ? "; " + Text(r.condition) : "";
    return fmt::format("Lateral[{}]({}; {}{})", JoinName(r.type), left, right, how);
  }
  std::string Show(const relation::SetOperation& r) {
    static constexpr std::array<std::string_view, 3> kNames = {"Intersect", "Union", "Except"};
    const std::string left = Text(r.left);
    return fmt::format("{}{}{}({}; {})", kNames[static_cast<std::size_t>(r.type)],
                       r.is_all ? "All" : "", r.by_name ? "ByName" : "", left, Text(r.right));
  }
  std::string Show(const relation::WithRelations& r) {
    std::string root = Text(r.root);
    return fmt::format("With({}; {})", root, List(r.references));
  }

  // What SQL cannot make is shown by its name.
  template <typename T>
  std::string Show(const T&) {
    return "";
  }

  std::map<std::int64_t, int> numbers_;
};

}  // namespace

std::string UnresolvedText(const Expression& expression) { return Writer().Text(expression); }

std::string UnresolvedText(const Relation& relation) { return Writer().Text(relation); }

}  // namespace millrace::plan
