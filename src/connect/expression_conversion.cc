#include "connect/expression_conversion.h"

#include <fmt/format.h>

#include "connect/refusals.h"
#include "connect/type_conversion.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
namespace ex = plan::expression;
using Node = plan::Expression::Node;
using plan::ExpressionPtr;

/// The expression of a field that must be there.
base::Result<ExpressionPtr> Child(bool is_there, const pb::Expression& from, const char* where) {
  if (!is_there) return InvalidPlan(fmt::format("{} is missing", where));
  return FromProto(from);
}

std::optional<std::int64_t> PlanId(bool is_there, std::int64_t id) {
  return is_there ? std::optional(id) : std::nullopt;
}

base::Result<Node> AttributeNode(const pb::Expression::UnresolvedAttribute& from) {
  return Node(ex::UnresolvedAttribute{from.unparsed_identifier(),
                                      PlanId(from.has_plan_id(), from.plan_id()),
                                      from.is_metadata_column()});
}

base::Result<Node> FunctionNode(const pb::Expression::UnresolvedFunction& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto args, AllFromProto(from.arguments()));
  return Node(ex::UnresolvedFunction{from.function_name(), std::move(args), from.is_distinct(),
                                     from.is_user_defined_function(), from.is_internal()});
}

base::Result<Node> StarNode(const pb::Expression::UnresolvedStar& from) {
  ex::UnresolvedStar star;
  star.plan_id = PlanId(from.has_plan_id(), from.plan_id());
  if (from.has_unparsed_target()) {
    const std::string& target = from.unparsed_target();
    if (!target.ends_with(".*")) {
      return InvalidPlan("the target of a star must end in .*, not " + target);
    }
    star.target = target.substr(0, target.size() - 2);
  }
  return Node(std::move(star));
}

base::Result<ex::CastMode> ModeOf(pb::Expression::Cast::EvalMode mode) {
  switch (mode) {
    case pb::Expression::Cast::EVAL_MODE_UNSPECIFIED:
      return ex::CastMode::kSession;
    case pb::Expression::Cast::EVAL_MODE_LEGACY:
      return ex::CastMode::kLegacy;
    case pb::Expression::Cast::EVAL_MODE_ANSI:
      return ex::CastMode::kAnsi;
    case pb::Expression::Cast::EVAL_MODE_TRY:
      return ex::CastMode::kTry;
    default:
      return InvalidPlan(fmt::format("a cast has the unknown mode {}", static_cast<int>(mode)));
  }
}

base::Result<Node> CastNode(const pb::Expression::Cast& from) {
  ex::Cast cast;
  MILLRACE_ASSIGN_OR_RETURN(cast.child, Child(from.has_expr(), from.expr(), "what a cast casts"));
  MILLRACE_ASSIGN_OR_RETURN(cast.mode, ModeOf(from.eval_mode()));
  switch (from.cast_to_type_case()) {
    case pb::Expression::Cast::kType: {
      MILLRACE_ASSIGN_OR_RETURN(cast.type, FromProto(from.type()));
      break;
    }
    case pb::Expression::Cast::kTypeStr:
      cast.type = from.type_str();
      break;
    case pb::Expression::Cast::CAST_TO_TYPE_NOT_SET:
      return InvalidPlan("a cast has no type");
  }
  return Node(std::move(cast));
}

base::Result<ex::LambdaFunction> LambdaFromProto(const pb::Expression::LambdaFunction& from) {
  ex::LambdaFunction lambda;
  MILLRACE_ASSIGN_OR_RETURN(
      lambda.function, Child(from.has_function(), from.function(), "the body of a lambda function"));
  if (from.arguments_size() < 1 || from.arguments_size() > 3) {
    return InvalidPlan(fmt::format("a lambda function has 1 to 3 arguments, not {}",
                                   from.arguments_size()));
  }
  for (const auto& argument : from.arguments()) {
    lambda.arguments.push_back({{argument.name_parts().begin(), argument.name_parts().end()}});
  }
  return lambda;
}

