#pragma once

#include <concepts>
#include <limits>

#include <neve/schema/values.hpp>

namespace neve::schema {

template <class T>
void write_value(const T& value, JsonWriter& out) {
  if constexpr (std::is_enum_v<T>) {
    out.value(enum_text(value));
  } else if constexpr (std::is_arithmetic_v<T>) {
    if constexpr (std::is_same_v<T, bool> || std::is_floating_point_v<T>) {
      out.value(value);
    } else {
      out.value(static_cast<std::int64_t>(value));
    }
  } else if constexpr (std::is_same_v<T, std::string>) {
    out.value(std::string_view(value));
  } else if constexpr (IsOptional<T>::value) {
    value ? write_value(*value, out) : out.null();
  } else if constexpr (IsVector<T>::value) {
    out.begin_array();
    for (const auto& element : value)
      write_value(static_cast<typename T::value_type>(element), out);
    out.end_array();
  } else if constexpr (IsStringMap<T>::value) {
    out.begin_object();
    for (const auto& [name, element] : value) {
      if (!out.key(name)) continue;
      write_value(element, out);
      out.end_member();
    }
    out.end_object();
  } else if constexpr (IsKey<T>::value) {
    using K = decltype([]<class Kind>(Key<Kind>*) { return Kind{}; }(static_cast<T*>(nullptr)));
    write_key(value.name, K::type, K::schema, K::url, out);
  } else if constexpr (std::is_same_v<T, ColumnName>) {
    value.empty() ? out.null() : out.value(value.name);
  } else if constexpr (std::is_same_v<T, RawJson>) {
    value.text.empty() ? out.null() : out.raw(value.text);
  } else if constexpr (std::is_same_v<T, AnyObject>) {
    value ? write_object(*value.schema, value.object.get(), out) : out.null();
  } else if constexpr (std::is_same_v<T, Table>) {
    write_table(value, out);
  } else {
    write_object(T::schema(), &value, out);
  }
}

template <class T>
std::optional<std::string> read_list(std::vector<T>& value, std::string_view text) {
  const auto elements = split_list(text);
  if (!elements) return "is not a list: " + std::string(text);
  value.clear();
  for (const std::string& element : *elements) {
    T one{};
    if (auto wrong = read_value(one, element)) return wrong;
    value.push_back(std::move(one));
  }
  return std::nullopt;
}

template <class T>
std::optional<std::string> read_value(T& value, std::string_view text) {
  if constexpr (std::is_same_v<T, bool>) {
    return read_bool(value, text);
  } else if constexpr (std::is_enum_v<T>) {
    const auto& values = EnumText<T>::values;
    const int index = find_enum(text, values.data(), values.size());
    if (index < 0) return unknown_enum(text, values.data(), values.size());
    value = static_cast<T>(index);
    return std::nullopt;
  } else if constexpr (std::is_integral_v<T>) {
    std::int64_t wide = 0;
    auto wrong =
        read_integer(wide, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), text);
    if (!wrong) value = static_cast<T>(wide);
    return wrong;
  } else if constexpr (std::is_floating_point_v<T>) {
    double wide = 0;
    auto wrong = read_double(wide, text);
    if (!wrong) value = static_cast<T>(wide);
    return wrong;
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = std::string(text);
    return std::nullopt;
  } else if constexpr (IsOptional<T>::value) {
    value.reset();
    return is_null_text(text) ? std::nullopt : read_value(value.emplace(), text);
  } else if constexpr (IsVector<T>::value) {
    return read_list(value, text);
  } else if constexpr (IsKey<T>::value || std::is_same_v<T, ColumnName>) {
    if (!text.empty() && (text.front() == '"' || text.front() == '\'')) text.remove_prefix(1);
    if (!text.empty() && (text.back() == '"' || text.back() == '\'')) text.remove_suffix(1);
    value.name = is_null_name(text) ? std::string() : std::string(text);
    return std::nullopt;
  } else if constexpr (std::is_same_v<T, RawJson>) {
    value.text = std::string(text);
    return std::nullopt;
  } else if constexpr (HasSchema<T>) {
    return read_json_object(T::schema(), &value, text);
  } else {
    return "cannot be given";
  }
}

/// Fills in the names; the functions are the same for every type.
template <class T>
void name_type(ValueOps& ops) {
  if constexpr (std::is_same_v<T, bool>) {
    ops.type = "boolean";
  } else if constexpr (std::is_enum_v<T>) {
    ops.type = "enum";
    ops.schema_name = EnumText<T>::name;
    ops.values.assign(EnumText<T>::values.begin(), EnumText<T>::values.end());
  } else if constexpr (std::is_integral_v<T>) {
    ops.type = sizeof(T) == 8 ? "long" : sizeof(T) == 1 ? "byte" : "int";
  } else if constexpr (std::is_floating_point_v<T>) {
    ops.type = sizeof(T) == 8 ? "double" : "float";
  } else if constexpr (std::is_same_v<T, std::string>) {
    ops.type = "string";
  } else if constexpr (IsOptional<T>::value) {
    name_type<typename T::value_type>(ops);
  } else if constexpr (IsVector<T>::value) {
    name_type<typename T::value_type>(ops);
    ops.type += "[]";
  } else if constexpr (IsStringMap<T>::value) {
    ValueOps inner;
    name_type<typename T::mapped_type>(inner);
    ops.type = "Map<string," + inner.type + ">";
  } else if constexpr (IsKey<T>::value) {
    using K = decltype([]<class Kind>(Key<Kind>*) { return Kind{}; }(static_cast<T*>(nullptr)));
    ops.type = K::type;
    ops.schema_name = K::schema;
    ops.is_schema = true;
  } else if constexpr (std::is_same_v<T, ColumnName>) {
    ops.type = "VecSpecifier";
    ops.schema_name = "ColSpecifierV3";
    ops.is_schema = true;
  } else if constexpr (std::is_same_v<T, RawJson> || std::is_same_v<T, AnyObject>) {
    ops.type = "Polymorphic";
  } else if constexpr (std::is_same_v<T, Table>) {
    ops.type = "TwoDimTable";
    ops.schema_name = "TwoDimTableV3";
    ops.is_schema = true;
  } else {
    ops.type = T::schema().type;
    ops.schema_name = T::schema().name;
    ops.is_schema = true;
    ops.nested = [] { return &T::schema(); };
  }
}

template <class T>
const ValueOps& ops_of() {
  static const ValueOps kOps = [] {
    ValueOps ops;
    name_type<T>(ops);
    ops.write = [](const void* value, JsonWriter& out) {
      write_value(*static_cast<const T*>(value), out);
    };
    ops.read = [](void* value, std::string_view text) {
      return read_value(*static_cast<T*>(value), text);
    };
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      ops.number = [](const void* value) {
        return static_cast<double>(*static_cast<const T*>(value));
      };
    }
    return ops;
  }();
  return kOps;
}

}  // namespace neve::schema
