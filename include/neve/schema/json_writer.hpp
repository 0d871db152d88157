#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace neve::schema {

/// Writes compact JSON as H2O's clients expect it: doubles in Java form, NaN and infinities as
/// strings, floats with the digits a float needs. Commas are placed by the writer. Names listed as
/// excluded paths ("frames/columns/data") are left out with their values.
class JsonWriter {
 public:
  JsonWriter() = default;
  /// `excluded`: comma-separated paths of names, as in `_exclude_fields`.
  explicit JsonWriter(std::string_view excluded);

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  /// Starts a member; false where its path is excluded, and then no value may follow.
  bool key(std::string_view name);
  /// Ends the member that key() started; needed only where paths may be excluded below it.
  void end_member() {
    if (!excluded_.empty()) path_.pop_back();
  }

  void null();
  void value(bool flag);
  void value(std::int32_t number) { value(static_cast<std::int64_t>(number)); }
  void value(std::int64_t number);
  void value(std::uint64_t number);
  void value(double number);
  void value(float number);
  void value(std::string_view text);
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(const char* text) { value(std::string_view(text)); }
  /// Text that is JSON already.
  void raw(std::string_view json);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void open(char bracket);
  void close(char bracket);
  void before_value() {
    if (needs_comma_) text_ += ',';
    needs_comma_ = true;
  }

  std::string text_;
  bool needs_comma_ = false;
  std::vector<std::string> excluded_;
  std::vector<std::string> path_;
};

/// Appends `text` in JSON quotes. Bytes that are not UTF-8 become U+FFFD, so that the answer stays
/// readable.
void append_json_string(std::string& out, std::string_view text);

}  // namespace neve::schema
