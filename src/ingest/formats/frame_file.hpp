#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/frame/chunk.hpp>
#include <neve/frame/frame.hpp>

#include "ingest/sinks/byte_sink.hpp"
#include "ingest/sources/byte_source.hpp"

/// Neve's own file of a frame (docs/frame-file.md): a head, blocks that are chunks, each with its
/// length before it, and an end with a checksum over all of them.
namespace neve::ingest {

/// What a frame is, without its cells.
struct FramePlan {
  std::vector<std::string> names;
  std::vector<frame::ColumnType> types;
  std::vector<frame::DomainPtr> domains;  ///< null but for categorical columns
  std::vector<std::int64_t> cuts = {0};   ///< as those of a layout
  [[nodiscard]] std::int32_t groups() const { return static_cast<std::int32_t>(cuts.size()) - 1; }
};

/// Writes a file block by block. For one thread.
class FrameFileWriter {
 public:
  FrameFileWriter(ByteSink& to, const FramePlan& plan);
  /// Of the groups in their order the columns in theirs; groups without rows have none.
  void add(const frame::Chunk& chunk);
  /// Writes the end; the sink is the caller's to finish.
  void finish();

 private:
  ByteSink& to_;
  std::uint64_t blocks_ = 0;
  std::uint64_t sum_ = 0;
};

/// Reads such a file, whose every byte is checked: whatever it holds, what is given out is sound.
/// All throw InputError naming the file and the byte where it is wrong, cut off or of another
/// version, and OutOfMemoryError where what it claims would not fit. For one thread.
class FrameFileReader {
 public:
  /// Reads all up to the first cells. The source outlives this.
  FrameFileReader(const ByteSource& from, Budget& budget);
  [[nodiscard]] const FramePlan& plan() const { return plan_; }
  /// The next block of cells: of the groups in their order the columns in theirs, without groups
  /// that have no rows.
  frame::Chunk next(std::int32_t group, std::size_t column);
  /// All blocks were read: checks the end, and that nothing follows.
  void finish();

 private:
  [[noreturn]] void fail(const std::string& why) const;
  void read(void* to, std::size_t bytes);
  void read_head();
  void read_columns();
  void read_cuts();
  frame::DomainPtr read_domain(std::size_t column);
  frame::Chunk read_block(const std::string& what);
  void check_cells(const frame::Chunk& chunk, std::int32_t group, std::size_t column) const;
  std::vector<std::string> texts_of(const frame::Chunk& chunk, const std::string& what);

  const ByteSource& from_;
  Budget& budget_;
  FramePlan plan_;
  std::vector<Reservation> memory_;  // of names, levels and cuts
  std::int64_t at_ = 0;
  std::int64_t block_at_ = 0;  // where the latest block begins, for errors
  std::uint64_t blocks_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace neve::ingest
