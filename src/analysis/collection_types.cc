#include "analysis/collection_types.h"

#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {

base::Status NotOfType(std::string_view sql, std::size_t index, const BoundExpressionPtr& arg,
                       std::string_view required) {
  return TypeMismatch("UNEXPECTED_INPUT_TYPE", sql,
                      {{"paramIndex", Ordinal(index)},
                       {"requiredType", std::string(required)},
                       {"inputSql", QuoteSql(arg->text)},
                       {"inputType", QuoteType(arg->type)}});
}

base::Status NotAnArray(std::string_view sql, std::size_t index, const BoundExpressionPtr& arg) {
  return NotOfType(sql, index, arg, "\"ARRAY\"");
}

base::Status NotAMap(std::string_view sql, std::size_t index, const BoundExpressionPtr& arg) {
  return NotOfType(sql, index, arg, "\"MAP\"");
}

base::Status CheckOrdering(const DataType& type, std::string_view function, std::string_view sql,
                           const DataType* shown) {
  if (IsOrderable(type)) return base::Status::Ok();
  return TypeMismatch("INVALID_ORDERING_TYPE", sql,
                      {{"functionName", QuoteName(function)},
                       {"dataType", QuoteType(shown == nullptr ? type : *shown)}});
}

BoundExpressionPtr CastElements(const BoundExpressionPtr& array, const DataType& element) {
  const DataType& type = array->type;
  if (SameType(type.elementType(), element)) return array;
  return ImplicitCast(array, ArrayType(element, type.containsNull() || CastMakesNullable(
                                                                           type.elementType(),
                                                                           element)));
}

BoundExpressionPtr CastKeys(const BoundExpressionPtr& map, const DataType& key) {
  const DataType& type = map->type;
  if (SameType(type.keyType(), key)) return map;
  return ImplicitCast(map, MapType(key, type.valueType(), type.valueContainsNull()));
}

}  // namespace millrace::analysis
