#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>

#include "ingest/formats/columnar/columnar_library.hpp"
#include "ingest/sources/byte_source.hpp"

namespace neve::ingest::columnar {

/// What went wrong on the node's side of the border, until it is told on this side of it. Keeps the
/// first. Thread-safe.
class Trouble {
 public:
  void keep() noexcept;  ///< the exception that is being handled
  void tell() const;     ///< throws it, if there is one

 private:
  mutable std::mutex mutex_;
  std::exception_ptr first_;
};

/// Memory for Arrow, out of the node's budget, by pieces that are worth asking for.
class BudgetMemory final : public Memory {
 public:
  /// `what` names what it is for where it does not suffice.
  BudgetMemory(Budget& budget, std::string what, Trouble& trouble)
      : budget_(budget), what_(std::move(what)), trouble_(trouble) {}
  bool reserve(std::int64_t bytes) noexcept override;
  void release(std::int64_t bytes) noexcept override;

 private:
  Budget& budget_;
  std::string what_;
  Trouble& trouble_;
  std::mutex mutex_;
  std::int64_t used_ = 0;
  std::int64_t granted_ = 0;
  std::vector<Reservation> grants_;
};

/// A file of columns, with errors that name it.
class ColumnFile {
 public:
  /// Rows of some of its columns, a block at a time. For one thread; the file outlives it.
  class Reader {
   public:
    /// Goes on to the next block; how many rows it has, 0 at the end.
    std::int64_t next();
    /// Of the i-th column that was asked for; until next() or values(i) is called again.
    [[nodiscard]] Values values(std::size_t i);

   private:
    friend class ColumnFile;
    Reader(const ColumnFile& file, std::unique_ptr<Rows> rows)
        : file_(file), rows_(std::move(rows)) {}
    const ColumnFile& file_;
    std::unique_ptr<Rows> rows_;
  };

  /// Reads what the file says of itself. `what` names the work in messages about memory. Throws
  /// InputError where it is damaged or no such file, OutOfMemoryError.
  ColumnFile(ByteSourcePtr source, Budget& budget, const std::string& what);
  ~ColumnFile();
  ColumnFile(const ColumnFile&) = delete;
  ColumnFile& operator=(const ColumnFile&) = delete;

  [[nodiscard]] const std::string& name() const { return source_->name(); }
  [[nodiscard]] Container container() const { return container_; }
  [[nodiscard]] const Contents& contents() const { return file_->contents(); }
  /// Any thread. Throws InputError, OutOfMemoryError.
  [[nodiscard]] Reader read(const File::Wish& wish) const;
  /// Throws InputError: the file, the place in it, and what is wrong there.
  [[noreturn]] void refuse(const Failure& failure) const;

 private:
  class Bytes;
  /// Throws InputError where the rows of parts add up to none that a file can have.
  void check_rows() const;
  ByteSourcePtr source_;
  Container container_;
  std::unique_ptr<Trouble> trouble_;
  std::unique_ptr<Bytes> bytes_;
  std::unique_ptr<BudgetMemory> memory_;
  std::unique_ptr<File> file_;
};

}  // namespace neve::ingest::columnar
