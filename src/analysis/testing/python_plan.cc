#include "analysis/testing/python_plan.h"

#include <cctype>
#include <charconv>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace millrace::analysis {
namespace {

using plan::ExpressionPtr;
using plan::RelationPtr;

struct None {};
struct PythonValue;
using List = std::vector<PythonValue>;

/// What an expression of Python can be here.
struct PythonValue {
  std::variant<None, bool, std::int64_t, double, std::string, List, ExpressionPtr, RelationPtr,
               DataType>
      value;
  bool is_dict = false;  ///< The list holds keys and values in turn.

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&value);
  }
};

/// Thrown inside this file for what it does not read.
struct Unreadable {};

ExpressionPtr LiteralOf(const PythonValue& value) {
  if (value.As<None>() != nullptr) return plan::NullLiteral();
  if (const auto* flag = value.As<bool>()) return plan::Literal(*flag);
  if (const auto* number = value.As<double>()) return plan::Literal(*number);
  if (const auto* text = value.As<std::string>()) return plan::Literal(std::string_view(*text));
  if (const auto* column = value.As<ExpressionPtr>()) return *column;
  const auto* integer = value.As<std::int64_t>();
  if (integer == nullptr) throw Unreadable();
  const bool is_int = *integer >= std::numeric_limits<std::int32_t>::min() &&
                      *integer <= std::numeric_limits<std::int32_t>::max();
  return is_int ? plan::Literal(static_cast<std::int32_t>(*integer)) : plan::Literal(*integer);
}

// An argument that is a column or a column's name.
ExpressionPtr ColumnOf(const PythonValue& value) {
  if (const auto* name = value.As<std::string>()) return plan::Column(*name);
  if (const auto* column = value.As<ExpressionPtr>()) return *column;
  throw Unreadable();
}

const std::string& TextOf(const PythonValue& value) {
  if (const auto* text = value.As<std::string>()) return *text;
  throw Unreadable();
}

ExpressionPtr OptionsOf(const PythonValue& dict) {
  const auto* items = dict.As<List>();
  if (items == nullptr || !dict.is_dict) throw Unreadable();
  std::vector<ExpressionPtr> args;
  for (const PythonValue& item : *items) args.push_back(LiteralOf(item));
  return plan::Function("map", std::move(args));
}

ExpressionPtr CallOn(std::string_view function, const List& args) {
  std::vector<ExpressionPtr> columns;
  for (const PythonValue& arg : args) columns.push_back(ColumnOf(arg));
  return plan::Function(function, std::move(columns));
}

const std::set<std::string, std::less<>>& ColumnFunctions() {
  static const std::set<std::string, std::less<>> functions = {
      "upper",     "lower",       "length", "concat", "coalesce",   "struct",
      "year",      "quarter",     "month",  "day",    "dayofmonth", "dayofweek",
      "dayofyear", "weekofyear",  "hour",   "minute", "second",     "current_timestamp",
      "now",       "current_date"};
  return functions;
}

ExpressionPtr FromJson(const List& args) {
  if (args.size() < 2) throw Unreadable();
  std::vector<ExpressionPtr> converted = {ColumnOf(args[0])};
  if (const auto* type = args[1].As<DataType>()) {
    converted.push_back(plan::Literal(std::string_view(type->json())));
  } else {
    converted.push_back(LiteralOf(args[1]));
  }
  if (args.size() > 2) converted.push_back(OptionsOf(args[2]));
  return plan::Function("from_json", std::move(converted));
}

// functions.<name>(args).
ExpressionPtr CallFunction(const std::string& name, const List& args) {
  if (ColumnFunctions().contains(name)) {
    if (args.size() == 1 && args[0].As<List>() != nullptr) throw Unreadable();
    const bool wants_one = name != "concat" && name != "coalesce" && name != "struct" &&
                           name != "current_timestamp" && name != "now" && name != "current_date";
    if (wants_one && args.size() != 1) throw Unreadable();
    return CallOn(name, args);
  }
  if (name == "from_json") return FromJson(args);
  if (args.empty()) throw Unreadable();
  if (name == "col" && args.size() == 1) return plan::Column(TextOf(args[0]));
  if (name == "lit" && args.size() == 1) return LiteralOf(args[0]);
  if (name == "call_function") return CallOn(TextOf(args[0]), List(args.begin() + 1, args.end()));
  if (name == "to_json") {
    std::vector<ExpressionPtr> converted = {ColumnOf(args[0])};
    if (args.size() > 1) converted.push_back(OptionsOf(args[1]));
    return plan::Function(name, std::move(converted));
  }
  if (name == "when" && args.size() == 2) {
    return plan::Function(name, {ColumnOf(args[0]), LiteralOf(args[1])});
  }
  const bool takes_format = name == "date_format" || name == "to_timestamp";
  if ((takes_format && args.size() <= 2) || (name == "substring" && args.size() == 3)) {
    std::vector<ExpressionPtr> converted = {ColumnOf(args[0])};
    for (std::size_t i = 1; i < args.size(); ++i) {
      if (takes_format && args[i].As<std::string>() == nullptr) throw Unreadable();
      converted.push_back(LiteralOf(args[i]));
    }
    return plan::Function(name, std::move(converted));
  }
  throw Unreadable();
}

