#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/schema/values.hpp>

namespace neve::schema {

/// The name of the member that M points to, as the compiler spells it. A trailing underscore, which
/// C++ keywords need (`lambda_`, `default_`), is not part of the wire name.
template <auto M>
constexpr std::string_view member_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  // g++: "… [with auto M = &S::x; …]"; clang: "… [M = &S::x]".
  text.remove_prefix(text.find("M = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  text.remove_prefix(text.rfind("::") + 2);
  if (text.ends_with(')')) text.remove_suffix(1);
  if (text.ends_with('_')) text.remove_suffix(1);
  return text;
}

template <class M>
struct MemberOf;
template <class S, class V>
struct MemberOf<V S::*> {
  using Struct = S;
  using Value = V;
};

/// Builds the table of T, a field at a time; calls after field() refine that field. Converts to the
/// finished Schema.
template <class T>
class SchemaOf {
 public:
  explicit SchemaOf(std::string name, std::string type = "Iced",
                    std::string superclass = "SchemaV3", int version = 3) {
    schema_.name = std::move(name);
    schema_.type = std::move(type);
    schema_.superclass = std::move(superclass);
    schema_.version = version;
    schema_.make = []() -> std::shared_ptr<void> { return std::make_shared<T>(); };
  }

  /// Adds the member M. Output only, unless said otherwise.
  template <auto M>
  SchemaOf& field(std::string help) {
    using Value = typename MemberOf<decltype(M)>::Value;
    const ValueOps& ops = ops_of<Value>();
    Field made;
    made.name = std::string(member_name<M>());
    made.implemented_as = "_" + made.name;
    made.help = std::move(help);
    made.ops = &ops;
    made.type = ops.type;
    made.schema_name = ops.schema_name;
    made.values = ops.values;
    made.get = [](const void* object) -> const void* {
      return &(static_cast<const T*>(object)->*M);
    };
    made.get_mutable = [](void* object) -> void* { return &(static_cast<T*>(object)->*M); };
    schema_.fields.push_back(std::move(made));
    return *this;
  }

  /// Adds members of a base struct with help, level and bounds as its own table has them.
  template <auto... M>
  SchemaOf& inherit(const Schema& base) {
    (inherit_one<M>(base), ...);
    return *this;
  }

  SchemaOf& named(std::string name) {
    return set([&](Field& f) { f.name = std::move(name); });
  }
  /// Where H2O's implementation does not call it "_" and the name; empty: it is not there.
  SchemaOf& implemented_as(std::string name) {
    return set([&](Field& f) { f.implemented_as = std::move(name); });
  }
  /// A member of H2O's objects with the JSON of its one value here.
  SchemaOf& constant(std::string name, std::string json) {
    schema_.constants.push_back({std::move(name), std::move(json)});
    return *this;
  }
  /// The same for a member of its implementation only.
  SchemaOf& internal_constant(std::string name, std::string json) {
    schema_.constants.push_back({std::move(name), std::move(json), true});
    return *this;
  }
  /// Takes over the base's constants, but for those that are fields here.
  SchemaOf& inherit_constants(const Schema& base) {
    for (const Constant& constant : base.constants) {
      const auto same = [&](const Field& f) {
        return (constant.internal ? f.implemented_as : f.name) == constant.name;
      };
      if (std::ranges::none_of(schema_.fields, same)) schema_.constants.push_back(constant);
    }
    return *this;
  }
  SchemaOf& input() {
    return set([](Field& f) { f.direction = Direction::input; });
  }
  SchemaOf& inout() {
    return set([](Field& f) { f.direction = Direction::inout; });
  }
  /// Read from requests and shown in the metadata, but not part of the answer.
  SchemaOf& silent() {
    return set([](Field& f) { f.echoed = false; });
  }
  SchemaOf& required() {
    return set([](Field& f) { f.required = true; });
  }
  SchemaOf& gridable() {
    return set([](Field& f) { f.gridable = true; });
  }
  SchemaOf& secondary() {
    return set([](Field& f) { f.level = Level::secondary; });
  }
  SchemaOf& expert() {
    return set([](Field& f) { f.level = Level::expert; });
  }
  SchemaOf& at_least(double low) {
    return set([=](Field& f) { f.at_least = low; });
  }
  SchemaOf& at_most(double high) {
    return set([=](Field& f) { f.at_most = high; });
  }
  SchemaOf& above(double low) {
    return set([=](Field& f) { f.at_least = low, f.above_minimum = true; });
  }
  SchemaOf& below(double high) {
    return set([=](Field& f) { f.at_most = high, f.below_maximum = true; });
  }
  SchemaOf& as_type(std::string type, std::string schema_name = {}) {
    return set([&](Field& f) { f.type = std::move(type), f.schema_name = std::move(schema_name); });
  }
  SchemaOf& in_frames(std::initializer_list<const char*> frames) {
    return set([&](Field& f) { f.member_of_frames.assign(frames.begin(), frames.end()); });
  }
  SchemaOf& excludes(std::initializer_list<const char*> fields) {
    return set([&](Field& f) { f.exclusive_with.assign(fields.begin(), fields.end()); });
  }
  /// Answers to requests carry `_exclude_fields` although their superclass does not say so.
  SchemaOf& echo_exclusions() {
    schema_.echoes_exclusions = true;
    return *this;
  }

  operator Schema() && { return std::move(schema_); }  // NOLINT(google-explicit-constructor)
  operator Schema() const& { return schema_; }         // NOLINT(google-explicit-constructor)

 private:
  template <auto M>
  void inherit_one(const Schema& base) {
    field<M>("");
    const Field* original = base.find(member_name<M>());
    NEVE_CHECK(original != nullptr, "no inherited field " + std::string(member_name<M>()));
    Field& made = schema_.fields.back();
    Field copy = *original;
    copy.get = made.get;
    copy.get_mutable = made.get_mutable;
    copy.inherited_from = base.name;
    made = std::move(copy);
  }
  template <class Change>
  SchemaOf& set(Change change) {
    NEVE_CHECK(!schema_.fields.empty(), "a refinement comes after its field");
    change(schema_.fields.back());
    return *this;
  }
  Schema schema_;
};

}  // namespace neve::schema
