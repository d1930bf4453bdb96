#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "millrace/types.h"

namespace millrace::analysis {

/// Spark's rules about two types under ANSI (org.apache.spark.sql.catalyst.analysis
/// .AnsiTypeCoercion, DecimalPrecisionTypeCoercion, Cast).

/// Equal but for nullability, metadata and the case of field names.
bool SameType(const DataType& a, const DataType& b);

/// The type that both fit into without loss: int and bigint give bigint, int and float double.
std::optional<DataType> TightestCommonType(const DataType& a, const DataType& b);
/// Like the above, and decimals widen, and a string becomes the other type (bigint for integrals,
/// double for other numbers).
std::optional<DataType> WiderType(const DataType& a, const DataType& b);
/// WiderType without strings that become something else: what VALUES and UNPIVOT want.
std::optional<DataType> WiderNumberType(const DataType& a, const DataType& b);
/// WiderType over all, strings first: what coalesce, CASE and IN want.
std::optional<DataType> WiderCommonType(std::vector<DataType> types);
/// What a string and the other type become in an operator; none when no string is there.
std::optional<DataType> StringPromotion(const DataType& a, const DataType& b);

/// Can a value that is not null become null, or an error, by this cast?
bool CastMakesNullable(const DataType& from, const DataType& to);
/// A lossless cast that keeps every value (Cast.canUpCast).
bool CanUpCast(const DataType& from, const DataType& to);

/// The type whose values the implicit cast of an argument gives when the function wants `to`, if
/// there is an implicit cast (Cast.canANSIStoreAssign and AnsiTypeCoercion.implicitCast).
bool CanImplicitlyCast(const DataType& from, const DataType& to);

enum class LegacyOrAnsi { kLegacy, kAnsi, kTry };
bool CanCast(const DataType& from, const DataType& to, LegacyOrAnsi mode);

/// DECIMAL for all values of an integral type.
DataType DecimalForIntegral(const DataType& integral);
/// The narrowest DECIMAL for an integer.
DataType DecimalForValue(std::int64_t value);
/// Wide enough for both: what a comparison of decimals uses.
DataType WiderDecimal(const DataType& a, const DataType& b);
/// The type of `a op b` for decimals; op is one of + - * / %.
DataType DecimalResult(char op, const DataType& a, const DataType& b);

/// Can values of the type be compared and ordered?
bool IsOrderable(const DataType& type);
/// Can rows be grouped by values of the type?
bool IsGroupable(const DataType& type);
/// Holds a map somewhere.
bool ContainsMap(const DataType& type);

/// The type with every field, element and map value nullable.
DataType AsNullable(const DataType& type);
/// CHAR and VARCHAR become STRING, also inside.
DataType WithoutCharVarchar(const DataType& type);
bool ContainsCharVarchar(const DataType& type);

}  // namespace millrace::analysis
