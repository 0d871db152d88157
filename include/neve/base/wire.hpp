#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <neve/base/error.hpp>

/// Bytes between nodes. A struct lists its fields once:
///     template <class Archive> void fields(Archive& archive) { archive(rows, names, sums); }
/// and can then be written and read. Little-endian, no padding, lengths as 64-bit counts. The
/// reader checks every length against what is left, so foreign bytes can fail but never overrun.
namespace neve::wire {

static_assert(std::endian::native == std::endian::little, "the wire form is little-endian");

using Bytes = std::vector<std::byte>;

template <class T, class Archive>
concept HasFields = requires(T& value, Archive& archive) { value.fields(archive); };

template <class T>
inline constexpr bool is_plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Appends values to a byte vector, or only counts their bytes: a large message that grows while it
/// is written is copied more than once.
class Writer {
 public:
  Writer() = default;
  /// Has room for so many bytes.
  explicit Writer(std::size_t room) { bytes_.reserve(room); }
  static Writer counting() {
    Writer made;
    made.counts_ = true;
    return made;
  }
  template <class... T>
  void operator()(const T&... values) {
    (write(values), ...);
  }
  /// Bytes so far.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Bytes take() { return std::move(bytes_); }

 private:
  void raw(const void* data, std::size_t size) {
    size_ += size;
    if (counts_) return;
    const auto* begin = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  void count(std::size_t n) {
    const auto wide = static_cast<std::uint64_t>(n);
    raw(&wide, sizeof wide);
  }
  template <class T>
    requires is_plain<T>
  void write(T value) {
    raw(&value, sizeof value);
  }
  void write(const std::string& text) {
    count(text.size());
    raw(text.data(), text.size());
  }
  template <class T>
  void write(const std::vector<T>& values) {
    count(values.size());
    if constexpr (std::is_same_v<T, bool>) {
      for (bool value : values) write(value);
    } else if constexpr (is_plain<T> || std::is_same_v<T, std::byte>) {
      raw(values.data(), values.size() * sizeof(T));
    } else {
      for (const T& value : values) write(value);
    }
  }
  template <class T, std::size_t N>
  void write(const std::array<T, N>& values) {
    for (const T& value : values) write(value);
  }
  template <class A, class B>
  void write(const std::pair<A, B>& value) {
    write(value.first);
    write(value.second);
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write(value.has_value());
    if (value) write(*value);
  }
  template <class K, class V>
  void write(const std::map<K, V>& values) {
    count(values.size());
    for (const auto& [key, value] : values) {
      write(key);
      write(value);
    }
  }
  template <class T>
  void write(const std::shared_ptr<T>& value) {
    write(value != nullptr);
    if (value) write(*value);
  }
  template <class T>
    requires HasFields<T, Writer>
  void write(const T& value) {
    // fields() only reads through a Writer; it is non-const so that one list serves both ways.
    const_cast<T&>(value).fields(*this);
  }

  Bytes bytes_;
  std::size_t size_ = 0;
  bool counts_ = false;
};

/// Takes values from a byte range; throws InternalError on bytes that no Writer made.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}
  template <class... T>
  void operator()(T&... values) {
    (read(values), ...);
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  void raw(void* data, std::size_t size) {
    NEVE_CHECK(size <= rest_.size(), "message ends early");
    if (size != 0) std::memcpy(data, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }
  std::size_t count(std::size_t bytes_each) {
    std::uint64_t n = 0;
    raw(&n, sizeof n);
    NEVE_CHECK(bytes_each == 0 || n <= rest_.size() / bytes_each, "length exceeds message");
    return static_cast<std::size_t>(n);
  }
  template <class T>
    requires is_plain<T>
  void read(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      raw(&byte, 1);
      value = byte != 0;
    } else {
      raw(&value, sizeof value);
    }
  }
  void read(std::string& text) {
    text.resize(count(1));
    raw(text.data(), text.size());
  }
  template <class T>
  void read(std::vector<T>& values) {
    if constexpr (std::is_same_v<T, bool>) {
      values.resize(count(1));
      for (std::size_t i = 0; i < values.size(); ++i) {
        bool value = false;
        read(value);
        values[i] = value;
      }
    } else if constexpr (is_plain<T> || std::is_same_v<T, std::byte>) {
      values.resize(count(sizeof(T)));
      raw(values.data(), values.size() * sizeof(T));
    } else {
      // Every element takes at least one byte, unless it has no fields at all.
      values.resize(count(std::is_empty_v<T> ? 0 : 1));
      for (T& value : values) read(value);
    }
  }
  template <class T, std::size_t N>
  void read(std::array<T, N>& values) {
    for (T& value : values) read(value);
  }
  template <class A, class B>
  void read(std::pair<A, B>& value) {
    read(value.first);
    read(value.second);
  }
  template <class T>
  void read(std::optional<T>& value) {
    bool present = false;
    read(present);
    value.reset();
    if (present) read(value.emplace());
  }
  template <class K, class V>
  void read(std::map<K, V>& values) {
    values.clear();
    for (std::size_t n = count(1); n != 0; --n) {
      K key{};
      read(key);
      read(values[key]);
    }
  }
  template <class T>
  void read(std::shared_ptr<T>& value) {
    bool present = false;
    read(present);
    value.reset();
    if (!present) return;
    auto made = std::make_shared<std::remove_const_t<T>>();
    read(*made);
    value = std::move(made);
  }
  template <class T>
    requires HasFields<T, Reader>
  void read(T& value) {
    value.fields(*this);
  }

  std::span<const std::byte> rest_;
};

template <class T>
Bytes encode(const T& value) {
  Writer writer;
  writer(value);
  return writer.take();
}

/// Throws InternalError where the bytes are not exactly one T.
template <class T>
T decode(std::span<const std::byte> bytes) {
  T value{};
  Reader reader(bytes);
  reader(value);
  NEVE_CHECK(reader.at_end(), "bytes left over after message");
  return value;
}

}  // namespace neve::wire
