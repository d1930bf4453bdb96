#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <spark/connect/base.pb.h>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace millrace::connect::testing {

/// Damages messages, by their own descriptors: the same ones for the same seed.
class PlanMutator {
 public:
  using Message = google::protobuf::Message;

  /// Parts of `donors` are put into others; they must outlive the mutator.
  explicit PlanMutator(const std::vector<std::unique_ptr<Message>>& donors) {
    for (const auto& donor : donors) Collect(donor.get(), &parts_);
  }

  void Seed(std::uint64_t seed) { random_.seed(seed); }
  std::size_t Below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  int IntBelow(int bound) { return static_cast<int>(Below(static_cast<std::size_t>(bound))); }

  /// One to four changes.
  void Mutate(Message* message) {
    for (std::size_t times = 1 + Below(4); times > 0; --times) MutateOnce(message);
  }

  /// A few bytes changed.
  std::string Flipped(std::string bytes) {
    for (std::size_t times = 1 + Below(3); times > 0 && !bytes.empty(); --times) {
      char& byte = bytes[Below(bytes.size())];
      byte = Below(2) == 0 ? static_cast<char>(byte ^ (1 << Below(8)))
                           : static_cast<char>(random_());
    }
    return bytes;
  }

 private:
  using Field = google::protobuf::FieldDescriptor;
  using Parts = std::map<const google::protobuf::Descriptor*, std::vector<Message*>>;

  /// All messages in the message, itself first.
  static void Collect(Message* message, Parts* parts) {
    (*parts)[message->GetDescriptor()].push_back(message);
    const auto* reflection = message->GetReflection();
    std::vector<const Field*> fields;
    reflection->ListFields(*message, &fields);
    for (const Field* field : fields) {
      if (field->cpp_type() != Field::CPPTYPE_MESSAGE) continue;
      if (!field->is_repeated()) {
        Collect(reflection->MutableMessage(message, field), parts);
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        Collect(reflection->MutableRepeatedMessage(message, field, i), parts);
      }
    }
  }

  void MutateOnce(Message* root) {
    Parts parts;
    Collect(root, &parts);
    if (Below(25) == 0 && Nest(parts)) return;
    std::vector<Message*> all;
    for (const auto& [type, messages] : parts) {
      all.insert(all.end(), messages.begin(), messages.end());
    }
    Message* message = all[Below(all.size())];
    if (Below(4) == 0 && PutDonated(message)) return;
    const auto* reflection = message->GetReflection();
    std::vector<const Field*> set;
    reflection->ListFields(*message, &set);
    if (set.empty() || Below(10) == 0) {
      SetAnother(message);
      return;
    }
    const Field* field = set[Below(set.size())];
    if (Below(6) == 0) {
      reflection->ClearField(message, field);
    } else if (field->is_repeated()) {
      MutateRepeated(message, field);
    } else {
      SetValue(message, field);
    }
  }

  /// In the place of the message one of the same type from another plan.
  bool PutDonated(Message* message) {
    const auto found = parts_.find(message->GetDescriptor());
    if (found == parts_.end()) return false;
    message->CopyFrom(*found->second[Below(found->second.size())]);
    return true;
  }

  /// A field that is not there yet, or is.
  void SetAnother(Message* message) {
    const auto* type = message->GetDescriptor();
    if (type->field_count() == 0) return;
    const Field* field = type->field(IntBelow(type->field_count()));
    if (field->is_repeated()) {
      AddValue(message, field);
    } else {
      SetValue(message, field);
    }
  }

  void MutateRepeated(Message* message, const Field* field) {
    const auto* reflection = message->GetReflection();
    const int size = reflection->FieldSize(*message, field);
    switch (Below(5)) {
      case 0:
        reflection->RemoveLast(message, field);
        return;
      case 1:
        reflection->SwapElements(message, field, 0, IntBelow(size));
        return;
      case 2:
        AddValue(message, field);
        return;
      default:
        if (field->cpp_type() != Field::CPPTYPE_MESSAGE || field->is_map()) return;
        for (std::size_t times = Below(40) == 0 ? 500 : 1 + Below(3); times > 0; --times) {
          const Message& one = reflection->GetRepeatedMessage(*message, field, IntBelow(size));
          const std::unique_ptr<Message> copy(one.New());
          copy->CopyFrom(one);
          reflection->AddMessage(message, field)->CopyFrom(*copy);
        }
    }
  }

