#include "plan_text.h"

#include <cctype>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace millrace::streams {
namespace {

/// A parenthesised text: a word, a quoted text, or a list.
struct Node {
  enum class Kind { kWord, kQuoted, kList };
  Kind kind = Kind::kWord;
  std::string text;
  std::vector<Node> items;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Node Read() {
    SkipBlanks();
    if (at_ >= text_.size()) {
      ADD_FAILURE() << "step ends too early: " << text_;
      return {};
    }
    if (text_[at_] == '(') return ReadList();
    if (text_[at_] == '"') return ReadQuoted();
    Node word;
    while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(text_[at_])) &&
           text_[at_] != '(' && text_[at_] != ')') {
      word.text += text_[at_++];
    }
    return word;
  }

 private:
  Node ReadList() {
    Node list{Node::Kind::kList, {}, {}};
    ++at_;
    for (SkipBlanks(); at_ < text_.size() && text_[at_] != ')'; SkipBlanks()) {
      list.items.push_back(Read());
    }
    EXPECT_LT(at_, text_.size()) << "missing ) in " << text_;
    ++at_;
    return list;
  }

  Node ReadQuoted() {
    Node quoted{Node::Kind::kQuoted, {}, {}};
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      quoted.text += text_[at_];
    }
    ++at_;
    return quoted;
  }

  void SkipBlanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

plan::ExpressionPtr WordExpression(const std::string& word) {
  if (word == "true" || word == "false") return plan::Literal(word == "true");
  if (word == "null") return plan::NullLiteral();
  const bool number =
      std::isdigit(static_cast<unsigned char>(word[0])) ||
      (word.size() > 1 && word[0] == '-' && std::isdigit(static_cast<unsigned char>(word[1])));
  if (!number) return plan::Column(word);
  if (word.ends_with('L')) return plan::Literal(std::int64_t{std::stoll(word)});
  if (word.find('.') != std::string::npos) return plan::Literal(std::stod(word));
  return plan::Literal(static_cast<std::int32_t>(std::stol(word)));
}

plan::ExpressionPtr ToExpression(const Node& node) {
  if (node.kind == Node::Kind::kQuoted) return plan::Literal(std::string_view(node.text));
  if (node.kind == Node::Kind::kWord) return WordExpression(node.text);
  const std::string& name = node.items.at(0).text;
  if (name == "cast" || name == "try_cast") {
    return plan::Cast(
        ToExpression(node.items.at(1)), node.items.at(2).text,
        name == "cast" ? plan::expression::CastMode::kSession : plan::expression::CastMode::kTry);
  }
  if (name == "as") return plan::Alias(ToExpression(node.items.at(1)), node.items.at(2).text);
  if (name == "get") {
    return plan::Extract(ToExpression(node.items.at(1)),
                         plan::Literal(std::string_view(node.items.at(2).text)));
  }
  std::vector<plan::ExpressionPtr> args;
  for (std::size_t i = 1; i < node.items.size(); ++i) args.push_back(ToExpression(node.items[i]));
  return plan::Function(name, std::move(args));
}

}  // namespace

plan::RelationPtr ApplyStep(plan::RelationPtr input, std::string_view text) {
  const Node step = Reader(text).Read();
  const std::string& verb = step.items.at(0).text;
  if (verb == "select") {
    std::vector<plan::ExpressionPtr> columns;
    for (std::size_t i = 1; i < step.items.size(); ++i) {
      columns.push_back(ToExpression(step.items[i]));
    }
    return plan::Select(std::move(input), std::move(columns));
  }
  if (verb == "filter") return plan::Where(std::move(input), ToExpression(step.items.at(1)));
  if (verb == "withColumn") {
    return plan::WithColumn(std::move(input), step.items.at(1).text,
                            ToExpression(step.items.at(2)));
  }
  if (verb == "withColumnRenamed") {
    return plan::MakeRelation(plan::relation::WithColumnsRenamed{
        std::move(input), {{step.items.at(1).text, step.items.at(2).text}}});
  }
  if (verb == "alias") {
    return plan::MakeRelation(
        plan::relation::SubqueryAlias{std::move(input), step.items.at(1).text, {}});
  }
  if (verb == "drop") {
    plan::relation::Drop drop{std::move(input), {}, {}};
    for (std::size_t i = 1; i < step.items.size(); ++i) {
      drop.column_names.push_back(step.items[i].text);
    }
    return plan::MakeRelation(std::move(drop));
  }
  ADD_FAILURE() << "unknown step: " << text;
  return input;
}

}  // namespace millrace::streams
