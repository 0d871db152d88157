#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <neve/base/budget.hpp>

namespace neve::ingest {

/// Turns packed bytes into plain ones, a piece at a time. What it remembers between pieces is
/// reserved in the budget. For one thread.
class Unpacker {
 public:
  struct Step {
    std::size_t taken = 0;  ///< packed bytes that are done with
    std::size_t given = 0;  ///< plain bytes
    bool ended = false;     ///< the member ends here; another may follow
    std::string wrong;      ///< why the bytes cannot be read; empty: they can
  };
  Unpacker() = default;
  virtual ~Unpacker() = default;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  /// Before the first step of each member; `beginning` is its first bytes, kBeginning of them if
  /// the file has so many. Throws OutOfMemoryError.
  virtual void begin(std::string_view beginning) = 0;
  /// Takes what it can of `packed`. That it neither takes nor gives means that it needs to see more
  /// bytes at once, which are never more than kLongestPiece.
  virtual Step step(std::string_view packed, std::span<char> plain) = 0;
  /// Whether the file may end here, of a packing whose members do not say where they end.
  [[nodiscard]] virtual bool may_end() const { return false; }

  static constexpr std::size_t kBeginning = 32;
  static constexpr std::size_t kLongestPiece = std::size_t{128} << 10;
};

using UnpackerPtr = std::unique_ptr<Unpacker>;

/// A way to pack a stream of bytes; a file may hold several such streams (members), one after the
/// other.
struct Packing {
  std::string_view name;
  std::string_view magic;                      ///< what a member begins with
  std::array<std::string_view, 2> extensions;  ///< what names of such files end with; may be empty
  /// What else the first bytes must show; null: nothing.
  bool (*confirms)(std::string_view beginning);
  /// Whether members may be ones of metadata, which hold no bytes.
  bool skippable;
  UnpackerPtr (*open)(Budget& budget);

  /// Whether a member begins with these bytes.
  [[nodiscard]] bool begins(std::string_view beginning) const {
    return beginning.starts_with(magic) && (confirms == nullptr || confirms(beginning));
  }
};

namespace unpackers {
UnpackerPtr open_gzip(Budget& budget);
UnpackerPtr open_bzip2(Budget& budget);
UnpackerPtr open_xz(Budget& budget);
UnpackerPtr open_zstd(Budget& budget);
UnpackerPtr open_lz4(Budget& budget);
UnpackerPtr open_snappy(Budget& budget);
}  // namespace unpackers

/// The packing that the first bytes of a file show; null for none.
const Packing* packing_of(std::string_view beginning);
/// The packing that a file's name speaks of; null for none.
const Packing* packing_named(std::string_view file_name);

}  // namespace neve::ingest