base::Result<ex::FrameBoundary> BoundaryFromProto(
    bool is_there, const pb::Expression::Window::WindowFrame::FrameBoundary& from) {
  using Boundary = pb::Expression::Window::WindowFrame::FrameBoundary;
  if (is_there) {
    switch (from.boundary_case()) {
      case Boundary::kCurrentRow:
        if (from.current_row()) return ex::FrameBoundary{ex::FrameBoundary::CurrentRow{}};
        break;
      case Boundary::kUnbounded:
        if (from.unbounded()) return ex::FrameBoundary{ex::FrameBoundary::Unbounded{}};
        break;
      case Boundary::kValue: {
        MILLRACE_ASSIGN_OR_RETURN(ExpressionPtr value, FromProto(from.value()));
        return ex::FrameBoundary{std::move(value)};
      }
      case Boundary::BOUNDARY_NOT_SET:
        break;
    }
  }
  return InvalidPlan("a boundary of a window frame is missing");
}

base::Result<ex::WindowFrame> FrameFromProto(const pb::Expression::Window::WindowFrame& from) {
  using Frame = pb::Expression::Window::WindowFrame;
  ex::WindowFrame frame;
  switch (from.frame_type()) {
    case Frame::FRAME_TYPE_ROW:
      frame.type = ex::WindowFrame::Type::kRow;
      break;
    case Frame::FRAME_TYPE_RANGE:
      frame.type = ex::WindowFrame::Type::kRange;
      break;
    default:
      return InvalidPlan(fmt::format("a window frame has the type {}, which is neither rows nor "
                                     "range", static_cast<int>(from.frame_type())));
  }
  MILLRACE_ASSIGN_OR_RETURN(frame.lower, BoundaryFromProto(from.has_lower(), from.lower()));
  MILLRACE_ASSIGN_OR_RETURN(frame.upper, BoundaryFromProto(from.has_upper(), from.upper()));
  return frame;
}

base::Result<Node> WindowNode(const pb::Expression::Window& from) {
  ex::Window window;
  MILLRACE_ASSIGN_OR_RETURN(window.function,
                            Child(from.has_window_function(), from.window_function(),
                                  "the function of a window expression"));
  MILLRACE_ASSIGN_OR_RETURN(window.partition_spec, AllFromProto(from.partition_spec()));
  MILLRACE_ASSIGN_OR_RETURN(window.order_spec, AllFromProto(from.order_spec()));
  if (from.has_frame_spec()) {
    MILLRACE_ASSIGN_OR_RETURN(window.frame, FrameFromProto(from.frame_spec()));
  }
  return Node(std::move(window));
}

base::Result<Node> ExtractNode(const pb::Expression::UnresolvedExtractValue& from) {
  ex::UnresolvedExtractValue extract;
  MILLRACE_ASSIGN_OR_RETURN(extract.child,
                            Child(from.has_child(), from.child(), "what a value is taken from"));
  MILLRACE_ASSIGN_OR_RETURN(extract.extraction, Child(from.has_extraction(), from.extraction(),
                                                      "the key of a value to take"));
  return Node(std::move(extract));
}

base::Result<Node> UpdateNode(const pb::Expression::UpdateFields& from) {
  ex::UpdateFields update;
  MILLRACE_ASSIGN_OR_RETURN(update.child,
                            Child(from.has_struct_expression(), from.struct_expression(),
                                  "the struct of withField or dropFields"));
  update.field_name = from.field_name();
  if (from.has_value_expression()) {
    MILLRACE_ASSIGN_OR_RETURN(update.value, FromProto(from.value_expression()));
  }
  return Node(std::move(update));
}

base::Result<ex::ScalaUdf> ScalaUdfFromProto(const pb::ScalarScalaUDF& from) {
  ex::ScalaUdf udf;
  udf.payload = from.payload();
  for (const auto& type : from.inputtypes()) {
    MILLRACE_ASSIGN_OR_RETURN(DataType converted, FromProto(type));
    udf.input_types.push_back(std::move(converted));
  }
  if (from.has_outputtype()) {
    MILLRACE_ASSIGN_OR_RETURN(udf.output_type, FromProto(from.outputtype()));
  }
  udf.nullable = from.nullable();
  udf.aggregate = from.aggregate();
  return udf;
}