ExpressionPtr ExtendCase(const ExpressionPtr& column, std::vector<ExpressionPtr> more) {
  const auto* call = column->As<plan::expression::UnresolvedFunction>();
  if (call == nullptr || call->name != "when" || call->args.size() % 2 != 0) throw Unreadable();
  std::vector<ExpressionPtr> args = call->args;
  args.insert(args.end(), more.begin(), more.end());
  return plan::Function("when", std::move(args));
}

ExpressionPtr CastTo(const ExpressionPtr& column, const PythonValue& type,
                     plan::expression::CastMode mode) {
  if (const auto* given = type.As<DataType>()) return plan::Cast(column, *given, mode);
  return plan::Cast(column, TextOf(type), mode);
}

ExpressionPtr CallColumnMethod(const ExpressionPtr& column, const std::string& name,
                               const List& args) {
  if (name == "isNull" && args.empty()) return plan::Function("isnull", {column});
  if (name == "isNotNull" && args.empty()) return plan::Function("isnotnull", {column});
  if (name == "isin") {
    std::vector<ExpressionPtr> list = {column};
    const List* items = args.size() == 1 ? args[0].As<List>() : nullptr;
    for (const PythonValue& item : items != nullptr ? *items : args) {
      list.push_back(LiteralOf(item));
    }
    return plan::Function("in", std::move(list));
  }
  if (args.empty()) throw Unreadable();
  if (name == "getField" || name == "getItem") return plan::Extract(column, LiteralOf(args[0]));
  if (name == "eqNullSafe") return plan::Function("<=>", {column, LiteralOf(args[0])});
  if (name == "cast") return CastTo(column, args[0], plan::expression::CastMode::kSession);
  if (name == "try_cast") return CastTo(column, args[0], plan::expression::CastMode::kTry);
  if (name == "alias" && args.size() == 1) return plan::Alias(column, TextOf(args[0]));
  if (name == "otherwise") return ExtendCase(column, {LiteralOf(args[0])});
  if (args.size() != 2) throw Unreadable();
  if (name == "when") return ExtendCase(column, {ColumnOf(args[0]), LiteralOf(args[1])});
  if (name == "between") {
    return plan::Function("and", {plan::Function(">=", {column, LiteralOf(args[0])}),
                                  plan::Function("<=", {column, LiteralOf(args[1])})});
  }
  if (name == "substr" && args[0].value.index() == args[1].value.index()) {
    return plan::Function("substr", {column, LiteralOf(args[0]), LiteralOf(args[1])});
  }
  throw Unreadable();
}

bool IsSimpleName(std::string_view text) {
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  }
  return !text.empty();
}

