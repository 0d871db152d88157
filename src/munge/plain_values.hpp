#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/chunk.hpp>
#include <neve/mr/engine.hpp>

namespace neve::munge {

/// Decoded values of some rows, in the one of the arrays below that fits them: integers stay int64,
/// so that nothing is rounded on the way into a new chunk.
class PlainValues {
 public:
  enum class Form : std::uint8_t { doubles, int64s, times, codes, text, uuids };
  PlainValues() = default;
  explicit PlainValues(Form form) : form_(form) {}
  [[nodiscard]] Form form() const { return form_; }
  [[nodiscard]] std::size_t size() const;
  void reserve(std::size_t rows);
  void append(const frame::Chunk& chunk, std::int64_t begin, std::int64_t rows);
  void append_missing(std::int64_t rows);
  /// The values at `rows`, in that order; -1 is a missing one.
  [[nodiscard]] PlainValues picked(std::span<const std::int64_t> rows) const;
  /// Texts that are views of those of `from` stay readable.
  void keep_texts_of(const PlainValues& from);
  [[nodiscard]] std::int64_t byte_size() const;
  /// All parts one after the other.
  static PlainValues joined(std::span<const PlainValues> parts);
  /// Codes become map[code].
  void map_codes(std::span<const std::int32_t> map);
  [[nodiscard]] frame::Chunk encode() const;

  std::vector<double> doubles;
  std::vector<std::int64_t> int64s;  ///< also times
  std::vector<std::int32_t> codes;
  std::vector<std::string_view> text;
  std::vector<frame::Uuid> uuids;
  std::vector<std::uint8_t> missing;  ///< of text and uuids

  template <class Archive>
  void fields(Archive& archive) {
    std::vector<std::uint32_t> lengths;
    std::string bytes;
    std::vector<std::uint64_t> halves;
    if constexpr (std::is_same_v<Archive, wire::Writer>) pack(lengths, bytes, halves);
    archive(form_, doubles, int64s, codes, missing, lengths, bytes, halves);
    if constexpr (std::is_same_v<Archive, wire::Reader>) unpack(lengths, std::move(bytes), halves);
  }

 private:
  void pack(std::vector<std::uint32_t>& lengths, std::string& bytes,
            std::vector<std::uint64_t>& halves) const;
  void unpack(const std::vector<std::uint32_t>& lengths, std::string bytes,
              const std::vector<std::uint64_t>& halves);
  void keep(std::shared_ptr<const void> texts);
  /// Integers as doubles; anything else as it is.
  [[nodiscard]] PlainValues as_doubles() const;
  Form form_ = Form::doubles;
  std::vector<std::shared_ptr<const void>> kept_;  ///< what the texts point into
};

/// How values of the chunk are best held.
PlainValues::Form form_of(const frame::Chunk& chunk);
/// One that holds both.
PlainValues::Form join_forms(PlainValues::Form a, PlainValues::Form b);

/// Rows of a column, wherever its chunks live.
class ColumnReader {
 public:
  ColumnReader(mr::Engine& engine, frame::LayoutPtr layout, ColumnId column)
      : engine_(engine), layout_(std::move(layout)), column_(column) {}
  [[nodiscard]] frame::Chunk chunk(GroupIndex group) const {
    return engine_.chunk(*layout_, column_, group);
  }
  /// The form that holds every row.
  [[nodiscard]] PlainValues::Form form() const;
  /// The form that holds these rows.
  [[nodiscard]] PlainValues::Form form(std::int64_t first, std::int64_t rows) const;
  void read(std::int64_t first, std::int64_t rows, PlainValues& to) const;
  [[nodiscard]] const frame::Layout& layout() const { return *layout_; }

 private:
  template <class Visit>
  void visit(std::int64_t first, std::int64_t rows, const Visit& visit) const;
  mr::Engine& engine_;
  frame::LayoutPtr layout_;
  ColumnId column_;
};

/// All values of a column, decoded in parallel; `bytes` of it are the caller's to reserve.
PlainValues read_all(mr::Engine& engine, const frame::LayoutPtr& layout,
                     const frame::Column& column);

}  // namespace neve::munge