base::Result<ex::JavaUdf> JavaUdfFromProto(const pb::JavaUDF& from) {
  ex::JavaUdf udf{from.class_name(), std::nullopt, from.aggregate()};
  if (from.has_output_type()) {
    MILLRACE_ASSIGN_OR_RETURN(udf.output_type, FromProto(from.output_type()));
  }
  return udf;
}

base::Result<Node> MergeNode(const pb::MergeAction& from) {
  ex::MergeAction action;
  switch (from.action_type()) {
    case pb::MergeAction::ACTION_TYPE_DELETE:
      action.type = ex::MergeAction::Type::kDelete;
      break;
    case pb::MergeAction::ACTION_TYPE_INSERT:
      action.type = ex::MergeAction::Type::kInsert;
      break;
    case pb::MergeAction::ACTION_TYPE_INSERT_STAR:
      action.type = ex::MergeAction::Type::kInsertStar;
      break;
    case pb::MergeAction::ACTION_TYPE_UPDATE:
      action.type = ex::MergeAction::Type::kUpdate;
      break;
    case pb::MergeAction::ACTION_TYPE_UPDATE_STAR:
      action.type = ex::MergeAction::Type::kUpdateStar;
      break;
    default:
      return InvalidPlan(fmt::format("a merge has the unknown action {}",
                                     static_cast<int>(from.action_type())));
  }
  if (from.has_condition()) {
    MILLRACE_ASSIGN_OR_RETURN(action.condition, FromProto(from.condition()));
  }
  for (const auto& assignment : from.assignments()) {
    MILLRACE_ASSIGN_OR_RETURN(
        auto key, Child(assignment.has_key(), assignment.key(), "the column of an assignment"));
    MILLRACE_ASSIGN_OR_RETURN(
        auto value, Child(assignment.has_value(), assignment.value(), "an assigned value"));
    action.assignments.emplace_back(std::move(key), std::move(value));
  }
  return Node(std::move(action));
}

base::Result<Node> SubqueryNode(const pb::SubqueryExpression& from) {
  ex::SubqueryExpression subquery;
  subquery.plan_id = from.plan_id();
  switch (from.subquery_type()) {
    case pb::SubqueryExpression::SUBQUERY_TYPE_SCALAR:
      subquery.type = ex::SubqueryExpression::Type::kScalar;
      break;
    case pb::SubqueryExpression::SUBQUERY_TYPE_EXISTS:
      subquery.type = ex::SubqueryExpression::Type::kExists;
      break;
    case pb::SubqueryExpression::SUBQUERY_TYPE_TABLE_ARG:
      subquery.type = ex::SubqueryExpression::Type::kTableArgument;
      break;
    case pb::SubqueryExpression::SUBQUERY_TYPE_IN:
      subquery.type = ex::SubqueryExpression::Type::kIn;
      break;
    default:
      return InvalidPlan(fmt::format("a subquery has the unknown type {}",
                                     static_cast<int>(from.subquery_type())));
  }
  MILLRACE_ASSIGN_OR_RETURN(subquery.in_values, AllFromProto(from.in_subquery_values()));
  if (from.has_table_arg_options()) {
    const auto& options = from.table_arg_options();
    MILLRACE_ASSIGN_OR_RETURN(subquery.partition_spec, AllFromProto(options.partition_spec()));
    MILLRACE_ASSIGN_OR_RETURN(subquery.order_spec, AllFromProto(options.order_spec()));
    if (options.has_with_single_partition()) {
      subquery.with_single_partition = options.with_single_partition();
    }
  }
  return Node(std::move(subquery));
}

base::Result<Node> NamedArgumentNode(const pb::NamedArgumentExpression& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto value,
                            Child(from.has_value(), from.value(), "the value of a named argument"));
  return Node(ex::NamedArgument{from.key(), std::move(value)});
}

/// A converted part as a node.
template <typename T>
base::Result<Node> AsNode(base::Result<T> part) {
  if (!part.ok()) return part.status();
  return Node(std::move(part).value());
}