RelationPtr CallFrameMethod(const RelationPtr& frame, const std::string& name, const List& args) {
  namespace rel = plan::relation;
  if (name == "select") {
    std::vector<ExpressionPtr> columns;
    for (const PythonValue& arg : args) columns.push_back(ColumnOf(arg));
    return plan::Select(frame, std::move(columns));
  }
  if (args.empty()) throw Unreadable();
  if (name == "filter" || name == "where") {
    const auto* sql = args[0].As<std::string>();
    if (sql != nullptr && !IsSimpleName(*sql)) throw Unreadable();
    return plan::Where(frame, ColumnOf(args[0]));
  }
  if (name == "withColumn" && args.size() == 2 && args[1].As<ExpressionPtr>() != nullptr) {
    return plan::WithColumn(frame, TextOf(args[0]), ColumnOf(args[1]));
  }
  if (name == "withColumnRenamed") {
    return plan::MakeRelation(rel::WithColumnsRenamed{frame, {{TextOf(args[0]), TextOf(args[1])}}});
  }
  const List* dict = args[0].is_dict ? args[0].As<List>() : nullptr;
  if (name == "withColumns" && dict != nullptr) {
    rel::WithColumns node{frame, {}};
    for (std::size_t i = 0; i < dict->size(); i += 2) {
      node.aliases.push_back({ColumnOf((*dict)[i + 1]), {TextOf((*dict)[i])}, std::nullopt});
    }
    return plan::MakeRelation(std::move(node));
  }
  if (name == "withColumnsRenamed" && dict != nullptr) {
    rel::WithColumnsRenamed node{frame, {}};
    for (std::size_t i = 0; i < dict->size(); i += 2) {
      node.renames.emplace_back(TextOf((*dict)[i]), TextOf((*dict)[i + 1]));
    }
    return plan::MakeRelation(std::move(node));
  }
  if (name == "drop") {
    rel::Drop drop{frame, {}, {}};
    for (const PythonValue& arg : args) {
      if (const auto* text = arg.As<std::string>()) {
        drop.column_names.push_back(*text);
      } else {
        drop.columns.push_back(ColumnOf(arg));
      }
    }
    return plan::MakeRelation(std::move(drop));
  }
  if (name == "alias") return plan::MakeRelation(rel::SubqueryAlias{frame, TextOf(args[0]), {}});
  if (name == "toDF") {
    rel::ToDF to_df{frame, {}};
    for (const PythonValue& arg : args) to_df.column_names.push_back(TextOf(arg));
    return plan::MakeRelation(std::move(to_df));
  }
  throw Unreadable();
}

PythonValue CallTypeMethod(const DataType& type, const std::string& name, const List& args) {
  if (name != "add" || args.size() < 2 || args[1].As<DataType>() == nullptr) throw Unreadable();
  const bool* nullable = args.size() > 2 ? args[2].As<bool>() : nullptr;
  return {StructType(type).add(TextOf(args[0]), *args[1].As<DataType>(),
                               nullable == nullptr || *nullable)};
}

/// Recursive descent over Python's grammar, as far as the texts need it.
class Reader {
 public:
  Reader(std::string_view text, const std::map<std::string, RelationPtr>& frames)
      : text_(text), frames_(frames) {}

  PythonValue ReadAll() {
    PythonValue value = ReadComparison();
    SkipSpaces();
    if (position_ != text_.size()) throw Unreadable();
    return value;
  }

