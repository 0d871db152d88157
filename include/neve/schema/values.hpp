#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <neve/schema/schema.hpp>
#include <neve/schema/table.hpp>

/// ValueOps of every type that a field may have.
namespace neve::schema {

/// Names an object of the store; written with its type and URL, or null where empty.
template <class Kind>
struct Key {
  std::string name;
  Key() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a name is a key
  Key(std::string text) : name(std::move(text)) {}
  [[nodiscard]] bool empty() const { return name.empty(); }
  friend bool operator==(const Key&, const Key&) = default;
  template <class Archive>
  void fields(Archive& archive) {
    archive(name);
  }
};
struct FrameKind {
  static constexpr std::string_view type = "Key<Frame>", schema = "FrameKeyV3", url = "/3/Frames/";
};
struct ModelKind {
  static constexpr std::string_view type = "Key<Model>", schema = "ModelKeyV3", url = "/3/Models/";
};
struct JobKind {
  static constexpr std::string_view type = "Key<Job>", schema = "JobKeyV3", url = "/3/Jobs/";
};
struct GridKind {
  static constexpr std::string_view type = "Key<Grid>", schema = "GridKeyV3", url = "";
};
/// A key of unknown kind.
struct AnyKind {
  static constexpr std::string_view type = "Key<Keyed>", schema = "KeyV3", url = "";
};
using FrameRef = Key<FrameKind>;
using ModelRef = Key<ModelKind>;
using JobRef = Key<JobKind>;
using GridRef = Key<GridKind>;
using AnyRef = Key<AnyKind>;

void write_key(std::string_view name, std::string_view type, std::string_view schema_name,
               std::string_view url, JsonWriter& out);

/// A column of the frame that another parameter names.
struct ColumnName {
  std::string name;
  ColumnName() = default;
  ColumnName(std::string text) : name(std::move(text)) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool empty() const { return name.empty(); }
  friend bool operator==(const ColumnName&, const ColumnName&) = default;
  template <class Archive>
  void fields(Archive& archive) {
    archive(name);
  }
};

/// As answers have it: an object, or null where no column is named.
void write_column(const ColumnName& column, JsonWriter& out);

/// JSON that is passed through as text; empty is null.
struct RawJson {
  std::string text;
  template <class Archive>
  void fields(Archive& archive) {
    archive(text);
  }
};

/// Specialise for each enum that is a field: `name` (H2O's enum name) and `values`, the constants'
/// texts in the order of the enumerators, which count from 0.
template <class E>
struct EnumText;

/// The text of an enumerator.
template <class E>
constexpr std::string_view enum_text(E value) {
  return EnumText<E>::values[static_cast<std::size_t>(value)];
}

std::optional<std::string> read_bool(bool& value, std::string_view text);
std::optional<std::string> read_integer(std::int64_t& value, std::int64_t low, std::int64_t high,
                                        std::string_view text);
std::optional<std::string> read_double(double& value, std::string_view text);
/// Index of the constant that `text` means (case and punctuation ignored), or -1.
int find_enum(std::string_view text, const std::string_view* values, std::size_t count);
std::string unknown_enum(std::string_view text, const std::string_view* values, std::size_t count);
std::optional<std::string> read_json_object(const Schema& schema, void* object,
                                            std::string_view text);
bool is_null_text(std::string_view text);
/// The same for names of objects and columns, which may well be called "none" or "NULL".
bool is_null_name(std::string_view text);

template <class T>
concept HasSchema = requires {
  { T::schema() } -> std::same_as<const Schema&>;
};

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsKey : std::false_type {};
template <class K>
struct IsKey<Key<K>> : std::true_type {};
template <class T>
struct IsStringMap : std::false_type {};
template <class T>
struct IsStringMap<std::map<std::string, T>> : std::true_type {};

template <class T>
const ValueOps& ops_of();

template <class T>
void write_value(const T& value, JsonWriter& out);
template <class T>
std::optional<std::string> read_value(T& value, std::string_view text);

}  // namespace neve::schema

#include <neve/schema/values_impl.hpp>