base::Result<Node> NodeOf(const pb::Expression& from) {
  switch (from.expr_type_case()) {
    case pb::Expression::kLiteral:
      return AsNode(FromProto(from.literal()));
    case pb::Expression::kUnresolvedAttribute:
      return AttributeNode(from.unresolved_attribute());
    case pb::Expression::kUnresolvedFunction:
      return FunctionNode(from.unresolved_function());
    case pb::Expression::kExpressionString:
      return Node(ex::ExpressionString{from.expression_string().expression()});
    case pb::Expression::kUnresolvedStar:
      return StarNode(from.unresolved_star());
    case pb::Expression::kAlias:
      return AsNode(FromProto(from.alias()));
    case pb::Expression::kCast:
      return CastNode(from.cast());
    case pb::Expression::kUnresolvedRegex:
      return Node(ex::UnresolvedRegex{
          from.unresolved_regex().col_name(),
          PlanId(from.unresolved_regex().has_plan_id(), from.unresolved_regex().plan_id())});
    case pb::Expression::kSortOrder:
      return AsNode(FromProto(from.sort_order()));
    case pb::Expression::kLambdaFunction:
      return AsNode(LambdaFromProto(from.lambda_function()));
    case pb::Expression::kWindow:
      return WindowNode(from.window());
    case pb::Expression::kUnresolvedExtractValue:
      return ExtractNode(from.unresolved_extract_value());
    case pb::Expression::kUpdateFields:
      return UpdateNode(from.update_fields());
    case pb::Expression::kUnresolvedNamedLambdaVariable: {
      const auto& parts = from.unresolved_named_lambda_variable().name_parts();
      return Node(ex::NamedLambdaVariable{{parts.begin(), parts.end()}});
    }
    case pb::Expression::kCommonInlineUserDefinedFunction:
      return AsNode(FromProto(from.common_inline_user_defined_function()));
    case pb::Expression::kCallFunction: {
      MILLRACE_ASSIGN_OR_RETURN(auto args, AllFromProto(from.call_function().arguments()));
      return Node(ex::CallFunction{from.call_function().function_name(), std::move(args)});
    }
    case pb::Expression::kNamedArgumentExpression:
      return NamedArgumentNode(from.named_argument_expression());
    case pb::Expression::kMergeAction:
      return MergeNode(from.merge_action());
    case pb::Expression::kTypedAggregateExpression: {
      MILLRACE_ASSIGN_OR_RETURN(
          auto udf, ScalaUdfFromProto(from.typed_aggregate_expression().scalar_scala_udf()));
      return Node(ex::TypedAggregate{std::move(udf)});
    }
    case pb::Expression::kSubqueryExpression:
      return SubqueryNode(from.subquery_expression());
    case pb::Expression::kDirectShufflePartitionId: {
      MILLRACE_ASSIGN_OR_RETURN(auto child,
                                Child(from.direct_shuffle_partition_id().has_child(),
                                      from.direct_shuffle_partition_id().child(),
                                      "the expression of a partition id"));
      return Node(ex::DirectShufflePartitionId{std::move(child)});
    }
    case pb::Expression::kExtension:
      return Node(ex::Extension{from.extension().type_url(), from.extension().value()});
    case pb::Expression::EXPR_TYPE_NOT_SET:
      break;
  }
  return InvalidPlan("an expression is missing, or is one that this server does not know");
}

}  // namespace

base::Result<ExpressionPtr> FromProto(const pb::Expression& from) {
  MILLRACE_ASSIGN_OR_RETURN(Node node, NodeOf(from));
  std::optional<plan::Origin> origin;
  if (from.common().has_origin()) origin = FromProto(from.common().origin());
  return std::make_shared<const plan::Expression>(
      plan::Expression{std::move(node), std::move(origin)});
}