  std::string Garbage() {
    static const std::vector<std::string> kTexts = {
        "", " ", "*", "`", "a.b.c.d", "``", "'", "\\", std::string(1, '\0'), "\xEF\xBF\xBF",
        "ʼn", "NaN", "-1", "99999999999999999999999", "1e999999", "SELECT", "t",
        "a INT", "array<array<int>>", "decimal(99,99)",
        "{\"type\":\"struct\",\"fields\":[]}", "{", "interval 1 day",
        "10 minutes", "-10 minutes", "1 month", "UTC", "+99:99", "sum", "explode", "window",
        "from_json", "when", "in"};
    if (Below(20) == 0) return std::string(1 + Below(20'000), "(a[`-"[Below(5)]);
    return kTexts[Below(kTexts.size())];
  }

  template <typename Number>
  Number Extreme() {
    const Number values[] = {std::numeric_limits<Number>::max(),
                             std::numeric_limits<Number>::lowest(),
                             Number(0), Number(1), static_cast<Number>(-1), Number(100),
                             std::numeric_limits<Number>::has_quiet_NaN
                                 ? std::numeric_limits<Number>::quiet_NaN()
                                 : static_cast<Number>(random_()),
                             std::numeric_limits<Number>::has_infinity
                                 ? std::numeric_limits<Number>::infinity()
                                 : static_cast<Number>(1) << 20};
    return values[Below(std::size(values))];
  }

  void SetValue(Message* message, const Field* field) {
    const auto* reflection = message->GetReflection();
    switch (field->cpp_type()) {
      case Field::CPPTYPE_INT32:
        reflection->SetInt32(message, field, Extreme<std::int32_t>());
        break;
      case Field::CPPTYPE_INT64:
        reflection->SetInt64(message, field, Extreme<std::int64_t>());
        break;
      case Field::CPPTYPE_UINT32:
        reflection->SetUInt32(message, field, Extreme<std::uint32_t>());
        break;
      case Field::CPPTYPE_UINT64:
        reflection->SetUInt64(message, field, Extreme<std::uint64_t>());
        break;
      case Field::CPPTYPE_DOUBLE:
        reflection->SetDouble(message, field, ExtremeReal<double>());
        break;
      case Field::CPPTYPE_FLOAT:
        reflection->SetFloat(message, field, ExtremeReal<float>());
        break;
      case Field::CPPTYPE_BOOL:
        reflection->SetBool(message, field, !reflection->GetBool(*message, field));
        break;
      case Field::CPPTYPE_ENUM:
        reflection->SetEnumValue(message, field, Below(3) == 0 ? Extreme<std::int32_t>()
                                                               : static_cast<int>(Below(12)));
        break;
      case Field::CPPTYPE_STRING: {
        std::string text = reflection->GetString(*message, field);
        if (Below(3) == 0 && !text.empty() && field->type() == Field::TYPE_BYTES) {
          text = Flipped(std::move(text));
        } else if (Below(4) == 0 && !text.empty()) {
          text.resize(Below(text.size()));
          if (field->type() == Field::TYPE_STRING) RepairEnd(&text);
        } else {
          text = Garbage();
        }
        reflection->SetString(message, field, std::move(text));
        break;
      }
      case Field::CPPTYPE_MESSAGE: {
        Message* part = reflection->MutableMessage(message, field);
        if (Below(3) != 0) PutDonated(part);
        break;
      }
    }
  }

  template <typename Real>
  Real ExtremeReal() {
    const Real values[] = {std::numeric_limits<Real>::max(), std::numeric_limits<Real>::lowest(),
                           std::numeric_limits<Real>::quiet_NaN(),
                           std::numeric_limits<Real>::infinity(),
                           std::numeric_limits<Real>::denorm_min(), Real(-0.0), Real(1), Real(-1)};
    return values[Below(std::size(values))];
  }

  /// A text that was cut must still be UTF-8, or nothing reads it.
  static void RepairEnd(std::string* text) {
    const auto last = [text] { return static_cast<unsigned char>(text->back()); };
    while (!text->empty() && (last() & 0xC0) == 0x80) text->pop_back();
    if (!text->empty() && last() >= 0xC0) text->pop_back();
  }

  void AddValue(Message* message, const Field* field) {
    if (field->is_map()) return;
    const auto* reflection = message->GetReflection();
    switch (field->cpp_type()) {
      case Field::CPPTYPE_MESSAGE: {
        Message* part = reflection->AddMessage(message, field);
        if (Below(3) != 0) PutDonated(part);
        break;
      }
      case Field::CPPTYPE_STRING:
        reflection->AddString(message, field, Garbage());
        break;
      case Field::CPPTYPE_INT32:
        reflection->AddInt32(message, field, Extreme<std::int32_t>());
        break;
      case Field::CPPTYPE_INT64:
        reflection->AddInt64(message, field, Extreme<std::int64_t>());
        break;
      case Field::CPPTYPE_DOUBLE:
        reflection->AddDouble(message, field, ExtremeReal<double>());
        break;
      default:
        break;
    }
  }

  /// One relation or expression put deep into others. Nothing is answered to what is deeper than a
  /// message may be, and what is less deep must not take the stack.
  bool Nest(const Parts& parts) {
    static const std::size_t kLevels[] = {3, 60, 180, 220, 330, 480, 500, 5000};
    const std::size_t levels = kLevels[Below(std::size(kLevels))];
    const auto relations = parts.find(spark::connect::Relation::descriptor());
    const auto expressions = parts.find(spark::connect::Expression::descriptor());
    if (expressions != parts.end() && Below(2) == 0) {
      Nest(static_cast<spark::connect::Expression*>(
               expressions->second[Below(expressions->second.size())]), levels);
      return true;
    }
    if (relations == parts.end()) return false;
    Nest(static_cast<spark::connect::Relation*>(relations->second[Below(relations->second.size())]),
         levels);
    return true;
  }

  void Nest(spark::connect::Relation* relation, std::size_t levels) {
    const std::size_t kind = Below(9);
    for (std::size_t i = 0; i < levels; ++i) {
      spark::connect::Relation inner;
      inner.Swap(relation);
      switch (kind == 8 ? Below(8) : kind) {
        case 0:
          relation->mutable_filter()->mutable_condition()->mutable_literal()->set_boolean(true);
          relation->mutable_filter()->mutable_input()->Swap(&inner);
          break;
        case 1:
          relation->mutable_project()->add_expressions()->mutable_unresolved_star();
          relation->mutable_project()->mutable_input()->Swap(&inner);
          break;
        case 2:
          relation->mutable_limit()->set_limit(10);
          relation->mutable_limit()->mutable_input()->Swap(&inner);
          break;
        case 3:
          relation->mutable_subquery_alias()->set_alias("q");
          relation->mutable_subquery_alias()->mutable_input()->Swap(&inner);
          break;
        case 4:
          relation->mutable_set_op()->set_set_op_type(
              spark::connect::SetOperation::SET_OP_TYPE_UNION);
          relation->mutable_set_op()->set_is_all(true);
          relation->mutable_set_op()->mutable_right_input()->mutable_range()->set_end(1);
          relation->mutable_set_op()->mutable_right_input()->mutable_range()->set_step(1);
          relation->mutable_set_op()->mutable_left_input()->Swap(&inner);
          break;
        case 5:
          relation->mutable_join()->set_join_type(spark::connect::Join::JOIN_TYPE_CROSS);
          relation->mutable_join()->mutable_left()->mutable_range()->set_end(1);
          relation->mutable_join()->mutable_left()->mutable_range()->set_step(1);
          relation->mutable_join()->mutable_right()->Swap(&inner);
          break;
        case 6:
          relation->mutable_deduplicate()->set_all_columns_as_keys(true);
          relation->mutable_deduplicate()->mutable_input()->Swap(&inner);
          break;
        default:
          relation->mutable_with_columns()->add_aliases()->add_name("n");
          relation->mutable_with_columns()
              ->mutable_aliases(0)
              ->mutable_expr()
              ->mutable_literal()
              ->set_long_(1);
          relation->mutable_with_columns()->mutable_input()->Swap(&inner);
      }
    }
  }

  void Nest(spark::connect::Expression* expression, std::size_t levels) {
    const std::size_t kind = Below(5);
    for (std::size_t i = 0; i < levels; ++i) {
      spark::connect::Expression inner;
      inner.Swap(expression);
      switch (kind == 4 ? Below(4) : kind) {
        case 0:
          expression->mutable_alias()->add_name("n");
          expression->mutable_alias()->mutable_expr()->Swap(&inner);
          break;
        case 1:
          expression->mutable_cast()->mutable_type()->mutable_string();
          expression->mutable_cast()->mutable_expr()->Swap(&inner);
          break;
        case 2:
          expression->mutable_unresolved_function()->set_function_name("coalesce");
          expression->mutable_unresolved_function()->add_arguments()->Swap(&inner);
          break;
        default:
          expression->mutable_unresolved_extract_value()
              ->mutable_extraction()
              ->mutable_literal()
              ->set_integer(0);
          expression->mutable_unresolved_extract_value()->mutable_child()->Swap(&inner);
      }
    }
  }

  Parts parts_;
  std::mt19937_64 random_;
};

}  // namespace millrace::connect::testing
