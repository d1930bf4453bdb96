// No field of a plan's messages may be passed over in silence. For each field of each message that a plan can hold, a
// valid message is converted, the field alone is changed, and the message is converted again: what comes out must
// differ, or the conversion must refuse.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spark/connect/commands.pb.h>
#include <spark/connect/relations.pb.h>

#include <memory>
#include <set>
#include <string>

#include "connect/command_conversion.h"
#include "connect/expression_conversion.h"
#include "connect/minimal_messages_testing.h"
#include "connect/plan_text_testing.h"
#include "connect/relation_conversion.h"

namespace millrace::connect {
namespace {

using google::protobuf::Descriptor;

std::string ConvertedText(const Message& message);

/// Each message that a plan holds inside something that converts.
template <typename Outer>
std::string TextOf(const base::Result<Outer>& converted) {
  return converted.ok() ? plan::PlanText(*converted) : "refused: " + converted.status().message();
}

std::string ConvertedText(const Message& message) {
  if (const auto* relation = dynamic_cast<const pb::Relation*>(&message)) {
    return TextOf(FromProto(*relation));
  }
  if (const auto* expression = dynamic_cast<const pb::Expression*>(&message)) {
    return TextOf(FromProto(*expression));
  }
  if (const auto* write = dynamic_cast<const pb::WriteOperation*>(&message)) {
    return TextOf(FromProto(*write));
  }
  if (const auto* write = dynamic_cast<const pb::WriteOperationV2*>(&message)) {
    return TextOf(FromProto(*write));
  }
  if (const auto* view = dynamic_cast<const pb::CreateDataFrameViewCommand*>(&message)) {
    return TextOf(FromProto(*view));
  }
  ADD_FAILURE() << message.GetDescriptor()->full_name();
  return "";
}

/// Gives the field another value than it has.
void Change(Message* message, const FieldDescriptor* field) {
  const auto* reflection = message->GetReflection();
  if (field->is_map()) {
    Message* entry = reflection->AddMessage(message, field);
    const auto* descriptor = entry->GetDescriptor();
    entry->GetReflection()->SetString(entry, descriptor->map_key(), "changed");
    if (descriptor->map_value()->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      FillRequired(entry->GetReflection()->MutableMessage(entry, descriptor->map_value()), 0);
    } else {
      Change(entry, descriptor->map_value());
    }
    return;
  }
  if (field->is_repeated()) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        FillRequired(reflection->AddMessage(message, field), 0);
        return;
      case FieldDescriptor::CPPTYPE_STRING:
        reflection->AddString(message, field, "changed");
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        reflection->AddDouble(message, field, 0.75);
        return;
      case FieldDescriptor::CPPTYPE_FLOAT:
        reflection->AddFloat(message, field, 0.75F);
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection->AddInt32(message, field, 7);
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection->AddInt64(message, field, 7);
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection->AddBool(message, field, true);
        return;
      default:
        FAIL() << field->full_name();
    }
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message* inner = reflection->MutableMessage(message, field);
      // Another relation or expression than FillRequired() makes.
      if (auto* relation = dynamic_cast<pb::Relation*>(inner)) {
        relation->mutable_range()->set_end(99);
      } else if (auto* expression = dynamic_cast<pb::Expression*>(inner)) {
        expression->mutable_expression_string()->set_expression("changed");
      } else if (auto* literal = dynamic_cast<pb::Expression::Literal*>(inner)) {
        literal->set_integer(99);
      } else if (auto* type = dynamic_cast<pb::DataType*>(inner)) {
        type->mutable_struct_()->add_fields()->mutable_data_type()->mutable_long_();
      } else if (auto* boundary =
                     dynamic_cast<pb::Expression::Window::WindowFrame::FrameBoundary*>(inner)) {
        boundary->set_unbounded(true);
      } else {
        FillRequired(inner, 0);
      }
      return;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* type = field->enum_type();
      reflection->SetEnum(message, field, type->value(type->value_count() - 1));
      return;
    }
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(message, field, "changed");
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(message, field, !reflection->GetBool(*message, field));
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(message, field, reflection->GetInt32(*message, field) + 7);
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      reflection->SetInt64(message, field, reflection->GetInt64(*message, field) + 7);
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      reflection->SetUInt32(message, field, reflection->GetUInt32(*message, field) + 7);
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      reflection->SetDouble(message, field, reflection->GetDouble(*message, field) + 0.75);
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      reflection->SetFloat(message, field, reflection->GetFloat(*message, field) + 0.75F);
      return;
    default:
      FAIL() << field->full_name();
  }
}

/// Those that Change() gives another content; of other messages the fields are looked at one by one.
bool IsChangedAsAWhole(const FieldDescriptor* field) {
  static const std::set<std::string> kWhole = {
      "spark.connect.Relation", "spark.connect.Expression", "spark.connect.Expression.Literal",
      "spark.connect.DataType", "spark.connect.Expression.Window.WindowFrame.FrameBoundary"};
  return field->is_map() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
         kWhole.contains(field->message_type()->full_name());
}