 private:
  void SkipSpaces() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }

  bool NextIs(bool (*holds)(unsigned char)) const {
    return position_ < text_.size() && holds(static_cast<unsigned char>(text_[position_]));
  }

  bool Accept(std::string_view symbol) {
    SkipSpaces();
    if (!text_.substr(position_).starts_with(symbol)) return false;
    position_ += symbol.size();
    return true;
  }

  void Expect(std::string_view symbol) {
    if (!Accept(symbol)) throw Unreadable();
  }

  // Reads operands of `next` joined by the operators; each is written as Python and as Spark does.
  PythonValue ReadBinary(
      PythonValue (Reader::*next)(),
      std::initializer_list<std::pair<std::string_view, std::string_view>> operators) {
    PythonValue left = (this->*next)();
    for (bool found = true; found;) {
      found = false;
      for (const auto& [python, spark] : operators) {
        if (!Accept(python)) continue;
        PythonValue right = (this->*next)();
        if (left.As<ExpressionPtr>() == nullptr && right.As<ExpressionPtr>() == nullptr) {
          throw Unreadable();
        }
        // `1 + column` is the column's own + with the operands turned round; so is `1 * column`.
        const bool turned = left.As<ExpressionPtr>() == nullptr && (python == "+" || python == "*");
        if (turned) std::swap(left, right);
        left = {plan::Function(spark, {LiteralOf(left), LiteralOf(right)})};
        found = true;
        break;
      }
    }
    return left;
  }

  // In Python comparisons bind looser than & and |.
  PythonValue ReadComparison() {
    return ReadBinary(
        &Reader::ReadOr,
        {{"==", "="}, {"!=", "!="}, {"<=", "<="}, {">=", ">="}, {"<", "<"}, {">", ">"}});
  }
  PythonValue ReadOr() { return ReadBinary(&Reader::ReadAnd, {{"|", "or"}}); }
  PythonValue ReadAnd() { return ReadBinary(&Reader::ReadSum, {{"&", "and"}}); }
  PythonValue ReadSum() { return ReadBinary(&Reader::ReadProduct, {{"+", "+"}, {"-", "-"}}); }
  PythonValue ReadProduct() {
    return ReadBinary(&Reader::ReadUnary, {{"*", "*"}, {"/", "/"}, {"%", "%"}});
  }

  PythonValue ReadUnary() {
    if (Accept("~")) return {plan::Function("not", {LiteralOf(ReadUnary())})};
    if (Accept("-")) {
      PythonValue operand = ReadUnary();
      if (auto* number = std::get_if<std::int64_t>(&operand.value)) return {-*number};
      if (auto* number = std::get_if<double>(&operand.value)) return {-*number};
      return {plan::Function("negative", {LiteralOf(operand)})};
    }
    return ReadPostfix();
  }

  PythonValue ReadPostfix() {
    PythonValue value = ReadPrimary();
    while (true) {
      if (Accept("[")) {
        const PythonValue key = ReadComparison();
        Expect("]");
        const auto* column = value.As<ExpressionPtr>();
        if (column == nullptr) throw Unreadable();
        value = {plan::Extract(*column, LiteralOf(key))};
      } else if (Accept(".")) {
        const std::string name = ReadName();
        Expect("(");
        const List args = ReadList(")");
        if (const auto* column = value.As<ExpressionPtr>()) {
          value = {CallColumnMethod(*column, name, args)};
        } else if (const auto* frame = value.As<RelationPtr>()) {
          value = {CallFrameMethod(*frame, name, args)};
        } else if (const auto* type = value.As<DataType>()) {
          value = CallTypeMethod(*type, name, args);
        } else {
          throw Unreadable();
        }
      } else {
        return value;
      }
    }
  }

  List ReadList(std::string_view end) {
    List items;
    if (Accept(end)) return items;
    do {
      if (Accept("*")) throw Unreadable();
      items.push_back(ReadComparison());
    } while (Accept(","));
    Expect(end);
    return items;
  }

  PythonValue ReadDict() {
    List items;
    if (!Accept("}")) {
      do {
        items.push_back(ReadComparison());
        Expect(":");
        items.push_back(ReadComparison());
      } while (Accept(","));
      Expect("}");
    }
    return {std::move(items), true};
  }

  std::string ReadName() {
    SkipSpaces();
    const std::size_t start = position_;
    while (NextIs([](unsigned char c) { return std::isalnum(c) || c == '_'; })) ++position_;
    if (start == position_) throw Unreadable();
    return std::string(text_.substr(start, position_ - start));
  }

  PythonValue ReadPrimary() {
    SkipSpaces();
    if (position_ == text_.size()) throw Unreadable();
    const char c = text_[position_];
    if (c == '"' || c == '\'') return {ReadString()};
    if (std::isdigit(static_cast<unsigned char>(c))) return ReadNumber();
    if (Accept("(")) {
      PythonValue inner = ReadComparison();
      Expect(")");
      return inner;
    }
    if (Accept("[")) return {ReadList("]")};
    if (Accept("{")) return ReadDict();
    const std::string name = ReadName();
    if (name == "True") return {true};
    if (name == "False") return {false};
    if (name == "None") return {None{}};
    if (name == "NULL") return {plan::NullLiteral()};
    if (const auto frame = frames_.find(name); frame != frames_.end()) return {frame->second};
    Expect("(");
    const List args = ReadList(")");
    if (name == "StructType" && args.empty()) return {DataType(StructType())};
    if (name == "IntegerType") return {DataType(IntegerType())};
    if (name == "LongType") return {DataType(LongType())};
    if (name == "StringType") return {DataType(StringType())};
    return {CallFunction(name, args)};
  }

  std::string ReadString() {
    const char quote = text_[position_++];
    std::string value;
    while (position_ < text_.size() && text_[position_] != quote) {
      if (text_[position_] == '\\') throw Unreadable();
      value += text_[position_++];
    }
    Expect(std::string_view(&quote, 1));
    return value;
  }

  PythonValue ReadNumber() {
    const std::size_t start = position_;
    while (NextIs([](unsigned char c) { return std::isdigit(c) || c == '.'; })) ++position_;
    const std::string digits(text_.substr(start, position_ - start));
    if (digits.find('.') != std::string::npos) return {std::stod(digits)};
    return {static_cast<std::int64_t>(std::stoll(digits))};
  }

  std::string_view text_;
  std::size_t position_ = 0;
  const std::map<std::string, RelationPtr>& frames_;
};

}  // namespace

std::optional<RelationPtr> ReadPythonPlan(std::string_view text,
                                          const std::map<std::string, RelationPtr>& frames) {
  try {
    const PythonValue value = Reader(text, frames).ReadAll();
    if (const auto* frame = value.As<RelationPtr>()) return *frame;
    return std::nullopt;
  } catch (const Unreadable&) {
    return std::nullopt;
  }
}

}  // namespace millrace::analysis
