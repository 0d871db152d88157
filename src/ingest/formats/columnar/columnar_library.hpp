#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The border to the shared object with Apache Arrow: pure interfaces and plain arrays that both
/// sides compile. Nothing is thrown across it: what fails says so by a Failure.
namespace neve::ingest::columnar {

/// Why something could not be done; of no `what` where it could.
struct Failure {
  std::string where;         ///< within the file: "row group 3, column 'a'"; may be empty
  std::string what;          ///< a phrase without a full stop
  bool unsupported = false;  ///< well made, but not read here
  [[nodiscard]] bool failed() const { return !what.empty(); }
};

/// Bytes that are read, on the side of the node. Any thread.
class Input {
 public:
  virtual ~Input() = default;
  [[nodiscard]] virtual std::int64_t size() const noexcept = 0;
  /// How many bytes there were, -1 where they cannot be had; the node knows why.
  virtual std::int64_t read(std::int64_t offset, void* out, std::int64_t count) noexcept = 0;
};

/// Where bytes are written to, on the side of the node.
class Output {
 public:
  virtual ~Output() = default;
  /// False where they cannot be written; the node knows why.
  virtual bool write(const void* bytes, std::int64_t count) noexcept = 0;
};

/// The node's memory, from which Arrow takes what it needs. Any thread.
class Memory {
 public:
  virtual ~Memory() = default;
  /// False where there is not so much; the node remembers that.
  virtual bool reserve(std::int64_t bytes) noexcept = 0;
  virtual void release(std::int64_t bytes) noexcept = 0;
};

enum class Container : std::uint8_t { parquet, orc, arrow_file, arrow_stream };

/// What the values of a column are, whatever their width and unit in the file.
enum class Sort : std::uint8_t {
  boolean,
  integer,
  real,
  decimal,
  instant,  ///< a timestamp or date: milliseconds since 1970, UTC or of no zone
  span,     ///< a time of day or duration: milliseconds
  text,
  levels,  ///< texts by dictionary
  uuid,    ///< texts of 16 bytes
  nothing,
  unsupported
};

struct Field {
  std::string name;
  Sort sort = Sort::unsupported;
  bool date = false;       ///< an instant that is a date, which no zone moves
  std::string type = {};   ///< as the file calls it
  std::int64_t width = 0;  ///< bytes of a value in memory, roughly
};

/// Rows that are read together: a row group, stripe or batch.
struct Part {
  std::int64_t rows = 0;
};

struct Contents {
  std::string part_word;   ///< what a part is called: "row group"
  bool by_column = false;  ///< columns are best read one by one, by several threads
  std::vector<Field> fields;
  std::vector<Part> parts;
};

/// Consecutive rows of one column. Views of memory that lives until the next call of Rows.
struct Values {
  enum class Form : std::uint8_t {
    integers,  ///< · 10^-decimals; kMissingInt64 is missing
    reals,     ///< NaN is missing
    texts,     ///< of no address: missing
    numerals,  ///< texts of numbers that no int64 holds
    codes      ///< places in `levels`; negative: missing
  };
  Form form = Form::integers;
  int decimals = 0;
  std::span<const std::int64_t> integers = {};
  std::span<const double> reals = {};
  std::span<const std::string_view> texts = {};
  std::span<const std::int32_t> codes = {};
  std::span<const std::string_view> levels = {};
  /// Other than before for the same column where the levels are others.
  const void* levels_of = nullptr;
};

/// Columns of one part, a block of rows at a time. For one thread.
class Rows {
 public:
  virtual ~Rows() = default;
  /// Goes to the next block; its number of rows, 0 at the end and where it failed.
  virtual std::int64_t next(Failure& failure) noexcept = 0;
  /// Of the i-th column that was asked for.
  virtual bool values(std::size_t i, Values& values, Failure& failure) noexcept = 0;
};

/// An open file. read() may be called by any number of threads at once.
class File {
 public:
  virtual ~File() = default;
  [[nodiscard]] virtual const Contents& contents() const noexcept = 0;
  struct Wish {
    std::size_t part = 0;
    std::vector<std::size_t> columns = {};  ///< ascending
    std::int64_t block_rows = 0;            ///< in one block, where the container lets choose
    bool as_codes = false;                  ///< texts by dictionary where the container has them so
  };
  /// Null where it failed.
  virtual std::unique_ptr<Rows> read(const Wish& wish, Failure& failure) noexcept = 0;
};

/// A column to be written.
struct OutputField {
  std::string name;
  enum class Type : std::uint8_t { integer, real, instant, text, levels, uuid };
  Type type = Type::real;
  std::span<const std::string> levels = {};  ///< of type levels; live as long as the writer
};

/// Rows of one column to be written; what is not of its type is empty.
struct OutputValues {
  std::span<const std::int64_t> integers = {};   ///< kMissingInt64 is missing
  std::span<const double> reals = {};            ///< NaN is missing
  std::span<const std::int32_t> codes = {};      ///< negative: missing
  std::span<const std::string_view> texts = {};  ///< of no address: missing; uuids have 16 bytes
};

/// Writes a file, row group after row group. For one thread.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual bool write(std::span<const OutputValues> columns, std::int64_t rows,
                     Failure& failure) noexcept = 0;
  virtual bool finish(Failure& failure) noexcept = 0;
};

/// What the shared object gives. Stateless, any thread.
class Library {
 public:
  virtual ~Library() = default;
  /// Null where it failed. Input and memory outlive the file.
  virtual std::unique_ptr<File> open(Container container, Input& input, Memory& memory,
                                     Failure& failure) noexcept = 0;
  struct Form {
    Container container = Container::parquet;
    std::string compression;  ///< "snappy", "gzip", "zstd", "lz4"; empty: none
  };
  /// Null where it failed. Output and memory outlive the writer.
  virtual std::unique_ptr<Writer> create(const Form& form, std::span<const OutputField> fields,
                                         Output& output, Memory& memory,
                                         Failure& failure) noexcept = 0;
};

/// The name of the one function that the shared object shows.
inline constexpr const char* kEntry = "neve_arrow_library";
using LibraryEntry = Library* (*)();

/// Opens the shared object at the first call. Throws Error where it cannot be opened.
Library& library();

}  // namespace neve::ingest::columnar