base::Result<ex::SortOrder> FromProto(const pb::Expression::SortOrder& from) {
  ex::SortOrder order;
  MILLRACE_ASSIGN_OR_RETURN(order.child,
                            Child(from.has_child(), from.child(), "what a sort order sorts by"));
  switch (from.direction()) {
    case pb::Expression::SortOrder::SORT_DIRECTION_UNSPECIFIED:
      order.direction = ex::SortDirection::kUnspecified;
      break;
    case pb::Expression::SortOrder::SORT_DIRECTION_ASCENDING:
      order.direction = ex::SortDirection::kAscending;
      break;
    case pb::Expression::SortOrder::SORT_DIRECTION_DESCENDING:
      order.direction = ex::SortDirection::kDescending;
      break;
    default:
      return InvalidPlan(fmt::format("a sort order has the unknown direction {}",
                                     static_cast<int>(from.direction())));
  }
  switch (from.null_ordering()) {
    case pb::Expression::SortOrder::SORT_NULLS_UNSPECIFIED:
      order.null_ordering = ex::NullOrdering::kUnspecified;
      break;
    case pb::Expression::SortOrder::SORT_NULLS_FIRST:
      order.null_ordering = ex::NullOrdering::kNullsFirst;
      break;
    case pb::Expression::SortOrder::SORT_NULLS_LAST:
      order.null_ordering = ex::NullOrdering::kNullsLast;
      break;
    default:
      return InvalidPlan(fmt::format("a sort order has the unknown order of nulls {}",
                                     static_cast<int>(from.null_ordering())));
  }
  return order;
}

base::Result<ex::Alias> FromProto(const pb::Expression::Alias& from) {
  ex::Alias alias;
  MILLRACE_ASSIGN_OR_RETURN(alias.child,
                            Child(from.has_expr(), from.expr(), "what an alias names"));
  alias.names.assign(from.name().begin(), from.name().end());
  if (alias.names.empty()) return InvalidPlan("an alias has no name");
  if (from.has_metadata() && !from.metadata().empty()) {
    if (alias.names.size() > 1) {
      return InvalidPlan("an alias with more than one name must not have metadata");
    }
    alias.metadata = from.metadata();
  }
  return alias;
}

base::Result<ex::PythonUdf> FromProto(const pb::PythonUDF& from) {
  ex::PythonUdf udf;
  if (from.has_output_type()) {
    MILLRACE_ASSIGN_OR_RETURN(udf.output_type, FromProto(from.output_type()));
  }
  udf.eval_type = from.eval_type();
  udf.command = from.command();
  udf.python_version = from.python_ver();
  udf.additional_includes.assign(from.additional_includes().begin(),
                                 from.additional_includes().end());
  return udf;
}

base::Result<ex::InlineUdf> FromProto(const pb::CommonInlineUserDefinedFunction& from) {
  ex::InlineUdf udf;
  udf.name = from.function_name();
  udf.deterministic = from.deterministic();
  udf.is_distinct = from.is_distinct();
  MILLRACE_ASSIGN_OR_RETURN(udf.args, AllFromProto(from.arguments()));
  switch (from.function_case()) {
    case pb::CommonInlineUserDefinedFunction::kPythonUdf: {
      MILLRACE_ASSIGN_OR_RETURN(udf.function, FromProto(from.python_udf()));
      return udf;
    }
    case pb::CommonInlineUserDefinedFunction::kScalarScalaUdf: {
      MILLRACE_ASSIGN_OR_RETURN(udf.function, ScalaUdfFromProto(from.scalar_scala_udf()));
      return udf;
    }
    case pb::CommonInlineUserDefinedFunction::kJavaUdf: {
      MILLRACE_ASSIGN_OR_RETURN(udf.function, JavaUdfFromProto(from.java_udf()));
      return udf;
    }
    case pb::CommonInlineUserDefinedFunction::FUNCTION_NOT_SET:
      break;
  }
  return InvalidPlan("a user-defined function has no code");
}

std::optional<plan::Origin> FromProto(const pb::Origin& from) {
  switch (from.function_case()) {
    case pb::Origin::kPythonOrigin:
      return plan::CallSite{from.python_origin().fragment(), from.python_origin().call_site()};
    case pb::Origin::kJvmOrigin: {
      // The innermost call of the user's program, as the query context of Spark's errors shows it.
      const auto& jvm = from.jvm_origin();
      if (jvm.stack_trace_size() == 0) return plan::CallSite{jvm.sql_text(), ""};
      const auto& call = jvm.stack_trace(0);
      return plan::CallSite{call.method_name(),
                            fmt::format("{}.{}({}:{})", call.declaring_class(), call.method_name(),
                                        call.file_name(), call.line_number())};
    }
    case pb::Origin::FUNCTION_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace millrace::connect
