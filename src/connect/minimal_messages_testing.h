#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <spark/connect/commands.pb.h>
#include <spark/connect/relations.pb.h>

#include <set>
#include <string>

// The least that messages of a plan cannot be without, filled in by reflection.

namespace millrace::connect {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
namespace pb = spark::connect;

inline void FillRequired(Message* message, int depth);

/// A value for a field that a valid message has.
inline void Fill(Message* message, const FieldDescriptor* field, int depth) {
  const auto* reflection = message->GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    Message* inner = field->is_repeated() ? reflection->AddMessage(message, field)
                                          : reflection->MutableMessage(message, field);
    FillRequired(inner, depth + 1);
    return;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field->enum_type()->value(field->enum_type()->value_count() > 1 ? 1 : 0);
      reflection->SetEnum(message, field, value);
      break;
    }
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->is_repeated()) {
        reflection->AddString(message, field, "a");
      } else {
        reflection->SetString(message, field, "a");
      }
      break;
    default:
      break;
  }
}

/// What a message of this kind cannot be without: the least that converts.
inline void FillRequired(Message* message, int depth) {
  const std::string& name = message->GetDescriptor()->full_name();
  if (name == "spark.connect.Relation") {
    pb::Range* range = static_cast<pb::Relation*>(message)->mutable_range();
    range->set_end(3);
    range->set_step(1);
  } else if (name == "spark.connect.Expression") {
    static_cast<pb::Expression*>(message)->mutable_unresolved_attribute()->set_unparsed_identifier(
        "id");
  } else if (name == "spark.connect.Expression.Literal") {
    static_cast<pb::Expression::Literal*>(message)->set_integer(1);
  } else if (name == "spark.connect.DataType") {
    static_cast<pb::DataType*>(message)->mutable_struct_();
  } else if (name == "spark.connect.Expression.Window.WindowFrame.FrameBoundary") {
    static_cast<pb::Expression::Window::WindowFrame::FrameBoundary*>(message)->set_current_row(
        true);
  } else if (name == "spark.connect.LocalRelation") {
    static_cast<pb::LocalRelation*>(message)->set_schema("a INT");
  } else if (depth < 20) {
    static const std::set<std::string> kNeeded = {
        "input", "left", "right", "left_input", "right_input", "other", "root", "condition",
        "set_op_type", "join_type", "group_type", "func", "expr", "child", "extraction",
        "struct_expression", "function", "window_function", "left_as_of", "right_as_of",
        "ranking_expression", "schema", "col", "format", "values", "action_type",
        "subquery_type", "frame_type", "lower", "upper", "value", "key", "old_value", "new_value",
        "stratum", "mode", "scalar_scala_udf", "save_method", "table_name", "unparsed_identifier"};
    // One of each choice, the first.
    for (int i = 0; i < message->GetDescriptor()->oneof_decl_count(); ++i) {
      const auto* choice = message->GetDescriptor()->oneof_decl(i);
      if (!choice->field(0)->has_optional_keyword()) Fill(message, choice->field(0), depth);
    }
    for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
      const auto* field = message->GetDescriptor()->field(i);
      const bool repeated_needed =
          name == "spark.connect.NAFill" ||
          (name == "spark.connect.Expression.Alias" && field->name() == "name") ||
          (name == "spark.connect.Expression.LambdaFunction" && field->name() == "arguments") ||
          (name == "spark.connect.Deduplicate" && field->name() == "column_names");
      if (field->real_containing_oneof() != nullptr || field->has_optional_keyword()) continue;
      const bool needed = kNeeded.contains(field->name());
      if (field->is_repeated() ? repeated_needed : needed) Fill(message, field, depth);
    }
  }
}

}  // namespace millrace::connect