bool IsRefused(const std::string& text) { return text.starts_with("refused: "); }

void CheckFields(Message* outer, Message* inner, int* count);

void CheckNested(Message* outer, Message* inner, const FieldDescriptor* field,
                 const std::string& before, int* count) {
  Message* nested = inner->GetReflection()->MutableMessage(inner, field);
  FillRequired(nested, 0);
  const std::string text = ConvertedText(*outer);
  if (IsRefused(text)) {
    EXPECT_NE(text, before) << field->full_name() << " is passed over";
  } else {
    CheckFields(outer, nested, count);
  }
}

void CheckField(Message* outer, Message* inner, const FieldDescriptor* field,
                const std::string& before, int* count) {
  const auto* reflection = inner->GetReflection();
  Change(inner, field);
  std::string after = ConvertedText(*outer);
  if (after == before && !field->is_repeated() &&
      field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    // Absent may mean true.
    reflection->SetBool(inner, field, !reflection->GetBool(*inner, field));
    after = ConvertedText(*outer);
  }
  EXPECT_NE(after, before) << field->full_name() << " is passed over";
  if (!IsChangedAsAWhole(field) && !IsRefused(after)) {
    const int last = reflection->FieldSize(*inner, field) - 1;
    CheckFields(outer, reflection->MutableRepeatedMessage(inner, field, last), count);
  }
}

/// Checks each field of `inner`, which is a part of `outer`, and counts them.
void CheckFields(Message* outer, Message* inner, int* count) {
  const Descriptor* descriptor = inner->GetDescriptor();
  const std::string before = ConvertedText(*outer);
  if (before.starts_with("refused: Millrace does not support")) return;  // All of it, by name.
  ASSERT_FALSE(IsRefused(before)) << descriptor->full_name() << ": " << before;
  const std::unique_ptr<Message> kept(inner->New());
  kept->CopyFrom(*inner);
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    ++*count;
    if (!IsChangedAsAWhole(field) && !field->is_repeated()) {
      CheckNested(outer, inner, field, before, count);
    } else {
      CheckField(outer, inner, field, before, count);
    }
    inner->CopyFrom(*kept);
  }
}

/// Every alternative of a message's choice, with all its fields.
void CheckChoice(Message* message, const char* choice_name, int* count) {
  const auto* choice = message->GetDescriptor()->FindOneofByName(choice_name);
  for (int i = 0; i < choice->field_count(); ++i) {
    const FieldDescriptor* field = choice->field(i);
    if (field->message_type()->field_count() == 0) continue;  // Unknown
    message->Clear();
    Message* inner = message->GetReflection()->MutableMessage(message, field);
    FillRequired(inner, 0);
    CheckFields(message, inner, count);
  }
}

TEST(FieldCoverage, RelationsUseEachFieldOrRefuse) {
  pb::Relation relation;
  int count = 0;
  CheckChoice(&relation, "rel_type", &count);
  EXPECT_GT(count, 180);
}

TEST(FieldCoverage, PivotsUseEachFieldOrRefuse) {
  pb::Relation relation;
  FillRequired(relation.mutable_aggregate(), 0);
  relation.mutable_aggregate()->set_group_type(pb::Aggregate::GROUP_TYPE_PIVOT);
  pb::Aggregate::Pivot* pivot = relation.mutable_aggregate()->mutable_pivot();
  FillRequired(pivot, 0);
  int count = 0;
  CheckFields(&relation, pivot, &count);
  EXPECT_GE(count, 2);
}

TEST(FieldCoverage, ExpressionsUseEachFieldOrRefuse) {
  pb::Expression expression;
  int count = 0;
  CheckChoice(&expression, "expr_type", &count);
  EXPECT_GT(count, 60);
}

TEST(FieldCoverage, WritesUseEachFieldOrRefuse) {
  int count = 0;
  pb::WriteOperation write;
  FillRequired(&write, 0);
  CheckFields(&write, &write, &count);
  pb::WriteOperationV2 write_v2;
  FillRequired(&write_v2, 0);
  CheckFields(&write_v2, &write_v2, &count);
  pb::CreateDataFrameViewCommand view;
  FillRequired(&view, 0);
  CheckFields(&view, &view, &count);
  EXPECT_GT(count, 22);
}

TEST(FieldCoverage, CatalogOperationsUseEachField) {
  pb::Relation relation;
  const auto* choice = pb::Catalog::descriptor()->FindOneofByName("cat_type");
  std::set<std::string> texts;
  for (int i = 0; i < choice->field_count(); ++i) {
    pb::Catalog* catalog = relation.mutable_catalog();
    catalog->Clear();
    Message* inner = catalog->GetReflection()->MutableMessage(catalog, choice->field(i));
    texts.insert(ConvertedText(relation));
    int count = 0;
    CheckFields(&relation, inner, &count);
  }
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(choice->field_count()));
}

}  // namespace
}  // namespace millrace::connect
