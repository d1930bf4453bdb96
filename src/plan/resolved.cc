#include "plan/resolved.h"

#include <algorithm>

namespace millrace::plan {
namespace {

bool EqualPointers(const BoundExpressionPtr& a, const BoundExpressionPtr& b) {
  return a == b || Equal(*a, *b);
}

bool EqualNodes(const ColumnRef& a, const ColumnRef& b) { return a.index == b.index; }

bool EqualNodes(const Constant& a, const Constant& b) { return a.value == b.value; }

bool EqualNodes(const Call& a, const Call& b) {
  return a.function == b.function && a.options == b.options &&
         std::equal(a.args.begin(), a.args.end(), b.args.begin(), b.args.end(), EqualPointers);
}

bool EqualNodes(const CastTo& a, const CastTo& b) {
  return a.mode == b.mode && EqualPointers(a.child, b.child);
}

bool EqualNodes(const GetField& a, const GetField& b) {
  return a.index == b.index && EqualPointers(a.child, b.child);
}

// The column's name behind what it is made of, unless that is the column itself.
std::string NamedText(const BoundExpression& expression, const std::string& name) {
  const std::string alias = " AS " + name;
  if (expression.text == name || expression.text.ends_with(alias)) return expression.text;
  return expression.text + alias;
}

std::string ProjectText(const Project& project, const StructType& schema) {
  std::string text = "Project [";
  for (std::size_t i = 0; i < project.expressions.size(); ++i) {
    if (i > 0) text += ", ";
    text += NamedText(*project.expressions[i], schema[i].name);
  }
  return text + "]";
}

std::string ScanText(const Scan& scan, const StructType& schema) {
  std::string text = "StreamingRelation source " + std::to_string(scan.source) + ", [";
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (i > 0) text += ", ";
    text += schema[i].name;
  }
  return text + "]";
}

}  // namespace

bool Equal(const BoundExpression& a, const BoundExpression& b) {
  if (!(a.type == b.type) || a.node.index() != b.node.index()) return false;
  return std::visit(
      [&](const auto& node) {
        return EqualNodes(node, std::get<std::decay_t<decltype(node)>>(b.node));
      },
      a.node);
}

std::string TreeText(const ResolvedRelation& relation) {
  std::string text;
  std::string indent;
  const ResolvedRelation* current = &relation;
  while (current != nullptr) {
    const ResolvedRelation* input = nullptr;
    text += indent;
    if (const auto* project = std::get_if<Project>(&current->node)) {
      text += ProjectText(*project, current->schema);
      input = project->input.get();
    } else if (const auto* filter = std::get_if<Filter>(&current->node)) {
      text += "Filter " + filter->condition->text;
      input = filter->input.get();
    } else {
      text += ScanText(std::get<Scan>(current->node), current->schema);
    }
    text += "\n";
    indent = indent.empty() ? "+- " : "   " + indent;
    current = input;
  }
  return text;
}

}  // namespace millrace::plan
