// GROUP BY and HAVING.

#include <algorithm>
#include <map>

#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

using plan::RelationPtr;
namespace relation = plan::relation;

using Sets = std::vector<std::vector<std::size_t>>;

// ROLLUP (a, b): (a, b), (a), (). Each element may be several expressions.
Sets RollupSets(const Sets& elements) {
  Sets sets;
  for (std::size_t count = elements.size() + 1; count-- > 0;) {
    std::vector<std::size_t> set;
    for (std::size_t i = 0; i < count; ++i) {
      set.insert(set.end(), elements[i].begin(), elements[i].end());
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

Sets CubeSets(const Sets& elements) {
  Sets sets;
  for (std::size_t mask = std::size_t{1} << elements.size(); mask-- > 0;) {
    std::vector<std::size_t> set;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if ((mask >> (elements.size() - 1 - i) & 1) == 0) continue;
      set.insert(set.end(), elements[i].begin(), elements[i].end());
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

// GROUP BY a, ROLLUP (b, c): every set of the one with every set of the other.
Sets CrossProduct(const Sets& left, const Sets& right) {
  Sets sets;
  for (const auto& a : left) {
    for (const auto& b : right) {
      std::vector<std::size_t> set = a;
      for (const std::size_t expression : b) {
        if (std::find(set.begin(), set.end(), expression) == set.end()) set.push_back(expression);
      }
      sets.push_back(std::move(set));
    }
  }
  return sets;
}

constexpr std::size_t kMaxCubeElements = 16;
constexpr std::size_t kMaxSets = 65536;

}  // namespace

/// What stands behind GROUP BY. Sets name the expressions by their index.
struct TextParser::Grouping {
  Expressions expressions;
  std::map<std::string, std::size_t, std::less<>> by_text;
  Sets sets = {{}};
  bool has_analytics = false;
  bool all = false;
};

std::vector<std::size_t> TextParser::GroupingSet(Grouping* grouping, bool may_be_several) {
  std::vector<std::size_t> set;
  const auto add = [&] {
    const std::size_t first = next_;
    plan::ExpressionPtr expression = Expression();
    const auto [known, added] =
        grouping->by_text.emplace(TextSince(first), grouping->expressions.size());
    if (added) grouping->expressions.push_back(std::move(expression));
    set.push_back(known->second);
  };
  const bool several = may_be_several && AtSymbol("(") && closing_[next_] > 0 && !AtQuery() &&
                       (tokens_[closing_[next_] + 1].is_symbol(",") ||
                        tokens_[closing_[next_] + 1].is_symbol(")"));
  if (!several) {
    add();
    return set;
  }
  Take();
  if (!AtSymbol(")")) {
    do {
      add();
    } while (SkipSymbol(","));
  }
  ExpectSymbol(")");
  return set;
}

/// One of ROLLUP (...), CUBE (...), GROUPING SETS (...), which may stand inside each other.
void TextParser::GroupingAnalytics(Grouping* grouping) {
  const Deeper deeper(this);
  const Token& place = Peek();
  const std::string kind = Take().text;
  if (kind == "GROUPING") Expect("SETS");
  ExpectSymbol("(");
  Sets elements;
  do {
    const bool nested = kind == "GROUPING" && ((AtAny({"ROLLUP", "CUBE"}) && AtSymbol("(", 1)) ||
                                               AtWords({"GROUPING", "SETS"}));
    if (nested) {
      Sets outer = std::exchange(grouping->sets, {{}});
      GroupingAnalytics(grouping);
      elements.insert(elements.end(), grouping->sets.begin(), grouping->sets.end());
      grouping->sets = std::move(outer);
    } else {
      elements.push_back(GroupingSet(grouping, true));
    }
  } while (SkipSymbol(","));
  ExpectSymbol(")");
  const bool too_many = (kind == "CUBE" && elements.size() > kMaxCubeElements) ||
                        (kind == "ROLLUP" && elements.size() > kMaxSets);
  if (!failed() && !too_many) {
    const Sets sets = kind == "ROLLUP" ? RollupSets(elements)
                      : kind == "CUBE" ? CubeSets(elements)
                                       : elements;
    if (sets.size() * grouping->sets.size() <= kMaxSets) {
      grouping->sets = CrossProduct(grouping->sets, sets);
      grouping->has_analytics = true;
      return;
    }
  }
  NotSupported(place, "A GROUP BY with more than 65,536 grouping sets", "Group in several queries.");
}

void TextParser::GroupingClause(Grouping* grouping) {
  if (At("ALL") && !AtSymbol(".", 1) && !AtSymbol("(", 1) && !AtSymbol(",", 1)) {
    Take();
    grouping->all = true;
    return;
  }
  Sets elements;
  do {
    const bool analytics = (AtAny({"ROLLUP", "CUBE"}) && AtSymbol("(", 1)) ||
                           (AtWords({"GROUPING", "SETS"}) && AtSymbol("(", 2));
    if (analytics) {
      GroupingAnalytics(grouping);
    } else {
      std::vector<std::size_t> one = GroupingSet(grouping, false);
      grouping->sets = CrossProduct(grouping->sets, {one});
      elements.push_back(std::move(one));
    }
  } while (SkipSymbol(",") && !failed());
  if (SkipWords({"WITH", "ROLLUP"})) {
    grouping->sets = RollupSets(elements);
    grouping->has_analytics = true;
  } else if (AtWords({"WITH", "CUBE"}) && elements.size() <= kMaxCubeElements) {
    SkipWords({"WITH", "CUBE"});
    grouping->sets = CubeSets(elements);
    grouping->has_analytics = true;
  } else if (AtWords({"GROUPING", "SETS"})) {
    // GROUP BY a, b GROUPING SETS (...): only the sets count.
    grouping->sets = {{}};
    GroupingAnalytics(grouping);
  }
}

void TextParser::GroupClauses(SelectClause* select) {
  if (SkipWords({"GROUP", "BY"})) {
    select->grouping = std::make_shared<Grouping>();
    GroupingClause(select->grouping.get());
  }
  for (RelationPtr& reference : TakeReferences()) {
    select->references.push_back(std::move(reference));
  }
  if (Skip("HAVING")) {
    select->having = Expression();
    select->having_references = TakeReferences();
  }
}

RelationPtr TextParser::Grouped(RelationPtr input, SelectClause* select, const Origin& origin) {
  if (select->grouping == nullptr && select->having == nullptr) {
    return Make(relation::Project{std::move(input), std::move(select->list)},
                std::move(select->references), origin);
  }
  relation::Aggregate aggregate;
  aggregate.input = std::move(input);
  aggregate.aggregate_expressions = std::move(select->list);
  aggregate.is_select = true;
  if (const Grouping* grouping = select->grouping.get()) {
    aggregate.grouping_expressions = grouping->expressions;
    aggregate.group_by_all = grouping->all;
    if (grouping->has_analytics) {
      aggregate.group_type = relation::Aggregate::GroupType::kGroupingSets;
      for (const auto& set : grouping->sets) {
        auto& made = aggregate.grouping_sets.emplace_back();
        for (const std::size_t i : set) made.push_back(grouping->expressions[i]);
      }
    }
  }
  RelationPtr made = Make(std::move(aggregate), std::move(select->references), origin);
  if (select->having == nullptr) return made;
  return Make(relation::Filter{std::move(made), std::move(select->having)},
              std::move(select->having_references), origin);
}

}  // namespace millrace::sql
